"""How intake reaches a database without the ORM: five verbs, one implementation each.

Rows are dicts of Python values by column name. The statements are derived from the tables,
so a new column needs no change here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, Protocol

from sqlalchemy import Boolean, LargeBinary, Table
from sqlalchemy.types import BigInteger, Integer, TypeEngine

from hub.db.base import Duration, Instant, Json

Row = dict[str, Any]


class Gateway(Protocol):
    """One open transaction."""

    async def match(
        self, table: Table, columns: Sequence[str], wanted: Iterable[Sequence[Any]]
    ) -> list[Row]:
        """The rows whose `columns` equal one of the `wanted` tuples."""
        ...

    async def next_ids(self, table: Table, count: int) -> list[int]:
        """Ids for new rows, ascending."""
        ...

    async def insert(self, table: Table, rows: Sequence[Row]) -> None: ...

    async def update(self, table: Table, key: Sequence[str], rows: Sequence[Row]) -> None:
        """Write every column of `rows`, each found by its `key` columns."""
        ...

    async def advance(self, counter: str, by: int) -> int:
        """Raise a counter and return its new value: the transaction's last lock."""
        ...


class Codec:
    """How one table's values travel through a raw driver."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.columns = [column.name for column in table.columns]
        self._types: dict[str, TypeEngine[Any]] = {c.name: c.type for c in table.columns}
        self._encoders = {name: _encoder(kind) for name, kind in self._types.items()}
        self._decoders = {name: _decoder(kind) for name, kind in self._types.items()}

    def encode(self, name: str, value: Any) -> Any:
        encoder = self._encoders[name]
        return value if value is None or encoder is None else encoder(value)

    def decode(self, values: Iterable[Any]) -> Row:
        row: Row = {}
        for name, value in zip(self.columns, values, strict=True):
            decoder = self._decoders[name]
            row[name] = value if value is None or decoder is None else decoder(value)
        return row

    def array_type(self, name: str) -> str:
        """PostgreSQL's array type for a column."""
        kind = self._types[name]
        if isinstance(kind, Boolean):
            return "boolean[]"
        if isinstance(kind, LargeBinary):
            return "bytea[]"
        if isinstance(kind, Instant | Duration | Integer | BigInteger):
            return "bigint[]"
        return "text[]"


@cache
def codec(table: Table) -> Codec:
    return Codec(table)


def _encoder(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    if isinstance(kind, Instant | Duration | Json):
        return lambda value: kind.process_bind_param(value, None)  # type: ignore[arg-type]
    return None


def _decoder(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    if isinstance(kind, Instant | Duration | Json):
        return lambda value: kind.process_result_value(value, None)  # type: ignore[arg-type]
    if isinstance(kind, Boolean):
        return bool
    return None
