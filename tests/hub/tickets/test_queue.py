"""The queue: what is due next first, page by page without gap or repeat, counted right."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from hub.errors import Invalid
from hub.system import Hub
from hub.team.access import Principal
from hub.tickets import actions, replies
from hub.tickets.models import Priority, Status, Ticket
from hub.tickets.queue import DUE_SOON, Page, QueueFilter, View, read_counts, read_page
from tests.fakes import FakeClock, inbound
from tests.fixtures import Work, agent, change, principal, receive, rows, ticket_of

pytestmark = pytest.mark.anyio

ACTIVE = ("open", "pending_customer")


async def _page(
    hub: Hub,
    reader: Principal,
    wanted: QueueFilter = QueueFilter(),  # noqa: B008 - frozen
    *,
    cursor: str | None = None,
    limit: int = 7,
) -> Page:
    async with hub.database.read() as session:
        return await read_page(
            session, hub.search, wanted, reader, hub.now(), cursor=cursor, limit=limit
        )


async def _all(hub: Hub, reader: Principal, wanted: QueueFilter, limit: int = 7) -> list[int]:
    found: list[int] = []
    cursor = None
    while True:
        page = await _page(hub, reader, wanted, cursor=cursor, limit=limit)
        assert len(page.tickets) <= limit
        found += [ticket.id for ticket in page.tickets]
        cursor = page.next_cursor
        if cursor is None:
            return found


@pytest.fixture
async def city(hub: Hub, work: Work, clock: FakeClock) -> list[Ticket]:
    """40 tickets of every kind, with a history each, some of it missed."""
    chance = random.Random(311)
    units = ("call-center", "billing", "social-media", "energy-services")
    messages = []
    for n in range(40):
        sent = clock() - timedelta(minutes=chance.randrange(600))
        text = f"inquiry {n} about {chance.choice(('water', 'power', 'trash'))}"
        messages.append(
            inbound(
                f"m-{n}", text, conversation=f"c-{n}", address=f"u-{n % 11}", sent_at=sent,
                unit=chance.choice(units), skip_bot=chance.random() < 0.8,
            )
        )  # fmt: skip
    tickets = await receive(hub, *messages)
    people = [await agent(hub, name) for name in ("ava", "ben", "carla")]
    for ticket_id in tickets:
        who = chance.choice(people)
        for _ in range(chance.randrange(3)):
            match chance.randrange(6):
                case 0:
                    await change(hub, ticket_id, who, actions.assign, who.id)
                case 1:
                    await change(hub, ticket_id, who, actions.set_status, Status.RESOLVED)
                case 2:
                    await change(hub, ticket_id, who, actions.set_status, Status.PENDING_CUSTOMER)
                case 3:
                    until = clock() + timedelta(hours=9)
                    await change(
                        hub, ticket_id, who, actions.set_status, Status.SNOOZED, until=until
                    )
                case 4:
                    await change(hub, ticket_id, who, actions.set_priority, Priority.URGENT)
                case 5:
                    await change(hub, ticket_id, who, actions.set_tags, ["night"])
    for ticket_id in tickets[:3]:  # answered, and it is the customer's turn: nothing is due
        await change(hub, ticket_id, people[0], replies.reply, "Which street?")
        await work.deliver()
        await change(hub, ticket_id, people[0], actions.set_status, Status.PENDING_CUSTOMER)
    await work.sweep.run()
    return await rows(hub.database, Ticket)


def _wanted(view: View, reader: Principal, now: Any, ticket: Ticket) -> bool:
    """The views in plain words, apart from the query."""
    if not reader.sees(ticket.unit, ticket.assignee_id):
        return False
    active = ticket.status in ACTIVE
    match view:
        case View.MINE:
            return active and ticket.assignee_id == reader.agent_id
        case View.UNIT | View.ALL:
            return active
        case View.UNASSIGNED:
            return active and ticket.assignee_id is None
        case View.DUE:
            due = ticket.due_at is not None and now <= ticket.due_at <= now + DUE_SOON
            return active and due and not ticket.overdue
        case View.BREACHED:
            return active and ticket.overdue
        case _:
            return ticket.status == view.value


async def test_each_view_has_what_it_says_in_its_order_and_counts_it(
    hub: Hub, clock: FakeClock, city: list[Ticket]
) -> None:
    for name in ("ava", "ben", "sam"):
        await _check_views(hub, clock, city, name)


async def _check_views(hub: Hub, clock: FakeClock, city: list[Ticket], name: str) -> None:
    reader = await principal(hub, name)
    async with hub.database.read() as session:
        counts = await read_counts(session, reader, clock())
    for view in View:
        wanted = [one for one in city if _wanted(view, reader, clock(), one)]
        found = await _all(hub, reader, QueueFilter(view=view))
        assert sorted(found) == sorted(one.id for one in wanted), view
        if view is View.RESOLVED:
            wanted.sort(key=lambda one: (one.last_message_at, one.id), reverse=True)
        else:
            wanted.sort(key=lambda one: (one.queue_key, one.id))
        assert found == [one.id for one in wanted], view
        if view is not View.UNIT:
            assert counts.views[view.value] == len(found), view
    active = [one for one in city if _wanted(View.ALL, reader, clock(), one)]
    by_unit = {unit: sum(one.unit == unit for one in active) for unit in {o.unit for o in active}}
    assert counts.units == by_unit
    if name == "sam":  # the history above left something of every kind
        assert all(counts.views[view] for view in View if view not in (View.UNIT, View.MINE))


async def test_what_is_due_next_comes_first_and_what_is_never_due_last(
    hub: Hub, city: list[Ticket]
) -> None:
    found = await _all(hub, await principal(hub, "sam"), QueueFilter(view=View.ALL))
    due = [next(one.due_at for one in city if one.id == ticket_id) for ticket_id in found]
    known = [at for at in due if at is not None]
    assert due == sorted(known) + [None] * (len(due) - len(known))
    assert None in due


FILTERS = {
    "unit": QueueFilter(unit="billing"),
    "status": QueueFilter(status="snoozed"),
    "channel": QueueFilter(channel="x"),
    "another channel": QueueFilter(channel="facebook"),
    "priority": QueueFilter(priority="urgent"),
    "tag": QueueFilter(tag="Night"),
    "several": QueueFilter(view=View.ALL, unit="billing", priority="normal"),
}


async def test_filters_narrow_what_is_seen(hub: Hub, clock: FakeClock, city: list[Ticket]) -> None:
    for title, name in itertools.product(FILTERS, ("sam", "ben")):
        wanted, reader = FILTERS[title], await principal(hub, name)
        expected = [
            one.id
            for one in city
            if reader.sees(one.unit, one.assignee_id)
            and (wanted.view is None or _wanted(wanted.view, reader, clock(), one))
            and wanted.unit in (None, one.unit)
            and wanted.status in (None, one.status)
            and wanted.channel in (None, one.channel)
            and wanted.priority in (None, one.priority)
            and (wanted.tag is None or wanted.tag.lower() in one.tags)
        ]
        assert sorted(await _all(hub, reader, wanted)) == expected, title
        if name == "sam":
            assert bool(expected) == (wanted.channel != "facebook"), title


async def test_a_search_is_narrowed_by_what_is_seen_and_by_filters(
    hub: Hub, city: list[Ticket]
) -> None:
    sam, ben = await principal(hub, "sam"), await principal(hub, "ben")
    water = [one for one in city if "water" in one.subject]
    assert 5 < len(water) < 35
    every = await _all(hub, sam, QueueFilter(query="WATER"), limit=4)
    assert sorted(every) == [one.id for one in water]
    assert every == sorted(every, reverse=True)  # the newest message first
    his = await _all(hub, ben, QueueFilter(query="water", status="open"), limit=4)
    assert sorted(his) == [
        one.id for one in water if one.status == "open" and ben.sees(one.unit, one.assignee_id)
    ]


async def test_a_number_finds_its_ticket_first(hub: Hub, city: list[Ticket]) -> None:
    sam, ben = await principal(hub, "sam"), await principal(hub, "ben")
    hidden = next(one for one in city if not ben.sees(one.unit, one.assignee_id))
    for query in (f"#{hidden.id}", str(hidden.id), f" #{hidden.id} "):
        page = await _page(hub, sam, QueueFilter(query=query))
        assert page.tickets[0].id == hidden.id
        page = await _page(hub, ben, QueueFilter(query=query))
        assert hidden.id not in [ticket.id for ticket in page.tickets]


@pytest.mark.parametrize("view", [View.ALL, View.RESOLVED])
async def test_pages_have_no_gap_and_no_repeat_while_tickets_come_and_go(
    hub: Hub, clock: FakeClock, city: list[Ticket], view: View
) -> None:
    """Between two pages new tickets arrive before and behind the cursor, and others leave."""
    reader = await principal(hub, "sam")
    ava = await agent(hub, "ava")
    there = await _all(hub, reader, QueueFilter(view=view))
    found: list[int] = []
    gone: set[int] = set()
    cursor, n = None, 0
    while True:
        page = await _page(hub, reader, QueueFilter(view=view), cursor=cursor, limit=3)
        found += [ticket.id for ticket in page.tickets]
        cursor = page.next_cursor
        if cursor is None:
            break
        n += 1
        for age in (1, 300, 900):
            sent = clock() - timedelta(minutes=age)
            message = inbound(
                f"new-{n}-{age}", conversation=f"n-{n}-{age}", sent_at=sent, skip_bot=True
            )
            (new,) = await receive(hub, message)
            if view is View.RESOLVED and age == 1:
                await change(hub, new, ava, actions.set_status, Status.RESOLVED)
        waiting = [ticket_id for ticket_id in there if ticket_id not in found]
        if n % 2 and len(waiting) > 4:
            other = Status.SNOOZED
            until = clock() + timedelta(hours=1)
            await change(hub, waiting[-1], ava, actions.set_status, other, until=until)
            gone.add(waiting[-1])
            there.remove(waiting[-1])
    assert len(found) == len(set(found))
    assert [ticket_id for ticket_id in found if ticket_id in there] == there
    assert gone.isdisjoint(found)


async def test_tickets_due_at_the_same_moment_are_paged_by_number(
    hub: Hub, clock: FakeClock
) -> None:
    tickets = await receive(
        hub, *(inbound(f"m-{n}", conversation=f"c-{n}", skip_bot=True) for n in range(10))
    )
    assert len({(await ticket_of(hub, one)).queue_key for one in tickets}) == 1
    reader = await principal(hub, "sam")
    assert await _all(hub, reader, QueueFilter(view=View.ALL), limit=3) == sorted(tickets)
    ava = await agent(hub, "ava")
    for one in tickets:
        await change(hub, one, ava, actions.set_status, Status.RESOLVED)
    found = await _all(hub, reader, QueueFilter(view=View.RESOLVED), limit=3)
    assert found == sorted(tickets, reverse=True)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "////",
        "W10",
        "WzEsMiwzXQ",
        "WyIxIiwyXQ",
        "Wy0xLDJd",
        "WzEsMmUzMDBd",
        "é",
        "A" * 5000,
    ],
)
async def test_a_cursor_that_is_not_ours_is_refused(hub: Hub, cursor: str) -> None:
    reader = await principal(hub, "sam")
    for wanted in (QueueFilter(view=View.ALL), QueueFilter(view=View.RESOLVED)):
        with pytest.raises(Invalid):
            await _page(hub, reader, wanted, cursor=cursor)
        with pytest.raises(Invalid):
            await _page(hub, reader, replace(wanted, query="water"), cursor=cursor)


async def test_an_empty_queue_is_empty(hub: Hub) -> None:
    reader = await principal(hub, "ava")
    for view in View:
        page = await _page(hub, reader, QueueFilter(view=view))
        assert (page.tickets, page.next_cursor) == ([], None)
    async with hub.database.read() as session:
        counts = await read_counts(session, reader, hub.now())
        assert await session.scalar(select(func.count()).select_from(Ticket)) == 0
    assert set(counts.views.values()) == {0}
    assert counts.units == {}
