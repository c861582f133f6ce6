"""A simulated month: the same for the same seed, and as the hub itself would have written it."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from hub.audit.models import AuditEntry
from hub.delivery.models import Delivery
from hub.events.models import Counter as EventCounter
from hub.events.models import Event
from hub.jobs.models import Job
from hub.month.arrivals import span_of
from hub.month.case import Act, Case
from hub.month.town import KEY, Town
from hub.notices.models import Notice
from hub.people.models import Contact, ContactPoint
from hub.search.index import search_index
from hub.sla import Metric, evaluate
from hub.sla.defaults import city_hours
from hub.sla.history import entries_of, first_rules
from hub.sla.models import Breach, ClockRow, Escalation, TimelineRow
from hub.sla.summary import is_missed, summarise
from hub.surveys.models import Survey
from hub.team.models import Agent
from hub.team.passwords import verify_password
from hub.tickets.models import Conversation, Message, Status, Ticket, TicketTag
from tests.fixtures import rows
from tests.hub.month.months import AFTER, SMALL, Month, month

__all__ = ["month"]

ZONE = ZoneInfo("America/New_York")
END = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def _town(count: int = 400, seed: int = 1) -> list[Case]:
    hours = city_hours()
    return Town(count, span_of(END, ZONE, hours), hours, seed).run()


def _told(cases: list[Case]) -> list[Any]:
    return [
        (case.key, case.citizen, [(s.at, s.act, s.worker, s.text, s.detail) for s in case.steps])
        for case in cases
    ]


def test_the_same_seed_makes_the_same_month() -> None:
    random.seed(3)
    first = _told(_town())
    random.seed(4)
    assert _told(_town()) == first
    assert _told(_town(seed=2)) != first


def test_nothing_happens_out_of_order_or_after_the_end() -> None:
    span = span_of(END, ZONE, city_hours())
    length = (span.end - span.begin).total_seconds()
    cases = _town(1_000)
    assert len(cases) == 1_000
    for case in cases:
        times = [step.at for step in case.steps]
        assert times == sorted(times)
        assert 0 <= times[0] <= times[-1] < length
        assert case.steps[0].act is Act.ARRIVES
    assert [case.begins_at for case in cases] == sorted(case.begins_at for case in cases)


@pytest.mark.anyio
async def test_everything_that_can_happen_has(month: Month) -> None:
    assert (month.made.tickets, month.made.end) == (SMALL, END)
    async with month.hub() as hub:
        tickets = await rows(hub.database, Ticket)
        audited = Counter(entry.action for entry in await rows(hub.database, AuditEntry))
        surveys = await rows(hub.database, Survey)
        deliveries = await rows(hub.database, Delivery)
    assert {ticket.status for ticket in tickets} == {str(status) for status in Status}
    assert {"x", "facebook", "webchat", "webform", "open311", "phone", "walk-in"} == {
        ticket.channel for ticket in tickets
    }
    assert any(ticket.overdue and ticket.status == "open" for ticket in tickets)
    assert any(ticket.emergency for ticket in tickets)
    assert any(ticket.previous_ticket_id for ticket in tickets)
    assert any(ticket.resolution_reason == "no_reply_needed" for ticket in tickets)
    assert {"hand off", "bot answered", "bot asked back", "transfer", "tags", "note", "retry",
            "not delivered", "breach", "escalated", "survey answered"} <= set(audited)  # fmt: skip
    assert {survey.score for survey in surveys} == {None, 1, 2, 3, 4, 5}
    assert {delivery.state for delivery in deliveries} == {"sent", "failed"}
    storm = [t for t in tickets if month.made.storm <= t.created_at < month.made.storm + _HOURS]
    calm = [t for t in tickets if t.created_at.date() == (month.made.storm - _WEEK).date()]
    assert len(storm) > 2 * len(calm)
    assert sum("Killearn" in ticket.subject for ticket in storm) > len(storm) / 5


_HOURS = timedelta(hours=6)
_WEEK = timedelta(days=7)


@pytest.mark.anyio
async def test_every_row_belongs_somewhere(month: Month) -> None:
    async with month.hub() as hub:
        database = hub.database
        tickets = {row.id: row for row in await rows(database, Ticket)}
        messages = {row.id: row for row in await rows(database, Message)}
        agents = {row.id for row in await rows(database, Agent)}
        contacts = {row.id for row in await rows(database, Contact)}
        points = {row.id: row for row in await rows(database, ContactPoint)}
        assert {row.contact_id for row in points.values()} == contacts
        for ticket in tickets.values():
            assert points[ticket.contact_point_id].contact_id == ticket.contact_id
            assert ticket.assignee_id is None or ticket.assignee_id in agents
        for message in messages.values():
            by = agents if message.author_kind == "agent" else contacts
            if message.author_kind in ("agent", "customer"):
                assert message.author_id in by
            else:
                assert message.author_id is None
            assert message.created_at >= message.sent_at
        assert list(messages) == [m.id for m in sorted(messages.values(), key=_when)]
        for delivery in await rows(database, Delivery):
            message = messages[delivery.message_id]
            assert (message.ticket_id, message.direction) == (delivery.ticket_id, "outbound")
            assert (delivery.state == "sent") == (message.external_id is not None)
        newest = defaultdict(int)
        for ticket in tickets.values():
            newest[ticket.account_id, ticket.conversation] = ticket.id
        for conversation in await rows(database, Conversation):
            assert newest.pop((conversation.account_id, conversation.key)) == conversation.ticket_id
        assert not newest
        tags = sorted((tag.tag, tag.ticket_id) for tag in await rows(database, TicketTag))
        assert tags == sorted((tag, t.id) for t in tickets.values() for tag in t.tags)
        assert all(job.done_at is not None for job in await rows(database, Job))
        triaged = {j.payload["message_id"] for j in await rows(database, Job, kind="triage")}
        assert triaged == {m.id for m in messages.values() if m.direction == "inbound"}
        assert all(ticket.conversation.startswith(KEY) for ticket in tickets.values())


def _when(message: Message) -> tuple[datetime, int]:
    return message.sent_at, message.id


@pytest.mark.anyio
async def test_clocks_are_what_follows_from_the_timeline(month: Month) -> None:
    """For every ticket, by the other way of computing them; and so are the ticket's columns."""
    async with month.hub() as hub:
        versions = (await hub.directory.get()).clockwork.known_rules()
        timelines: dict[int, list[Any]] = defaultdict(list)
        for row in await rows(hub.database, TimelineRow):
            timelines[row.ticket_id].append(row.as_row())
        clocks: dict[int, list[Any]] = defaultdict(list)
        for row in await rows(hub.database, ClockRow):
            clocks[row.ticket_id].append(row.as_row())
        tickets = await rows(hub.database, Ticket)
    assert len(tickets) == SMALL
    for ticket in tickets:
        history, kept = timelines[ticket.id], clocks[ticket.id]
        times = evaluate(entries_of(history, versions), first_rules(history, versions), AFTER)
        by_metric: dict[Metric, list[Any]] = {
            Metric.FIRST_RESPONSE: [times.first_response],
            Metric.NEXT_RESPONSE: list(times.exchanges),
            Metric.RESOLUTION: [times.resolution],
        }
        for metric, states in by_metric.items():
            stored = [clock for clock in kept if clock["metric"] == metric]
            assert len(stored) == len(states), ticket.id
            for clock, state in zip(stored, states, strict=True):
                assert state is not None
                same = ("target", "calendar_time", "started_at", "due_at", "met_at", "ended")
                assert {n: clock[n] for n in same} == {n: getattr(state, n) for n in same}
                if clock["breached_at"] != state.breached_at:
                    # What the bot answered is not looked at until somebody writes again.
                    assert (ticket.status, ticket.waiting_since) == ("bot", None)
                if clock["running_since"] is None:
                    assert clock["used"] == state.used
        row = ticket.as_row()
        again = dict(row)
        summarise(again, kept)
        assert again == row
        statuses = [e["detail"]["status"] for e in history if e["kind"] in ("created", "status")]
        assert statuses[-1] == ticket.status
        assert (ticket.status == "resolved") == (ticket.resolved_at is not None)


