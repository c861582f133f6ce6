"""A new inquiry while an incident is open: attached, and answered where that may be."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest

from hub.audit.models import AuditEntry
from hub.delivery.models import Delivery
from hub.incidents import incidents
from hub.ports import Answer, AskBack, Choice, Decision, Guess, Handoff, Turn, Visibility
from hub.system import Hub
from hub.tickets import actions, merging, replies
from hub.tickets.change import changing
from hub.tickets.models import Message, Status, Ticket
from hub.tickets.returning import give_to_bot
from hub.triage.triage import Triage
from tests.fakes import CATALOGUE, FakeClock, FakePlatforms, ScriptedResponder, handoff, inbound
from tests.fixtures import (
    HubMaker,
    Work,
    agent,
    change,
    events_of,
    messages_of,
    receive,
    rows,
    ticket_of,
)
from tests.hub.incidents.making import PERDON, SORRY, act, answering, asks, make, view_of

pytestmark = pytest.mark.anyio

OUTAGE = Guess("outage-restoration-time", 0.9)
SURE = Answer("Crews work day and night.", ("outage-restoration-time",), (OUTAGE,))


async def _said(hub: Hub, ticket_id: int) -> list[str]:
    return [m.body for m in await messages_of(hub, ticket_id) if m.author_kind == "bot"]


async def _audits(hub: Hub, ticket_id: int) -> list[str]:
    return [one.action for one in await rows(hub.database, AuditEntry, ticket_id=ticket_id)]


async def _attached(hub: Hub, incident_id: int) -> list[int]:
    return [one.id for one in await rows(hub.database, Ticket, incident_id=incident_id)]


async def test_it_is_attached_and_answered_at_once(
    hub: Hub, work: Work, responder: ScriptedResponder, platforms: FakePlatforms
) -> None:
    incident_id = await answering(hub)
    responder.decisions.append(SURE)
    ticket_id = await asks(hub, 1, "When is the power back in Killearn?")
    await work.all()
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.incident_id, ticket.status, ticket.takeover) == (incident_id, "bot", 0)
    assert (ticket.waiting_since, ticket.topic) == (None, "report-outage")
    (said,) = await _said(hub, ticket_id)
    assert said.startswith(SORRY)
    assert "automatic message" in said
    (reply,) = platforms.sent
    assert (reply.body, reply.by_bot, reply.in_reply_to) == (said, True, "m-1")
    assert await _audits(hub, ticket_id) == ["incident", "incident answered"]
    told = await events_of(hub, ticket_id=ticket_id)
    assert f'"incident_id":{incident_id}' in told[-1].data


async def test_it_works_with_the_bot_off(hub: Hub, work: Work, platforms: FakePlatforms) -> None:
    """Nobody knows a topic: the words decide."""
    await answering(hub)
    told = await asks(hub, 1, "Power out in Killearn again")
    bill = await asks(hub, 2, "My bill in Killearn is far too high")
    elsewhere = await asks(hub, 3, "Power out in Southwood")
    await work.all()
    assert [reply.conversation for reply in platforms.sent] == ["c-1"]
    assert (await ticket_of(hub, told)).status == "bot"
    for other in (bill, elsewhere):
        ticket = await ticket_of(hub, other)
        assert (ticket.status, ticket.incident_id) == ("open", None)


async def test_given_back_to_the_bot_it_is_answered_by_the_bot(
    hub: Hub, work: Work, responder: ScriptedResponder, platforms: FakePlatforms
) -> None:
    """The automatic answer was said before a person looked: that person is not called again."""
    await answering(hub)
    ticket_id = await asks(hub, 1)
    await work.all()
    await asks(hub, 1, "And where is the map?", message="m-2")
    await work.all()
    assert (await ticket_of(hub, ticket_id)).status == "open"
    responder.decisions.append(Answer("A map is online.", ("outage-map",)))
    await change(hub, ticket_id, await agent(hub, "ava"), give_to_bot)
    await work.all()
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.status, ticket.handoff) == ("bot", None)
    assert platforms.sent[-1].body == "A map is online."


async def test_silence_resolves_it_as_answered_by_the_bot(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    incident_id = await answering(hub)
    ticket_id = await asks(hub, 1)
    await work.all()
    clock.advance(hours=hub.settings.bot_resolve_hours + 1)
    await work.sweep.run()
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.status, ticket.resolution_reason) == ("resolved", "answered_by_bot")
    assert ticket.incident_id == incident_id


async def test_a_further_message_goes_to_a_person_who_is_told_why(
    hub: Hub, work: Work, responder: ScriptedResponder, platforms: FakePlatforms
) -> None:
    await answering(hub)
    ticket_id = await asks(hub, 1)
    await work.all()
    turns = len(responder.turns)
    await asks(hub, 1, "My mother needs her oxygen, it is urgent", message="m-2")
    await work.all()
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.status, ticket.takeover) == ("open", 1)
    assert ticket.handoff is not None
    assert ticket.handoff["reason"] == "incident"
    assert "“Outage in Killearn”" in ticket.handoff["summary"]
    assert len(responder.turns) == turns, "the bot is not asked"
    assert len(platforms.sent) == 1, "nothing is said twice"
    await asks(hub, 1, "Still no power in Killearn", message="m-3")
    await work.all()
    assert len(platforms.sent) == 1


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("No hay luz en Killearn, ¿cuándo vuelve?", PERDON),
        ("Apagon en Killearn desde las 5", PERDON),
        ("No power in Killearn since 5", SORRY),
        ("killearn outage", SORRY),
    ],
)
async def test_it_is_said_in_the_customers_language(
    hub: Hub, work: Work, text: str, wanted: str
) -> None:
    await answering(hub)
    ticket_id = await asks(hub, 1, text)
    await work.jobs()
    (said,) = await _said(hub, ticket_id)
    assert said.startswith(wanted)
    assert ("automático" in said) == (wanted == PERDON)


async def test_without_a_spanish_answer_the_english_one_is_said(hub: Hub, work: Work) -> None:
    await answering(hub, answer_es="")
    ticket_id = await asks(hub, 1, "No hay luz en Killearn, ¿cuándo vuelve?")
    await work.jobs()
    assert (await _said(hub, ticket_id))[0].startswith(SORRY)


async def test_without_an_answer_the_bot_goes_on_as_always(
    hub: Hub, work: Work, responder: ScriptedResponder
) -> None:
    incident_id = await make(hub)
    responder.decisions += [SURE, handoff("no-fact", text="A person follows.")]
    first = await asks(hub, 1, "When is the power back in Killearn?")
    second = await asks(hub, 2, "Killearn power outage: do you compensate?")
    await work.all()
    assert await _said(hub, first) == [SURE.text]
    ticket = await ticket_of(hub, second)
    assert (ticket.status, ticket.incident_id) == ("open", incident_id)
    assert ticket.handoff is not None
    assert ticket.handoff["summary"].startswith("Part of the incident “Outage in Killearn”.")


PEOPLE: dict[str, Decision] = {
    "asked for one": handoff("asked-for-person", text="A person follows."),
    "a policy": Answer("We hear you.", ("complaint",), (OUTAGE,), handover=True),
    "an emergency the bot saw": Answer(
        "Call 911.", ("gas-leak",), (OUTAGE,), emergency=True, handover=True
    ),
}


@pytest.mark.parametrize("decision", PEOPLE.values(), ids=PEOPLE)
async def test_whoever_needs_a_person_gets_one(
    hub: Hub, work: Work, responder: ScriptedResponder, decision: Decision
) -> None:
    incident_id = await answering(hub)
    responder.decisions.append(decision)
    ticket_id = await asks(hub, 1, "Power outage in Killearn. I want to talk to somebody!")
    await work.all()
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.status, ticket.incident_id) == ("open", incident_id)
    assert not any(SORRY in said for said in await _said(hub, ticket_id))


async def test_an_emergency_goes_its_own_way_and_is_attached(
    hub: Hub, work: Work, platforms: FakePlatforms
) -> None:
    incident_id = await answering(hub)
    ticket_id = await asks(hub, 1, "A wire is down in Killearn and the power is out")
    await work.all()
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.emergency, ticket.priority, ticket.incident_id) == (True, "urgent", incident_id)
    assert all(SORRY not in reply.body for reply in platforms.sent)
    await asks(hub, 1, "Killearn, power still out", message="m-2")
    await work.all()
    assert all(SORRY not in said for said in await _said(hub, ticket_id))


async def test_where_a_person_has_it_it_is_only_attached(
    hub: Hub, work: Work, platforms: FakePlatforms
) -> None:
    incident_id = await answering(hub)
    left = await asks(hub, 1, skip_bot=True)
    taken = await asks(hub, 2, "Hello?")
    await change(hub, taken, await agent(hub, "ava"), replies.reply, "How can I help?")
    await asks(hub, 2, "There is no power in Killearn", message="m-22")
    await work.all()
    for ticket_id in (left, taken):
        assert (await ticket_of(hub, ticket_id)).incident_id == incident_id
        assert await _said(hub, ticket_id) == []
    assert [reply.by_bot for reply in platforms.sent] == [False]


async def test_where_the_channel_takes_no_reply_people_are_brought_in(
    hub: Hub, work: Work, platforms: FakePlatforms
) -> None:
    incident_id = await answering(hub)
    ticket_id = await asks(hub, 1, can_reply=False)
    await work.all()
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.status, ticket.incident_id) == ("open", incident_id)
    assert platforms.sent == []


@pytest.mark.parametrize("by", ["reply", "assign", "status"])
async def test_nothing_is_said_once_a_person_took_over_while_it_was_written(
    hub: Hub, work: Work, responder: ScriptedResponder, platforms: FakePlatforms, by: str
) -> None:
    """It is attached all the same."""
    incident_id = await answering(hub)
    ava = await agent(hub, "ava")
    taken: list[int] = []

    async def think(_turn: Turn) -> Decision:
        match by:
            case "reply":
                await change(hub, taken[0], ava, replies.reply, "I have it")
            case "assign":
                await change(hub, taken[0], ava, actions.assign, ava.id)
            case _:
                await change(hub, taken[0], ava, actions.set_status, Status.OPEN)
        return SURE

    responder.decisions.append(think)
    taken.append(await asks(hub, 1))
    await work.all()
    assert await _said(hub, taken[0]) == []
    assert all(not reply.by_bot for reply in platforms.sent)
    assert (await ticket_of(hub, taken[0])).incident_id == incident_id


async def test_the_answer_that_nobody_claimed_is_not_sent_after_a_person_took_over(
    hub: Hub, work: Work, platforms: FakePlatforms
) -> None:
    await answering(hub)
    ticket_id = await asks(hub, 1)
    await work.jobs()
    await change(hub, ticket_id, await agent(hub, "ava"), replies.reply, "I have it")
    await work.deliver()
    assert [reply.by_bot for reply in platforms.sent] == [False]


async def test_what_a_button_says_belongs_to_what_was_said_before(
    hub: Hub, work: Work, responder: ScriptedResponder
) -> None:
    incident_id = await answering(hub)
    ask = AskBack("Which?", (Choice("Report an outage", "report-outage"),), (Guess("thanks", 0.2),))
    responder.decisions += [ask, Answer("Call us.", ("report-outage",))]
    ticket_id = await asks(hub, 1, "It went again, we live in Killearn")
    await work.all()
    assert (await ticket_of(hub, ticket_id)).incident_id is None
    await asks(hub, 1, "Report an outage", message="m-2", context={"choice": "report-outage"})
    await work.all()
    assert (await ticket_of(hub, ticket_id)).incident_id == incident_id
    assert (await _said(hub, ticket_id))[-1].startswith(SORRY)


async def test_the_more_particular_incident_has_it(hub: Hub, work: Work) -> None:
    particular = await make(hub)
    everywhere = await make(hub, title="Storm", terms=[])
    unit = (await ticket_of(hub, await asks(hub, 9, "Hello"))).unit
    of_unit = await make(hub, title="Here", terms=["betton hills"], unit=unit)
    of_other = await make(hub, title="There", terms=["betton hills"], unit="billing")
    await work.jobs()
    one = await asks(hub, 1, "outage in Killearn")
    two = await asks(hub, 2, "outage in Midtown")
    three = await asks(hub, 3, "outage in Betton Hills")
    await work.all()
    found = [(await ticket_of(hub, ticket)).incident_id for ticket in (one, two, three)]
    assert found == [particular, everywhere, of_unit]
    assert of_other not in found


async def test_closed_suspected_and_dismissed_ones_get_nothing(hub: Hub, work: Work) -> None:
    closed = await answering(hub)
    await act(hub, closed, incidents.close, None, resolve=False)
    async with hub.database.write() as session:
        sam = await agent(hub, "sam")
        await incidents.suspect(session, sam, hub.now(), "?", None, ["killearn"], {})
    ticket_id = await asks(hub, 1)
    await work.all()
    assert (await ticket_of(hub, ticket_id)).incident_id is None


async def test_a_new_incident_takes_over_from_one_that_is_over(hub: Hub, work: Work) -> None:
    first = await make(hub)
    ticket_id = await asks(hub, 1, skip_bot=True)
    await work.all()
    assert (await ticket_of(hub, ticket_id)).incident_id == first
    await act(hub, first, incidents.close, None, resolve=False)
    second = await make(hub)
    await asks(hub, 1, "Killearn is without power again", message="m-2", skip_bot=True)
    await work.all()
    assert (await ticket_of(hub, ticket_id)).incident_id == second


async def test_what_is_merged_is_left_where_it_is(hub: Hub, work: Work) -> None:
    one = await asks(hub, 1, "Hello", skip_bot=True)
    other = await asks(hub, 2, "Hello", skip_bot=True)
    sam = await agent(hub, "sam")
    async with (
        hub.database.write() as session,
        changing(session, one, await hub.directory.get(), sam, hub.now()) as source,
        changing(session, other, await hub.directory.get(), sam, hub.now()) as target,
    ):
        await merging.merge(source, target)
    incident_id = await make(hub)
    await asks(hub, 1, "No power in Killearn", message="m-11", skip_bot=True)
    await work.all()
    assert (await ticket_of(hub, one)).incident_id is None
    assert (await ticket_of(hub, other)).incident_id == incident_id


async def test_a_message_deleted_before_it_was_read_is_answered_by_nobody(
    hub: Hub, work: Work
) -> None:
    await answering(hub)
    ticket_id = await asks(hub, 1)
    async with hub.database.write() as session:
        for message in await rows(hub.database, Message, ticket_id=ticket_id):
            (await session.get_one(Message, message.id)).deleted_at = hub.now()
    await work.all()
    assert await _said(hub, ticket_id) == []


async def test_triaged_twice_it_is_answered_once(hub: Hub, work: Work) -> None:
    """A worker that lost its lease, and the one that took the job up, at the same time."""
    await answering(hub)
    ticket_id = await asks(hub, 1)
    (message,) = await messages_of(hub, ticket_id)
    triage: Triage = work.triage
    inquiry = await triage._load({"message_id": message.id})
    assert inquiry is not None
    await work.jobs()
    await triage._carry_out(inquiry, handoff("bot-off"))
    assert len(await _said(hub, ticket_id)) == 1
    assert (await ticket_of(hub, ticket_id)).status == "bot"


async def test_in_any_race_it_never_speaks_after_a_person_nor_twice(
    hub: Hub,
    make_hub: HubMaker,
    dialect: str,
    clock: FakeClock,
    platforms: FakePlatforms,
    responder: ScriptedResponder,
) -> None:
    """Two workers while agents take tickets, and the incident is closed in between."""
    size = 40 if dialect == "postgresql" else 25
    chance = random.Random(size)
    incident_id = await answering(hub)
    await Work(hub).jobs()
    other = make_hub()
    await other.start()
    carla = await agent(hub, "carla")

    turns = itertools.count(1)
    shut = asyncio.Event()

    async def think(_turn: Turn) -> Decision:
        if next(turns) > size // 3:  # however slow the machine, some come after the close
            await shut.wait()
        await asyncio.sleep(chance.random() * 0.05)
        return handoff("bot-unavailable")

    responder.decisions.extend([think] * size * 2)
    tickets = await receive(
        hub,
        *(
            inbound(f"m-{n}", "No power in Killearn", conversation=f"c-{n}", address=f"u-{n}")
            for n in range(size)
        ),
    )
    finished = asyncio.Event()
    closed: list[int] = []

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
                if finished.is_set():
                    return
                await asyncio.sleep(0.05)

    async def taking(ticket_ids: list[int]) -> None:
        for ticket_id in ticket_ids:
            await asyncio.sleep(chance.random() * 0.01)
            await change(hub, ticket_id, carla, replies.reply, "I have it")

    async def closing() -> None:
        while len(await _attached(hub, incident_id)) < size // 5:
            await asyncio.sleep(0.02)
        await act(hub, incident_id, incidents.close, None, resolve=False)
        closed.extend(await _attached(hub, incident_id))
        shut.set()

    working = [asyncio.create_task(worker(one)) for one in (hub, other)]
    mine = chance.sample(tickets, size // 2)
    await asyncio.gather(taking(mine[::2]), taking(mine[1::2]), closing())
    finished.set()
    await asyncio.gather(*working)
    clock.advance(timedelta(minutes=5))
    await Work(hub).all()
    await other.aclose()

    assert await _attached(hub, incident_id) == closed, "nothing is attached once it is closed"
    assert 0 < len(closed) < size
    spoken: dict[str, list[bool]] = defaultdict(list)
    for reply in platforms.sent:
        spoken[reply.conversation].append(reply.by_bot)
    for said in spoken.values():
        assert said in ([False], [True], [True, False])
    states = {one.state for one in await rows(hub.database, Delivery)}
    assert states <= {"sent", "cancelled"}


@pytest.mark.parametrize(
    ("given", "text", "found"),
    [
        ({"topic": None}, "My bill in Killearn", True),
        ({"terms": []}, "Power outage at my house", True),
        ({"terms": []}, "Where is my bill", False),
        ({"terms": ["lake jackson"]}, "outage at Lake Jackson", True),
        ({"terms": ["lake jackson"]}, "outage, Jackson Bluff and the lake", False),
        ({"terms": ["#KillearnOutage"]}, "any news? #KillearnOutage", True),
        ({"terms": ["apagón"]}, "APAGON en todas partes", True),
        ({"topic": None, "terms": []}, "No power in Killearn", False),
    ],
)
async def test_what_matches(
    hub: Hub, work: Work, given: dict[str, Any], text: str, found: bool
) -> None:
    incident_id = await make(hub, **given)
    ticket_id = await asks(hub, 1, text, visibility=Visibility.PRIVATE)
    await work.all()
    attached = (await ticket_of(hub, ticket_id)).incident_id == incident_id
    assert attached is found
    assert (await view_of(hub, incident_id))["tickets"] == int(found)


async def test_a_sure_bot_is_believed(hub: Hub, work: Work, responder: ScriptedResponder) -> None:
    """It says that this is about something else."""
    await answering(hub)
    await work.jobs()
    responder.decisions.append(Handoff("no-fact", "About a claim.", topic="damage-claim"))
    ticket_id = await asks(hub, 1, "The power outage in Killearn ruined my fridge: who pays?")
    await work.all()
    assert (await ticket_of(hub, ticket_id)).incident_id is None


async def test_the_unit_is_the_one_its_topic_brings_it_to(
    hub: Hub, work: Work, responder: ScriptedResponder
) -> None:
    article = await CATALOGUE.article("report-outage")
    assert article is not None
    assert article.unit is not None
    incident_id = await make(hub, unit=article.unit)
    await work.jobs()
    responder.decisions.append(handoff("no-fact", topic="report-outage"))
    ticket_id = await asks(hub, 1)
    assert (await ticket_of(hub, ticket_id)).unit != article.unit
    await work.all()
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.unit, ticket.incident_id) == (article.unit, incident_id)
