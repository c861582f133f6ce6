"""What people do to a ticket: each action changes it, audits it and tells whoever may see it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hub.audit.models import AuditEntry
from hub.errors import Conflict, HubError, Invalid, NotFound
from hub.events.models import Event
from hub.ports import ChannelKind, Visibility
from hub.system import Hub
from hub.team.access import SYSTEM, Actor
from hub.tickets import actions, replies
from hub.tickets.change import changing
from hub.tickets.models import Message, Priority, Status, Ticket, TicketTag
from hub.tickets.view import ticket_view
from tests.fakes import NOON, FakeClock, inbound
from tests.fixtures import (
    Work,
    agent,
    change,
    deliveries_of,
    events_of,
    messages_of,
    principal,
    receive,
    rows,
    ticket_of,
)

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Case:
    """An action, and what it leaves on the ticket."""

    action: Callable[..., Any]
    args: tuple[Any, ...]
    audit: str
    after: dict[str, Any]
    more: dict[str, Any] = field(default_factory=dict)


LATER = NOON + timedelta(hours=3)
CASES = {
    "reply": Case(
        replies.reply, ("On it",), "reply",
        {"status": "open", "last_author": "agent", "preview": "On it", "takeover": 1},
    ),
    "note": Case(replies.note, ("crew sent",), "note", {"status": "bot", "takeover": 0}),
    "transfer": Case(actions.transfer, ("billing",), "transfer", {"unit": "billing"}),
    "wait for the customer": Case(
        actions.set_status, (Status.PENDING_CUSTOMER,), "status",
        {"status": "pending_customer", "waiting_since": None},
    ),
    "snooze": Case(
        actions.set_status, (Status.SNOOZED,), "status",
        {"status": "snoozed", "snoozed_until": LATER}, {"until": LATER},
    ),
    "resolve": Case(
        actions.set_status, (Status.RESOLVED,), "status",
        {
            "status": "resolved", "resolved_at": NOON, "resolution_reason": "no_reply_needed",
            "waiting_since": None, "due_at": None,
        },
        {"reason": "no_reply_needed"},
    ),
    "open": Case(actions.set_status, (Status.OPEN,), "status", {"status": "open", "takeover": 1}),
    "priority": Case(actions.set_priority, (Priority.HIGH,), "priority", {"priority": "high"}),
    "topic": Case(actions.set_topic, ("high-bill",), "topic", {"topic": "high-bill"}),
    "subject": Case(actions.set_subject, ("  A \n bill ",), "subject", {"subject": "A bill"}),
    "tags": Case(
        actions.set_tags, (["Night", "night ", "a  b", ""],), "tags", {"tags": ["a b", "night"]}
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_an_action_is_done_audited_and_told(hub: Hub, case: Case) -> None:
    (ticket_id,) = await receive(hub, inbound())
    before = await ticket_of(hub, ticket_id)
    ava = await agent(hub, "ava")
    await change(hub, ticket_id, ava, case.action, *case.args, **case.more)
    ticket = await ticket_of(hub, ticket_id)
    assert {name: getattr(ticket, name) for name in case.after} == case.after
    assert (ticket.version, ticket.updated_at) == (before.version + 1, NOON)
    audits = await rows(hub.database, AuditEntry, ticket_id=ticket_id)
    assert [one.action for one in audits] == [case.audit]
    assert audits[0].actor == f"agent:{ava.id}:Ava Reyes"
    told = await events_of(hub, ticket_id=ticket_id)
    assert told[-1].kind == "ticket.updated"
    assert json.loads(told[-1].data) == ticket_view(ticket.as_row())
    assert (told[-1].unit, told[-1].assignee_id) == (ticket.unit, ticket.assignee_id)


UNCHANGED = {
    "priority": (actions.set_priority, (Priority.NORMAL,)),
    "topic": (actions.set_topic, (None,)),
    "transfer": (actions.transfer, ("social-media",)),
    "assign": (actions.assign, (None,)),
    "tags": (actions.set_tags, ([" ", ""],)),
}


@pytest.mark.parametrize(("action", "args"), UNCHANGED.values(), ids=UNCHANGED)
async def test_an_action_that_changes_nothing_is_not_audited(
    hub: Hub, action: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    (ticket_id,) = await receive(hub, inbound())
    await change(hub, ticket_id, await agent(hub, "ava"), action, *args)
    assert await rows(hub.database, AuditEntry, ticket_id=ticket_id) == []
    assert (await ticket_of(hub, ticket_id)).status == "bot"


WRONG: dict[str, tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any], type[HubError]]] = {
    "no such agent": (actions.assign, (999,), {}, Invalid),
    "no such unit": (actions.transfer, ("harbour",), {}, Invalid),
    "back to the bot": (actions.set_status, (Status.BOT,), {}, Invalid),
    "snooze without a time": (actions.set_status, (Status.SNOOZED,), {}, Invalid),
    "snooze into the past": (actions.set_status, (Status.SNOOZED,), {"until": NOON}, Invalid),
    "a tag too long": (actions.set_tags, (["ok", "x" * 41],), {}, Invalid),
    "no such message": (replies.retry, (999,), {}, NotFound),
}


@pytest.mark.parametrize(("action", "args", "more", "error"), WRONG.values(), ids=WRONG)
async def test_an_action_that_is_refused_leaves_no_trace(
    hub: Hub,
    action: Callable[..., Any],
    args: tuple[Any, ...],
    more: dict[str, Any],
    error: type[HubError],
) -> None:
    (ticket_id,) = await receive(hub, inbound())
    before = await ticket_of(hub, ticket_id)
    seen = len(await events_of(hub))
    with pytest.raises(error):
        await change(hub, ticket_id, await agent(hub, "ava"), action, *args, **more)
    assert (await ticket_of(hub, ticket_id)).as_row() == before.as_row()
    assert await rows(hub.database, AuditEntry) == []
    assert len(await events_of(hub)) == seen


async def test_there_is_no_change_to_a_ticket_that_is_not_there(hub: Hub) -> None:
    with pytest.raises(NotFound):
        await change(hub, 4711, await agent(hub, "ava"), replies.note, "hello")


# Replies


async def test_the_same_key_again_is_the_same_reply(hub: Hub, work: Work) -> None:
    (ticket_id,) = await receive(hub, inbound())
    ava = await agent(hub, "ava")
    first, delivery = await change(hub, ticket_id, ava, replies.reply, "On it", key="k-1")
    again, same = await change(hub, ticket_id, ava, replies.reply, "On it", key="k-1")
    assert (again.id, same.id) == (first.id, delivery.id)
    await work.deliver()
    await change(hub, ticket_id, ava, replies.reply, "On it", key="k-1")
    assert await work.deliver() == 0
    assert [m.body for m in await messages_of(hub, ticket_id)][1:] == ["On it"]
    assert len(await deliveries_of(hub, ticket_id)) == 1
    await change(hub, ticket_id, ava, replies.reply, "On it", key="k-2")
    assert len(await deliveries_of(hub, ticket_id)) == 2


async def test_a_key_is_one_messages_and_one_tickets(hub: Hub) -> None:
    first, second = await receive(hub, inbound("m-1"), inbound("m-2", conversation="c-2"))
    ava, ben = await agent(hub, "ava"), await agent(hub, "ben")
    await change(hub, first, ava, replies.reply, "On it", key="k-1")
    for actor, action, body in (
        (ava, replies.reply, "Something else"),
        (ava, replies.note, "On it"),
        (ben, replies.reply, "On it"),
    ):
        with pytest.raises(Conflict):
            await change(hub, first, actor, action, body, key="k-1")
    await change(hub, second, ava, replies.reply, "On it", key="k-1")
    assert len(await messages_of(hub, first)) == len(await messages_of(hub, second)) == 2


async def test_a_note_is_never_sent(hub: Hub, work: Work) -> None:
    (ticket_id,) = await receive(hub, inbound())
    ava = await agent(hub, "ava")
    note = await change(hub, ticket_id, ava, replies.note, "his wife called", key="n-1")
    again = await change(hub, ticket_id, ava, replies.note, "his wife called", key="n-1")
    assert note.id == again.id
    assert (note.direction, note.visibility) == ("note", "private")
    assert await work.deliver() == 0
    assert await deliveries_of(hub, ticket_id) == []
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.preview, ticket.last_author) == ("My street light is out", "customer")


async def test_a_reply_can_be_private_on_a_public_thread(hub: Hub, work: Work) -> None:
    (ticket_id,) = await receive(hub, inbound())
    ava = await agent(hub, "ava")
    message, _ = await change(
        hub, ticket_id, ava, replies.reply, "Your number?", visibility=Visibility.PRIVATE
    )
    assert message.visibility == "private"
    (claim,) = await work.deliveries.claim(8)
    assert claim.reply.visibility is Visibility.PRIVATE


async def test_a_channel_that_takes_no_reply_says_so(hub: Hub) -> None:
    (ticket_id,) = await receive(hub, inbound(can_reply=False))
    with pytest.raises(Conflict):
        await change(hub, ticket_id, await agent(hub, "ava"), replies.reply, "Hello")
    assert len(await messages_of(hub, ticket_id)) == 1
    assert (await ticket_of(hub, ticket_id)).takeover == 0


@pytest.mark.parametrize(
    "rest",
    [(Status.RESOLVED, None), (Status.SNOOZED, LATER), (Status.PENDING_CUSTOMER, None)],
    ids=lambda rest: rest[0].value,
)
async def test_a_reply_to_a_resting_ticket(hub: Hub, rest: tuple[Status, Any]) -> None:
    (ticket_id,) = await receive(hub, inbound())
    ava = await agent(hub, "ava")
    await change(hub, ticket_id, ava, actions.set_status, rest[0], until=rest[1])
    await change(hub, ticket_id, ava, replies.reply, "One thing more")
    ticket = await ticket_of(hub, ticket_id)
    still = rest[0] is Status.PENDING_CUSTOMER
    assert ticket.status == ("pending_customer" if still else "open")
    assert (ticket.snoozed_until, ticket.resolved_at) == (None, None)


async def test_the_first_to_reply_gets_the_ticket_and_the_second_does_not(hub: Hub) -> None:
    (ticket_id,) = await receive(hub, inbound())
    ava, ben = await agent(hub, "ava"), await agent(hub, "ben")
    await change(hub, ticket_id, ava, replies.reply, "On it")
    await change(hub, ticket_id, ben, replies.reply, "Me too")
    assert (await ticket_of(hub, ticket_id)).assignee_id == ava.id


async def test_a_programs_reply_is_a_persons_but_gives_it_to_nobody(hub: Hub, work: Work) -> None:
    (ticket_id,) = await receive(hub, inbound())
    token = Actor("token", 3, "crm")
    message, _ = await change(hub, ticket_id, token, replies.reply, "On it")
    assert (message.author_kind, message.author_id, message.author_name) == ("agent", None, "crm")
    await work.deliver()
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.assignee_id, ticket.takeover) == (None, 1)
    assert ticket.first_response_met_at is not None


async def test_answered_and_resolved_in_one_go_is_met(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    """The platform accepts the reply a moment after the ticket was closed."""
    (ticket_id,) = await receive(hub, inbound())
    ava = await agent(hub, "ava")
    clock.advance(minutes=5)
    await change(hub, ticket_id, ava, replies.reply, "Done")
    await change(hub, ticket_id, ava, actions.set_status, Status.RESOLVED)
    resolved = clock()
    clock.advance(seconds=3)
    await work.deliver()
    ticket = await ticket_of(hub, ticket_id)
    assert ticket.first_response_met_at == clock()
    assert (ticket.status, ticket.resolution_met_at) == ("resolved", resolved)


# Who sees it


async def test_whoever_no_longer_sees_a_ticket_is_told_that_it_left(hub: Hub) -> None:
    (ticket_id,) = await receive(hub, inbound())
    carla, ben = await agent(hub, "carla"), await agent(hub, "ben")
    await change(hub, ticket_id, carla, actions.assign, carla.id)
    await change(hub, ticket_id, carla, actions.transfer, "billing")
    told = [
        (one.kind, one.unit, one.assignee_id) for one in await events_of(hub, ticket_id=ticket_id)
    ]
    assert told[2:] == [
        ("ticket.left", "social-media", None),
        ("ticket.updated", "social-media", carla.id),
        # She is not of that unit: it goes to the unit alone.
        ("ticket.left", "social-media", carla.id),
        ("ticket.updated", "billing", None),
    ]
    her, his = await principal(hub, "carla"), await principal(hub, "ben")
    supervisor = await principal(hub, "sam")
    for reader, hers in ((her, [True, True, True, False]), (his, [False, False, False, True])):
        assert [reader.sees(unit, assignee) for _, unit, assignee in told[2:]] == hers
    assert all(supervisor.sees(unit, assignee) for _, unit, assignee in told)
    left = (await events_of(hub, kind="ticket.left"))[-1]
    assert json.loads(left.data) == {"id": ticket_id}  # and nothing else of it
    assert his.sees("billing", ben.id)


async def test_a_transfer_within_the_assignees_units_keeps_the_assignee(hub: Hub) -> None:
    (ticket_id,) = await receive(hub, inbound())
    carla = await agent(hub, "carla")
    await change(hub, ticket_id, carla, actions.assign, carla.id)
    await change(hub, ticket_id, carla, actions.transfer, "energy-services")
    assert (await ticket_of(hub, ticket_id)).assignee_id == carla.id


@pytest.mark.parametrize("name", ["ava", "ben", "carla", "dana", "sam", "alex"])
async def test_what_is_seen_row_by_row_is_what_the_query_gives(hub: Hub, name: str) -> None:
    """`Principal.sees` filters events, `Principal.visible` filters queries: one rule."""
    units = ("call-center", "billing", "social-media", "quality-control")
    tickets = await receive(
        hub, *(inbound(f"m-{n}", conversation=f"c-{n}", unit=units[n % 4]) for n in range(8))
    )
    ben = await agent(hub, "ben")
    for ticket_id in tickets[4:]:
        await change(hub, ticket_id, ben, actions.assign, ben.id)
    reader = await principal(hub, name)
    async with hub.database.read() as session:
        by_query = set(await session.scalars(select(Ticket.id).where(reader.visible())))
    every = await rows(hub.database, Ticket)
    assert by_query == {one.id for one in every if reader.sees(one.unit, one.assignee_id)}
    expected = {"ava": 2, "ben": 5, "carla": 2, "dana": 2, "sam": 8, "alex": 8}
    assert len(by_query) == expected[name]


# Tags and text


async def test_tags_are_found_by_their_index(hub: Hub) -> None:
    (ticket_id,) = await receive(hub, inbound())
    ava = await agent(hub, "ava")
    await change(hub, ticket_id, ava, actions.set_tags, ["Night", "crew"])
    await change(hub, ticket_id, ava, actions.set_tags, ["crew", "done"])
    index = await rows(hub.database, TicketTag, ticket_id=ticket_id)
    assert [one.tag for one in index] == ["crew", "done"]
    assert (await ticket_of(hub, ticket_id)).tags == ["crew", "done"]


async def test_what_agents_write_is_stored_safely(hub: Hub) -> None:
    (ticket_id,) = await receive(hub, inbound())
    ava = await agent(hub, "ava")
    nasty = "a\x00b\ud800c\r\n<b>"
    await change(hub, ticket_id, ava, replies.note, nasty)
    await change(hub, ticket_id, ava, actions.set_subject, nasty)
    await change(hub, ticket_id, ava, actions.set_tags, [nasty])
    assert (await messages_of(hub, ticket_id))[-1].body == "a�b�c\n<b>"
    ticket = await ticket_of(hub, ticket_id)
    assert ticket.subject == "a�b�c <b>"
    assert ticket.tags == ["a�b�c <b>"]


# Together


async def test_changes_made_at_once_are_all_kept(hub: Hub) -> None:
    """Twenty people write notes at the same moment: none is lost, the version counts each."""
    import asyncio

    (ticket_id,) = await receive(hub, inbound())
    ava = await agent(hub, "ava")
    await asyncio.gather(
        *(change(hub, ticket_id, ava, replies.note, f"note {n}") for n in range(20))
    )
    assert {m.body for m in await rows(hub.database, Message, direction="note")} == {
        f"note {n}" for n in range(20)
    }
    assert (await ticket_of(hub, ticket_id)).version == 21
    versions = [
        json.loads(one.data)["version"]
        for one in await rows(hub.database, Event, kind="ticket.updated", ticket_id=ticket_id)
    ]
    assert versions == list(range(2, 22))


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_a_change_starts_from_the_row_as_it_is_when_it_is_locked(
    hub: Hub, dialect: str
) -> None:
    """A ticket that the session has read before may have been changed by others since."""
    (ticket_id,) = await receive(hub, inbound())
    ava = await agent(hub, "ava")
    directory = await hub.directory.get()
    async with hub.database.write() as session:
        seen = await session.get_one(Ticket, ticket_id)
        assert seen.version == 1
        await change(hub, ticket_id, ava, actions.set_priority, Priority.HIGH)
        async with changing(session, ticket_id, directory, SYSTEM, hub.now()) as opened:
            opened.audit("looked")
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.version, ticket.priority) == (3, "high")
    told = (await events_of(hub, ticket_id=ticket_id))[-1]
    assert json.loads(told.data) == ticket_view(ticket.as_row())


async def test_a_call_takes_no_reply_from_here(hub: Hub) -> None:
    call = inbound("call-1", kind="phone", skip_bot=True, can_reply=False)
    (ticket_id,) = await receive(hub, call, kind=ChannelKind.PHONE)
    with pytest.raises(Conflict):
        await change(hub, ticket_id, await agent(hub, "ava"), replies.reply, "Hello")
