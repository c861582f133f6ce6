"""`/incidents`: what many write about at once. Agents read; supervisors act."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Path
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.api.access import Reader, Supervisor, TheHub
from hub.api.changing import TicketId
from hub.api.idempotency import IdempotentRoute
from hub.api.incident_schemas import (
    AnswerRequest,
    CloseRequest,
    IncidentList,
    IncidentPatch,
    IncidentTickets,
    IncidentView,
    NewIncidentRequest,
    OpenRequest,
    TicketsRequest,
    VersionRequest,
)
from hub.errors import Conflict, Invalid, NotFound
from hub.incidents import incidents
from hub.incidents.models import Incident, IncidentState
from hub.incidents.tickets import attach, candidates, detach, open_incident
from hub.incidents.view import incident_view, incident_views, tell_incident
from hub.system import Hub
from hub.team.access import Principal
from hub.tickets.change import changing
from hub.tickets.models import Ticket
from hub.tickets.view import ticket_view

router = APIRouter(prefix="/incidents", tags=["incidents"], route_class=IdempotentRoute)

IncidentId = Annotated[int, Path(ge=1, lt=2**53)]
_MOST = 200


@asynccontextmanager
async def _changing(
    hub: Hub, incident_id: int, version: int | None
) -> AsyncIterator[tuple[AsyncSession, Incident]]:
    """The incident, locked for a change. Raises NotFound or Conflict."""
    async with hub.database.write() as session:
        yield session, await incidents.locked(session, incident_id, version)


async def _found(session: AsyncSession, incident_id: int) -> Incident:
    incident = await session.get(Incident, incident_id)
    if incident is None:
        raise NotFound(f"there is no incident {incident_id}")
    return incident


@router.get("", response_model=IncidentList)
async def list_incidents(
    hub: TheHub, principal: Reader, state: IncidentState | None = None
) -> dict[str, Any]:
    """The newest 200, of one state or of all."""
    query = select(Incident).order_by(Incident.id.desc()).limit(_MOST)
    if state is not None:
        query = query.where(Incident.state == state.value)
    async with hub.database.read() as session:
        found = (await session.scalars(query)).all()
        return {"items": await incident_views(session, found)}


@router.post("", response_model=IncidentView, status_code=201)
async def make_incident(hub: TheHub, principal: Supervisor, wanted: NewIncidentRequest) -> Any:
    """Open an incident by hand; what matches, and what is named, is attached in the background."""
    directory = await hub.directory.get()
    async with hub.database.write() as session:
        return await incidents.make(
            session,
            directory,
            principal.actor,
            hub.now(),
            wanted.values(),
            wanted.ticket_ids,
        )


@router.get("/{incident_id}", response_model=IncidentView)
async def read_incident(hub: TheHub, principal: Reader, incident_id: IncidentId) -> Any:
    async with hub.database.read() as session:
        return await incident_view(session, await _found(session, incident_id))


@router.patch("/{incident_id}", response_model=IncidentView)
async def patch_incident(
    hub: TheHub, principal: Supervisor, incident_id: IncidentId, wanted: IncidentPatch
) -> Any:
    """Change it; 409 if somebody else did since `version`."""
    directory = await hub.directory.get()
    async with _changing(hub, incident_id, wanted.version) as (session, incident):
        return await incidents.edit(
            session, directory, principal.actor, hub.now(), incident, wanted.values()
        )


@router.post("/{incident_id}/open", response_model=IncidentView)
async def open_incident_(
    hub: TheHub, principal: Supervisor, incident_id: IncidentId, wanted: OpenRequest
) -> Any:
    """What matches is attached from now on, and answered where there is an answer."""
    directory = await hub.directory.get()
    async with _changing(hub, incident_id, wanted.version) as (session, incident):
        return await incidents.open_it(
            session, directory, principal.actor, hub.now(), incident, wanted.values()
        )


@router.post("/{incident_id}/dismiss", response_model=IncidentView)
async def dismiss_incident(
    hub: TheHub,
    principal: Supervisor,
    incident_id: IncidentId,
    wanted: VersionRequest | None = None,
) -> Any:
    """A false alarm: the same is not noticed again for six hours."""
    version = wanted.version if wanted is not None else None
    async with _changing(hub, incident_id, version) as (session, incident):
        return await incidents.dismiss(session, principal.actor, hub.now(), incident)


@router.post("/{incident_id}/answer", response_model=IncidentView)
async def answer_incident(
    hub: TheHub, principal: Supervisor, incident_id: IncidentId, wanted: AnswerRequest
) -> Any:
    """Say it to every open ticket of the incident, each once, in the background."""
    async with _changing(hub, incident_id, wanted.version) as (session, incident):
        return await incidents.answer(
            session, principal.actor, hub.now(), incident, wanted.body, resolve=wanted.resolve
        )


@router.post("/{incident_id}/close", response_model=IncidentView)
async def close_incident(
    hub: TheHub,
    principal: Supervisor,
    incident_id: IncidentId,
    wanted: CloseRequest | None = None,
) -> Any:
    """Nothing is attached any more; with a last word to its open tickets, and resolving them."""
    end = wanted or CloseRequest()
    async with _changing(hub, incident_id, end.version) as (session, incident):
        return await incidents.close(
            session, principal.actor, hub.now(), incident, end.body, resolve=end.resolve
        )


@router.get("/{incident_id}/tickets", response_model=IncidentTickets)
async def list_tickets(hub: TheHub, principal: Reader, incident_id: IncidentId) -> dict[str, Any]:
    """Its tickets that the reader may see, the newest 500."""
    async with hub.database.read() as session:
        await _found(session, incident_id)
        found = await session.scalars(
            select(Ticket)
            .where(Ticket.incident_id == incident_id, principal.visible())
            .order_by(Ticket.id.desc())
            .limit(500)
        )
        return {"items": [ticket_view(ticket.as_row()) for ticket in found]}


@router.get("/{incident_id}/candidates", response_model=IncidentTickets)
async def list_candidates(
    hub: TheHub, principal: Reader, incident_id: IncidentId
) -> dict[str, Any]:
    """Open tickets that match and are in no incident, the newest 500 the reader may see."""
    async with hub.database.read() as session:
        incident = await _found(session, incident_id)
        found = await candidates(session, incident, principal.visible())
    return {"items": [ticket_view(ticket.as_row()) for ticket in found[:500]]}


@router.post("/{incident_id}/tickets", response_model=IncidentView)
async def attach_tickets(
    hub: TheHub, principal: Supervisor, incident_id: IncidentId, wanted: TicketsRequest
) -> Any:
    """Attach by hand, also what is in another incident. Merged tickets are left out."""
    async with hub.database.read() as session:
        incident = await _found(session, incident_id)
        known = set(await session.scalars(select(Ticket.id).where(Ticket.id.in_(wanted.ids))))
    _require_open(incident)
    for index, ticket_id in enumerate(wanted.ids):
        if ticket_id not in known:
            raise Invalid.field(f"ids.{index}", f"there is no ticket {ticket_id}")
    for ticket_id in sorted(known):
        await _move(hub, principal, incident_id, ticket_id, inside=True)
    return await _told(hub, incident_id)


@router.delete("/{incident_id}/tickets/{ticket_id}", response_model=IncidentView)
async def detach_ticket(
    hub: TheHub, principal: Supervisor, incident_id: IncidentId, ticket_id: TicketId
) -> Any:
    """Take a ticket out of the incident."""
    async with hub.database.read() as session:
        await _found(session, incident_id)
    await _move(hub, principal, incident_id, ticket_id, inside=False)
    return await _told(hub, incident_id)


async def _move(
    hub: Hub, principal: Principal, incident_id: int, ticket_id: int, *, inside: bool
) -> None:
    """Raises NotFound, or Conflict where the incident has been closed meanwhile."""
    directory = await hub.directory.get()
    async with (
        hub.database.write() as session,
        changing(session, ticket_id, directory, principal.actor, hub.now()) as change,
    ):
        if not inside:
            if not detach(change, incident_id):
                raise NotFound(f"ticket {ticket_id} is not in incident {incident_id}")
            return
        incident = await open_incident(session, incident_id)
        if incident is None:
            raise Conflict("this incident is closed")
        attach(change, incident, anew=True)


async def _told(hub: Hub, incident_id: int) -> dict[str, Any]:
    async with hub.database.write() as session:
        incident = await session.get_one(Incident, incident_id)
        return await tell_incident(session, hub.now(), incident)


def _require_open(incident: Incident) -> None:
    if incident.state != IncidentState.OPEN:
        raise Conflict(f"this incident is {incident.state}: open it first")
