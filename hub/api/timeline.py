"""`/tickets/{id}/timeline`: why a ticket is due when it is due."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from sqlalchemy import select

from hub.api.access import Reader, TheHub
from hub.api.changing import TicketId, visible_ticket
from hub.api.sla_schemas import TimelineView
from hub.sla.models import Breach, ClockRow, Escalation, PolicyRow
from hub.sla.recount import timeline_rows
from hub.sla.standing import clock_views
from hub.sla.summary import VOID
from hub.sla.words import words_of

router = APIRouter(prefix="/tickets", tags=["tickets"])


@router.get("/{ticket_id}/timeline", response_model=TimelineView)
async def read_timeline(hub: TheHub, principal: Reader, ticket_id: TicketId) -> dict[str, Any]:
    """What happened to its clocks, how they stand, what was missed, and what was done about it."""
    ticket = await visible_ticket(hub, principal, ticket_id)
    directory = await hub.directory.get()
    async with hub.database.read() as session:
        rows = await timeline_rows(session, ticket_id)
        clocks = await session.scalars(
            select(ClockRow)
            .where(ClockRow.ticket_id == ticket_id, ClockRow.ended.is_distinct_from(VOID))
            .order_by(ClockRow.id)
        )
        policies = {
            row.id: row.definition["name"] for row in await session.scalars(select(PolicyRow))
        }
        breaches = await session.scalars(
            select(Breach).where(Breach.ticket_id == ticket_id).order_by(Breach.id)
        )
        escalations = await session.scalars(
            select(Escalation).where(Escalation.ticket_id == ticket_id).order_by(Escalation.id)
        )
        units = {unit.slug: unit.name for unit in directory.units.values()}
        return {
            "entries": [
                {
                    "at": row["at"],
                    "kind": row["kind"],
                    "words": words_of(row, units),
                    "detail": row["detail"],
                }
                for row in sorted(rows, key=lambda row: (row["at"], row["id"]))
            ],
            "clocks": clock_views(ticket, clocks.all(), policies, directory.clockwork, hub.now()),
            "breaches": [
                {name: getattr(one, name) for name in ("metric", "due_at", "noticed_at")}
                for one in breaches
            ],
            "escalations": [
                {name: getattr(one, name) for name in ("clock_id", "moment", "at", "done")}
                for one in escalations
            ],
        }
