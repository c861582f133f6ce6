"""The stored clocks are what the timeline says, whatever the order in which things became known."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from hub.ports import Answer
from hub.sla import Facts, evaluate
from hub.sla.clocks import ClockState
from hub.sla.clockwork import clock_of
from hub.sla.draft import Draft, read_draft
from hub.sla.editing import newest_version, save_rules
from hub.sla.history import entries_of, first_rules
from hub.sla.models import Breach, ClockRow, TimelineRow
from hub.sla.recount import rules_of, timeline_rows
from hub.sla.summary import VOID
from hub.system import Hub
from hub.tickets import actions, replies
from hub.tickets.models import Priority, Status
from hub.tickets.returning import give_to_bot
from tests.fakes import NOON, FakeClock, ScriptedResponder, handoff, inbound
from tests.fixtures import Work, agent, change, receive, rows, ticket_of
from tests.hub.sla.drafts import ANYTHING, document_of

pytestmark = pytest.mark.anyio


async def _told(hub: Hub, ticket_id: int) -> list[ClockState]:
    """The ticket's times as its timeline alone gives them."""
    directory = await hub.directory.get()
    async with hub.database.read() as session:
        found = await timeline_rows(session, ticket_id)
        rules = await rules_of(session, found, directory.clockwork)
    times = evaluate(entries_of(found, rules), first_rules(found, rules), hub.now())
    first = [] if times.first_response is None else [times.first_response]
    return [*first, *times.exchanges, times.resolution]


async def _stored(hub: Hub, ticket_id: int) -> list[ClockState]:
    """The same as the clocks' rows give them."""
    directory = await hub.directory.get()
    ticket = await ticket_of(hub, ticket_id)
    hours = directory.clockwork.rules.terms(Facts(**ticket.sla["facts"])).hours
    order = {"first_response": 0, "next_response": 1, "resolution": 2}
    clocks = [
        row.as_row()
        for row in await rows(hub.database, ClockRow, ticket_id=ticket_id)
        if row.ended != VOID
    ]
    clocks.sort(key=lambda row: (order[row["metric"]], row["started_at"], row["id"]))
    return [clock_of(row).state(hub.now(), hours) for row in clocks]


async def _agree(hub: Hub, *ticket_ids: int) -> None:
    for ticket_id in ticket_ids:
        assert await _stored(hub, ticket_id) == await _told(hub, ticket_id)


