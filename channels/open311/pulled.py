"""A request read from a remote endpoint becomes an InboundMessage."""

from __future__ import annotations

import json
from datetime import datetime

from channels.open311.filing import MAX_MEDIA_URL, degrees, media, web_address
from channels.open311.rows import Row
from channels.open311.services import recognise
from channels.open311.w3time import parse_w3
from hub.ports import (
    Account,
    Author,
    Ignored,
    InboundMessage,
    Location,
    Unreadable,
    Visibility,
)
from hub.ports.messages import clean_text

PREFIX = "request:"
"""Before the remote id in external ids and conversations."""

MAX_ID = 200
MAX_FACT = 1_000
"""Characters kept of an address, or of a field shown beside the message."""

_SHOWN = (
    "service_code",
    "service_name",
    "status",
    "status_notes",
    "agency_responsible",
    "address_id",
    "zipcode",
)


def text_of(row: Row, name: str) -> str | None:
    """A field without the blanks around it; None where nothing is left."""
    value = row.get(name)
    return value.strip() or None if value is not None else None


def request_id(row: Row) -> str | None:
    return text_of(row, "service_request_id")


def moment(row: Row, name: str) -> datetime | None:
    """A datetime of the row; one without a zone is taken as UTC."""
    value = row.get(name)
    return parse_w3(value, zone_required=False) if value is not None else None


def _location(row: Row) -> Location | None:
    lat, long, address = text_of(row, "lat"), text_of(row, "long"), text_of(row, "address")
    latitude = degrees(lat, 90) if lat is not None else None
    longitude = degrees(long, 180) if long is not None else None
    # Half a coordinate, or 0/0 in the Gulf of Guinea, is how servers say "unknown".
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        latitude = longitude = None
    if address is not None:
        address = clean_text(address, MAX_FACT)
    if latitude is None and address is None:
        return None
    return Location(latitude, longitude, address)


def _unreadable(row: Row, why: str) -> Unreadable:
    return Unreadable(json.dumps(row).encode(), f"open311: {why}")


def read_request(
    row: Row, account: Account, now: datetime
) -> InboundMessage | Ignored | Unreadable:
    """The message of one row, or why it is none.

    Only a row that nobody can refer to is unreadable. A date that cannot be read becomes `now`:
    a citizen's request is not dropped for it.
    """
    remote_id = request_id(row)
    if remote_id is None:
        if text_of(row, "token") is not None:
            return Ignored("open311: no service_request_id yet, only a token")
        return _unreadable(row, "a row without service_request_id")
    if len(remote_id) > MAX_ID:
        return _unreadable(row, "service_request_id too long")
    external_id = f"{PREFIX}{remote_id}"
    name = text_of(row, "service_name")
    code = text_of(row, "service_code")
    service = recognise(code, name)
    location = _location(row)
    title = name or (service.name if service is not None else f"Service request {remote_id}")
    media_url = web_address(text_of(row, "media_url") or "")
    if media_url is not None and len(media_url) > MAX_MEDIA_URL:
        media_url = None
    return InboundMessage(
        external_id=external_id,
        conversation=external_id,
        # GeoReport does not tell who filed a request, so each author is known by it alone.
        author=Author("open311", f"account-{account.id}:{external_id}"),
        body=text_of(row, "description") or title,
        sent_at=moment(row, "requested_datetime") or moment(row, "updated_datetime") or now,
        visibility=Visibility.PUBLIC,
        subject=f"{title} – {location.address}" if location and location.address else title,
        unit=service.unit if service is not None else account.unit,
        topic=service.topic if service is not None else None,
        skip_bot=True,
        attachments=(media(media_url),) if media_url is not None else (),
        location=location,
        context={
            field: clean_text(value, MAX_FACT)
            for field in _SHOWN
            if (value := text_of(row, field)) is not None
        },
    )
