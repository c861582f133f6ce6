"""`/contacts`, `/units`, `/directory`, `/me`: who is who."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from sqlalchemy import exists, select

from hub.api.access import Agent, Reader, TheHub
from hub.api.idempotency import IdempotentRoute
from hub.api.people_schemas import (
    AgentView,
    ContactPage,
    ContactView,
    DirectoryView,
    MeView,
    PresenceRequest,
    UnitPage,
)
from hub.api.schemas import Asked
from hub.directory import AccountEntry, AgentEntry, agent_entry
from hub.errors import Forbidden, NotFound
from hub.events.feed import last_number
from hub.events.record import PendingEvent, record
from hub.people.models import Contact, ContactPoint
from hub.system import Hub
from hub.team.models import Agent as AgentRow
from hub.tickets.models import Ticket
from hub.tickets.view import ticket_view

router = APIRouter(tags=["people"], route_class=IdempotentRoute)


def agent_view(agent: AgentEntry) -> dict[str, Any]:
    return {
        "id": agent.id,
        "name": agent.name,
        "email": agent.email,
        "role": agent.role,
        "units": list(agent.units),
        "presence": agent.presence,
        "languages": agent.languages,
    }


@router.get("/contacts", response_model=ContactPage)
async def list_contacts(
    hub: TheHub,
    principal: Reader,
    q: Annotated[Asked | None, Query(max_length=120)] = None,
    cursor: Annotated[int | None, Query(ge=0, lt=2**53)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Contacts who have a ticket the reader may see."""
    query = select(Contact).where(
        exists().where(Ticket.contact_id == Contact.id, principal.visible())
    )
    if q:
        query = query.where(Contact.name.icontains(q, autoescape=True))
    if cursor is not None:
        query = query.where(Contact.id > cursor)
    async with hub.database.read() as session:
        found = (await session.scalars(query.order_by(Contact.id).limit(limit + 1))).all()
    page = found[:limit]
    return {
        "items": [{"id": contact.id, "name": contact.name} for contact in page],
        "next_cursor": str(page[-1].id) if len(found) > limit else None,
    }


@router.get("/contacts/{contact_id}", response_model=ContactView)
async def read_contact(
    hub: TheHub, principal: Reader, contact_id: Annotated[int, Path(ge=1, lt=2**53)]
) -> dict[str, Any]:
    """A contact, how they are reached, and those of their tickets the reader may see."""
    async with hub.database.read() as session:
        contact = await session.get(Contact, contact_id)
        tickets = await session.scalars(
            select(Ticket)
            .where(Ticket.contact_id == contact_id, principal.visible())
            .order_by(Ticket.id.desc())
            .limit(50)
        )
        seen = tickets.all()
        points = await session.scalars(
            select(ContactPoint).where(ContactPoint.contact_id == contact_id)
        )
        if contact is None or (not seen and principal.units is not None):
            raise NotFound(f"there is no contact {contact_id}")
        return {
            "id": contact.id,
            "name": contact.name,
            "notes": contact.notes,
            "points": [
                {name: getattr(p, name) for name in ("kind", "address", "handle", "display_name")}
                for p in points
            ],
            "tickets": [ticket_view(ticket.as_row()) for ticket in seen],
        }


@router.get("/units", response_model=UnitPage)
async def list_units(hub: TheHub, principal: Reader) -> dict[str, Any]:
    directory = await hub.directory.get()
    return {"items": [{"slug": u.slug, "name": u.name} for u in directory.units.values()]}


def _account_view(account: AccountEntry) -> dict[str, Any]:
    names = ("id", "kind", "slug", "name", "enabled", "sandbox", "stopped", "notice")
    able = asdict(account.capabilities)
    seconds = {
        name: value.total_seconds() for name, value in able.items() if isinstance(value, timedelta)
    }
    return {name: getattr(account, name) for name in names} | {"capabilities": able | seconds}


@router.get("/directory", response_model=DirectoryView)
async def read_directory(hub: TheHub, principal: Reader) -> dict[str, Any]:
    """Units, agents and accounts: what a console needs to name things."""
    seq = await last_number(hub.database)
    directory = await hub.directory.get()
    return {
        "units": [{"slug": u.slug, "name": u.name} for u in directory.units.values()],
        "agents": [agent_view(agent) for agent in directory.agents.values()],
        "accounts": [_account_view(account) for account in directory.accounts.values()],
        "seq": seq,
    }


@router.get("/me", response_model=MeView)
async def read_me(hub: TheHub, principal: Reader) -> dict[str, Any]:
    """Who is asking, and what they may see."""
    directory = await hub.directory.get()
    agent = directory.agents.get(principal.agent_id or 0)
    units = directory.units if principal.units is None else principal.units
    return {
        "agent": agent_view(agent) if agent else None,
        "role": principal.role,
        "csrf_token": principal.csrf_token,
        "city": hub.settings.city,
        "city_timezone": hub.settings.timezone,
        "units": sorted(units),
    }


@router.post("/me/presence", response_model=AgentView)
async def set_presence(hub: TheHub, principal: Agent, wanted: PresenceRequest) -> dict[str, Any]:
    """Say that one is on line, away or off."""
    if principal.agent_id is None:
        raise Forbidden("a token is never on line")
    return await change_presence(hub, principal.agent_id, wanted.presence.value)


async def change_presence(hub: Hub, agent_id: int, presence: str) -> dict[str, Any]:
    directory = await hub.directory.get()
    async with hub.database.write() as session:
        agent = await session.get_one(AgentRow, agent_id)
        agent.presence = presence
        units = directory.agents[agent_id].units if agent_id in directory.agents else ()
        view = agent_view(agent_entry(agent, units))
        record(session, PendingEvent("agent.updated", hub.now(), view))
    hub.directory.forget()
    return view
