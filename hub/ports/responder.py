"""The seam to whatever answers in the city's name before a person does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

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
    language: str = "en"
    """In which the customer writes: `en` or `es`. The answer is in it where there is one."""
    dialogue: Mapping[str, Any] | None = None
    """What the last decision of this ticket left to be remembered (`Decision.dialogue`)."""
    can_write_privately: bool = False
    """A public message can be answered in private: a form may begin there."""
    earlier: tuple[str, ...] = ()
    """What the customer wrote in this ticket before, oldest first: for a hand-off's summary."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a message might be about: `confidence` is 0..1."""

    slug: str
    confidence: float


@dataclass(frozen=True, slots=True)
class FormField:
    """One fact of a request, as the customer gave it: `label` is for people."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class FormRequest:
    """What a form collected: `kind` is the slug of the article that offers it."""

    kind: str
    title: str
    fields: tuple[FormField, ...]
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """Say this, from these articles."""

    text: str
    articles: tuple[str, ...]
    guesses: tuple[Guess, ...] = ()
    emergency: bool = False
    handover: bool = False
    """A person follows at once."""
    dialogue: Mapping[str, Any] | None = None
    """To be remembered until the customer's next message in this ticket; None forgets."""


@dataclass(frozen=True, slots=True)
class AskBack:
    """Not sure: offer these."""

    text: str
    choices: tuple[Choice, ...]
    guesses: tuple[Guess, ...] = ()
    dialogue: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A form's next question, or what is said when one is left: the bot keeps the ticket."""

    text: str
    topic: str | None
    choices: tuple[Choice, ...] = ()
    request: FormRequest | None = None
    """What was collected so far."""
    private: bool = False
    """To be said in private though the customer wrote in public."""
    guesses: tuple[Guess, ...] = ()
    dialogue: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Handoff:
    """A person is needed. `text` is said to the customer first, if any."""

    reason: str
    """`no-fact`, `not-understood`, `asked-for-person`, `bot-unavailable`, `policy`…"""
    summary: str
    text: str | None = None
    topic: str | None = None
    guesses: tuple[Guess, ...] = ()
    article: str | None = None
    """The article that was shown last, or would have fitted best."""
    request: FormRequest | None = None
    """What a form had collected, complete or not."""


Decision = Answer | AskBack | Ask | Handoff


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What an agent may answer, to be edited and sent by them alone."""

    text: str
    article: str
    title: str
    confidence: float
    """0..1: how sure the bot is that this is what the message is about."""
    source: str


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

    async def suggest(self, turn: Turn) -> Sequence[Suggestion]:
        """What the bot would say to `turn`, best first, at most three; nothing where it is down.

        Changes nothing and remembers nothing."""
        ...

    async def health(self) -> Sequence[PartHealth]: ...

    async def aclose(self) -> None: ...
