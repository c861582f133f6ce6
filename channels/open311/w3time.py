"""Datetimes as GeoReport writes them: the W3C profile of ISO 8601, with Z or an offset."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_W3 = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)"
    r"(?:[T ](?P<time>\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)\s?(?P<zone>Z|[+-]\d\d:?\d\d)?)?",
    re.ASCII | re.IGNORECASE,
)
# Beyond these years arithmetic with windows and zones may leave what a datetime can hold.
_FIRST_YEAR, _LAST_YEAR = 1900, 2200


def format_w3(at: datetime) -> str:
    """`2026-11-22T15:04:05Z`: UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_w3(text: str, *, zone_required: bool = True) -> datetime | None:
    """The moment `text` names, aware UTC, or None if it names none.

    A date alone is its midnight in UTC. Without `zone_required` a time without a zone is
    read as UTC: remote servers do leave it out.
    """
    match = _W3.fullmatch(text.strip())
    if match is None:
        return None
    time, zone = match["time"], match["zone"]
    if time is not None and zone is None and zone_required:
        return None
    zone = "+00:00" if zone is None or zone in "Zz" else zone
    try:
        at = datetime.fromisoformat(f"{match['date']}T{time or '00:00:00'}{zone}")
    except ValueError:
        return None
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        return None
    return at.astimezone(UTC)
