"""What the bot proposes to an agent."""

from __future__ import annotations

from pydantic import BaseModel


class SuggestionView(BaseModel):
    text: str
    article: str
    title: str
    confidence: float
    """0..1: how sure the bot is that this is what the message is about."""
    source: str


class SuggestionPage(BaseModel):
    items: list[SuggestionView]
