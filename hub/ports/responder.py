"""The seam to whatever answers in the city's name before a person does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from hub.ports.messages import Choice, Visibility


@dataclass(frozen=True, slots=True)
class Turn:
    """A customer's message, and what the responder must know of the conversation."""

    conversation: str
    """Unique to the ticket: the dialogue's memory hangs on it."""
    text: str
    channel: str
    """The account's kind."""
    visibility: Visibility
    asked_back: int = 0
    """How often in a row the bot has asked back already."""
    choices: tuple[Choice, ...] = ()
    """The choices the bot offered last, if the customer may be answering them."""
    first: bool = False
    """Nothing was said in the city's name yet: what is said now tells that a bot says it."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a message might be about: `confidence` is 0..1."""

    slug: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Answer:
    """Say this, from these articles."""

    text: str
    articles: tuple[str, ...]
    guesses: tuple[Guess, ...] = ()
    emergency: bool = False
    handover: bool = False
    """A person follows at once."""


@dataclass(frozen=True, slots=True)
class AskBack:
    """Not sure: offer these."""

    text: str
    choices: tuple[Choice, ...]
    guesses: tuple[Guess, ...] = ()


@dataclass(frozen=True, slots=True)
class Handoff:
    """A person is needed. `text` is said to the customer first, if any."""

    reason: str
    """`no-fact`, `not-understood`, `asked-for-person`, `bot-unavailable`, `policy`…"""
    summary: str
    text: str | None = None
    topic: str | None = None
    guesses: tuple[Guess, ...] = ()


Decision = Answer | AskBack | Handoff


class PartState(StrEnum):
    STARTING = "starting"
    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class PartHealth:
    """One part of the system for `/healthz` and the console: `detail` is for people."""

    name: str
    state: PartState
    detail: str = ""


class Responder(Protocol):
    async def respond(self, turn: Turn) -> Decision:
        """Decide on `turn`. Never raises for a bot that is down: that is a Handoff."""
        ...

    async def health(self) -> Sequence[PartHealth]: ...

    async def aclose(self) -> None: ...
