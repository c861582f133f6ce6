"""`/webhooks/{channel}`: verify, parse, store, and only then answer 200."""

from __future__ import annotations

from functools import cache
from typing import TypeGuard

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from hub.directory import AccountEntry
from hub.errors import HubError, NotFound
from hub.http.problem import problem
from hub.metrics import WEBHOOKS
from hub.ports import (
    BadSignature,
    Connector,
    InboundItem,
    MalformedPayload,
    ReceivedBody,
    ReceivesWebhooks,
    RoutesWebhooks,
    Unreadable,
    UnsupportedEvent,
)
from hub.system import Hub

MAX_BODY = 1_048_576

_KINDS: dict[tuple[type, type], bool] = {}
_counter = cache(WEBHOOKS.labels)

log = structlog.get_logger(__name__)


class TooLarge(HubError):
    status = 413
    title = "Too large"


class Webhooks:
    def __init__(self, hub: Hub) -> None:
        self._hub = hub

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
            _counter(account.kind, "bad handshake").inc()
            return problem(403, "Not ours", str(error))
        return Response(answer.body, media_type=answer.media_type)

    async def receive(self, request: Request) -> Response:
        """401 leaves no trace but a counter; what cannot be read is kept and listed."""
        account, connector = await self._connector(request)
        body = await read_body(request, MAX_BODY)
        try:
            connector.verify(request.headers, body)
        except BadSignature as error:
            _counter(account.kind, "bad signature").inc()
            return problem(401, "Not signed", str(error))
        for received in await read_webhook(self._hub, account, connector, body):
            await self._hub.intake.receive(received)
            _counter(account.kind, "unreadable" if received.error else "stored").inc()
        return PlainTextResponse("ok")

    async def _connector(self, request: Request) -> tuple[AccountEntry, ReceivesWebhooks]:
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        kind, _, slug = path.removeprefix("/").partition("/")
        account = (await self._hub.directory.get()).account_of(kind, slug or None)
        connector: Connector | None = None
        if account is not None:
            connector = await self._hub.connectors.of_account(account.id)
        if account is None or connector is None or not _takes_webhooks(connector):
            raise NotFound("no account takes webhooks here")
        return account, connector


async def read_webhook(
    hub: Hub, account: AccountEntry, connector: ReceivesWebhooks, body: bytes
) -> list[ReceivedBody]:
    """A verified body that came for `account`, read for each account of the app it is about.

    What names none of our accounts is read as the one whose address it came to.
    """
    content_type = "application/json"
    try:
        shares = await _shares(hub, account, connector, body)
    except UnsupportedEvent as error:
        log.info("webhook.unsupported", channel=account.kind, error=str(error))
        return [ReceivedBody(account.id, (), body, content_type, f"not for us: {error}"[:500])]
    except MalformedPayload as error:
        log.warning("webhook.malformed", channel=account.kind, error=str(error))
        return [ReceivedBody(account.id, (), body, content_type, str(error)[:500])]
    except Exception as error:  # a mistake of the connector's must not lose what it could not read
        log.exception("webhook.connector_failed", channel=account.kind)
        reason = f"{type(error).__name__}: {error}"[:500]
        return [ReceivedBody(account.id, (), body, content_type, reason)]
    errors = [one.error for _, items, _ in shares for one in items if isinstance(one, Unreadable)]
    found = [
        # The body is kept once, where it came in.
        ReceivedBody(
            number,
            items,
            body,
            content_type,
            text_fields=connector.text_fields,
            keep_raw=first and not errors,
        )
        for number, items, first in shares
    ]
    if errors:  # kept whole, and listed until all of it can be read
        log.warning("webhook.partly_unreadable", channel=account.kind, errors=errors[:5])
        reason = f"{len(errors)} of its events cannot be read: {errors[0]}"[:500]
        found.append(ReceivedBody(account.id, (), body, content_type, reason))
    return found


async def _shares(
    hub: Hub, account: AccountEntry, connector: ReceivesWebhooks, body: bytes
) -> list[tuple[int, tuple[InboundItem, ...], bool]]:
    """What of `body` is for which account, the one it came to first. Raises ConnectorError."""
    routing: object = connector
    if not _routes_webhooks(routing):
        return [(account.id, connector.parse(body), True)]
    directory = await hub.directory.get()
    others = {
        entry.external_id: entry
        for entry in directory.accounts.values()
        if entry.kind == account.kind and entry.id != account.id
    }
    named = set(routing.recipients(body)) if others else set()
    # What is for an account that is switched off is nobody's.
    off = {name for name in named & others.keys() if not others[name].enabled}
    elsewhere = sorted(named & others.keys() - {account.external_id} - off)
    if not elsewhere and not off:
        return [(account.id, connector.parse(body), True)]
    own: list[InboundItem] = []
    for recipient in sorted(named - set(elsewhere) - off):
        own += routing.parse_for(body, recipient)
    shares = [(account.id, tuple(own), True)]
    for recipient in elsewhere:
        other = await hub.connectors.of_account(others[recipient].id)
        assert isinstance(other, RoutesWebhooks)
        shares.append((others[recipient].id, other.parse_for(body, recipient), False))
    return shares


async def read_body(request: Request, limit: int) -> bytes:
    """The body, as long as it is not larger than `limit` bytes. Raises TooLarge."""
    body = b""
    more = True
    # Not `request.stream()`: its generator costs a webhook more than its signature.
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > limit:
            raise TooLarge(f"a body may have {limit} bytes")
    return body


def _takes_webhooks(connector: object) -> TypeGuard[ReceivesWebhooks]:
    return _is(connector, ReceivesWebhooks)


def _routes_webhooks(connector: object) -> TypeGuard[RoutesWebhooks]:
    return _is(connector, RoutesWebhooks)


def _is(connector: object, protocol: type) -> bool:
    """Asked once a class: looking for a protocol's every attribute takes its time."""
    key = (type(connector), protocol)
    if key not in _KINDS:
        _KINDS[key] = isinstance(connector, protocol)
    return _KINDS[key]
