"""Two tickets about one matter become one, and two again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub.db.database import Database
from hub.errors import Conflict, Invalid
from hub.sla.models import Breach, ClockRow
from hub.system import Hub
from hub.tickets import actions, replies
from hub.tickets.callbacks import promise_call
from hub.tickets.change import changing
from hub.tickets.merging import merge, unmerge
from hub.tickets.models import Direction, Status
from tests.fakes import FakeClock, FakePlatforms, inbound
from tests.fixtures import (
    Work,
    agent,
    change,
    deliveries_of,
    messages_of,
    receive,
    rows,
    ticket_of,
)

pytestmark = pytest.mark.anyio

ONE = inbound("m-1", "Pothole on Elm", conversation="c-1", address="u-1", skip_bot=True)
OTHER = inbound("m-2", "Hole in Elm Street", conversation="c-2", address="u-2", skip_bot=True)


async def _join(hub: Hub, action: Any, source: int, target: int) -> None:
    directory, sam = await hub.directory.get(), await agent(hub, "sam")
    database: Database = hub.database
    async with (
        database.write() as session,
        changing(session, source, directory, sam, hub.now()) as one,
        changing(session, target, directory, sam, hub.now()) as other,
    ):
        await action(one, other)


async def test_the_next_message_of_a_merged_ticket_goes_to_the_other_and_is_answered_there(
    hub: Hub, work: Work, platforms: FakePlatforms, clock: FakeClock
) -> None:
    source, target = await receive(hub, ONE, OTHER)
    await _join(hub, merge, source, target)
    merged = await ticket_of(hub, source)
    assert (merged.status, merged.resolution_reason) == (Status.RESOLVED, "merged")
    assert merged.merged_into_id == target
    clock.advance(minutes=1)
    more = inbound("m-3", "And still there", conversation="c-1", address="u-1", sent_at=clock())
    assert await receive(hub, more) == [target]
    await change(hub, target, await agent(hub, "sam"), replies.reply, "We are on it")
    await work.deliver()
    (sent,) = platforms.sent
    assert (sent.conversation, sent.recipient, sent.in_reply_to) == ("c-1", "u-1", "m-3")
    await _join(hub, unmerge, source, target)
    own = [m.body for m in await messages_of(hub, source) if m.direction != Direction.NOTE]
    assert own == [ONE.body, "And still there", "We are on it"], "what was said goes with it"
    assert [d.ticket_id for d in await deliveries_of(hub, source)] == [source]


async def test_unmerging_gives_each_its_own_again(hub: Hub, clock: FakeClock) -> None:
    source, target = await receive(hub, ONE, OTHER)
    await _join(hub, merge, source, target)
    await _join(hub, unmerge, source, target)
    again = await ticket_of(hub, source)
    assert (again.status, again.merged_into_id) == (Status.OPEN, None)
    clock.advance(minutes=1)
    more = [
        inbound("m-3", "Mine", conversation="c-1", address="u-1", sent_at=clock()),
        inbound("m-4", "Theirs", conversation="c-2", address="u-2", sent_at=clock()),
    ]
    assert await receive(hub, *more) == [source, target]
    with pytest.raises(Conflict):
        await _join(hub, unmerge, source, target)


async def test_what_cannot_be_merged(hub: Hub) -> None:
    third = inbound("m-3", conversation="c-3", address="u-3", skip_bot=True)
    source, target, last = await receive(hub, ONE, OTHER, third)
    with pytest.raises(Invalid):
        await _join(hub, merge, source, source)
    await _join(hub, merge, source, target)
    for one, other in ((source, last), (last, source)):
        with pytest.raises(Conflict):
            await _join(hub, merge, one, other)
    sam = await agent(hub, "sam")
    await change(hub, last, sam, actions.set_status, Status.RESOLVED)
    with pytest.raises(Conflict, match="reopen"):
        await _join(hub, merge, target, last)


async def test_a_resolved_one_can_be_merged_too(hub: Hub, clock: FakeClock) -> None:
    source, target = await receive(hub, ONE, OTHER)
    await change(hub, source, await agent(hub, "sam"), actions.set_status, Status.RESOLVED)
    await _join(hub, merge, source, target)
    clock.advance(timedelta(minutes=1))
    more = inbound("m-3", "Again", conversation="c-1", address="u-1", sent_at=clock())
    assert await receive(hub, more) == [target]


async def test_a_chain_is_taken_back_link_by_link(hub: Hub, clock: FakeClock) -> None:
    third = inbound("m-3", conversation="c-3", address="u-3", skip_bot=True)
    one, two, three = await receive(hub, ONE, OTHER, third)
    await _join(hub, merge, one, two)
    await _join(hub, merge, two, three)
    with pytest.raises(Conflict, match="take that back first"):
        await _join(hub, unmerge, one, two)
    await _join(hub, unmerge, two, three)
    await _join(hub, unmerge, one, two)
    clock.advance(minutes=1)
    more = [
        inbound(f"n-{n}", conversation=f"c-{n}", address=f"u-{n}", sent_at=clock())
        for n in (1, 2, 3)
    ]
    assert await receive(hub, *more) == [one, two, three]


async def test_a_merged_ticket_rests(hub: Hub, clock: FakeClock) -> None:
    source, target = await receive(hub, ONE, OTHER)
    await _join(hub, merge, source, target)
    sam = await agent(hub, "sam")
    later = clock() + timedelta(hours=1)
    for action, args in (
        (actions.set_status, (Status.OPEN,)),
        (replies.reply, ("Hello",)),
        (replies.log_reply, ("Hello",)),
        (promise_call, (later,)),
    ):
        with pytest.raises(Conflict, match="merged into"):
            await change(hub, source, sam, action, *args)


async def test_what_waits_goes_with_its_ticket(hub: Hub, clock: FakeClock) -> None:
    source, target = await receive(hub, ONE, OTHER)
    sam = await agent(hub, "sam")
    later = clock() + timedelta(hours=1)
    await change(hub, source, sam, promise_call, later)
    await change(hub, target, sam, replies.log_reply, "On our way")
    await _join(hub, merge, source, target)
    assert (await ticket_of(hub, target)).callback_due_at == later
    clock.advance(minutes=1)
    more = inbound("m-3", "Still there", conversation="c-1", address="u-1", sent_at=clock())
    assert await receive(hub, more) == [target]
    await _join(hub, unmerge, source, target)
    one, other = await ticket_of(hub, source), await ticket_of(hub, target)
    assert (one.callback_due_at, other.callback_due_at) == (later, None)
    assert (one.waiting_since, one.preview) == (ONE.sent_at, "Still there")
    assert (other.waiting_since, other.preview) == (None, "On our way")
    assert one.due_at is not None


async def test_nothing_is_owed_in_a_merged_ticket_and_its_customer_waits_in_the_other(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    """No breach where nobody can answer any more; a clock where the answer is owed now."""
    source, target = await receive(hub, ONE, OTHER)
    sam = await agent(hub, "sam")
    await change(hub, target, sam, replies.log_reply, "We know of it")
    clock.advance(minutes=5)
    await _join(hub, merge, source, target)
    clock.advance(hours=30)
    await work.sweep.run()
    await work.jobs()
    breaches = await rows(hub.database, Breach)
    assert {row.ticket_id for row in breaches} == {target}
    assert "next_response" in {row.metric for row in breaches}
    (first,) = await rows(hub.database, ClockRow, ticket_id=source, metric="first_response")
    assert (first.ended, first.breached_at) == ("no_reply_needed", None)
    (exchange,) = await rows(hub.database, ClockRow, ticket_id=target, metric="next_response")
    assert exchange.started_at == ONE.sent_at
    assert (await ticket_of(hub, target)).waiting_since == ONE.sent_at
