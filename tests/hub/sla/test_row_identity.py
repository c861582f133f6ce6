"""Rows of clocks keep what was recorded of them when older history comes to light, and clocks
from before timelines were kept follow new rules."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from hub.errors import Conflict
from hub.sla.draft import read_draft
from hub.sla.editing import newest_version, save_rules
from hub.sla.models import Breach, ClockRow, Escalation, RulesVersion, TimelineRow
from hub.sla.summary import VOID
from hub.system import Hub
from hub.tickets import actions, replies
from hub.tickets.models import Status, Ticket
from tests.fakes import NOON, FakeClock, inbound
from tests.fixtures import Work, agent, change, receive, rows, ticket_of
from tests.hub.sla.drafts import ANYTHING, document_of

pytestmark = pytest.mark.anyio


async def _answered(hub: Hub, work: Work, clock: FakeClock) -> int:
    """A ticket of noon, answered five minutes later."""
    (ticket_id,) = await receive(hub, inbound(skip_bot=True))
    clock.advance(minutes=5)
    await change(hub, ticket_id, await agent(hub, "carla"), replies.reply, "On it")
    await work.deliver()
    return ticket_id


async def _exchanges(hub: Hub, ticket_id: int) -> list[ClockRow]:
    found = await rows(hub.database, ClockRow, ticket_id=ticket_id, metric="next_response")
    return sorted(found, key=lambda row: row.started_at)


def _after(minutes: float) -> Any:
    return NOON + timedelta(minutes=minutes)


async def test_an_older_exchange_takes_nobody_elses_row(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    """The breach of the second question is one breach, though a first one comes to light."""
    ticket_id = await _answered(hub, work, clock)
    clock.at = _after(30)
    await receive(hub, inbound("m-2", "And now?", sent_at=clock()))
    clock.advance(hours=4)
    await work.sweep.run()
    await work.all()
    (missed,) = await _exchanges(hub, ticket_id)
    assert missed.breached_at is not None
    acted = [(row.clock_id, row.moment) for row in await rows(hub.database, Escalation)]
    await receive(hub, inbound("m-0", "By the way", sent_at=_after(10)))
    await receive(hub, inbound("s-1", "Noted", by_staff=True, sent_at=_after(20)))
    await work.all()
    await work.sweep.run()
    await work.all()
    first, second = await _exchanges(hub, ticket_id)
    assert (first.started_at, first.met_at, first.breached_at) == (_after(10), _after(20), None)
    assert (second.id, second.started_at, second.breached_at, second.warned_at) == (
        missed.id, _after(30), missed.breached_at, missed.warned_at,
    )  # fmt: skip
    assert [row.clock_id for row in await rows(hub.database, Breach)] == [missed.id]
    assert [(row.clock_id, row.moment) for row in await rows(hub.database, Escalation)] == acted
    # What happens next happens to the question that waits, not to the row that came last.
    await change(hub, ticket_id, await agent(hub, "carla"), replies.reply, "Done")
    await work.deliver()
    first, second = await _exchanges(hub, ticket_id)
    assert (first.met_at, second.met_at) == (_after(20), clock())


async def test_an_older_question_moves_its_exchange_and_keeps_the_row(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    ticket_id = await _answered(hub, work, clock)
    clock.at = _after(30)
    await receive(hub, inbound("m-2", "And now?", sent_at=clock()))
    clock.advance(hours=4)
    await work.sweep.run()
    (before,) = await _exchanges(hub, ticket_id)
    await receive(hub, inbound("m-0", "By the way", sent_at=_after(25)))
    await work.all()
    (after,) = await _exchanges(hub, ticket_id)
    assert (after.id, after.started_at) == (before.id, _after(25))
    assert len(await rows(hub.database, Breach)) == 1


async def test_a_new_question_does_not_take_the_row_of_one_that_never_was(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    """Else its own breach would be taken for the one recorded already."""
    ticket_id = await _answered(hub, work, clock)
    clock.at = _after(30)
    await receive(hub, inbound("m-2", "And now?", sent_at=clock()))
    clock.advance(hours=4)
    await work.sweep.run()
    carla = await agent(hub, "carla")
    await change(hub, ticket_id, carla, actions.set_status, Status.PENDING_CUSTOMER)
    # The first answer was given after that question, so both were one wait.
    async with hub.database.write() as session:
        await session.execute(delete(TimelineRow).where(TimelineRow.kind == "reply"))
    await receive(hub, inbound("s-1", "Noted", by_staff=True, sent_at=_after(40)))
    await work.all()
    (void,) = await _exchanges(hub, ticket_id)
    assert void.ended == VOID
    clock.advance(minutes=1)
    await receive(hub, inbound("m-3", "One more thing", sent_at=clock()))
    clock.advance(hours=22)
    await work.sweep.run()
    await work.all()
    void, asked = await _exchanges(hub, ticket_id)
    assert (void.ended, asked.ended) == (VOID, None)
    assert asked.breached_at is not None
    assert asked.warned_at is not None
    recorded = [row.clock_id for row in await rows(hub.database, Breach)]
    assert recorded.count(asked.id) == 1


async def save_targets(hub: Hub, base: int, first_response: float) -> int:
    async with hub.database.write() as session:
        newest = await newest_version(session)
        document = document_of(newest)
        for policy in document["policies"]:
            policy["first_response"] = first_response
        draft = read_draft(**document, known=ANYTHING, now=hub.now())
        version = await save_rules(session, draft, base, await agent(hub, "sam"), hub.now())
        await asyncio.sleep(0.2)  # the other one comes meanwhile
    hub.directory.forget()
    return version.id


async def test_of_two_who_save_at_once_one_is_told(hub: Hub) -> None:
    """Also where the second waits for the first one's lock."""
    saved = await asyncio.gather(
        save_targets(hub, 1, 7200), save_targets(hub, 1, 10_800), return_exceptions=True
    )
    assert [type(one) for one in saved if not isinstance(one, int)] == [Conflict]
    assert len(await rows(hub.database, RulesVersion)) == 2


async def test_a_ticket_from_before_timelines_follows_new_rules(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    (ticket_id,) = await receive(hub, inbound(skip_bot=True))
    async with hub.database.write() as session:
        await session.execute(delete(TimelineRow))
        ticket = await session.get_one(Ticket, ticket_id)
        ticket.sla = {
            name: value for name, value in ticket.sla.items() if name not in ("rules", "last_at")
        }
    clock.advance(minutes=10)
    await save_targets(hub, 1, 7200)
    await work.all()
    assert (await ticket_of(hub, ticket_id)).first_response_due_at == NOON + timedelta(hours=2)
    # And what happens to it afterwards is added up as ever.
    await change(hub, ticket_id, await agent(hub, "carla"), replies.reply, "On it")
    await work.all()
    ticket = await ticket_of(hub, ticket_id)
    assert ticket.first_response_met_at == clock()
    assert ticket.sla["rules"] == 2
