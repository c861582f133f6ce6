"""Which row an exchange has: breaches, warnings and what was done about them hang on it.

Where older history comes to light, exchanges begin, end or come about that nobody knew of. An
exchange keeps its row as far as it is still the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from hub.sla.clocks import Clock
from hub.sla.summary import VOID

_Row = TypeVar("_Row", bound=Mapping[str, Any])


def rows_of_exchanges(exchanges: Sequence[Clock], rows: list[_Row]) -> list[_Row | None]:
    """The row of each exchange, None for one that needs a new one; they are taken out of `rows`.

    It is the row that began when the exchange did, else the one that ended then, else one of a
    wait that overlaps it. The row of an exchange that never was is nobody else's.
    """
    found: dict[int, _Row] = {}
    for same in (_same_start, _same_end, _overlap):
        for index, exchange in enumerate(exchanges):
            if index not in found:
                _take(found, index, exchange, rows, same)
    return [found.get(index) for index in range(len(exchanges))]


def _take(
    found: dict[int, _Row],
    index: int,
    exchange: Clock,
    rows: list[_Row],
    same: Callable[[Clock, Mapping[str, Any]], bool],
) -> None:
    for place, row in enumerate(rows):
        if same(exchange, row):
            found[index] = rows.pop(place)
            return


def _same_start(exchange: Clock, row: Mapping[str, Any]) -> bool:
    return bool(exchange.started_at == row["started_at"])


def _same_end(exchange: Clock, row: Mapping[str, Any]) -> bool:
    # Only the newest is open, so that two open ones are the same.
    ends = exchange.met_at or exchange.ended_at
    return bool(row["ended"] != VOID and ends == (row["met_at"] or row["ended_at"]))


def _overlap(exchange: Clock, row: Mapping[str, Any]) -> bool:
    if row["ended"] == VOID:
        return False
    ends, row_ends = exchange.met_at or exchange.ended_at, row["met_at"] or row["ended_at"]
    return (ends is None or row["started_at"] < ends) and (
        row_ends is None or exchange.started_at < row_ends
    )
