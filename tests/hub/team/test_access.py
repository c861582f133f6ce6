"""The rule of who sees what, in Python and in SQL: the same rule."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import select

from hub.errors import Forbidden
from hub.team.access import Actor, Permission, Principal
from hub.team.models import Role
from hub.tickets.models import Ticket
from tests.fixtures import ticket_of
from tests.hub.api.site import Site

UNITS = ("call-center", "billing", "quality-control")


def _principals(agent_id: int) -> list[Principal]:
    somebody = Actor("agent", agent_id, "Ava Reyes")
    # A token whose number is an agent's: what is given to the agent is not its own.
    program = Actor("token", agent_id, "a job")
    return [
        Principal(actor, Role.AGENT, units)
        for actor in (somebody, program)
        for units in (None, frozenset(), frozenset({"billing"}), frozenset(UNITS))
    ]


@pytest.mark.anyio
@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"], indirect=True)
async def test_both_forms_of_the_rule_agree(site: Site) -> None:
    ava = (await site.session("ava")).agent_id
    assert ava is not None
    made = [
        await site.ticket(unit, assignee=assignee)
        for unit, assignee in itertools.product(UNITS, (None, "ava", "ben"))
    ]
    for principal in _principals(ava):
        async with site.hub.database.read() as session:
            found = set(await session.scalars(select(Ticket.id).where(principal.visible())))
        for number in made:
            ticket = await ticket_of(site.hub, number)
            seen = principal.sees(ticket.unit, ticket.assignee_id)
            assert (number in found) is seen, (principal, ticket.unit, ticket.assignee_id)


def test_what_everybody_may_hear() -> None:
    nobody = Principal(Actor("agent", 1, "Ava"), Role.AGENT, frozenset())
    assert nobody.sees(None, None)
    assert not nobody.sees("billing", None)
    program = Principal(Actor("token", None, "a job"), Role.AGENT, frozenset())
    assert not program.sees("billing", None), "nobody's ticket is not a nobody's"


@pytest.mark.parametrize(
    ("role", "permissions"),
    [
        (Role.AGENT, {Permission.READ, Permission.WORK}),
        (Role.SUPERVISOR, {Permission.READ, Permission.WORK, Permission.SUPERVISE}),
        (Role.ADMIN, set(Permission)),
    ],
)
def test_what_each_role_may(role: Role, permissions: set[Permission]) -> None:
    principal = Principal(Actor("agent", 1, "Ava"), role, None)
    for permission in Permission:
        assert principal.may(permission) is (permission in permissions)
        if permission in permissions:
            principal.require(permission)
        else:
            with pytest.raises(Forbidden, match=f"{role} may not {permission}"):
                principal.require(permission)
