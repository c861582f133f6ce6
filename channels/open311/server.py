"""The GeoReport v2 endpoint that DigiTally, or any Open311 app, files requests at.

Mount it: `Mount("/open311/v2", app=Open311Server(...))`. It is an ASGI app of its own rather
than a table of routes, because GeoReport wants its error array, in the format asked for,
also where a router would answer in its own words (unknown path, unknown method).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from channels.open311.answers import MEDIA_TYPES, Format, Refused, Value, answer, refusal, xml_text
from channels.open311.attributes import asked_by
from channels.open311.comments import presented_update
from channels.open311.openapi import document
from channels.open311.posting import Posting
from channels.open311.presented import presented
from channels.open311.query import (
    check_jurisdiction,
    known_id,
    read_filter,
    read_update_filter,
    wants_extensions,
)
from channels.open311.services import BY_CODE, SERVICES
from channels.open311.w3time import format_w3
from hub.ports import Account, Inbox, ServiceRequest, ServiceRequestFilter, ServiceRequests

_CROSS_ORIGIN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, POST",
    "Access-Control-Allow-Headers": "Content-Type",
}
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
CHANGESET = datetime(2026, 11, 23, tzinfo=UTC)
"""When the service list, or what a service asks for, last changed."""

Clock = Callable[[], datetime]
Handler = Callable[[Request, Format, str], Awaitable[Response]]


class Open311Server:
    """An ASGI app for one account. The keys it accepts are in `account.secrets`, see `ApiKeys`.

    Where the account is told a `jurisdiction_id` and has no remote side, that one is ours.
    """

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
        current: Callable[[], Awaitable[Account]] | None = None,
    ) -> None:
        """`current` gives the account as it is now: its keys may change while we run.

        `public_url` is this endpoint's address where the Host header does not tell it;
        `test` marks it in the discovery as one whose requests nobody works on."""
        self._account = account
        self._requests = requests
        self._clock = clock
        ours = account.secrets.get("jurisdiction_id") if account.base_url is None else None
        self._jurisdiction_id = ours or None
        self._posting = Posting(
            account,
            inbox,
            requests,
            current=current or self._as_given,
            jurisdiction_id=self._jurisdiction_id,
            per_minute=filings_per_minute,
        )
        self._contact = contact
        self._public_url = public_url
        self._test = test
        self._at_root: Mapping[str, Mapping[str, Handler]] = {
            "discovery": {"GET": self._discovery},
            "services": {"GET": self._services},
            "requests": {"GET": self._list, "POST": self._file},
            "servicerequestupdates": {"GET": self._updates, "POST": self._comment},
            "openapi": {"GET": self._document},
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
        if request.method == "HEAD":
            response.body = b""  # its headers, Content-Length too, are those of GET
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
        allowed = ", ".join((*handlers, "HEAD", "OPTIONS"))
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": allowed, **_CROSS_ORIGIN})
        handler = handlers.get("GET" if request.method == "HEAD" else request.method)
        if handler is None:
            raise Refused(
                405,
                f"{xml_text(request.method)} is not allowed here: {allowed}.",
                {"Allow": allowed},
            )
        check_jurisdiction(request.query_params.get("jurisdiction_id"), self._jurisdiction_id)
        return await handler(request, fmt, name)

    async def _as_given(self) -> Account:
        return self._account

    async def _discovery(self, request: Request, fmt: Format, name: str) -> Response:
        changeset = format_w3(CHANGESET)
        found: Value = {
            "changeset": changeset,
            "contact": self._contact,
            "key_service": f"To get an API key: {self._contact}",
            "endpoints": [
                {
                    "specification": SPECIFICATION,
                    "url": self._address(request),
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
        attributes = [attribute.defined() for attribute in asked_by(code)]
        return answer(fmt, "service_definition", {"service_code": code, "attributes": attributes})

    async def _list(self, request: Request, fmt: Format, name: str) -> Response:
        params = request.query_params.multi_items()
        extended = wants_extensions(params)
        wanted = read_filter(params, self._clock())
        found = await self._requests.find(self._account.id, wanted) if wanted is not None else ()
        rows: Value = [presented(one, extended=extended) for one in found]
        return answer(fmt, "service_requests", rows)

    async def _find(self, request_id: str) -> ServiceRequest:
        if known_id(request_id):
            wanted = ServiceRequestFilter(ids=(request_id,), limit=1)
            for found in await self._requests.find(self._account.id, wanted):
                return found
        raise Refused(404, f"service_request_id {request_id[:100]!r} was not found.")

    async def _status(self, request: Request, fmt: Format, request_id: str) -> Response:
        extended = wants_extensions(request.query_params.multi_items())
        found = presented(await self._find(request_id), extended=extended)
        return answer(fmt, "service_requests", [found])

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
        filed = await self._posting.file(request, self._clock())
        return answer(fmt, "service_requests", [filed])

    async def _updates(self, request: Request, fmt: Format, name: str) -> Response:
        wanted = read_update_filter(request.query_params.multi_items(), self._clock())
        found = await self._requests.updates(self._account.id, wanted) if wanted is not None else ()
        return answer(fmt, "service_request_updates", [presented_update(one) for one in found])

    async def _comment(self, request: Request, fmt: Format, name: str) -> Response:
        commented = await self._posting.comment(request, self._clock())
        return answer(fmt, "service_request_updates", [commented])

    async def _document(self, request: Request, fmt: Format, name: str) -> Response:
        """This endpoint for programs: an OpenAPI document, as JSON alone."""
        if fmt != "json":
            raise Refused(404, "The OpenAPI document is JSON: ask for openapi.json.")
        return answer(fmt, "openapi", document(self._address(request)))

    def _address(self, request: Request) -> str:
        mounted = request.url.replace(path=request.scope.get("root_path", ""), query="")
        return (self._public_url or str(mounted)).rstrip("/")
