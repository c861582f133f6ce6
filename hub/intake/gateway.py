"""How intake reaches a database without the ORM: a few verbs, one implementation each.

Rows are dicts of Python values by column name. The statements are derived from the tables,
so a new column needs no change here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, Protocol

from sqlalchemy import Boolean, Float, LargeBinary, Table
from sqlalchemy.types import BigInteger, Integer, TypeEngine

from hub.db.base import Duration, Instant, Json, encode_json, to_micros

Row = dict[str, Any]


class Gateway(Protocol):
    """One open transaction."""

    async def match(
        self, table: Table, columns: Sequence[str], wanted: Iterable[Sequence[Any]]
    ) -> list[Row]:
        """The rows whose `columns` equal one of the `wanted` tuples."""
        ...

    async def reserve(self, counts: Mapping[Table, int]) -> None:
        """So many ids at most will be asked for: all of them can be had at once."""
        ...

    async def next_ids(self, table: Table, count: int) -> list[int]:
        """Ids for new rows, ascending."""
        ...

    async def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Write new rows, at `flush` at the latest."""
        ...

    async def update(self, table: Table, key: Sequence[str], rows: Sequence[Row]) -> None:
        """Write every column of `rows`, each found by its `key` columns; as late as `insert`."""
        ...

    async def advance(self, counter: str, by: int) -> int:
        """Raise a counter and return its new value: the transaction's last lock."""
        ...

    async def flush(self) -> None:
        """Write what is still held back."""
        ...


class Codec:
    """How one table's values travel through a raw driver."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.columns = [column.name for column in table.columns]
        self._types: dict[str, TypeEngine[Any]] = {c.name: c.type for c in table.columns}
        self._encoders = {name: _encoder(kind) for name, kind in self._types.items()}
        decoders = [_decoder(kind) for kind in self._types.values()]
        self._decoders = [(at, found) for at, found in enumerate(decoders) if found is not None]

    def encode(self, name: str, value: Any) -> Any:
        encoder = self._encoders[name]
        return value if value is None or encoder is None else encoder(value)

    def encode_rows(self, rows: Iterable[Row], columns: Sequence[str]) -> list[list[Any]]:
        """The rows' values of `columns`, in that order, as the driver takes them."""
        if len(columns) == 1:
            return [[self.encode(columns[0], row[columns[0]])] for row in rows]
        pick = itemgetter(*columns)
        found = ((at, self._encoders[name]) for at, name in enumerate(columns))
        encoders = [(at, encoder) for at, encoder in found if encoder is not None]
        encoded: list[list[Any]] = []
        for row in rows:
            values = list(pick(row))
            for at, encoder in encoders:
                value = values[at]
                if value is not None:
                    values[at] = encoder(value)
            encoded.append(values)
        return encoded

    def decode(self, values: Iterable[Any]) -> Row:
        decoded = list(values)
        for at, decoder in self._decoders:
            value = decoded[at]
            if value is not None:
                decoded[at] = decoder(value)
        return dict(zip(self.columns, decoded, strict=True))

    def array_type(self, name: str) -> str:
        """PostgreSQL's array type for a column."""
        kind = self._types[name]
        if isinstance(kind, Boolean):
            return "boolean[]"
        if isinstance(kind, LargeBinary):
            return "bytea[]"
        if isinstance(kind, Float):
            return "double precision[]"
        if isinstance(kind, Instant | Duration | Integer | BigInteger):
            return "bigint[]"
        return "text[]"


@cache
def codec(table: Table) -> Codec:
    return Codec(table)


def _encoder(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    if isinstance(kind, Instant):
        return to_micros
    if isinstance(kind, Json):
        return _encode_json
    if isinstance(kind, Duration):
        return lambda value: kind.process_bind_param(value, None)  # type: ignore[arg-type]
    return None


def _encode_json(value: Any) -> str:
    # Most lists and objects of a message are empty.
    if value == []:
        return "[]"
    return "{}" if value == {} else encode_json(value)


def _decoder(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    if isinstance(kind, Instant | Duration | Json):
        return lambda value: kind.process_result_value(value, None)  # type: ignore[arg-type]
    if isinstance(kind, Boolean):
        return bool
    return None
