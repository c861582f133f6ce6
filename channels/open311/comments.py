"""`servicerequestupdates`, the common extension: comments on requests, both ways.

GET lists what became of requests; POST adds a comment of the citizen, or of the system that
filed for them. Fields are those that public Open311 systems exchange. `update_id` is ours in
what we answer, and the sender's own in what is posted; `client_update_id` gives that back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from channels.open311.answers import Refused, Value
from channels.open311.filing import (
    MAX_DESCRIPTION,
    Form,
    attachments_of,
    author_of,
    check_lengths,
    web_address,
)
from channels.open311.query import known_id, read_moment
from channels.open311.w3time import format_w3
from hub.ports import InboundMessage, ServiceRequest, ServiceRequestUpdate, Visibility

MAX_UPDATE_ID = 120
_STATUS = re.compile(r"[A-Za-z][A-Za-z _-]{0,39}", re.ASCII)
_KEYED = "update:id:"
_UNKEYED = "update:body:"
# A clock may be wrong by this much; what is later still is taken for the time of arrival.
_CLOCKS_DIFFER = timedelta(minutes=5)


def presented_update(update: ServiceRequestUpdate) -> Mapping[str, Value]:
    """An update as `GET servicerequestupdates` answers it."""
    return {
        "update_id": update.id,
        "service_request_id": update.request_id,
        "status": "OPEN" if update.open else "CLOSED",
        "updated_datetime": format_w3(update.at),
        "description": update.description[:MAX_DESCRIPTION],
        "media_url": web_address(update.media_url) if update.media_url is not None else None,
        "client_update_id": client_id(update.external_id),
    }


def client_id(external_id: str | None) -> str | None:
    """The sender's own id within the external id of a posted comment."""
    if external_id is None or not external_id.startswith(_KEYED):
        return None
    return external_id.removeprefix(_KEYED).split(":", 2)[2]


def request_id_of(form: Form) -> str:
    """The request that is commented on. Raises Refused."""
    given = (form.get("service_request_id") or "").strip()
    if not given:
        raise Refused(400, "service_request_id is missing.")
    if not known_id(given):
        raise Refused(404, f"service_request_id {given[:100]!r} was not found.")
    return given


def keyed_id(form: Form, who: str) -> str | None:
    """The external id of a comment whose sender gave it an id. Raises Refused."""
    given = (form.get("update_id") or "").strip()
    if len(given) > MAX_UPDATE_ID:
        raise Refused(400, f"update_id is longer than {MAX_UPDATE_ID} characters.")
    return f"{_KEYED}{who}:{request_id_of(form)}:{given}" if given else None


def unkeyed_prefix() -> str:
    """What the external id of a comment without an id begins with."""
    return _UNKEYED


def read_comment(
    form: Form, external_id: str, request: ServiceRequest, now: datetime
) -> InboundMessage:
    """The message that a posted update becomes. Raises Refused.

    A status that the sender gives is told to people and changes nothing by itself: what is
    done is for the city to say.
    """
    check_lengths(form)
    status = (form.get("status") or "").strip()
    if status and _STATUS.fullmatch(status) is None:
        raise Refused(400, "status is not a word such as OPEN or CLOSED.")
    description = (form.get("description") or "").strip()
    attachments = attachments_of(form)
    says = status.upper() if status and status.upper() != "OPEN" else None
    if not description and not attachments and says is None:
        raise Refused(400, "description is missing, and nothing else is new.")
    said = [description] if description else []
    if says is not None:
        said.append(f"[Status given by the sender: {says}]")
    at = read_moment("updated_datetime", form.get("updated_datetime"))
    sent_at = at if at is not None and at <= now + _CLOCKS_DIFFER else now
    return InboundMessage(
        external_id=external_id,
        conversation=request.conversation,
        author=author_of(form, request.conversation),
        body="\n".join(said) or "A picture was sent.",
        sent_at=min(sent_at, now),
        visibility=Visibility.PUBLIC,
        skip_bot=True,
        attachments=attachments,
    )
