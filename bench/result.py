"""What a measurement found, as a Markdown table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal in words, and whether it was reached in this run."""

    text: str
    reached: bool


def at_least(value: float, goal: float, text: str) -> Goal:
    return Goal(text, value >= goal)


def at_most(value: float, goal: float, text: str) -> Goal:
    return Goal(text, value <= goal)


@dataclass(frozen=True, slots=True)
class Line:
    """One figure. `ratio` says what it is against another figure of the same run."""

    what: str
    value: float
    unit: str
    ratio: str = ""
    goal: Goal | None = None


@dataclass(frozen=True, slots=True)
class Measurement:
    """A named set of figures; `notes` are what a reader needs to judge them."""

    name: str
    title: str
    lines: Sequence[Line]
    notes: Sequence[str] = field(default=())
    skipped: str | None = None
    """Why nothing was measured, None if something was."""

    @property
    def missed(self) -> list[Line]:
        """The lines whose goal was not reached."""
        return [line for line in self.lines if line.goal is not None and not line.goal.reached]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def skipped(name: str, title: str, why: str) -> Measurement:
    return Measurement(name, title, (), skipped=why)


def figure(value: float) -> str:
    """Three digits that mean something: 12,345 · 12.3 · 0.123."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3f}"


def markdown(measurement: Measurement) -> str:
    """The measurement as a section with one table."""
    out = [f"### {measurement.name}: {measurement.title}", ""]
    if measurement.skipped is not None:
        return "\n".join([*out, f"Not measured: {measurement.skipped}", ""])
    out += ["| what | measured | ratio | goal | reached |", "|---|---|---|---|---|"]
    for line in measurement.lines:
        goal, reached = "", ""
        if line.goal is not None:
            goal, reached = line.goal.text, "yes" if line.goal.reached else "**no**"
        measured = f"{figure(line.value)} {line.unit}".strip()
        out.append(f"| {line.what} | {measured} | {line.ratio} | {goal} | {reached} |")
    out += [f"\n- {note}" if at == 0 else f"- {note}" for at, note in enumerate(measurement.notes)]
    return "\n".join([*out, ""])
