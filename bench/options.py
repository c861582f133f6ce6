"""How much to measure: one frozen value for all measurements."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """Everything is bounded, in count and in time."""

    folder: Path
    """Databases go here; it should be on the disk that is meant."""
    seconds: float = 8.0
    """How long each load runs."""
    rounds: int = 3
    """How often product and baseline are measured in turn; the median counts."""
    connections: int = 64
    producers: int = 256
    rate: int = 200
    """Webhooks a second while latency is measured."""
    rate_seconds: float = 20.0
    sockets: int = 1000
    frames: int = 50
    """Events sent to every socket."""
    tickets: int = 200_000
    messages: int = 200_000
    """Messages to search in."""
    report_messages: int = 1_000_000
    """Messages of the tickets a report counts."""
    turns: int = 200
    """Messages to the bot, one after another, in each language."""
    idle_seconds: float = 10.0
    storm_seconds: float = 240.0
    """How long things break in each storm (faults)."""
    seed: int = 311
    """Of a storm's random numbers."""

    @classmethod
    def quick(cls, folder: Path) -> Options:
        """Enough to see that everything runs; the figures mean nothing."""
        return cls(
            folder, seconds=0.4, rounds=1, connections=4, producers=8, rate=20, rate_seconds=1.0,
            sockets=5, frames=3, tickets=2_000, messages=2_000, report_messages=2_000,
            turns=3, idle_seconds=0.2, storm_seconds=4.0,
        )  # fmt: skip