@pytest.mark.anyio
async def test_misses_are_recorded_and_acted_on_once(month: Month) -> None:
    async with month.hub() as hub:
        clocks = {row.id: row.as_row() for row in await rows(hub.database, ClockRow)}
        breaches = await rows(hub.database, Breach)
        acted = await rows(hub.database, Escalation)
        notices = await rows(hub.database, Notice)
    missed = {number for number, clock in clocks.items() if is_missed(clock)}
    assert {breach.clock_id for breach in breaches} == missed
    assert len(breaches) == len(missed) > 50
    assert all(b.due_at == clocks[b.clock_id]["breached_at"] <= b.noticed_at for b in breaches)
    warned = {number for number, clock in clocks.items() if clock["warned_at"] is not None}
    assert Counter((one.clock_id, one.moment) for one in acted) == Counter(
        [(number, "breach") for number in missed] + [(number, "warning") for number in warned]
    )
    told = sum(
        action["kind"] == "notify" and action["error"] is None
        for one in acted
        for action in one.done
    )
    assert len(notices) == told > 50


@pytest.mark.anyio
async def test_its_agents_cannot_sign_in(month: Month) -> None:
    async with month.hub() as hub:
        agents = [a for a in await rows(hub.database, Agent) if a.email.endswith("@month.example")]
        assert len(agents) == month.made.agents > 5
        for agent in agents:
            assert agent.demo
            assert not await verify_password(agent.password_hash, "switchboard-demo")


@pytest.mark.anyio
async def test_search_finds_its_messages(month: Month) -> None:
    async with month.hub() as hub, hub.database.read() as session:
        said = select(Message.ticket_id).where(Message.body.contains("Lafayette Park"))
        found = await search_index(hub.database).find(session, "lafayette park", 1_000)
        assert len(found) > 20
        assert set(found) == set(await session.scalars(said))


@pytest.mark.anyio
async def test_events_go_on_where_they_were(month: Month) -> None:
    async with month.hub() as hub, hub.database.read() as session:
        newest = await session.scalar(select(func.max(Event.seq)))
        number = await session.scalar(
            select(EventCounter.value).where(EventCounter.name == "event")
        )
        assert newest == number
        kinds = set(await session.scalars(select(Event.kind)))
        assert kinds == {"config.changed"}, "a month is not told ticket by ticket"


@pytest.mark.anyio
async def test_ids_go_on_behind_it(month: Month) -> None:
    """What is stored next gets an id that is free."""
    async with month.hub() as hub:
        before = await rows(hub.database, Notice)
        async with hub.database.write() as session:
            like = {**before[-1].as_row(), "text": "after the month"}
            like.pop("id")
            session.add(Notice(**like))
        (new,) = await rows(hub.database, Notice, text="after the month")
        assert new.id > max(notice.id for notice in before)
        async with hub.database.write() as session:
            await session.delete(await session.get_one(Notice, new.id))
