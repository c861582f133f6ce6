"""`/unreadable`: what arrived and could not be read, looked at, read again, or dismissed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from hub.api.access import Supervisor, TheHub
from hub.api.account_schemas import DismissedView, DismissRequest, ReplayedView, UnreadableView
from hub.api.idempotency import IdempotentRoute
from hub.api.system_schemas import UnreadablePage
from hub.audit.models import AuditEntry
from hub.errors import Conflict, NotFound
from hub.intake.models import RawBody
from hub.intake.redaction import mask_numbers
from hub.ports.messages import clean_text
from hub.replay import Replayed, replay_body
from hub.secrets import WrongKey
from hub.system import Hub
from hub.team.access import Actor

MAX_TEXT = 100_000

router = APIRouter(tags=["unreadable"], route_class=IdempotentRoute)

BodyId = Annotated[int, Path(ge=1, lt=2**53)]


@router.get("/unreadable", response_model=UnreadablePage)
async def list_unreadable(
    hub: TheHub,
    principal: Supervisor,
    cursor: Annotated[int | None, Query(ge=0, lt=2**53)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """What arrived and could not be read, newest first. The bodies are sealed."""
    query = select(
        RawBody.id,
        RawBody.account_id,
        RawBody.received_at,
        RawBody.error,
        func.length(RawBody.body),
    ).where(RawBody.state == "unreadable")
    if cursor is not None:
        query = query.where(RawBody.id < cursor)
    async with hub.database.read() as session:
        found = (await session.execute(query.order_by(RawBody.id.desc()).limit(limit + 1))).all()
    page = found[:limit]
    return {
        "items": [
            {"id": i, "account_id": account, "received_at": at, "error": error, "size": size}
            for i, account, at, error, size in page
        ],
        "next_cursor": str(page[-1][0]) if len(found) > limit else None,
    }


@router.get("/unreadable/{body_id}", response_model=UnreadableView)
async def read_unreadable(hub: TheHub, principal: Supervisor, body_id: BodyId) -> dict[str, Any]:
    """One of them, as text. Who looked at it is written down."""
    async with hub.database.write() as session:
        raw = await _get(session, body_id)
        try:
            body = hub.seal.open(raw.body)
        except WrongKey as error:
            raise Conflict(str(error)) from error
        _audit(session, hub, principal.actor, "unreadable.read", raw)
    text = mask_numbers(clean_text(body.decode(errors="replace")))
    return {
        "id": raw.id,
        "account_id": raw.account_id,
        "received_at": raw.received_at,
        "error": raw.error,
        "size": len(body),
        "content_type": raw.content_type,
        "text": text[:MAX_TEXT],
        "cut": len(text) > MAX_TEXT,
    }


@router.post("/unreadable/{body_id}/replay", response_model=ReplayedView)
async def replay_unreadable(hub: TheHub, principal: Supervisor, body_id: BodyId) -> dict[str, int]:
    """Read it again, with what the connectors know by now."""
    async with hub.database.write() as session:
        raw = await _get(session, body_id)
        _audit(session, hub, principal.actor, "unreadable.replayed", raw)
    result = Replayed()
    await replay_body(hub, raw, result)
    return {"new_messages": result.new_messages, "still_unreadable": result.still_unreadable}


@router.post("/unreadable/{body_id}/dismiss", response_model=DismissedView)
async def dismiss_unreadable(
    hub: TheHub, principal: Supervisor, body_id: BodyId, asked: DismissRequest
) -> dict[str, Any]:
    """Nothing is to be done about it. It stays sealed until it expires, out of the list."""
    async with hub.database.write() as session:
        raw = await _get(session, body_id)
        dismissed = await session.scalar(
            update(RawBody)
            .where(RawBody.id == body_id, RawBody.state == "unreadable")
            .values(state="dismissed")
            .returning(RawBody.id)
            .execution_options(synchronize_session=False)
        )
        if dismissed is None:
            raise NotFound(f"there is no unreadable body {body_id}")
        _audit(session, hub, principal.actor, "unreadable.dismissed", raw, reason=asked.reason)
    return {"id": body_id, "state": "dismissed"}


async def _get(session: AsyncSession, body_id: int) -> RawBody:
    raw = await session.get(RawBody, body_id)
    if raw is None or raw.state != "unreadable":
        raise NotFound(f"there is no unreadable body {body_id}")
    return raw


def _audit(
    session: AsyncSession, hub: Hub, actor: Actor, action: str, raw: RawBody, **detail: Any
) -> None:
    said = {"body_id": raw.id, "account_id": raw.account_id, **detail}
    session.add(AuditEntry(at=hub.now(), actor=str(actor)[:160], action=action, detail=said))
