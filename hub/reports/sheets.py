"""A day's facts as one sheet: some 28 bytes a ticket, with times as buckets of `histogram`.

A sheet has what every grouping and filter asks for, so a report reads one row a day and counts
it by whatever was asked. With buckets this fine, a day's histograms by unit, channel and topic
would have as many entries as it has tickets, and each would be longer.

    sheet = MAGIC, length of the head (4 bytes), head (JSON), rows
    head  = {"unit": [...], "channel": [...], "topic": [...], "agent": [...]}: what codes mean
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Select, select, update

from hub.db.database import Database
from hub.reports.histogram import bucket_of
from hub.reports.models import ReportDay, TicketFact
from hub.reports.outcome import ENDLESS, METRICS

MAGIC = b"sheet-1\n"
KINDS = ("business", "calendar")
FLAGS = ("with_bot", "contained", "reopened", "first_contact", "survey_asked")
"""One bit each, the first the lowest."""
CODED = ("unit", "channel", "topic", "agent")
UNRESOLVED = 65_535
"""`resolved_after` is in days, and at most one less than this."""

ROW = np.dtype(
    [
        *((name, "<u2") for name in CODED),
        ("hour", "u1"),
        ("flags", "u1"),
        ("score", "u1"),
        ("resolved_after", "<u2"),
        *((f"{metric}_outcome", "u1") for metric in METRICS),
        *((f"{metric}_{kind}", "<u2") for metric in METRICS for kind in KINDS),
    ]
)
Rows = npt.NDArray[np.void]
Key = str | int | None

_TIMES = tuple(f"{metric}_{kind}" for metric in METRICS for kind in KINDS)
_OUTCOMES = tuple(f"{metric}_outcome" for metric in METRICS)
_FACTS = (
    "unit", "channel", "topic", "agent_id", "hour", "survey_score", "resolved_day",
    *FLAGS, *_OUTCOMES, *_TIMES,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    day: int
    keys: dict[str, list[Key]]
    """Of each coded column, what its codes mean."""
    rows: Rows

    def to_bytes(self) -> bytes:
        head = json.dumps(self.keys, ensure_ascii=False).encode()
        return b"".join((MAGIC, len(head).to_bytes(4, "little"), head, self.rows.tobytes()))


def read_sheet(day: int, packed: bytes) -> Sheet | None:
    """None for one that another version of the hub has packed otherwise."""
    if not packed.startswith(MAGIC):
        return None
    begin = len(MAGIC) + 4
    end = begin + int.from_bytes(packed[begin - 4 : begin], "little")
    return Sheet(day, json.loads(packed[begin:end]), np.frombuffer(packed, ROW, offset=end))


def facts_of_days(days: Iterable[int]) -> Select[Any]:
    """The facts of these days, as `make_sheet` takes them with the day before each."""
    columns = (getattr(TicketFact, name) for name in _FACTS)
    return select(TicketFact.day, *columns).where(TicketFact.day.in_(sorted(days)))


def make_sheets(facts: Sequence[Sequence[Any]]) -> list[Sheet]:
    """The sheets of what `facts_of_days` gives."""
    by_day: dict[int, list[Sequence[Any]]] = {}
    for fact in facts:
        by_day.setdefault(fact[0], []).append(fact[1:])
    return [make_sheet(day, of_day) for day, of_day in sorted(by_day.items())]


def make_sheet(day: int, facts: Sequence[Sequence[Any]]) -> Sheet:
    rows = np.zeros(len(facts), ROW)
    columns = dict(zip(_FACTS, zip(*facts, strict=True), strict=True)) if facts else {}
    keys: dict[str, list[Key]] = {}
    for name in CODED:
        given = columns.get("agent_id" if name == "agent" else name, ())
        codes: dict[Key, int] = {}
        rows[name] = [codes.setdefault(key, len(codes)) for key in given]
        keys[name] = list(codes)
    if not facts:
        return Sheet(day, keys, rows)
    rows["hour"] = columns["hour"]
    rows["score"] = [score or 0 for score in columns["survey_score"]]
    rows["resolved_after"] = [
        UNRESOLVED if resolved is None else min(max(resolved - day, 0), UNRESOLVED - 1)
        for resolved in columns["resolved_day"]
    ]
    flags = np.zeros(len(facts), np.uint8)
    for bit, name in enumerate(FLAGS):
        flags |= np.array(columns[name], np.uint8) << bit
    rows["flags"] = flags
    for metric in METRICS:
        outcomes = np.array(columns[f"{metric}_outcome"], np.uint8)
        rows[f"{metric}_outcome"] = outcomes
        endless = np.isin(outcomes, list(ENDLESS))
        for kind in KINDS:
            seconds = np.array(columns[f"{metric}_{kind}"], np.float64)
            known = np.nan_to_num(seconds, nan=0.0)
            rows[f"{metric}_{kind}"] = bucket_of(np.where(endless, np.inf, known))
    return Sheet(day, keys, rows)


async def roll(database: Database, *, days: Iterable[int] | None = None, limit: int = 1) -> int:
    """Make the sheets of days that are out of date, of these only if given; gives how many
    were made anew."""
    stale = select(ReportDay.day, ReportDay.revision).where(ReportDay.rolled != ReportDay.revision)
    if days is not None:
        stale = stale.where(ReportDay.day.in_(list(days)))
    async with database.read() as session:
        found = list(await session.execute(stale.order_by(ReportDay.day).limit(limit)))
    for day, revision in found:
        # The revision first: a fact that changes after it was read leaves the day out of date.
        async with database.read() as session:
            facts = (await session.execute(facts_of_days([day]))).all()
        sheet = make_sheet(day, [fact[1:] for fact in facts]).to_bytes()
        async with database.write() as session:
            await session.execute(
                update(ReportDay)
                .where(ReportDay.day == day, ReportDay.revision == revision)
                .values(sheet=sheet, rolled=revision)
            )
    return len(found)


async def stale_days(database: Database) -> list[int]:
    """The days whose sheets are out of date."""
    async with database.read() as session:
        found = await session.scalars(
            select(ReportDay.day)
            .where(ReportDay.rolled != ReportDay.revision)
            .order_by(ReportDay.day)
        )
        return list(found)
