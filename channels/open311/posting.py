"""The POST side of the GeoReport server: requests, and comments on them.

Whatever is accepted is stored before it is answered. What is posted again (`repeats`, or a
comment's own `update_id`) is answered as it was the first time, and stored once.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from starlette.requests import Request

from channels.open311.answers import Refused, Value
from channels.open311.comments import keyed_id, read_comment, request_id_of, unkeyed_prefix
from channels.open311.filing import Form, read_filing, read_form, without_key
from channels.open311.keys import ApiKeys
from channels.open311.query import check_jurisdiction
from channels.open311.rate import FilingRate
from channels.open311.repeats import Candidates, Repeats, fingerprint
from hub.ports import (
    Accepted,
    Account,
    InboundMessage,
    Inbox,
    ReceivedBody,
    ServiceRequest,
    ServiceRequestFilter,
    ServiceRequests,
)

MAX_BODY_BYTES = 1_000_000
_PATIENCE_BYTES = 16_000_000
_FORM = "application/x-www-form-urlencoded"
_FILED = "filed:"


class Posting:
    """Takes posts in for one account."""

    def __init__(
        self,
        account: Account,
        inbox: Inbox,
        requests: ServiceRequests,
        *,
        current: Callable[[], Awaitable[Account]],
        jurisdiction_id: str | None,
        per_minute: int | None,
    ) -> None:
        self._account = account
        self._current = current
        self._inbox = inbox
        self._requests = requests
        self._jurisdiction_id = jurisdiction_id
        self._repeats = Repeats(requests, account.id)
        self._rate = FilingRate(per_minute) if per_minute is not None else None

    async def file(self, request: Request, now: datetime) -> Mapping[str, Value]:
        """A new service request, or the same again. Raises Refused."""
        body, form, who = await self._read(request)
        digest = fingerprint(who, form)
        candidates = Candidates.at(_FILED, digest, now)
        service, message = read_filing(form, candidates.fresh, now)
        async with self._repeats.one_at_a_time(digest):
            earlier = await self._repeats.earlier(candidates, now)
            ticket_id = (
                earlier.ticket_id
                if earlier is not None
                else (await self._take(message, body, form, now)).ticket_id
            )
        return {
            "service_request_id": str(ticket_id),
            "service_notice": service.notice,
            "account_id": form.get("account_id"),
        }

    async def comment(self, request: Request, now: datetime) -> Mapping[str, Value]:
        """A comment on a request, or the same again. Raises Refused."""
        body, form, who = await self._read(request)
        wanted = await self._request(request_id_of(form))
        keyed = keyed_id(form, who)
        digest = keyed or fingerprint(who, form)
        candidates = Candidates.at(unkeyed_prefix(), digest, now)
        message = read_comment(form, keyed or candidates.fresh, wanted, now)
        async with self._repeats.one_at_a_time(digest):
            earlier = None if keyed else await self._repeats.earlier(candidates, now)
            message_id = (
                earlier.message_id
                if earlier is not None
                else (await self._take(message, body, form, now)).message_id
            )
        return {"update_id": str(message_id), "account_id": form.get("account_id")}

    async def _read(self, request: Request) -> tuple[bytes, Form, str]:
        """The body, what it says and who posts it. Raises Refused."""
        _check_content_type(request.headers.get("content-type", ""))
        body = await _read_body(request)
        form = read_form(body)
        # Keys are given and taken back while we run.
        who = ApiKeys((await self._current()).secrets).check(form.get("api_key"))
        given = form.get("jurisdiction_id") or request.query_params.get("jurisdiction_id")
        check_jurisdiction(given, self._jurisdiction_id)
        return body, form, who

    async def _request(self, request_id: str) -> ServiceRequest:
        wanted = ServiceRequestFilter(ids=(request_id,), limit=1)
        for found in await self._requests.find(self._account.id, wanted):
            return found
        raise Refused(404, f"service_request_id {request_id!r} was not found.")

    async def _take(
        self, message: InboundMessage, body: bytes, form: Form, now: datetime
    ) -> Accepted:
        if self._rate is not None and (wait := self._rate.take(now)) > 0:
            raise Refused(
                429, "Too many requests were filed.", {"Retry-After": str(math.ceil(wait))}
            )
        accepted = await self._inbox.receive(
            ReceivedBody(
                account_id=self._account.id,
                items=(message,),
                raw=without_key(body),
                content_type=_FORM,
                text_fields=form.text_fields,
            )
        )
        if not accepted:
            # The inbox keeps what it cannot store as a message, sealed, for people to look at.
            raise Refused(
                400, "The request could not be stored as it is; the city will look at it."
            )
        return accepted[0]


def _check_content_type(content_type: str) -> None:
    media_type, *parameters = (part.strip().lower() for part in content_type.split(";"))
    if media_type != _FORM:
        raise Refused(400, f"The Content-Type is not {_FORM}.")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in ("utf-8", "utf8"):
            raise Refused(400, "The charset is not UTF-8.")


async def _read_body(request: Request) -> bytes:
    """The body, if it is not too large. Raises Refused.

    What is too large is read on and thrown away for a while: a connection closed while its
    client still writes is reset, and the client never sees why.
    """
    too_large = Refused(
        400, f"The body is larger than {MAX_BODY_BYTES:,} bytes.", {"Connection": "close"}
    )
    body = bytearray()
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MAX_BODY_BYTES:
            body += chunk
        elif size > _PATIENCE_BYTES:
            break
    if size > MAX_BODY_BYTES:
        raise too_large
    return bytes(body)
