"""The seam to whatever trains the bot and runs its models.

TrainerError
├── TrainingFailed   no model came out; the message is for people
├── ModelGone        the model's file is not on this machine, or a newer bot cannot read it
└── SwapFailed       the running bot did not take the model and goes on with its old one
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from hub.ports.knowledge import ArticleText

OUT_OF_SCOPE = "out-of-scope"
"""Stands for a slug where no article is right."""

Progress = Callable[[str], None]
"""Told what is being done, in words for people; called from the event loop, and often."""


class TrainerError(Exception):
    """Base of what may go wrong with a model."""


class TrainingFailed(TrainerError):
    """No model came out; the message is for people."""


class ModelGone(TrainerError):
    """The model's file is not on this machine any more, or is of no use to this program."""


class SwapFailed(TrainerError):
    """The running bot did not take the model and goes on with its old one."""


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A customer's words, masked, and what a person says they are about."""

    text: str
    slug: str
    """An article's, or `out-of-scope`."""
    language: str


@dataclass(frozen=True, slots=True)
class Material:
    """All that a model is made from: the same material gives the same model."""

    articles: tuple[ArticleText, ...]
    """As published, by slug."""
    phrases: tuple[LabelledText, ...] = ()
    """Learnt besides the articles' own, oldest first: of two equal ones the later counts."""
    held_back: tuple[LabelledText, ...] = ()
    """Never learnt: the model is measured on these, too."""


class Verdict(StrEnum):
    """How a model fares with a message that was held back from it."""

    RIGHT = "right"
    """Answered by the right article; of what is out of scope: not answered."""
    OFFERED = "offered"
    """Asked back, the right article among the choices."""
    MISSED = "missed"
    """Nothing wrong was said, and nothing right."""
    WRONG = "wrong"
    """Answered by a wrong article; of what is out of scope: answered at all."""


@dataclass(frozen=True, slots=True)
class HeldBackLine:
    """One message of the held-back set, and what the model makes of it."""

    text: str
    slug: str
    language: str
    verdict: Verdict
    said: str | None = None
    """The slug it answers with, or guesses first."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What is known of a trained model."""

    name: str
    """The same for the same material and the same program."""
    figures: Mapping[str, Any] = field(default_factory=dict)
    """JSON-ready, for people; shares are 0..1."""
    lines: tuple[HeldBackLine, ...] = ()


class Trainer(Protocol):
    """One machine's bot: its models, and the server that runs one of them."""

    def ready(self) -> bool:
        """Whether it can train and swap now: installed, and its server begun."""
        ...

    async def train(
        self, material: Material, progress: Progress, keep: Collection[str] = ()
    ) -> ModelCard:
        """The model for `material`, at once where it is there already. Swaps nothing.

        Of the old models' files those named in `keep` stay. Raises TrainingFailed.
        """
        ...

    async def use(self, name: str) -> None:
        """Let the running bot take that model without a refused request.

        Raises ModelGone or SwapFailed, and the old one goes on answering.
        """
        ...

    def current(self) -> ModelCard | None:
        """The model in use, None before there is one."""
        ...

    def has(self, name: str) -> bool:
        """Whether `use` would find that model."""
        ...
