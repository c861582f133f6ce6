"""What the storm has begun, and what it was told became of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from bench.storm.expected import Expected


@dataclass(slots=True)
class Reply:
    """An agent's reply: every mark is in one of its sentences."""

    number: int
    ticket_id: int
    channel: str
    body: str
    marks: list[str]
    posted: bool = False
    """The hub has confirmed it."""


@dataclass(slots=True)
class Ledger:
    """Kept by everybody who takes part, read by the verdict."""

    expected: list[Expected] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    """How often something was broken, by what it was."""
    deliveries: int = 0
    """Bodies that a platform, a visitor or an app had to bring to the hub, copies counted."""
    accepted: int = 0
    """How many of them the hub confirmed."""
    resent: int = 0
    """How often somebody had to try again."""
    problems: list[str] = field(default_factory=list)
    """Answers that should not have been given, said for people."""

    def problem(self, text: str) -> None:
        if text not in self.problems:
            self.problems.append(text)
