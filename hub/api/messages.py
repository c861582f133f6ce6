"""`/tickets/{id}/messages`, `/messages`: what was said, saying more, and what became of it."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import select

from hub.api.access import Agent, Reader, Supervisor, TheHub
from hub.api.changing import Key, TicketId, change_of, ticket_of_message, visible_ticket
from hub.api.idempotency import IdempotentRoute
from hub.api.message_schemas import (
    HideRequest,
    LoggedReplyRequest,
    MessagePage,
    MessageView,
    NoteRequest,
    ReplyRequest,
    RevisionPage,
    SettleRequest,
)
from hub.audit.models import AuditEntry
from hub.delivery.models import Delivery
from hub.errands.hiding import ask_to_hide
from hub.events.feed import last_number
from hub.tickets import actions, replies
from hub.tickets.models import Message, MessageRevision, Status
from hub.tickets.view import message_view

router = APIRouter(tags=["messages"], route_class=IdempotentRoute)


def _view(message: Message, delivery: Delivery | None = None) -> dict[str, Any]:
    return message_view(message.as_row(), delivery.as_row() if delivery is not None else None)


@router.get("/tickets/{ticket_id}/messages", response_model=MessagePage)
async def list_messages(
    hub: TheHub,
    principal: Reader,
    ticket_id: TicketId,
    cursor: Annotated[int | None, Query(ge=0, lt=2**53)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 200,
) -> dict[str, Any]:
    """A ticket's messages, oldest first."""
    await visible_ticket(hub, principal, ticket_id)
    seq = await last_number(hub.database)
    async with hub.database.read() as session:
        found = (
            await session.execute(
                select(Message, Delivery)
                .outerjoin(Delivery, Delivery.message_id == Message.id)
                .where(Message.ticket_id == ticket_id, Message.id > (cursor or 0))
                .order_by(Message.id)
                .limit(limit + 1)
            )
        ).all()
    page = found[:limit]
    return {
        "items": [_view(message, delivery) for message, delivery in page],
        "next_cursor": str(page[-1][0].id) if len(found) > limit else None,
        "seq": seq,
    }


@router.post("/tickets/{ticket_id}/reply", response_model=MessageView, status_code=201)
async def reply(
    hub: TheHub, principal: Agent, ticket_id: TicketId, wanted: ReplyRequest, key: Key = None
) -> Any:
    """Answer on the channel the inquiry came from."""
    async with change_of(hub, principal, ticket_id) as change:
        message, delivery = await replies.reply(
            change,
            wanted.body,
            visibility=wanted.visibility,
            to_message_id=wanted.to_message_id,
            key=key,
        )
        if wanted.resolve:
            await actions.set_status(change, Status.RESOLVED)
        return _view(message, delivery)


@router.post("/tickets/{ticket_id}/logged-reply", response_model=MessageView, status_code=201)
async def log_reply(
    hub: TheHub, principal: Agent, ticket_id: TicketId, wanted: LoggedReplyRequest, key: Key = None
) -> Any:
    """Enter an answer that was given elsewhere: on the platform itself, by phone."""
    async with change_of(hub, principal, ticket_id) as change:
        message = await replies.log_reply(change, wanted.body, permalink=wanted.permalink, key=key)
        if wanted.resolve:
            await actions.set_status(change, Status.RESOLVED)
        return _view(message)


@router.post("/tickets/{ticket_id}/note", response_model=MessageView, status_code=201)
async def note(
    hub: TheHub, principal: Agent, ticket_id: TicketId, wanted: NoteRequest, key: Key = None
) -> Any:
    """Write a private note; it is never sent."""
    async with change_of(hub, principal, ticket_id) as change:
        return _view(await replies.note(change, wanted.body, key=key))


@router.post("/messages/{message_id}/retry", response_model=MessageView)
async def retry(hub: TheHub, principal: Agent, message_id: TicketId) -> Any:
    """Send a reply again that was not delivered."""
    ticket_id = await ticket_of_message(hub, principal, message_id)
    async with change_of(hub, principal, ticket_id) as change:
        return _view(*await replies.retry(change, message_id))


@router.post("/messages/{message_id}/settle", response_model=MessageView)
async def settle(hub: TheHub, principal: Agent, message_id: TicketId, wanted: SettleRequest) -> Any:
    """Say whether a reply of unknown outcome arrived, after looking at the platform."""
    ticket_id = await ticket_of_message(hub, principal, message_id)
    async with change_of(hub, principal, ticket_id) as change:
        return _view(*await replies.settle(change, message_id, sent=wanted.sent))


@router.post("/messages/{message_id}/hide", response_model=MessageView)
async def hide(hub: TheHub, principal: Agent, message_id: TicketId, wanted: HideRequest) -> Any:
    """Hide a customer's public message on its platform, or show it again."""
    ticket_id = await ticket_of_message(hub, principal, message_id)
    async with change_of(hub, principal, ticket_id) as change:
        return _view(
            await ask_to_hide(change, message_id, hidden=wanted.hidden, reason=wanted.reason)
        )


@router.get("/messages/{message_id}/revisions", response_model=RevisionPage)
async def list_revisions(
    hub: TheHub, principal: Supervisor, message_id: TicketId
) -> dict[str, Any]:
    """What a message said before it was edited or deleted; that somebody looked is audited."""
    ticket_id = await ticket_of_message(hub, principal, message_id)
    async with hub.database.write() as session:
        session.add(
            AuditEntry(
                at=hub.now(),
                actor=str(principal.actor),
                action="revisions read",
                ticket_id=ticket_id,
                detail={"message_id": message_id},
            )
        )
        found = await session.scalars(
            select(MessageRevision)
            .where(MessageRevision.message_id == message_id)
            .order_by(MessageRevision.id)
        )
        return {
            "items": [
                {"until": one.until, "body": json.loads(hub.seal.open(one.sealed))["body"]}
                for one in found
            ]
        }
