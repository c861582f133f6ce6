"""Giving a ticket to a person: presence and capacity, the least busy first."""

from __future__ import annotations

from sqlalchemy import ColumnElement, String, case, func, select, type_coerce

from hub.team.models import Agent, AgentUnit, Presence
from hub.tickets.change import Change
from hub.tickets.models import Status, Ticket

_LOAD = (Status.OPEN.value, Status.PENDING_CUSTOMER.value)


async def assign_least_busy(change: Change) -> None:
    """Assign where the unit wants it and someone on line has room; else it stays in the queue.

    Who speaks the customer's language comes first, however busy.
    """
    ticket = change.ticket
    unit = change.directory.units.get(ticket.unit)
    if ticket.assignee_id is not None or unit is None or not unit.auto_assign:
        return
    load = (
        select(func.count())
        .select_from(Ticket)
        .where(Ticket.assignee_id == Agent.id, Ticket.status.in_(_LOAD))
        .correlate(Agent)
        .scalar_subquery()
    )
    chosen = await change.session.scalar(
        select(Agent.id)
        .join(AgentUnit, AgentUnit.agent_id == Agent.id)
        .where(
            AgentUnit.unit == ticket.unit,
            Agent.active,
            Agent.presence == Presence.ONLINE.value,
            load < Agent.capacity,
        )
        .order_by(_speaks(ticket.language), load, Agent.id)
        .limit(1)
    )
    if chosen is not None:
        change.audit("assign", agent_id=chosen, by="least busy")
        ticket.assignee_id = chosen


def _speaks(language: str | None) -> ColumnElement[int]:
    """0 for agents who speak `language`, 1 for others. Everybody speaks English."""
    wanted = f'"{language}"' if language not in (None, "en") else ""
    return case((type_coerce(Agent.languages, String).contains(wanted), 0), else_=1)
