"""What requests about the bot's models and examples may say, and how these look."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from hub.api.schemas import Request, Slug
from hub.ports import PartState
from hub.ports.messages import clean_text
from hub.training.models import ModelState

Why = Annotated[str, Field(max_length=300), AfterValidator(clean_text)]


class ModelLoss(BaseModel):
    """A held-back message that this model gets wrong and the one in use then did not."""

    text: str
    slug: str
    language: str
    before: str
    """`right`, `offered`, `missed` or `wrong`; so `now`."""
    now: str
    said: str | None
    """The slug it answers with, or guesses first."""


class ModelView(BaseModel):
    id: int
    state: ModelState
    name: str | None
    why: str
    by: str
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    progress: str
    error: str | None
    figures: dict[str, Any]
    """Of the held-back messages, by language; where it is worse, `reasons` in words."""
    worse: list[ModelLoss]
    active: bool
    usable: bool | None
    """Whether it can be put in use; null where this process runs no bot and cannot tell."""


class ModelPage(BaseModel):
    items: list[ModelView]


class BotView(BaseModel):
    state: PartState
    detail: str
    active: ModelView | None
    training: ModelView | None
    """In training, or waiting to be."""


class TrainRequest(Request):
    why: Why = ""


class ExampleState(StrEnum):
    OPEN = "open"
    LABELLED = "labelled"


class ExampleChoice(BaseModel):
    slug: str
    title: str


class ExampleView(BaseModel):
    id: int
    ticket_id: int
    text: str
    """Masked, as the bot read it."""
    language: str
    outcome: str
    """`answer`, `ask_back`, `form`, `handoff` or `emergency`."""
    guess: str | None
    confidence: float | None
    label: str | None
    """A slug, `out-of-scope` or `skip`; null until a person looked."""
    labelled_by: str | None
    labelled_at: datetime | None
    choices: list[ExampleChoice]
    """What it is likely about: the bot's guess first, then what the search finds."""


class ExamplePageView(BaseModel):
    items: list[ExampleView]
    next_cursor: str | None
    open: int


class LabelRequest(Request):
    label: Slug | None
    """A published article's slug, `out-of-scope`, `skip`, or null to take a label back."""
