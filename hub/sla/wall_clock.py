"""From what the clock on the wall reads to the one instant it means.

Instants are integer microseconds since 1970 in UTC, so that sums are exact. Both changes of
the clocks have one rule each, and together they keep the order of the readings:
- a reading that the clocks skip (02:30 in March) is the instant of the change;
- a reading that comes twice (01:30 in November) is its first coming.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hub.sla.errors import BadInstant

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000
"""Microseconds of a second."""
_MICROSECOND = timedelta(microseconds=1)
_NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock's reading has no zone


def to_micros(at: datetime, field: str) -> int:
    """The instant of an aware datetime. Raises BadInstant for a naive one."""
    if at.tzinfo is None or at.utcoffset() is None:
        raise BadInstant(field, "must be an aware datetime")
    # Subtracting values with the same tzinfo would ignore its offsets; EPOCH's is UTC's.
    return (at - EPOCH) // _MICROSECOND


def from_micros(micros: int, field: str = "working_time") -> datetime:
    """The instant as aware UTC. Raises BadInstant outside the years 1 to 9999."""
    try:
        return EPOCH + timedelta(microseconds=micros)
    except OverflowError:
        raise BadInstant(field, "leads outside the years 1 to 9999") from None


def instant_of(reading: datetime, zone: ZoneInfo) -> int:
    """The instant, in microseconds, at which clocks in `zone` come to show `reading` (naive)."""
    micros = (reading - _NAIVE_EPOCH) // _MICROSECOND
    first = reading.replace(tzinfo=zone)
    before = _offset(first)
    after = _offset(first.replace(fold=1))
    if after <= before:
        return micros - before
    return _change_between(micros - after, micros - before, zone)


def _change_between(low: int, high: int, zone: ZoneInfo) -> int:
    """The first whole second in (low, high] with the offset that holds at `high`."""
    later = _offset(from_micros(high).astimezone(zone))
    low //= SECOND
    high //= SECOND
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(from_micros(middle * SECOND).astimezone(zone)) == later:
            high = middle
        else:
            low = middle
    return high * SECOND


def _offset(at: datetime) -> int:
    offset = at.utcoffset()
    assert offset is not None
    return offset // _MICROSECOND
