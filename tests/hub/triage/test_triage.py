"""What happens to an inquiry before a person reads it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from hub.audit.models import AuditEntry
from hub.jobs.lease import LEASE
from hub.jobs.queue import MAX_ATTEMPTS
from hub.ports import Answer, AskBack, ChannelKind, Choice, Decision, Guess, Turn, Visibility
from hub.system import Hub
from hub.team.models import Agent, Unit
from hub.tickets import actions, replies
from hub.tickets.models import Message, Status
from hub.triage.triage import Triage
from tests.fakes import (
    CATALOGUE,
    FakeClock,
    FakePlatforms,
    ScriptedResponder,
    handoff,
    inbound,
)
from tests.fixtures import (
    Work,
    agent,
    change,
    deliveries_of,
    messages_of,
    pending_jobs,
    receive,
    rows,
    ticket_of,
)

pytestmark = pytest.mark.anyio

ANSWER = Answer("A map is online.", ("outage-map",), (Guess("outage-map", 0.93),))
CHOICES = (Choice("High bill", "high-bill"), Choice("Pay my bill", "pay-my-bill"))
ASK = AskBack("Which of these?", CHOICES, (Guess("high-bill", 0.4),))


async def _said(hub: Hub, ticket_id: int) -> list[str]:
    """What the bot has said on a ticket."""
    return [m.body for m in await messages_of(hub, ticket_id) if m.author_kind == "bot"]


async def _audits(hub: Hub, ticket_id: int) -> list[str]:
    return [one.action for one in await rows(hub.database, AuditEntry, ticket_id=ticket_id)]


async def _safety_steps(slug: str) -> str:
    article = await CATALOGUE.article(slug)
    assert article is not None
    assert article.answer
    return article.answer


# What the bot decides


async def test_an_answer_is_said_and_the_ticket_stays_with_the_bot(
    hub: Hub, work: Work, responder: ScriptedResponder, platforms: FakePlatforms
) -> None:
    responder.decisions.append(ANSWER)
    (ticket_id,) = await receive(hub, inbound(body="Where is the map?"))
    await work.all()
    assert responder.turns == [
        Turn(
            conversation=f"ticket-{ticket_id}",
            text="Where is the map?",
            channel=ChannelKind.X,
            visibility=Visibility.PUBLIC,
            first=True,
        )
    ]
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.status, ticket.topic, ticket.waiting_since) == ("bot", "outage-map", None)
    article = await CATALOGUE.article("outage-map")
    assert article is not None
    assert ticket.unit == (article.unit or "social-media")
    said = (await messages_of(hub, ticket_id))[-1]
    assert (said.author_kind, said.articles) == ("bot", ["outage-map"])
    (reply,) = platforms.sent
    assert (reply.body, reply.by_bot, reply.in_reply_to) == ("A map is online.", True, "m-1")
    assert await _audits(hub, ticket_id) == ["bot answered"]


async def test_asking_back_offers_choices_and_remembers_them(
    hub: Hub, work: Work, responder: ScriptedResponder, platforms: FakePlatforms
) -> None:
    responder.decisions.extend([ASK, ASK, ANSWER, ANSWER])
    (ticket_id,) = await receive(hub, inbound("m-1", "bill"))
    await work.all()
    assert platforms.sent[0].choices == CHOICES
    # The button's title is cut by the platform: its value says which one it was.
    await receive(hub, inbound("m-2", "High b", context={"choice": "high-bill"}))
    await work.all()
    await receive(hub, inbound("m-3", "something", context={"choice": "not-offered"}))
    await work.all()
    await receive(hub, inbound("m-4", "thanks"))
    await work.all()
    turns = [(turn.text, turn.asked_back, turn.choices, turn.first) for turn in responder.turns]
    assert turns == [
        ("bill", 0, (), True),
        ("High bill", 1, CHOICES, False),
        ("something", 2, CHOICES, False),
        ("thanks", 0, (), False),
    ]
    assert (await ticket_of(hub, ticket_id)).asked_back == 0
    assert (await ticket_of(hub, ticket_id)).status == "bot"


async def test_a_hand_off_says_so_brings_a_person_and_silences_the_bot(
    hub: Hub, work: Work, responder: ScriptedResponder, platforms: FakePlatforms, clock: FakeClock
) -> None:
    responder.decisions.append(handoff("asked-for-person", text="A person.", topic="high-bill"))
    (ticket_id,) = await receive(hub, inbound())
    await work.all()
    ticket = await ticket_of(hub, ticket_id)
    article = await CATALOGUE.article("high-bill")
    assert article is not None
    assert (ticket.status, ticket.topic, ticket.unit) == ("open", "high-bill", article.unit)
    assert ticket.unit != "social-media"
    assert ticket.handoff == {
        "reason": "asked-for-person",
        "summary": "The customer needs a person: asked-for-person.",
        "guesses": [],
        "article": None,
    }
    assert ticket.waiting_since == clock()
    assert [reply.body for reply in platforms.sent] == ["A person."]
    await receive(hub, inbound("m-2", "hello?"))
    await work.all()
    assert len(responder.turns) == 1
    assert len(platforms.sent) == 1


async def test_a_hand_off_may_be_silent(
    hub: Hub, work: Work, responder: ScriptedResponder, platforms: FakePlatforms
) -> None:
    responder.decisions.append(handoff("bot-unavailable"))
    (ticket_id,) = await receive(hub, inbound())
    await work.all()
    assert (await ticket_of(hub, ticket_id)).status == "open"
    assert platforms.sent == []
    assert await _audits(hub, ticket_id) == ["hand off"]


async def test_an_answer_that_a_person_follows_is_said_and_handed_over(
    hub: Hub, work: Work, responder: ScriptedResponder, platforms: FakePlatforms, clock: FakeClock
) -> None:
    responder.decisions.append(Answer("We hear you.", ("complaint",), handover=True))
    (ticket_id,) = await receive(hub, inbound())
    await work.all()
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.status, ticket.waiting_since) == ("open", clock())
    assert ticket.handoff is not None
    assert ticket.handoff["reason"] == "policy"
    assert [reply.body for reply in platforms.sent] == ["We hear you."]


async def test_a_responder_that_breaks_is_a_hand_off(
    hub: Hub, work: Work, responder: ScriptedResponder
) -> None:
    """It promises not to raise; where it does, people must not wait for retries."""

    async def bug(_turn: Turn) -> Decision:
        raise KeyError("intent")

    responder.decisions.append(bug)
    (ticket_id,) = await receive(hub, inbound())
    await work.all()
    ticket = await ticket_of(hub, ticket_id)
    assert ticket.status == "open"
    assert ticket.handoff is not None
    assert ticket.handoff["reason"] == "bot-unavailable"
    assert await pending_jobs(hub) == []


async def test_what_a_person_must_see_first_is_not_shown_to_the_bot(
    hub: Hub, work: Work, responder: ScriptedResponder
) -> None:
    request = inbound("r-1", kind="open311", skip_bot=True)
    (ticket_id,) = await receive(hub, request, kind=ChannelKind.OPEN311)
    await work.all()
    assert responder.turns == []
    assert (await ticket_of(hub, ticket_id)).status == "open"


async def test_messages_of_one_ticket_are_read_in_order(
    hub: Hub, work: Work, responder: ScriptedResponder
) -> None:
    await receive(
        hub, *(inbound(f"m-{n}", f"text {n}", conversation=f"c-{n % 2}") for n in range(6))
    )
    responder.decisions.extend([ANSWER] * 6)
    first = await work.queue.claim(8)
    assert [job.payload["message_id"] for job in first] == [1, 2]  # one of each ticket
    for job in reversed(first):
        await work.queue.run(job)
    await work.jobs()
    for n in range(2):
        texts = [turn.text for turn in responder.turns if turn.text.endswith("024"[n:])]
        assert texts == sorted(texts)
    assert len(responder.turns) == 6


# Emergencies


async def test_an_emergency_is_answered_at_once_and_reaches_a_person(
    hub: Hub, work: Work, responder: ScriptedResponder, platforms: FakePlatforms, clock: FakeClock
) -> None:
    (ticket_id,) = await receive(hub, inbound(body="I smell gas in my kitchen"))
    await work.all()
    assert responder.turns == []
    steps = await _safety_steps("gas-leak")
    (said,) = platforms.sent
    assert said.by_bot
    assert said.body.startswith(steps)  # first the steps, then who says so
    assert "automated assistant" in said.body
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.status, ticket.priority, ticket.emergency) == ("open", "urgent", True)
    assert (ticket.topic, ticket.waiting_since) == ("gas-leak", clock())
    assert ticket.handoff is not None
    assert ticket.handoff["reason"] == "emergency"
    assert (await messages_of(hub, ticket_id))[-1].emergency
    # It is due by its own policy from now on.
    assert ticket.first_response_due_at == clock() + timedelta(minutes=15)


async def test_an_emergency_told_again_is_raised_once(
    hub: Hub, work: Work, platforms: FakePlatforms
) -> None:
    (ticket_id,) = await receive(hub, inbound("m-1", "I smell gas"))
    await work.all()
    await receive(hub, inbound("m-2", "I still smell gas!!"))
    await work.all()
    assert len(platforms.sent) == 1
    assert await _audits(hub, ticket_id) == ["hand off"]


async def test_an_emergency_told_twice_before_anyone_read_it_is_raised_once(
    hub: Hub, work: Work, platforms: FakePlatforms
) -> None:
    (ticket_id, _) = await receive(hub, inbound("m-1", "I smell gas"), inbound("m-2", "smell gas"))
    await work.all()
    assert len(platforms.sent) == 1
    assert await _audits(hub, ticket_id) == ["hand off"]


@pytest.mark.parametrize("rest", [None, Status.PENDING_CUSTOMER, Status.SNOOZED])
async def test_an_emergency_on_a_persons_ticket_is_raised_without_a_word(
    hub: Hub, work: Work, platforms: FakePlatforms, clock: FakeClock, rest: Status | None
) -> None:
    (ticket_id,) = await receive(hub, inbound("m-1", skip_bot=True))
    ava = await agent(hub, "ava")
    await change(hub, ticket_id, ava, replies.reply, "Which street?")
    await work.all()
    if rest is not None:
        until = clock() + timedelta(days=2) if rest is Status.SNOOZED else None
        await change(hub, ticket_id, ava, actions.set_status, rest, until=until)
    clock.advance(minutes=4)
    await receive(hub, inbound("m-2", "the wire is down and sparking", sent_at=clock()))
    await work.all()
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.status, ticket.priority, ticket.emergency) == ("open", "urgent", True)
    assert (ticket.assignee_id, ticket.waiting_since) == (ava.id, clock())
    assert ticket.snoozed_until is None
    assert [reply.body for reply in platforms.sent] == ["Which street?"]


async def test_an_emergency_after_a_while_reopens_what_was_resolved(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    (ticket_id,) = await receive(hub, inbound("m-1", skip_bot=True))
    ava = await agent(hub, "ava")
    await change(hub, ticket_id, ava, actions.set_status, Status.RESOLVED)
    clock.advance(hours=1)
    await receive(hub, inbound("m-2", "I smell gas", sent_at=clock()))
    await work.all()
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.status, ticket.emergency) == ("open", True)


@pytest.mark.parametrize("kind", [ChannelKind.OPEN311, ChannelKind.PHONE, ChannelKind.WALK_IN])
async def test_where_nobody_would_hear_it_the_bot_says_nothing(
    hub: Hub, work: Work, platforms: FakePlatforms, kind: ChannelKind
) -> None:
    for n, skip in enumerate((True, False)):
        message = inbound(
            f"m-{n}", "smell gas here", conversation=f"c-{n}", kind=kind.value, skip_bot=skip
        )
        (ticket_id,) = await receive(hub, message, kind=kind)
        await work.all()
        ticket = await ticket_of(hub, ticket_id)
        assert (ticket.status, ticket.emergency, ticket.priority) == ("open", True, "urgent")
        assert await _said(hub, ticket_id) == []
    assert platforms.sent == []


async def test_an_emergency_is_said_instead_of_what_the_bot_had_written_before(
    hub: Hub, work: Work, responder: ScriptedResponder, platforms: FakePlatforms
) -> None:
    responder.decisions.append(ANSWER)
    (ticket_id,) = await receive(hub, inbound("m-1", "power?"))
    await work.jobs()  # written, not yet sent
    await receive(hub, inbound("m-2", "a wire is down"))
    await work.all()
    (said,) = platforms.sent
    assert said.body.startswith(await _safety_steps("downed-power-line"))
    states = [one.state for one in await deliveries_of(hub, ticket_id)]
    assert states[0] == "cancelled"


# A job that runs twice


DECISIONS: dict[str, tuple[str, Any]] = {
    "answer": ("hello", ANSWER),
    "answer and person": ("hello", Answer("We hear you.", ("complaint",), handover=True)),
    "ask back": ("hello", ASK),
    "hand off": ("hello", handoff(text="A person.")),
    "silent hand off": ("hello", handoff()),
    "emergency": ("smell gas", None),
}


@pytest.mark.parametrize(("text", "decision"), DECISIONS.values(), ids=DECISIONS)
async def test_a_crash_between_commit_and_done_doubles_nothing(
    hub: Hub,
    work: Work,
    clock: FakeClock,
    platforms: FakePlatforms,
    responder: ScriptedResponder,
    text: str,
    decision: Decision | None,
) -> None:
    if decision is not None:
        responder.decisions.extend([decision, decision])
    (ticket_id,) = await receive(hub, inbound(body=text))
    (job,) = await work.queue.claim(8)
    await work.triage(job.payload)  # and the process is killed before the job is marked done
    before = (await ticket_of(hub, ticket_id)).as_row()
    said, audits = await _said(hub, ticket_id), await _audits(hub, ticket_id)
    clock.advance(LEASE)
    assert await work.jobs() == 1
    after = (await ticket_of(hub, ticket_id)).as_row()
    for name in ("version", "updated_at"):
        before.pop(name)
        after.pop(name)
    assert after == before
    assert await _said(hub, ticket_id) == said
    await work.deliver()
    assert [reply.body for reply in platforms.sent] == said
    assert len(said) == (0 if text == "hello" and decision == handoff() else 1)
    assert await _audits(hub, ticket_id) == audits != []


async def test_a_message_that_is_gone_is_no_work(hub: Hub, work: Work) -> None:
    await work.triage({"message_id": 4711, "choice": None})
    assert await rows(hub.database, Message) == []


# Who gets it


async def _staff(hub: Hub, unit: str, **presence: str) -> None:
    async with hub.database.write() as session:
        await session.execute(update(Unit).where(Unit.slug == unit).values(auto_assign=True))
        for name, state in presence.items():
            await session.execute(
                update(Agent).where(Agent.email == f"{name}@demo.example").values(presence=state)
            )
    hub.directory.forget()


async def test_a_unit_that_wants_it_gives_each_ticket_to_the_least_busy(
    hub: Hub, work: Work
) -> None:
    await _staff(hub, "call-center", ava="online", sam="online", alex="away")
    ava, sam = await agent(hub, "ava"), await agent(hub, "sam")
    async with hub.database.write() as session:
        await session.execute(update(Agent).where(Agent.id == ava.id).values(capacity=2))
        await session.execute(update(Agent).where(Agent.id == sam.id).values(capacity=3))
    given = []
    for n in range(6):
        message = inbound(f"m-{n}", conversation=f"c-{n}", unit="call-center")
        (ticket_id,) = await receive(hub, message)
        await work.jobs()
        given.append((await ticket_of(hub, ticket_id)).assignee_id)
    first, second = sorted([ava.id or 0, sam.id or 0])
    assert given[:4] == [first, second, first, second]
    assert given[4:] == [sam.id, None]  # ava is full, then both are


async def test_nobody_on_line_or_a_unit_that_does_not_want_it_leaves_it_in_the_queue(
    hub: Hub, work: Work
) -> None:
    await _staff(hub, "call-center", ava="away")
    first, second = await receive(
        hub,
        inbound("m-1", conversation="c-1", unit="call-center"),
        inbound("m-2", conversation="c-2", unit="billing"),
    )
    await work.jobs()
    assert (await ticket_of(hub, first)).assignee_id is None
    assert (await ticket_of(hub, second)).assignee_id is None


# A job that fails for good


async def test_an_inquiry_that_cannot_be_triaged_goes_to_people(
    hub: Hub, work: Work, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ticket_id,) = await receive(hub, inbound(body="what about the bill?"))

    async def broken(self: Triage, turn: Turn) -> Decision:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(Triage, "_ask", broken)
    for _ in range(MAX_ATTEMPTS):
        await work.jobs()
        clock.advance(timedelta(minutes=10))
    ticket = await ticket_of(hub, ticket_id)
    assert ticket.status == "open"
    assert ticket.handoff is not None
    assert ticket.handoff["reason"] == "not-triaged"
