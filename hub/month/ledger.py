"""The rows of the month, with the ids they will have, until they are written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import Table

from hub.db import schema
from hub.db.base import Base
from hub.intake.gateway import Row


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


CONTACTS = _table(schema.Contact)
POINTS = _table(schema.ContactPoint)
TICKETS = _table(schema.Ticket)
TAGS = _table(schema.TicketTag)
CONVERSATIONS = _table(schema.Conversation)
MESSAGES = _table(schema.Message)
DELIVERIES = _table(schema.Delivery)
JOBS = _table(schema.Job)
CLOCKS = _table(schema.ClockRow)
ENTRIES = _table(schema.TimelineRow)
BREACHES = _table(schema.Breach)
ESCALATIONS = _table(schema.Escalation)
NOTICES = _table(schema.Notice)
AUDIT = _table(schema.AuditEntry)
SURVEYS = _table(schema.Survey)

WRITTEN = (
    CONTACTS, POINTS, TICKETS, TAGS, CONVERSATIONS, MESSAGES, DELIVERIES, JOBS, CLOCKS, ENTRIES,
    BREACHES, ESCALATIONS, NOTICES, AUDIT, SURVEYS,
)  # fmt: skip
"""Every table the month writes, those first that others refer to."""
NUMBERED = tuple(table for table in WRITTEN if "id" in table.columns)


class Ledger:
    """New rows by table. `last_ids` are the ids given before, by table."""

    def __init__(self, last_ids: Mapping[Table, int]) -> None:
        self._ids = dict(last_ids)
        self.rows: dict[Table, list[Row]] = {table: [] for table in WRITTEN}
        self.moved: list[Row] = []
        """Conversations known before, which lead to another ticket now."""

    @property
    def last_ids(self) -> dict[Table, int]:
        return self._ids

    def number(self, table: Table) -> int:
        self._ids[table] += 1
        return self._ids[table]

    def reserve(self, table: Table, count: int) -> int:
        """So many ids in a row; gives the first."""
        first = self._ids[table] + 1
        self._ids[table] += count
        return first

    def add(self, table: Table, **values: Any) -> Row:
        """A new row; what `values` do not say is the column's default, or empty."""
        row = dict(_blank(table)) | values
        return self.keep(table, row)

    def keep(self, table: Table, row: Row) -> Row:
        """The same of a row that is complete, but for its id."""
        if "id" in row and row["id"] is None:
            row["id"] = self.number(table)
        self.rows[table].append(row)
        return row

    def done_job(
        self, kind: str, lane: str, payload: Mapping[str, Any], made: datetime, done: datetime
    ) -> None:
        """A job that has been run."""
        self.add(
            JOBS, kind=kind, lane=lane, payload=dict(payload), run_at=made, attempts=1,
            created_at=made, done_at=done,
        )  # fmt: skip

    def take(self) -> dict[Table, list[Row]]:
        """What was added since the last time."""
        taken, self.rows = self.rows, {table: [] for table in WRITTEN}
        return taken


@cache
def _blank(table: Table) -> dict[str, Any]:
    return {column.name: _default(column) for column in table.columns}


def _default(column: Any) -> Any:
    """The plain default of a column: lists and objects are made by the rows that have them."""
    if column.default is not None and column.default.is_scalar:
        return column.default.arg
    if column.default is not None and column.default.is_callable:
        return column.default.arg(None)
    return None
