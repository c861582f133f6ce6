"""A service request as the GeoReport server shows it."""

from __future__ import annotations

from collections.abc import Mapping

from channels.open311.answered import presented_answers
from channels.open311.answers import Value
from channels.open311.filing import MAX_DESCRIPTION, address_of_id, web_address
from channels.open311.services import BY_CODE
from channels.open311.w3time import format_w3
from hub.ports import ServiceRequest


def presented(request: ServiceRequest, *, extended: bool = False) -> Mapping[str, Value]:
    """A request as `GET requests` answers it: every field of the standard, null where none.

    `extended` adds what `extensions=true` asks for, under one name.
    """
    service = BY_CODE.get(request.service_code)
    location = request.location
    row: dict[str, Value] = {
        "service_request_id": request.id,
        "status": "open" if request.open else "closed",
        "status_notes": request.status_notes,
        "service_name": service.name if service is not None else None,
        "service_code": request.service_code,
        "description": request.description[:MAX_DESCRIPTION],
        "agency_responsible": request.agency,
        "service_notice": service.notice if service is not None else None,
        "requested_datetime": format_w3(request.requested_at),
        "updated_datetime": format_w3(request.updated_at),
        "expected_datetime": (
            format_w3(request.expected_at) if request.expected_at is not None else None
        ),
        "address": _address(request),
        "address_id": request.address_id,
        "zipcode": request.zipcode,
        "lat": location.latitude if location is not None else None,
        "long": location.longitude if location is not None else None,
        "media_url": web_address(request.media_url) if request.media_url is not None else None,
    }
    if extended:
        row["extended_attributes"] = {
            "detailed_status": request.status.upper(),
            "parent_service_request_id": request.joined_with,
            "attributes": presented_answers(request.service_code, request.attributes),
        }
    return row


def _address(request: ServiceRequest) -> str | None:
    """The address as it was given: of one known by its id alone, people are shown the id."""
    address = request.location.address if request.location is not None else None
    if address is not None and address == address_of_id(request.address_id or ""):
        return None
    return address
