"""X's ids and moments, and the names we give to what they name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from channels.payload import instant
from hub.ports import MalformedPayload

POST = "post:"
"""In front of a post's id in an `external_id`, and of a conversation's."""
DM = "dm:"
"""In front of a direct message's id; of its conversation's, the other person's id follows."""

_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
_SEQUENCE_BITS = 22
_LEGACY_TIME = "%a %b %d %H:%M:%S %z %Y"


def snowflake(moment: datetime) -> int:
    """The least id a post of that moment can have."""
    elapsed = (moment - _EPOCH) // timedelta(milliseconds=1)
    return max(elapsed, 0) << _SEQUENCE_BITS


def snowflake_time(number: str) -> datetime:
    """When an id was given out. Raises MalformedPayload for one beyond all time."""
    try:
        return _EPOCH + timedelta(milliseconds=int(number) >> _SEQUENCE_BITS)
    except OverflowError:
        raise MalformedPayload("an id is too large to be X's") from None


def written_at(given: str | None, number: str) -> datetime:
    """The platform's time: as stated, in milliseconds, ISO or v1.1 form, or as the id holds it."""
    return stated(given) or snowflake_time(number)


def stated(given: str | None) -> datetime | None:
    """A moment in any of X's forms; None where there is none. Raises MalformedPayload."""
    if not given:
        return None
    if given[0].isalpha():  # the older form begins with a weekday
        try:
            return datetime.strptime(given, _LEGACY_TIME).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    return instant(given)