async def test_a_reply_that_is_told_late_counts_from_when_it_was_given(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    """Staff answered on Facebook at 12:20; a poll brings it at 14:00, after the breach."""
    (ticket_id,) = await receive(hub, inbound(skip_bot=True))
    clock.advance(hours=2)
    await work.sweep.run()
    assert (await ticket_of(hub, ticket_id)).first_response_breached
    await receive(hub, inbound("m-2", "Later", sent_at=NOON + timedelta(minutes=40)))
    told = NOON + timedelta(minutes=20)
    await receive(hub, inbound("m-3", "We know", by_staff=True, sent_at=told))
    await work.jobs()
    first, exchange, _ = await _stored(hub, ticket_id)
    assert (first.met_at, first.breached_at) == (told, None)
    # What the customer wrote after that reply is the question that waits now.
    assert (exchange.started_at, exchange.met_at) == (NOON + timedelta(minutes=40), None)
    ticket = await ticket_of(hub, ticket_id)
    assert not ticket.first_response_breached
    await _agree(hub, ticket_id)
    # The breach was recorded, and stays so.
    assert [row.metric for row in await rows(hub.database, Breach)] == [
        "first_response", "next_response",
    ]  # fmt: skip


async def test_an_exchange_that_never_was_is_void(hub: Hub, work: Work, clock: FakeClock) -> None:
    (ticket_id,) = await receive(hub, inbound(skip_bot=True))
    await _answer(hub, work, ticket_id)
    clock.advance(minutes=30)
    await receive(hub, inbound("m-2", "And now?", sent_at=clock()))
    clock.advance(minutes=30)
    await _answer(hub, work, ticket_id)
    assert len(await _stored(hub, ticket_id)) == 3
    # The first question comes to light as older than the ticket's first one: nothing changes;
    # but a reply found to lie between two questions makes one exchange of another.
    await receive(
        hub, inbound("m-3", "We saw it", by_staff=True, sent_at=clock() - timedelta(minutes=10))
    )
    await work.jobs()
    _, exchange, _ = await _stored(hub, ticket_id)
    assert exchange.met_at == clock() - timedelta(minutes=10)
    await _agree(hub, ticket_id)


async def _answer(hub: Hub, work: Work, ticket_id: int) -> None:
    await change(hub, ticket_id, await agent(hub, "carla"), replies.reply, "On it")
    await work.deliver()


async def test_the_timeline_is_append_only_and_begins_with_the_creation(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    (ticket_id,) = await receive(hub, inbound(skip_bot=True))
    before = [row.as_row() for row in await rows(hub.database, TimelineRow)]
    assert [row["kind"] for row in before] == ["created"]
    clock.advance(minutes=5)
    await _answer(hub, work, ticket_id)
    await receive(hub, inbound("m-0", "Earlier", sent_at=NOON - timedelta(minutes=5)))
    await work.jobs()
    after = [row.as_row() for row in await rows(hub.database, TimelineRow)]
    assert after[: len(before)] == before
    assert len(after) > len(before)
    await _agree(hub, ticket_id)


@pytest.mark.parametrize("seed", range(12))
async def test_random_histories_agree(hub: Hub, work: Work, clock: FakeClock, seed: int) -> None:
    """Anything in any order, also new rules in the middle, and messages that come hours late."""
    chance = random.Random(seed)
    ticket_ids: list[int] = []
    recorded: set[int] = set()
    for step in range(60):
        clock.advance(seconds=chance.choice([0, 1, 40, 600, 3_000, 30_000]))
        await _anything(hub, work, chance, step, ticket_ids)
        if chance.random() < 0.3:
            await work.sweep.run()
        if chance.random() < 0.3:
            await work.all()
        breaches = {row.id for row in await rows(hub.database, Breach)}
        assert recorded <= breaches
        recorded = breaches
    await work.all()
    await work.sweep.run()
    await work.all()
    await _agree(hub, *ticket_ids)
    for ticket_id in ticket_ids:
        ticket = await ticket_of(hub, ticket_id)
        first = (await _told(hub, ticket_id))[0]
        if first.metric == "first_response":
            assert ticket.first_response_met_at == first.met_at
            assert ticket.first_response_due_at == first.due_at
            assert ticket.first_response_breached == first.breached


async def _anything(
    hub: Hub, work: Work, chance: random.Random, step: int, ticket_ids: list[int]
) -> None:
    carla = await agent(hub, "carla")
    what = chance.choice(["new", "says", "says", "reply", "echo", "status", "class", "rules"])
    if what == "new" or not ticket_ids:
        sent_at = hub.now() - timedelta(minutes=chance.choice([0, 0, 3, 300]))
        bot = chance.random() < 0.3
        message = inbound(
            f"m-{step}", conversation=f"c-{step}", address=f"u-{step}", sent_at=sent_at,
            skip_bot=not bot,
        )  # fmt: skip
        ticket_ids += await receive(hub, message)
        return
    ticket_id = chance.choice(ticket_ids)
    conversation = (await ticket_of(hub, ticket_id)).conversation
    number = conversation.removeprefix("c-")
    match what:
        case "says" | "echo":
            late = timedelta(minutes=chance.choice([0, 0, 2, 90, 1_000]))
            message = inbound(
                f"m-{step}", f"Number {step}", conversation=conversation, address=f"u-{number}",
                sent_at=hub.now() - late, by_staff=what == "echo",
            )  # fmt: skip
            for new in await receive(hub, message):
                if new not in ticket_ids:
                    ticket_ids.append(new)
        case "reply":
            await change(hub, ticket_id, carla, replies.reply, f"Answer {step}")
            await work.deliver()
        case "status":
            status = chance.choice([Status.OPEN, Status.PENDING_CUSTOMER, Status.RESOLVED])
            reason = chance.choice([None, "no_reply_needed"])
            await change(hub, ticket_id, carla, actions.set_status, status, reason=reason)
        case "class":
            priority = chance.choice(list(Priority))
            await change(hub, ticket_id, carla, _set_priority, priority)
        case "rules":
            async with hub.database.write() as session:
                newest = await newest_version(session)
                document = document_of(newest)
                for policy in document["policies"]:
                    if policy["first_response"]:
                        policy["first_response"] *= chance.choice([0.5, 1, 3])
                draft: Draft = read_draft(**document, known=ANYTHING, now=hub.now())
                await save_rules(session, draft, newest.id, carla, hub.now())
            hub.directory.forget()


async def _set_priority(change: Any, priority: Priority) -> None:
    actions.set_priority(change, priority)


async def test_a_ticket_that_is_given_back_to_the_bot(
    hub: Hub, work: Work, clock: FakeClock, responder: ScriptedResponder
) -> None:
    """Handed off, given back, answered by the bot; taken over, resolved and asked again."""
    answer = Answer("A map is online.", ("outage-map",))
    responder.decisions.extend([handoff(text="A person follows."), answer, answer])
    (ticket_id,) = await receive(hub, inbound())
    await work.all()
    ava = await agent(hub, "ava")
    clock.advance(minutes=20)
    await change(hub, ticket_id, ava, give_to_bot)
    await _agree(hub, ticket_id)
    # Nobody has answered yet: the customer waits as long as before.
    assert (await ticket_of(hub, ticket_id)).waiting_since == NOON
    await work.all()
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.status, ticket.waiting_since) == ("bot", None)
    await _agree(hub, ticket_id)
    clock.advance(minutes=5)
    await receive(hub, inbound("m-2", "And where?"))
    await work.all()
    await _agree(hub, ticket_id)
    clock.advance(minutes=5)
    await change(hub, ticket_id, ava, replies.reply, "Done")
    await work.all()
    await _agree(hub, ticket_id)
    await change(hub, ticket_id, ava, actions.set_status, Status.RESOLVED)
    clock.advance(minutes=5)
    await change(hub, ticket_id, ava, give_to_bot)
    await _agree(hub, ticket_id)
    clock.advance(days=2)
    await work.all()
    await _agree(hub, ticket_id)
