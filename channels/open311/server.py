"""The GeoReport v2 endpoint that DigiTally, or any Open311 app, files requests at.

Mount it: `Mount("/open311/v2", app=Open311Server(...))`. It is an ASGI app of its own rather
than a table of routes, because GeoReport wants its error array, in the format asked for,
also where a router would answer in its own words (unknown path, unknown method).
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from channels.open311.answers import MEDIA_TYPES, Format, Refused, Value, answer, refusal, xml_text
from channels.open311.filing import (
    MAX_DESCRIPTION,
    check_key,
    read_filing,
    read_form,
    web_address,
    without_key,
)
from channels.open311.query import known_id, read_filter
from channels.open311.rate import FilingRate
from channels.open311.services import BY_CODE, SERVICES
from channels.open311.w3time import format_w3
from hub.ports import (
    Account,
    Inbox,
    ReceivedBody,
    ServiceRequest,
    ServiceRequestFilter,
    ServiceRequests,
)

MAX_BODY_BYTES = 1_000_000
_PATIENCE_BYTES = 16_000_000
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
CHANGESET = datetime(2026, 11, 22, tzinfo=UTC)
"""When the service list last changed."""

_FORM = "application/x-www-form-urlencoded"

Clock = Callable[[], datetime]
Handler = Callable[[Request, Format, str], Awaitable[Response]]


def presented(request: ServiceRequest) -> Mapping[str, Value]:
    """A request as `GET requests` answers it: every field of the standard, null where none."""
    service = BY_CODE.get(request.service_code)
    location = request.location
    return {
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
        "address": location.address if location is not None else None,
        "address_id": None,
        "zipcode": None,
        "lat": location.latitude if location is not None else None,
        "long": location.longitude if location is not None else None,
        "media_url": web_address(request.media_url) if request.media_url is not None else None,
    }


class Open311Server:
    """An ASGI app for one account. `account.secrets["api_key"]` is the key it accepts."""

    def __init__(
        self,
        account: Account,
        inbox: Inbox,
        requests: ServiceRequests,
        clock: Clock,
        *,
        filings_per_minute: int | None = None,
        contact: str = "City of Tallahassee, 850-891-4968",
        public_url: str | None = None,
        test: bool = False,
    ) -> None:
        """`public_url` is this endpoint's address where the Host header does not tell it;
        `test` marks it in the discovery as one whose requests nobody works on."""
        self._account = account
        self._inbox = inbox
        self._requests = requests
        self._clock = clock
        self._rate = FilingRate(filings_per_minute) if filings_per_minute is not None else None
        self._contact = contact
        self._public_url = public_url
        self._test = test
        self._at_root: Mapping[str, Mapping[str, Handler]] = {
            "discovery": {"GET": self._discovery},
            "services": {"GET": self._services},
            "requests": {"GET": self._list, "POST": self._file},
        }
        self._in_folder: Mapping[str, Mapping[str, Handler]] = {
            "services": {"GET": self._definition},
            "requests": {"GET": self._status},
            "tokens": {"GET": self._token},
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        request = Request(scope, receive)
        # ASGI: `path` begins with what the app is mounted under.
        path = scope["path"].removeprefix(scope.get("root_path", "")).strip("/")
        folder, _, last = path.rpartition("/")
        name, dot, ending = last.rpartition(".")
        fmt: Format = "json" if ending == "json" else "xml"
        try:
            response = await self._dispatch(request, folder, name if dot else last, fmt, ending)
        except Refused as refused:
            response = refusal(fmt, refused)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _dispatch(
        self, request: Request, folder: str, name: str, fmt: Format, ending: str
    ) -> Response:
        table = self._in_folder if folder else self._at_root
        handlers = table.get(folder or name) if name else None
        if handlers is None:
            raise Refused(404, "There is no such resource.")
        if ending not in MEDIA_TYPES:
            raise Refused(400, "The format is unknown: end the address in .xml or .json.")
        handler = handlers.get(request.method)
        if handler is None:
            allowed = ", ".join(handlers)
            raise Refused(
                405,
                f"{xml_text(request.method)} is not allowed here: {allowed}.",
                {"Allow": allowed},
            )
        return await handler(request, fmt, name)

    async def _discovery(self, request: Request, fmt: Format, name: str) -> Response:
        mounted = request.url.replace(path=request.scope.get("root_path", ""), query="")
        url = self._public_url or str(mounted)
        changeset = format_w3(CHANGESET)
        found: Value = {
            "changeset": changeset,
            "contact": self._contact,
            "key_service": f"To get an API key: {self._contact}",
            "endpoints": [
                {
                    "specification": SPECIFICATION,
                    "url": url.rstrip("/"),
                    "changeset": changeset,
                    "type": "test" if self._test else "production",
                    "formats": ["text/xml", "application/json"],
                }
            ],
        }
        return answer(fmt, "discovery", found)

    async def _services(self, request: Request, fmt: Format, name: str) -> Response:
        return answer(fmt, "services", [service.listed() for service in SERVICES])

    async def _definition(self, request: Request, fmt: Format, code: str) -> Response:
        if code not in BY_CODE:
            raise Refused(404, f"service_code {code[:100]!r} was not found.")
        return answer(fmt, "service_definition", {"service_code": code, "attributes": []})

    async def _list(self, request: Request, fmt: Format, name: str) -> Response:
        wanted = read_filter(request.query_params.multi_items(), self._clock())
        found = await self._requests.find(self._account.id, wanted) if wanted is not None else ()
        return answer(fmt, "service_requests", [presented(one) for one in found])

    async def _find(self, request_id: str) -> ServiceRequest:
        if known_id(request_id):
            wanted = ServiceRequestFilter(ids=(request_id,), limit=1)
            for found in await self._requests.find(self._account.id, wanted):
                return found
        raise Refused(404, f"service_request_id {request_id[:100]!r} was not found.")

    async def _status(self, request: Request, fmt: Format, request_id: str) -> Response:
        return answer(fmt, "service_requests", [presented(await self._find(request_id))])

    async def _token(self, request: Request, fmt: Format, token: str) -> Response:
        """Requests get their id at once, so the id is the only token there is."""
        try:
            found = await self._find(token)
        except Refused:
            raise Refused(404, f"token {token[:100]!r} was not found.") from None
        return answer(
            fmt, "service_requests", [{"service_request_id": found.id, "token": found.id}]
        )

    async def _file(self, request: Request, fmt: Format, name: str) -> Response:
        _check_content_type(request.headers.get("content-type", ""))
        body = await _read_body(request)
        form = read_form(body)
        check_key(form, self._account.secrets.get("api_key"))
        now = self._clock()
        external_id = f"filed:{uuid.uuid4().hex}"
        service, message = read_filing(form, external_id, now)
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
        filed: Value = [
            {
                "service_request_id": str(accepted[0].ticket_id),
                "service_notice": service.notice,
                "account_id": form.get("account_id"),
            }
        ]
        return answer(fmt, "service_requests", filed)


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
