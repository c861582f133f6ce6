"""What happens between the moment a sweep finds a ticket and the moment it holds it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from hub.ports import Answer
from hub.sla.models import ClockRow, Escalation
from hub.sla.promises import promise_warning
from hub.sla.sweep import Sweep
from hub.system import Hub
from hub.tickets import actions
from hub.tickets.models import Status
from tests.fakes import FakeClock, ScriptedResponder, inbound
from tests.fixtures import Work, agent, change, receive, rows, ticket_of
from tests.hub.sla.test_row_identity import save_targets

pytestmark = pytest.mark.anyio


def _meanwhile(
    monkeypatch: pytest.MonkeyPatch, ticket_id: int, happens: Callable[[], Awaitable[object]]
) -> None:
    """The next sweep that finds this ticket holds it only after `happens`."""
    find = Sweep._find
    waiting = [happens]

    async def found(self: Sweep, condition: Any) -> list[int]:
        ids = await find(self, condition)
        if ticket_id in ids and waiting:
            await waiting.pop()()
        return ids

    monkeypatch.setattr(Sweep, "_find", found)


async def test_a_ticket_the_bot_has_just_answered_again_is_not_closed(
    hub: Hub,
    work: Work,
    clock: FakeClock,
    responder: ScriptedResponder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    responder.decisions += [Answer("A map is online.", ("outage-map",))] * 2
    (ticket_id,) = await receive(hub, inbound())
    await work.all()
    clock.advance(hours=25)

    async def ask_again() -> None:
        await receive(hub, inbound("m-2", "Where is the map?", sent_at=clock()))
        await work.all()

    _meanwhile(monkeypatch, ticket_id, ask_again)
    await work.sweep.run()
    assert (await ticket_of(hub, ticket_id)).status == "bot"
    clock.advance(hours=25)
    await work.sweep.run()
    assert (await ticket_of(hub, ticket_id)).status == "resolved"


async def test_a_ticket_snoozed_anew_sleeps_on(
    hub: Hub, work: Work, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ticket_id,) = await receive(hub, inbound(skip_bot=True))
    carla = await agent(hub, "carla")
    until = clock() + timedelta(hours=1)
    await change(hub, ticket_id, carla, actions.set_status, Status.SNOOZED, until=until)
    clock.advance(hours=2)
    later = clock() + timedelta(hours=3)

    async def snooze() -> None:
        await change(hub, ticket_id, carla, actions.set_status, Status.SNOOZED, until=later)

    _meanwhile(monkeypatch, ticket_id, snooze)
    await work.sweep.run()
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.status, ticket.snoozed_until) == ("snoozed", later)


async def test_what_new_rules_make_too_late_at_once_is_not_warned_of(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    """ "Due soon" would be wrong of what is overdue."""
    await receive(hub, inbound(skip_bot=True))
    clock.advance(minutes=20)
    await save_targets(hub, 1, 600)
    clock.advance(minutes=1)
    await work.all()
    await work.sweep.run()
    await work.all()
    (row,) = await rows(hub.database, ClockRow, metric="first_response")
    assert (row.breached_at is not None, row.warn_at, row.warned_at) == (True, None, None)
    assert {one.moment for one in await rows(hub.database, Escalation)} <= {"breach"}


async def test_a_ticket_that_fails_holds_up_no_other_and_is_tried_again(
    hub: Hub, work: Work, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = [
        inbound(f"m-{n}", conversation=f"c-{n}", address=f"u-{n}", skip_bot=True) for n in range(3)
    ]
    broken, *others = await receive(hub, *messages)

    def failing(session: Any, clock: Any, *more: Any) -> None:
        if clock["ticket_id"] == broken:
            raise RuntimeError("a fault of ours")
        promise_warning(session, clock, *more)

    clock.advance(minutes=59)
    with monkeypatch.context() as patched:
        patched.setattr("hub.sla.sweep.promise_warning", failing)
        assert await work.sweep.run() == 2
    first = await rows(hub.database, ClockRow, metric="first_response")
    assert [row.ticket_id for row in first if row.warned_at is not None] == others
    assert await work.sweep.run() == 1
    assert await work.sweep.run() == 0
