"""Tickets at risk, the alert feed and incidents, as the live report has them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub.incidents.models import Incident, IncidentState
from hub.notices.models import Audience, Notice, Severity
from hub.notices.notices import tell
from hub.system import Hub
from hub.tickets.models import Ticket
from tests.fakes import FakeClock, inbound
from tests.fixtures import agent, receive, rows
from tests.hub.reports.live_history import report_of

pytestmark = pytest.mark.anyio


async def _tickets(hub: Hub, count: int) -> list[int]:
    return await receive(
        hub, *(inbound(f"m-{n}", conversation=f"c-{n}", skip_bot=True) for n in range(count))
    )


async def _due(hub: Hub, minutes: dict[int, int]) -> None:
    """Set when tickets are due, from now, as the clocks would."""
    async with hub.database.write() as session:
        for ticket_id, after in minutes.items():
            ticket = await session.get_one(Ticket, ticket_id)
            ticket.due_at = hub.now() + timedelta(minutes=after)
            ticket.overdue = after < 0
            ticket.queue_key = int(ticket.due_at.timestamp() * 1_000_000)


@pytest.mark.parametrize(
    ("dues", "shown"),
    [
        ([5, 40, 20], [5, 20, 40]),
        ([-5, 40, -60, 20], [-60, -5, 20, 40]),
        (list(range(-20, 0)), list(range(-20, -10))),
        (list(range(1, 15)), list(range(1, 11))),
        ([*range(-8, 0), *range(1, 9)], [-8, -7, -6, -5, -4, 1, 2, 3, 4, 5]),
        ([*range(-8, 0), 1, 2], [*range(-8, 0), 1, 2]),
        ([-1, *range(1, 15)], [-1, *range(1, 10)]),
    ],
)
async def test_at_risk_is_overdue_longest_and_due_next(
    hub: Hub, dues: list[int], shown: list[int]
) -> None:
    tickets = await _tickets(hub, len(dues))
    await _due(hub, dict(zip(tickets, dues, strict=True)))
    by_id = dict(zip(tickets, dues, strict=True))
    assert [by_id[one["id"]] for one in (await report_of(hub))["at_risk"]] == shown


async def test_what_waits_for_the_customer_or_is_resolved_is_not_at_risk(hub: Hub) -> None:
    tickets = await _tickets(hub, 3)
    await _due(hub, dict.fromkeys(tickets, 5))
    async with hub.database.write() as session:
        (await session.get_one(Ticket, tickets[0])).status = "resolved"
        (await session.get_one(Ticket, tickets[1])).due_at = None
    assert [one["id"] for one in (await report_of(hub))["at_risk"]] == [tickets[2]]
    assert (await report_of(hub, "billing"))["at_risk"] == []
    assert len((await report_of(hub, "social-media"))["at_risk"]) == 1


async def _tell(hub: Hub, text: str, **more: Any) -> int:
    given = {"audience": Audience.SUPERVISORS, **more}
    async with hub.database.write() as session:
        return (await tell(session, hub.now(), "incident", text, **given)).id


async def _feed(hub: Hub, unit: str | None = None) -> list[str]:
    return [notice["text"] for notice in (await report_of(hub, unit))["notices"]]


async def test_critical_notices_stay_until_they_are_acknowledged(
    hub: Hub, clock: FakeClock
) -> None:
    urgent = await _tell(hub, "gas", severity=Severity.CRITICAL)
    for n in range(25):
        clock.advance(minutes=1)
        await _tell(hub, f"n-{n}")
    assert await _feed(hub) == [*(f"n-{n}" for n in range(24, 5, -1)), "gas"]
    async with hub.database.write() as session:
        (await session.get_one(Notice, urgent)).acknowledged_at = clock()
    assert await _feed(hub) == [f"n-{n}" for n in range(24, 4, -1)]


async def test_a_word_in_one_agents_ear_is_for_no_screen(hub: Hub) -> None:
    ava = await agent(hub, "ava")
    await _tell(hub, "psst", audience=Audience.AGENT, agent_id=ava.id, unit="billing")
    await _tell(hub, "to billing", audience=Audience.UNIT, unit="billing")
    await _tell(hub, "to all who lead")
    assert await _feed(hub) == ["to all who lead", "to billing"]
    assert await _feed(hub, "billing") == ["to all who lead", "to billing"]
    assert await _feed(hub, "call-center") == ["to all who lead"]


async def test_incidents_that_last_with_their_tickets(hub: Hub, clock: FakeClock) -> None:
    tickets = await _tickets(hub, 5)
    states = (
        IncidentState.SUSPECTED, IncidentState.OPEN, IncidentState.CLOSED, IncidentState.DISMISSED,
    )  # fmt: skip
    async with hub.database.write() as session:
        for number, state in enumerate(states):
            session.add(
                Incident(
                    state=state.value, title=f"Incident {number}", created_at=clock(),
                    unit="billing" if state is IncidentState.SUSPECTED else None,
                )
            )  # fmt: skip
    incidents = await rows(hub.database, Incident)
    async with hub.database.write() as session:
        for ticket_id in tickets[:3]:
            ticket = await session.get_one(Ticket, ticket_id)
            ticket.incident_id = incidents[1].id
            if ticket_id == tickets[0]:
                ticket.waiting_since = None
        (await session.get_one(Ticket, tickets[3])).incident_id = incidents[2].id
    listed = (await report_of(hub))["incidents"]
    assert [(i["title"], i["state"], i["tickets"], i["waiting"]) for i in listed] == [
        ("Incident 1", "open", 3, 2),
        ("Incident 0", "suspected", 0, 0),
    ]
    assert [i["title"] for i in (await report_of(hub, "call-center"))["incidents"]] == [
        "Incident 1"
    ]
