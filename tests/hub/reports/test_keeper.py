"""Keeping facts: from the log, once, and right whatever is interrupted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from hub.accounts.leases import claim
from hub.db.base import to_micros
from hub.events.feed import last_number
from hub.events.models import Counter, Event
from hub.ports import ChannelKind
from hub.reports import facts, sheets
from hub.reports.facts import CURSOR, FILL, Overtaken, as_of, rebuild, recompute, store
from hub.reports.figures import Dimension, ReportQuery
from hub.reports.keeper import KEEPING, REST, Keeper
from hub.reports.loading import compute
from hub.reports.models import ReportDay, TicketFact
from hub.reports.outcome import Outcome
from hub.system import Hub
from hub.tickets import actions, replies
from hub.tickets.models import Status, Ticket
from tests.fakes import FakeClock, ScriptedResponder, inbound
from tests.fixtures import HubMaker, Work, agent, change, receive, rows
from tests.hub.reports.expected import ZONE as CITY
from tests.hub.reports.histories import Weeks
from tests.hub.reports.test_report import ZONE, caught_up, keeper_of, report_of

pytestmark = pytest.mark.anyio


async def _counter(hub: Hub, name: str) -> int | None:
    async with hub.database.read() as session:
        return await session.scalar(select(Counter.value).where(Counter.name == name))


async def _as_of(hub: Hub) -> datetime:
    async with hub.database.read() as session:
        return await as_of(session, hub.now())


async def _fact(hub: Hub, ticket_id: int) -> TicketFact:
    (fact,) = await rows(hub.database, TicketFact, ticket_id=ticket_id)
    assert isinstance(fact, TicketFact)
    return fact


async def _kept(hub: Hub) -> list[dict[str, Any]]:
    return [fact.as_row() for fact in await rows(hub.database, TicketFact)]


async def test_facts_follow_the_log(hub: Hub, work: Work, clock: FakeClock) -> None:
    keeper = keeper_of(hub)
    (ticket_id,) = await receive(hub, inbound("m-1", unit="billing", skip_bot=True))
    assert await keeper.run() >= 1
    fact = await _fact(hub, ticket_id)
    assert (fact.unit, fact.resolved_day) == ("billing", None)
    assert fact.first_response_outcome == Outcome.PENDING
    assert await _counter(hub, CURSOR) == await last_number(hub.database)
    clock.advance(minutes=5)
    ben = await agent(hub, "ben")
    await change(hub, ticket_id, ben, replies.reply, "We look into it")
    await work.deliver()
    await change(hub, ticket_id, ben, actions.set_status, Status.RESOLVED)
    await keeper.run()
    fact = await _fact(hub, ticket_id)
    assert fact.first_response_outcome == Outcome.WITHIN
    assert fact.first_response_calendar == fact.first_response_business == 300
    assert (fact.agent_id, fact.first_contact, fact.contained) == (ben.id, 1, 0)
    assert fact.resolved_day == fact.day
    assert await keeper.run() == 0


async def test_nothing_is_written_while_nothing_happens(hub: Hub) -> None:
    await receive(hub, inbound("m-1", skip_bot=True))
    await caught_up(hub)
    while await sheets.roll(hub.database, limit=10):
        pass
    written = 0

    class Counting:
        def __init__(self) -> None:
            self._write = hub.database.write

        def __call__(self) -> Any:
            nonlocal written
            written += 1
            return self._write()

    hub.database.write = Counting()  # type: ignore[method-assign]
    assert await keeper_of(hub).run() == 0
    assert written == 0
    await receive(hub, inbound("m-2", conversation="c-2", skip_bot=True))
    assert await keeper_of(hub).run() == 1
    assert written > 0


async def test_what_comes_due_is_noticed_without_any_event(hub: Hub, clock: FakeClock) -> None:
    """No sweep runs here: the clock alone makes it overdue, and the report says so at once."""
    (ticket_id,) = await receive(hub, inbound("m-1", skip_bot=True))
    await caught_up(hub)
    fact = await _fact(hub, ticket_id)
    assert fact.first_response_outcome == Outcome.PENDING
    assert fact.next_due is not None
    clock.at = fact.next_due
    assert await keeper_of(hub).run() == 0  # exactly at the due time it is not overdue yet
    assert await _as_of(hub) == clock()
    clock.advance(seconds=1)
    assert await _as_of(hub) == fact.next_due
    assert await keeper_of(hub).run() == 1
    assert (await _fact(hub, ticket_id)).first_response_outcome == Outcome.OVERDUE
    assert await _as_of(hub) == clock()


async def test_as_of_is_the_first_event_not_read_yet(hub: Hub, clock: FakeClock) -> None:
    await receive(hub, inbound("m-1", skip_bot=True))
    began = clock()
    assert await _as_of(hub) == began
    await caught_up(hub)
    clock.advance(minutes=1)
    assert await _as_of(hub) == clock()
    await receive(hub, inbound("m-2", conversation="c-2", skip_bot=True, sent_at=clock()))
    came = clock()
    clock.advance(minutes=1)
    assert await _as_of(hub) == came
    await caught_up(hub)
    assert await _as_of(hub) == clock()


async def test_a_restart_in_the_middle_goes_on_where_it_was(
    make_hub: HubMaker,
    clock: FakeClock,
    responder: ScriptedResponder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Killed after it read and before it wrote: the next one does it, and what is kept equals
    what is computed anew."""
    hub = make_hub()
    await hub.start()
    weeks = Weeks(hub, Work(hub), clock, responder, 5)
    monkeypatch.setattr("hub.reports.keeper.BATCH", 2)
    monkeypatch.setattr("hub.reports.keeper._EVENTS", 5)
    await weeks.run(15)
    await keeper_of(hub).run()
    await weeks.run(25)
    cursor = await _counter(hub, CURSOR)

    async def killed(*_: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(facts, "store", killed)
        with pytest.raises(RuntimeError, match="killed"):
            await keeper_of(hub).run()
    assert await _counter(hub, CURSOR) == cursor
    await hub.aclose()
    again = make_hub()
    await again.start()
    await caught_up(again)
    assert await _counter(again, CURSOR) == await last_number(again.database)
    kept = await _kept(again)
    await rebuild(again.database, await again.directory.get(), ZONE, now=clock)
    assert await _kept(again) == kept
    assert len(kept) == len(weeks.tickets)
    await again.aclose()


async def test_what_was_read_before_others_wrote_is_not_written(hub: Hub, clock: FakeClock) -> None:
    (ticket_id,) = await receive(hub, inbound("m-1", skip_bot=True))
    await caught_up(hub)
    rules = (await hub.directory.get()).clockwork.rules
    seen = await _counter(hub, CURSOR)
    assert seen is not None
    async with hub.database.read() as session:
        old = await compute(session, [ticket_id], rules, CITY, clock())
    await change(hub, ticket_id, await agent(hub, "sam"), actions.transfer, "billing")
    await caught_up(hub)
    with pytest.raises(Overtaken):
        async with hub.database.write() as session:
            await store(session, [ticket_id], old, seen, seen)
    assert (await _fact(hub, ticket_id)).unit == "billing"


async def test_one_keeper_works_at_a_time(hub: Hub, clock: FakeClock) -> None:
    await receive(hub, inbound("m-1", skip_bot=True))
    assert await claim(hub.database, KEEPING, clock(), clock() + timedelta(seconds=15))
    assert await keeper_of(hub).run() == 0
    assert await rows(hub.database, TicketFact) == []
    clock.advance(seconds=16)  # whoever held it was killed
    await caught_up(hub)
    assert len(await rows(hub.database, TicketFact)) == 1


async def test_a_hub_from_before_gets_the_facts_of_all_its_tickets(
    hub: Hub, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        await receive(hub, inbound(f"m-{number}", conversation=f"c-{number}", skip_bot=True))
    async with hub.database.write() as session:
        await session.execute(delete(Event))
    assert await _counter(hub, CURSOR) is None
    monkeypatch.setattr("hub.reports.facts.BATCH", 3)
    await facts.begin(hub.database)
    assert await _as_of(hub) <= clock()
    await caught_up(hub)
    assert len(await rows(hub.database, TicketFact)) == 7
    assert await _counter(hub, FILL) is None


async def test_events_that_were_removed_before_they_were_read_cost_nothing(
    hub: Hub, clock: FakeClock
) -> None:
    """A worker that was away for longer than events are kept computes every ticket anew."""
    (ticket_id,) = await receive(hub, inbound("m-1", skip_bot=True))
    await caught_up(hub)
    await change(hub, ticket_id, await agent(hub, "sam"), actions.transfer, "billing")
    await receive(hub, inbound("m-2", conversation="c-2", skip_bot=True, sent_at=clock()))
    async with hub.database.write() as session:
        newest = await session.scalar(select(func.max(Event.seq)))
        assert newest is not None
        await session.execute(delete(Event).where(Event.seq < newest))
    await caught_up(hub)
    assert next(fact.unit for fact in await rows(hub.database, TicketFact)) == "billing"
    assert len(await rows(hub.database, TicketFact)) == 2
    async with hub.database.write() as session:
        await session.execute(delete(Event))
        await session.execute(update(Counter).where(Counter.name == CURSOR).values(value=0))
        await session.execute(update(TicketFact).values(unit="gone"))
    await caught_up(hub)
    assert "gone" not in {fact.unit for fact in await rows(hub.database, TicketFact)}


async def test_rebuilding_tells_how_far_it_is_and_forgets_what_is_gone(
    hub: Hub, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        await receive(hub, inbound(f"m-{number}", conversation=f"c-{number}", skip_bot=True))
    await caught_up(hub)
    async with hub.database.write() as session:
        ghost = (await rows(hub.database, TicketFact))[0].as_row() | {"ticket_id": 9_999}
        session.add(TicketFact(**ghost))
        await session.execute(update(TicketFact).values(unit="nowhere"))
    monkeypatch.setattr("hub.reports.facts._REBUILT", 2)
    told: list[tuple[int, int]] = []
    done = await rebuild(
        hub.database, await hub.directory.get(), ZONE, now=clock,
        progress=lambda *numbers: told.append(numbers),
    )  # fmt: skip
    assert done == 5
    assert told == [(2, 5), (4, 5), (5, 5)]
    kept = await rows(hub.database, TicketFact)
    assert [fact.ticket_id for fact in kept] == [one.id for one in await rows(hub.database, Ticket)]
    assert {fact.unit for fact in kept} == {"social-media"}
    assert await sheets.stale_days(hub.database) == []


async def test_a_day_is_a_day_of_the_citys_calendar(hub: Hub, clock: FakeClock) -> None:
    """The 25 hours of November 1st, 2026; one ticket in each of its hours on the wall."""
    begin = datetime(2026, 11, 1, 4, tzinfo=UTC)  # 00:00 EDT
    for hour in range(-1, 26):
        clock.at = begin + timedelta(hours=hour, minutes=30)
        hub.directory.forget()
        await receive(
            hub, inbound(f"m-{hour}", conversation=f"c-{hour}", skip_bot=True, sent_at=clock())
        )
    await caught_up(hub)
    day = begin.date()
    report = await report_of(hub, ReportQuery(day, day, Dimension.HOUR))
    assert report.totals.created == 25
    assert {row.key: row.created for row in report.rows} == {
        f"{hour:02}": 2 if hour == 1 else 1 for hour in range(24)
    }
    assert [row.label for row in report.rows][:2] == ["00:00", "01:00"]
    assert report.before.created == 1


async def test_a_period_without_tickets_is_empty_and_not_wrong(hub: Hub, clock: FakeClock) -> None:
    day = clock().date()
    for by in Dimension:
        report = await report_of(hub, ReportQuery(day, day + timedelta(days=2), by))
        totals = report.totals
        assert (totals.created, totals.first_response.decided) == (0, 0)
        assert totals.first_response.share_within is None
        assert totals.first_response.business.median is None
        assert not totals.first_response.business.median_open
        assert totals.survey_score is None
        assert [one.backlog for one in report.volume] == [0, 0, 0]
        assert report.topics == ()
    units = await report_of(hub, ReportQuery(day, day, Dimension.UNIT))
    assert {row.key for row in units.rows} == set((await hub.directory.get()).units)


async def test_a_later_ticket_about_the_same_takes_first_contact_back(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    sam = await agent(hub, "sam")
    (first,) = await receive(hub, inbound("m-1", skip_bot=True))
    await change(hub, first, sam, actions.set_topic, "high-bill")
    await change(hub, first, sam, replies.reply, "Here is why")
    await work.deliver()
    await change(hub, first, sam, actions.set_status, Status.RESOLVED)
    await caught_up(hub)
    assert (await _fact(hub, first)).first_contact == 1
    clock.advance(days=3)
    (second,) = await receive(
        hub, inbound("m-2", conversation="c-2", skip_bot=True, sent_at=clock())
    )
    await caught_up(hub)
    assert (await _fact(hub, first)).first_contact == 1  # about something else, as far as known
    await change(hub, second, sam, actions.set_topic, "high-bill")
    await caught_up(hub)
    assert (await _fact(hub, first)).first_contact == 0
    await change(hub, second, sam, actions.set_topic, "outage-map")
    await caught_up(hub)
    assert (await _fact(hub, first)).first_contact == 1


async def test_calls_have_no_first_response(hub: Hub) -> None:
    (ticket_id,) = await receive(
        hub, inbound("m-1", kind="phone", skip_bot=True), kind=ChannelKind.PHONE
    )
    await caught_up(hub)
    fact = await _fact(hub, ticket_id)
    assert fact.first_response_outcome == Outcome.NONE
    assert fact.resolution_outcome == Outcome.PENDING


async def test_todays_sheet_is_not_made_with_every_message(hub: Hub) -> None:
    seconds = 0.0
    keeper = Keeper(hub.database, hub.directory, hub.now, ZONE, lambda: seconds)

    async def rolled() -> int:
        (day,) = await rows(hub.database, ReportDay)
        assert isinstance(day, ReportDay)
        return day.rolled

    await receive(hub, inbound("m-1", skip_bot=True))
    await keeper.run()
    first = await rolled()
    assert first > 0
    await receive(hub, inbound("m-2", conversation="c-2", skip_bot=True))
    await keeper.run()
    assert await rolled() == first
    seconds = REST + 0.1
    await keeper.run()
    assert await rolled() > first


async def test_recomputing_nothing_moves_the_cursor_alone(hub: Hub, clock: FakeClock) -> None:
    await receive(hub, inbound("m-1", skip_bot=True))
    await caught_up(hub)
    rules = (await hub.directory.get()).clockwork.rules
    seen = await _counter(hub, CURSOR)
    assert seen is not None
    done = await recompute(hub.database, [], rules, CITY, clock(), seen=seen, cursor=seen + 3)
    assert (done, await _counter(hub, CURSOR)) == (0, seen + 3)
    assert to_micros(await _as_of(hub)) == to_micros(clock())
