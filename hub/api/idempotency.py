"""`Idempotency-Key`: a POST that comes again with the same key gets its first answer again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from fastapi.routing import APIRoute
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from starlette.requests import Request
from starlette.responses import Response

from hub.api.access import hub_of, principal_of
from hub.api.models import IdempotentAnswer
from hub.errors import Conflict, Invalid
from hub.http.webhooks import read_body
from hub.ports.messages import clean_text
from hub.system import Hub
from hub.triage.keys import bot_key

HEADER = "idempotency-key"
MAX_KEY = 120
MAX_BODY = 262_144
_ABANDONED = timedelta(seconds=60)


class IdempotentRoute(APIRoute):
    """An endpoint that honours the header; without it nothing is stored."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def repeatable(request: Request) -> Response:
            if request.method in ("POST", "PATCH", "PUT"):
                # Read here with a limit; FastAPI then finds it read.
                request._body = await read_body(request, MAX_BODY)
            key = request.headers.get(HEADER)
            if key is None or request.method != "POST":
                return await handle(request)
            if not 0 < len(key) <= MAX_KEY or clean_text(key) != key:
                raise Invalid.field("Idempotency-Key", f"must have 1 to {MAX_KEY} characters")
            if key.startswith(bot_key("")):
                raise Invalid.field("Idempotency-Key", "is of the kind that the bot writes with")
            return await _once(request, key, handle)

        return repeatable


async def _once(
    request: Request, key: str, handle: Callable[[Request], Coroutine[Any, Any, Response]]
) -> Response:
    hub = hub_of(request)
    actor = str((await principal_of(request)).actor)[:160]
    digest = hashlib.sha256(request.url.path.encode() + b"\n" + await request.body()).hexdigest()
    first = await _claim(hub, actor, key, digest)
    if first is not None:
        return first
    try:
        response = await handle(request)
    except BaseException:
        await _forget(hub, actor, key)
        raise
    if response.status_code >= 500:
        await _forget(hub, actor, key)
        return response
    async with hub.database.write() as session:
        await session.execute(
            update(IdempotentAnswer)
            .where(IdempotentAnswer.actor == actor, IdempotentAnswer.key == key)
            .values(status=response.status_code, body=bytes(response.body).decode())
        )
    return response


async def _claim(hub: Hub, actor: str, key: str, digest: str) -> Response | None:
    """The first answer, or None if this request is the first. Raises Conflict."""
    now = hub.now()
    try:
        async with hub.database.write() as session:
            await session.execute(
                delete(IdempotentAnswer).where(
                    IdempotentAnswer.actor == actor,
                    IdempotentAnswer.key == key,
                    IdempotentAnswer.status.is_(None),
                    IdempotentAnswer.created_at < now - _ABANDONED,
                )
            )
            session.add(IdempotentAnswer(actor=actor, key=key, request_hash=digest, created_at=now))
        return None
    except IntegrityError:
        pass
    async with hub.database.read() as session:
        known = await session.scalar(
            select(IdempotentAnswer).where(
                IdempotentAnswer.actor == actor, IdempotentAnswer.key == key
            )
        )
    if known is None or (known.status is None and known.request_hash == digest):
        raise Conflict("the first request with this Idempotency-Key is still under way")
    if known.request_hash != digest:
        raise Conflict("this Idempotency-Key was used for another request")
    return Response(
        known.body,
        known.status or 200,
        {"Idempotent-Replayed": "true"},
        "application/json",
    )


async def _forget(hub: Hub, actor: str, key: str) -> None:
    async with hub.database.write() as session:
        await session.execute(
            delete(IdempotentAnswer).where(
                IdempotentAnswer.actor == actor, IdempotentAnswer.key == key
            )
        )
