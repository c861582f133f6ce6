"""Reading the filters of `GET requests` and `GET servicerequestupdates`.

The window is on requested_datetime and spans at most 90 days; without one it is the last 90
days. `service_request_id` overrides everything else. `updated_after` and `updated_before`
are the common extension: with them the default window does not apply, since a request filed
long ago may have changed today.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from channels.open311.answers import Refused
from channels.open311.services import BY_CODE
from channels.open311.w3time import parse_w3
from hub.ports import ServiceRequestFilter, UpdateFilter

WINDOW = timedelta(days=90)
MAX_ROWS = 1_000
_MAX_IDS = 1_000
_MAX_PAGE = 1_000_000
# Our ids are ticket numbers; anything else cannot be one and is not looked up.
_OUR_ID = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)

Params = Sequence[tuple[str, str]]


def _given(params: Params, name: str) -> list[str]:
    """Every value of `name`, comma lists taken apart, blanks dropped, in order, once each."""
    values = (part.strip() for key, value in params if key == name for part in value.split(","))
    return list(dict.fromkeys(value for value in values if value))


def _one(params: Params, name: str) -> str | None:
    """The value of `name`, None if absent or blank. Raises Refused where several differ."""
    values = {value.strip() for key, value in params if key == name and value.strip()}
    if len(values) > 1:
        raise Refused(400, f"{name} was given twice with different values.")
    return next(iter(values), None)


def _moment(params: Params, name: str) -> datetime | None:
    return read_moment(name, _one(params, name))


def read_moment(name: str, text: str | None) -> datetime | None:
    """The moment that the field `name` holds, None where it is missing. Raises Refused."""
    if text is None:
        return None
    text = text.strip()
    # An offset's plus sign that was not percent-encoded arrives as a space.
    at = parse_w3(re.sub(r" (\d\d:?\d\d)$", r"+\1", text))
    if at is None:
        raise Refused(
            400, f"{name} is not a date and time with a zone such as 2026-01-31T12:00:00Z."
        )
    return at


def _count(params: Params, name: str, most: int) -> int | None:
    text = _one(params, name)
    if text is None:
        return None
    if re.fullmatch(r"[0-9]{1,7}", text, re.ASCII) is None or not 1 <= int(text) <= most:
        raise Refused(400, f"{name} is not a whole number from 1 to {most:,}.")
    return int(text)


def _page(params: Params) -> tuple[int, int]:
    """Rows to answer, and rows to leave out before them."""
    size = _count(params, "page_size", _MAX_PAGE)
    page = _count(params, "page", _MAX_PAGE) or 1
    # A larger page is what a client hopes for, not an error: it gets as many as there may be.
    size = min(size or MAX_ROWS, MAX_ROWS)
    return size, (page - 1) * size


def known_id(text: str) -> bool:
    """Whether `text` could be the id of a request filed here."""
    return _OUR_ID.fullmatch(text) is not None


def _span(
    start: datetime | None, end: datetime | None, names: tuple[str, str]
) -> tuple[datetime | None, datetime | None]:
    if start is not None and end is not None and start > end:
        raise Refused(400, f"{names[0]} is later than {names[1]}.")
    return start, end


def _ids(params: Params) -> ServiceRequestFilter | None:
    given = _given(params, "service_request_id")
    if len(given) > _MAX_IDS:
        raise Refused(400, f"service_request_id lists more than {_MAX_IDS:,} requests.")
    if not given:
        return None
    return ServiceRequestFilter(
        ids=tuple(value for value in given if known_id(value)), limit=MAX_ROWS
    )


def read_filter(params: Params, now: datetime) -> ServiceRequestFilter | None:
    """What `GET requests` asks for; None where no request can match. Raises Refused."""
    by_id = _ids(params)
    if by_id is not None:
        return by_id if by_id.ids else None
    codes = _given(params, "service_code")
    for code in codes:
        if code not in BY_CODE:
            raise Refused(404, f"service_code {code[:100]!r} was not found.")
    statuses = {status.lower() for status in _given(params, "status")}
    if not statuses <= {"open", "closed"}:
        raise Refused(400, "status is neither open nor closed.")
    start, end = _span(
        _moment(params, "start_date"), _moment(params, "end_date"), ("start_date", "end_date")
    )
    updated_from, updated_to = _span(
        _moment(params, "updated_after"),
        _moment(params, "updated_before"),
        ("updated_after", "updated_before"),
    )
    if start is not None and end is not None and end - start > WINDOW:
        raise Refused(400, "start_date and end_date are more than 90 days apart.")
    if start is not None or end is not None:
        # The side that was left open is as far away as the standard allows.
        start, end = start or (end or now) - WINDOW, end or (start or now) + WINDOW
    elif updated_from is None and updated_to is None:
        start = now - WINDOW
    size, offset = _page(params)
    return ServiceRequestFilter(
        service_codes=tuple(codes),
        requested_from=start,
        requested_to=end,
        updated_from=updated_from,
        updated_to=updated_to,
        open=statuses == {"open"} if len(statuses) == 1 else None,
        limit=size,
        offset=offset,
    )


def read_update_filter(params: Params, now: datetime) -> UpdateFilter | None:
    """What `GET servicerequestupdates` asks for; None where no update can match.

    Without bounds it is the last 90 days, and all there is of requests that are named.
    Raises Refused.
    """
    given = _ids(params)
    if given is not None and not given.ids:
        return None
    since, until = _span(
        _moment(params, "start_date"), _moment(params, "end_date"), ("start_date", "end_date")
    )
    if given is None:
        if since is not None and until is not None and until - since > WINDOW:
            raise Refused(400, "start_date and end_date are more than 90 days apart.")
        if since is None:
            since = (until or now) - WINDOW
    size, offset = _page(params)
    ids = given.ids if given is not None else ()
    return UpdateFilter(ids, since, until, limit=size, offset=offset)


def wants_extensions(params: Params) -> bool:
    """Whether `extensions=true` asks for more than the standard's fields. Raises Refused."""
    return (_one(params, "extensions") or "").lower() in ("true", "1", "yes")


def check_jurisdiction(given: str | None, ours: str | None) -> None:
    """An endpoint of one jurisdiction does not need to be told which: absent and empty are
    the same. Raises Refused (404) for another one, where we have a name at all."""
    given = (given or "").strip()
    if ours is not None and given and given.lower() != ours.lower():
        raise Refused(404, f"jurisdiction_id {given[:100]!r} was not found.")
