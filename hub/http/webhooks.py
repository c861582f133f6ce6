"""`/webhooks/{channel}`: verify, parse, store, and only then answer 200."""

from __future__ import annotations

from typing import TypeGuard

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from hub.directory import AccountEntry
from hub.errors import HubError, NotFound
from hub.http.problem import problem
from hub.metrics import WEBHOOKS
from hub.ports import (
    BadSignature,
    Connector,
    MalformedPayload,
    ReceivedBody,
    ReceivesWebhooks,
    UnsupportedEvent,
)
from hub.system import Hub

MAX_BODY = 1_048_576

log = structlog.get_logger(__name__)


class TooLarge(HubError):
    status = 413
    title = "Too large"


class Webhooks:
    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._kinds: dict[type[Connector], bool] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI below its mount: `/{channel}` and `/{channel}/{slug}`.

        Not routes: looking for one of four took longer than verifying and parsing a body.
        """
        request = Request(scope, receive)
        match scope["method"]:
            case "POST":
                answer = await self.receive(request)
            case "GET" | "HEAD":
                answer = await self.handshake(request)
            case _:
                raise HTTPException(405, headers={"Allow": "GET, HEAD, POST"})
        await answer(scope, receive, send)

    async def handshake(self, request: Request) -> Response:
        account, connector = await self._connector(request)
        try:
            answer = connector.handshake(request.query_params)
        except BadSignature as error:
            WEBHOOKS.labels(account.kind, "bad handshake").inc()
            return problem(403, "Not ours", str(error))
        return Response(answer.body, media_type=answer.media_type)

    async def receive(self, request: Request) -> Response:
        """401 leaves no trace but a counter; what cannot be read is kept and listed."""
        account, connector = await self._connector(request)
        body = await read_body(request, MAX_BODY)
        try:
            connector.verify(request.headers, body)
        except BadSignature as error:
            WEBHOOKS.labels(account.kind, "bad signature").inc()
            return problem(401, "Not signed", str(error))
        received = self._read(account, connector, body)
        await self._hub.intake.receive(received)
        WEBHOOKS.labels(account.kind, "unreadable" if received.error else "stored").inc()
        return PlainTextResponse("ok")

    def _read(
        self, account: AccountEntry, connector: ReceivesWebhooks, body: bytes
    ) -> ReceivedBody:
        content_type = "application/json"
        try:
            items = connector.parse(body)
        except UnsupportedEvent as error:
            log.info("webhook.unsupported", channel=account.kind, error=str(error))
            return ReceivedBody(account.id, (), body, content_type, f"not for us: {error}"[:500])
        except MalformedPayload as error:
            log.warning("webhook.malformed", channel=account.kind, error=str(error))
            return ReceivedBody(account.id, (), body, content_type, str(error)[:500])
        return ReceivedBody(
            account.id, items, body, content_type, text_fields=connector.text_fields
        )

    async def _connector(self, request: Request) -> tuple[AccountEntry, ReceivesWebhooks]:
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        kind, _, slug = path.removeprefix("/").partition("/")
        account = (await self._hub.directory.get()).account_of(kind, slug or None)
        connector: Connector | None = None
        if account is not None:
            connector = await self._hub.connectors.of_account(account.id)
        if account is None or connector is None or not self._takes_webhooks(connector):
            raise NotFound("no account takes webhooks here")
        return account, connector

    def _takes_webhooks(self, connector: Connector) -> TypeGuard[ReceivesWebhooks]:
        """Asked once a class: looking at a protocol's every attribute takes its time."""
        kind = type(connector)
        if kind not in self._kinds:
            self._kinds[kind] = isinstance(connector, ReceivesWebhooks)
        return self._kinds[kind]


async def read_body(request: Request, limit: int) -> bytes:
    """The body, as long as it is not larger than `limit` bytes. Raises TooLarge."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise TooLarge(f"a body may have {limit} bytes")
        chunks.append(chunk)
    return b"".join(chunks)
