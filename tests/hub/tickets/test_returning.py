"""A ticket that a person gives back to the bot."""

from __future__ import annotations

import asyncio

import pytest

from hub.errors import Conflict
from hub.ports import Answer, ChannelKind, Decision, Guess, Turn
from hub.system import Hub
from hub.tickets import actions, replies
from hub.tickets.models import Ticket
from hub.tickets.returning import give_to_bot
from tests.fakes import FakePlatforms, ScriptedResponder, handoff, inbound
from tests.fixtures import Work, agent, change, pending_jobs, receive, ticket_of

pytestmark = pytest.mark.anyio

ANSWER = Answer("A map is online.", ("outage-map",), (Guess("outage-map", 0.93),))


async def test_it_answers_what_nobody_has_answered(
    hub: Hub, work: Work, responder: ScriptedResponder, platforms: FakePlatforms
) -> None:
    responder.decisions.extend([handoff(text="A person follows."), ANSWER])
    (ticket_id,) = await receive(hub, inbound("m-1", "Where is the map?"))
    await work.all()
    ava = await agent(hub, "ava")
    await change(hub, ticket_id, ava, actions.assign, ava.id)
    await change(hub, ticket_id, ava, give_to_bot)
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.status, ticket.assignee_id, ticket.handoff) == ("bot", None, None)
    await work.all()
    assert [reply.body for reply in platforms.sent] == ["A person follows.", "A map is online."]
    assert (await ticket_of(hub, ticket_id)).status == "bot"
    # And what comes after goes to the bot, too.
    responder.decisions.append(ANSWER)
    await receive(hub, inbound("m-2", "And where?"))
    await work.all()
    assert len(platforms.sent) == 3


async def test_what_a_person_has_answered_is_left(
    hub: Hub, work: Work, responder: ScriptedResponder, platforms: FakePlatforms
) -> None:
    responder.decisions.append(handoff())
    (ticket_id,) = await receive(hub, inbound())
    await work.all()
    ava = await agent(hub, "ava")
    await change(hub, ticket_id, ava, replies.reply, "Done")
    await change(hub, ticket_id, ava, give_to_bot)
    assert [job for job in await pending_jobs(hub) if job.kind == "triage"] == []
    await work.all()
    assert [reply.body for reply in platforms.sent] == ["Done"]


async def test_what_it_thought_of_before_a_person_took_over_is_not_said(
    hub: Hub, work: Work, responder: ScriptedResponder, platforms: FakePlatforms
) -> None:
    """Taken over and given back while the bot was thinking: the first thought is void."""
    ava = await agent(hub, "ava")
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(turn: Turn) -> Decision:
        begun.set()
        await go_on.wait()
        return Answer("The first thought.", ("outage-map",))

    responder.decisions.extend([slowly, ANSWER])
    (ticket_id,) = await receive(hub, inbound())
    thinking = asyncio.create_task(work.jobs())
    await begun.wait()
    await change(hub, ticket_id, ava, actions.assign, ava.id)
    await change(hub, ticket_id, ava, give_to_bot)
    go_on.set()
    await thinking
    await work.all()
    assert [reply.body for reply in platforms.sent] == ["A map is online."]


async def test_a_message_that_was_still_to_be_read_is_answered_once(
    hub: Hub, work: Work, responder: ScriptedResponder, platforms: FakePlatforms
) -> None:
    """Taken over and given back before the bot looked: its own job and the return's are two."""
    responder.decisions.extend([ANSWER, ANSWER])
    (ticket_id,) = await receive(hub, inbound())
    ava = await agent(hub, "ava")
    await change(hub, ticket_id, ava, actions.assign, ava.id)
    await change(hub, ticket_id, ava, give_to_bot)
    await work.all()
    assert [reply.body for reply in platforms.sent] == ["A map is online."]


async def test_given_back_twice_it_is_answered_once(
    hub: Hub, work: Work, responder: ScriptedResponder, platforms: FakePlatforms
) -> None:
    responder.decisions.extend([handoff(), ANSWER, ANSWER])
    (ticket_id,) = await receive(hub, inbound())
    await work.all()
    ava = await agent(hub, "ava")
    for _ in range(2):
        await change(hub, ticket_id, ava, actions.assign, ava.id)
        await change(hub, ticket_id, ava, give_to_bot)
    await work.all()
    assert [reply.body for reply in platforms.sent] == ["A map is online."]


async def test_where_it_must_not_speak_it_is_refused(
    hub: Hub, work: Work, responder: ScriptedResponder
) -> None:
    ava = await agent(hub, "ava")
    (urgent,) = await receive(hub, inbound("m-1", "I smell gas", conversation="c-1"))
    (deaf,) = await receive(hub, inbound("m-2", "Hello", conversation="c-2"))
    await work.all()
    with pytest.raises(Conflict, match="emergency"):
        await change(hub, urgent, ava, give_to_bot)
    async with hub.database.write() as session:
        ticket = await session.get_one(Ticket, deaf)
        ticket.channel = ChannelKind.PHONE.value
    with pytest.raises(Conflict, match="nothing can be sent"):
        await change(hub, deaf, ava, give_to_bot)
