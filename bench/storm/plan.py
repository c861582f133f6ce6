"""How much of a storm: one frozen value, and the random numbers that belong to its seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
RECORDED = ROOT.parent / "shared" / "fixtures"
"""Webhook bodies and exchanges as platforms sent them."""


class Form(StrEnum):
    EMBEDDED = "embedded"
    """One process on SQLite."""
    SCALED = "scaled"
    """Two hubs and a worker on PostgreSQL and Redis."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The same seed plays the same faults at the same seconds; what they meet depends on the
    machine."""

    form: Form
    folder: Path
    seed: int
    seconds: float = 40.0
    """How long things break; what was begun is then brought to its end."""
    rounds: int = 3
    """How often every webhook body is made, with ids of its own."""
    copies: int = 3
    senders: int = 8
    replies: int = 60
    citizens: int = 30
    """Things that citizens of the sandbox write."""
    visitors: int = 3
    """Web chats open at once."""
    lines: int = 6
    """Messages of each visitor."""
    filings: int = 8
    """Open311 requests, each posted `copies` times."""
    kill_every: tuple[float, float] = (1.5, 5.0)
    """Seconds between two kills, locks or restarts."""
    spoil_every: tuple[float, float] = (0.5, 1.5)
    """Seconds between two helpings of platform faults."""
    settle: float = 150.0
    """Seconds everything may take to come to its end once nothing breaks any more."""

    def chance(self, who: str) -> random.Random:
        """Random numbers of their own for each who, so that they do not disturb each other."""
        return random.Random(f"{self.seed}:{who}")
