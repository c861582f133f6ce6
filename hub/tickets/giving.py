"""Who may give a ticket to whom: one rule, for one ticket and for many at once."""

from __future__ import annotations

from hub.errors import Forbidden
from hub.team.access import Permission, Principal
from hub.tickets import actions
from hub.tickets.change import Change


async def give(change: Change, principal: Principal, agent_id: int | None) -> None:
    """Give the ticket to an agent, or back to its unit. Raises Invalid or Forbidden.

    To oneself, back to the unit, or to somebody of the unit: whoever works the ticket may. Only a
    supervisor gives it to somebody outside.
    """
    other = agent_id not in (None, principal.agent_id, change.ticket.assignee_id)
    if other and not principal.may(Permission.SUPERVISE):
        agent = change.directory.agents.get(agent_id or 0)
        if agent is not None and change.ticket.unit not in agent.units:
            raise Forbidden("only a supervisor gives a ticket to an agent outside its unit")
    await actions.assign(change, agent_id)
