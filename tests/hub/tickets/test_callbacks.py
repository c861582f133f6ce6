"""Promised calls: due in the queue, done or put off, each once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.errors import Conflict, Invalid, NotFound
from hub.ports import ChannelKind
from hub.system import Hub
from hub.tickets import actions
from hub.tickets.callbacks import Outcome, end_call, promise_call
from hub.tickets.models import Callback, Direction, Status
from tests.fakes import FakeClock, inbound
from tests.fixtures import agent, change, messages_of, receive, rows, ticket_of

pytestmark = pytest.mark.anyio


async def _call(hub: Hub) -> int:
    (ticket_id,) = await receive(hub, inbound(skip_bot=True), kind=ChannelKind.PHONE)
    return ticket_id


async def test_a_promise_is_due_in_the_queue_until_it_is_kept(hub: Hub, clock: FakeClock) -> None:
    ticket_id = await _call(hub)
    sam = await agent(hub, "sam")
    before = await ticket_of(hub, ticket_id)
    soon = clock() + timedelta(minutes=5)
    late = clock() + timedelta(minutes=9)
    second = await change(hub, ticket_id, sam, promise_call, late)
    first = await change(hub, ticket_id, sam, promise_call, soon, phone="850 555 0142")
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.callback_due_at, ticket.due_at, ticket.due_metric) == (soon, soon, "callback")
    assert ticket.queue_key < before.queue_key
    await change(hub, ticket_id, sam, end_call, first.id, Outcome.NO_ANSWER, body="Voicemail")
    assert (await ticket_of(hub, ticket_id)).due_at == late
    await change(hub, ticket_id, sam, end_call, second.id, Outcome.REACHED, body="Told them")
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.callback_due_at, ticket.due_metric) == (None, before.due_metric)
    said = [(m.direction, m.body, m.logged) for m in (await messages_of(hub, ticket_id))[1:]]
    assert said == [
        (Direction.NOTE, "Voicemail", False),
        (Direction.OUTBOUND, "Told them", True),
    ]


async def test_nobody_answered_so_it_is_tried_again(hub: Hub, clock: FakeClock) -> None:
    ticket_id = await _call(hub)
    sam = await agent(hub, "sam")
    soon = clock() + timedelta(minutes=5)
    first = await change(
        hub, ticket_id, sam, promise_call, soon, phone="850", text="about the bill"
    )
    later = clock() + timedelta(hours=2)
    await change(hub, ticket_id, sam, end_call, first.id, Outcome.NO_ANSWER, retry_at=later)
    _, again = await rows(hub.database, Callback)
    assert (again.due_at, again.phone, again.note) == (later, "850", "about the bill")
    assert (await ticket_of(hub, ticket_id)).callback_due_at == later
    with pytest.raises(Conflict):
        await change(hub, ticket_id, sam, end_call, first.id, Outcome.REACHED)


async def test_a_promise_wakes_a_resting_ticket(hub: Hub, clock: FakeClock) -> None:
    ticket_id = await _call(hub)
    sam = await agent(hub, "sam")
    await change(hub, ticket_id, sam, actions.set_status, Status.RESOLVED)
    await change(hub, ticket_id, sam, promise_call, clock() + timedelta(hours=1))
    assert (await ticket_of(hub, ticket_id)).status == Status.OPEN


async def test_what_cannot_be_promised(hub: Hub, clock: FakeClock) -> None:
    ticket_id = await _call(hub)
    sam = await agent(hub, "sam")
    with pytest.raises(Invalid):
        await change(hub, ticket_id, sam, promise_call, clock())
    with pytest.raises(NotFound):
        await change(hub, ticket_id, sam, end_call, 99, Outcome.REACHED)
    assert await rows(hub.database, Callback) == []
