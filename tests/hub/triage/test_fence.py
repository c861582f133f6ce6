"""The fence: once a person has taken over, the bot never speaks again."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hub.delivery.models import Delivery
from hub.ports import Answer, Ask, AskBack, Choice, Decision, TemporarilyUnavailable, Turn
from hub.system import Hub
from hub.tickets import actions, replies
from hub.tickets.models import Message, Status
from tests.fakes import FakeClock, FakePlatforms, ScriptedResponder, handoff, inbound
from tests.fixtures import (
    HubMaker,
    Work,
    agent,
    change,
    deliveries_of,
    receive,
    rows,
    ticket_of,
)

pytestmark = pytest.mark.anyio

DECISIONS: tuple[Decision, ...] = (
    Answer("A map is online.", ("outage-map",)),
    Answer("We hear you.", ("complaint",), handover=True),
    AskBack("Which of these?", (Choice("High bill", "high-bill"),)),
    Ask("Where is it?", "report-outage", dialogue={"form": "report-outage"}),
    handoff(text="A person takes over."),
)
TAKE_OVERS: dict[str, Callable[..., Any]] = {
    "reply": lambda hub, ticket, who: change(hub, ticket, who, replies.reply, "I have it"),
    "assignment": lambda hub, ticket, who: change(hub, ticket, who, actions.assign, who.id),
    "open": lambda hub, ticket, who: change(hub, ticket, who, actions.set_status, Status.OPEN),
    "resolve": lambda hub, ticket, who: change(
        hub, ticket, who, actions.set_status, Status.RESOLVED
    ),
}


@pytest.mark.parametrize("take_over", TAKE_OVERS.values(), ids=TAKE_OVERS)
async def test_what_the_bot_thought_of_before_is_not_written(
    hub: Hub,
    work: Work,
    responder: ScriptedResponder,
    platforms: FakePlatforms,
    take_over: Callable[..., Any],
) -> None:
    ava = await agent(hub, "ava")
    ticket_of_text: dict[str, int] = {}

    def thinking(decision: Decision) -> Callable[[Turn], Any]:
        async def think(turn: Turn) -> Decision:
            await take_over(hub, ticket_of_text[turn.text], ava)
            return decision

        return think

    for n, decision in enumerate(DECISIONS):
        responder.decisions.append(thinking(decision))
        (ticket_id,) = await receive(hub, inbound(f"m-{n}", f"text {n}", conversation=f"c-{n}"))
        ticket_of_text[f"text {n}"] = ticket_id
    await work.all()
    assert len(responder.turns) == len(DECISIONS)
    assert await rows(hub.database, Message, author_kind="bot") == []
    assert all(not reply.by_bot for reply in platforms.sent)
    for ticket_id in ticket_of_text.values():
        assert (await ticket_of(hub, ticket_id)).handoff is None


@pytest.mark.parametrize("take_over", TAKE_OVERS.values(), ids=TAKE_OVERS)
async def test_what_the_bot_wrote_and_nobody_claimed_is_not_sent(
    hub: Hub,
    work: Work,
    responder: ScriptedResponder,
    platforms: FakePlatforms,
    take_over: Callable[..., Any],
) -> None:
    responder.decisions.append(DECISIONS[0])
    (ticket_id,) = await receive(hub, inbound())
    await work.jobs()
    await take_over(hub, ticket_id, await agent(hub, "ava"))
    await work.deliver()
    assert all(not reply.by_bot for reply in platforms.sent)
    delivery = (await deliveries_of(hub, ticket_id))[0]
    assert (delivery.state, delivery.error) == ("cancelled", "a person took over")


async def test_what_was_claimed_before_counts_as_before(
    hub: Hub, work: Work, responder: ScriptedResponder, platforms: FakePlatforms
) -> None:
    responder.decisions.append(DECISIONS[0])
    (ticket_id,) = await receive(hub, inbound())
    await work.jobs()
    (claim,) = await work.deliveries.claim(8)
    await change(hub, ticket_id, await agent(hub, "ava"), replies.reply, "I have it")
    # Her reply waits behind it: the customer reads them in the order they were written.
    assert await work.deliveries.claim(8) == []
    await work.deliveries.deliver(claim)
    await work.deliver()
    assert [reply.by_bot for reply in platforms.sent] == [True, False]


async def test_a_note_or_a_tag_silences_nobody(
    hub: Hub, work: Work, responder: ScriptedResponder, platforms: FakePlatforms
) -> None:
    responder.decisions.append(DECISIONS[0])
    (ticket_id,) = await receive(hub, inbound())
    ava = await agent(hub, "ava")
    await change(hub, ticket_id, ava, replies.note, "watching")
    await change(hub, ticket_id, ava, actions.set_tags, ["map"])
    await work.all()
    assert [reply.by_bot for reply in platforms.sent] == [True]


async def test_a_retry_of_the_bots_answer_after_a_person_took_over_is_not_sent(
    hub: Hub, work: Work, responder: ScriptedResponder, platforms: FakePlatforms, clock: FakeClock
) -> None:
    """It waits for a platform that was away; meanwhile somebody answers."""

    responder.decisions.append(DECISIONS[0])
    (ticket_id,) = await receive(hub, inbound())
    await work.jobs()
    (claim,) = await work.deliveries.claim(8)
    connector = await hub.connectors.of_account(claim.account_id)
    connector.outcomes.append(TemporarilyUnavailable("busy"))  # type: ignore[attr-defined]
    await work.deliveries.deliver(claim)
    await change(hub, ticket_id, await agent(hub, "ava"), replies.reply, "I have it")
    clock.advance(minutes=5)
    await work.deliver()
    assert [reply.by_bot for reply in platforms.sent] == [False]


async def test_in_any_race_the_bot_never_speaks_after_a_person(
    hub: Hub,
    make_hub: HubMaker,
    dialect: str,
    clock: FakeClock,
    platforms: FakePlatforms,
    responder: ScriptedResponder,
) -> None:
    """Two processes work off triage and deliveries while agents reply, in any order."""
    size = 200 if dialect == "postgresql" else 50
    chance = random.Random(size)
    other = make_hub()
    await other.start()
    carla = await agent(hub, "carla")
    tickets = await receive(
        hub,
        *(
            inbound(f"m-{n}", f"text {n}", conversation=f"c-{n}", address=f"u-{n}")
            for n in range(size)
        ),
    )

    async def think(_turn: Turn) -> Decision:
        await asyncio.sleep(chance.random() * 0.05)
        return chance.choice(DECISIONS)

    responder.decisions.extend([think] * size)
    done = asyncio.Event()

    async def worker(one: Hub) -> None:
        work = Work(one)
        while True:
            jobs = await work.queue.claim(8)
            claims = await work.deliveries.claim(8)
            await asyncio.gather(
                *(work.queue.run(job) for job in jobs),
                *(work.deliveries.deliver(claim) for claim in claims),
            )
            if not jobs and not claims:
                if done.is_set():
                    return
                await asyncio.sleep(0.05)

    async def replying(ticket_ids: list[int]) -> None:
        for ticket_id in ticket_ids:
            await asyncio.sleep(chance.random() * 0.01)
            await change(hub, ticket_id, carla, replies.reply, "I have it")

    working = [asyncio.create_task(worker(one)) for one in (hub, other)]
    shuffled = chance.sample(tickets, len(tickets))
    await asyncio.gather(*(replying(shuffled[n::5]) for n in range(5)))
    done.set()
    await asyncio.gather(*working)
    clock.advance(timedelta(minutes=5))
    await Work(hub).all()
    await other.aclose()

    written: dict[int, list[str]] = defaultdict(list)
    for message in await rows(hub.database, Message):
        written[message.ticket_id].append(message.author_kind)
    assert len(written) == size
    for authors in written.values():
        assert authors in (["customer", "agent"], ["customer", "bot", "agent"])
    bot_first = sum("bot" in authors for authors in written.values())
    spoken: dict[str, list[bool]] = defaultdict(list)
    for reply in platforms.sent:
        spoken[reply.conversation].append(reply.by_bot)
    assert len(spoken) == size
    for said in spoken.values():
        assert said in ([False], [True, False])
    assert 0 < bot_first < size  # both orders came about
    states = {one.state for one in await rows(hub.database, Delivery)}
    assert states <= {"sent", "cancelled"}
