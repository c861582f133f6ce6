"""One text to all of an incident's tickets, each once; opening, gathering and closing."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from hub.delivery.models import Delivery
from hub.errors import Conflict
from hub.incidents import incidents
from hub.incidents.models import Incident, IncidentAnswer
from hub.incidents.tickets import candidates
from hub.jobs.models import Job
from hub.jobs.queue import MAX_ATTEMPTS
from hub.ports import Answer, Guess
from hub.system import Hub
from hub.tickets import actions, replies
from hub.tickets.models import Message, Status, Ticket
from tests.fakes import FakeClock, FakePlatforms, ScriptedResponder, inbound
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
from tests.hub.incidents.making import (
    SORRY,
    act,
    act_with_directory,
    answering,
    asks,
    make,
    view_of,
)

pytestmark = pytest.mark.anyio

BACK = "The power in Killearn is back. Thank you for your patience."


async def _many(hub: Hub, size: int, **more: Any) -> list[int]:
    return await receive(
        hub,
        *(
            inbound(
                f"m-{n}", "No power in Killearn", conversation=f"c-{n}", address=f"u-{n}", **more
            )
            for n in range(size)
        ),
    )


async def _untriaged(hub: Hub) -> None:
    """Their triage is left out: it is tested elsewhere."""
    async with hub.database.write() as session:
        await session.execute(update(Job).where(Job.kind == "triage").values(done_at=hub.now()))


async def test_two_hundred_tickets_are_answered_once_each(hub: Hub, work: Work) -> None:
    tickets = await _many(hub, 200)
    await _untriaged(hub)
    incident_id = await make(hub)
    await work.jobs()
    view = await act(hub, incident_id, incidents.answer, BACK, resolve=False)
    assert (view["tickets"], view["waiting"]) == (200, 200)
    assert [(one["total"], one["done"]) for one in view["answers"]] == [(200, 0)]
    await work.jobs()
    written = await rows(hub.database, Message, key="bot:answer:1")
    assert sorted(one.ticket_id for one in written) == sorted(tickets)
    assert {(one.body, one.author_kind) for one in written} == {(BACK, "agent")}
    assert len(await rows(hub.database, Delivery, state="pending")) == 200
    (said,) = (await view_of(hub, incident_id))["answers"]
    assert (said["total"], said["done"], said["refused"]) == (200, 200, 0)
    told = [
        one for one in await events_of(hub, kind="incident.updated") if '"done":20,' in one.data
    ]
    assert told, "its progress is told"


async def test_it_counts_as_a_persons_answer_and_makes_it_nobodys(
    hub: Hub, work: Work, platforms: FakePlatforms
) -> None:
    incident_id = await make(hub)
    ticket_id = await asks(hub, 1)
    await work.jobs()
    await act(hub, incident_id, incidents.answer, BACK, resolve=False)
    await work.all()
    assert [(reply.body, reply.by_bot) for reply in platforms.sent] == [(BACK, False)]
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.status, ticket.assignee_id) == ("open", None)
    assert ticket.first_response_met_at is not None
    assert (await view_of(hub, incident_id))["waiting"] == 0


async def test_a_restart_goes_on_where_it_stopped(
    hub: Hub,
    work: Work,
    make_hub: HubMaker,
    platforms: FakePlatforms,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    incident_id = await make(hub)
    await _many(hub, 12)
    await work.jobs()
    await act(hub, incident_id, incidents.answer, BACK, resolve=True)
    killed = asyncio.Event()
    written = 0
    reply = replies.reply

    async def dying(*args: Any, **more: Any) -> Any:
        nonlocal written
        if written == 5:
            killed.set()
            await asyncio.sleep(3600)
        written += 1
        return await reply(*args, **more)

    with monkeypatch.context() as patch:
        patch.setattr("hub.incidents.jobs.reply", dying)
        (job,) = await work.queue.claim(1)
        running = asyncio.create_task(work.queue.run(job))
        await killed.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    clock.advance(minutes=1)
    other = make_hub()
    await other.start()
    await Work(other).all()
    await other.aclose()
    assert Counter(one.conversation for one in platforms.sent) == Counter(
        f"c-{n}" for n in range(12)
    )
    (said,) = (await view_of(hub, incident_id))["answers"]
    assert (said["total"], said["done"], said["refused"]) == (12, 12, 0)
    assert {one.status for one in await rows(hub.database, Ticket)} == {"resolved"}
    assert {one.resolution_reason for one in await rows(hub.database, Ticket)} == {"answered"}


async def test_where_the_channel_takes_no_reply_it_is_counted_and_left_open(
    hub: Hub, work: Work, platforms: FakePlatforms
) -> None:
    incident_id = await make(hub)
    silent = await asks(hub, 1, can_reply=False)
    gone = await asks(hub, 2)
    out = await asks(hub, 3)
    last = await asks(hub, 4)
    await work.jobs()
    await act(hub, incident_id, incidents.answer, BACK, resolve=True)
    sam = await agent(hub, "sam")
    await change(hub, gone, sam, actions.set_status, Status.RESOLVED)
    async with hub.database.write() as session:
        (await session.get_one(Ticket, out)).incident_id = None
    await work.all()
    assert [reply.conversation for reply in platforms.sent] == ["c-4"]
    assert (await ticket_of(hub, silent)).status == "open"
    assert (await ticket_of(hub, out)).status == "open"
    assert (await ticket_of(hub, last)).status == "resolved"
    (said,) = (await view_of(hub, incident_id))["answers"]
    assert (said["total"], said["done"], said["refused"]) == (2, 1, 1)


async def test_what_cannot_be_said_at_all_is_given_up_and_counted(
    hub: Hub, work: Work, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident_id = await make(hub)
    await _many(hub, 3)
    await work.jobs()
    await act(hub, incident_id, incidents.answer, BACK, resolve=False)
    reply = replies.reply
    calls = 0

    async def failing(*args: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > 1:
            raise RuntimeError("a mistake of ours")
        return await reply(*args, **more)

    monkeypatch.setattr("hub.incidents.jobs.reply", failing)
    for _ in range(MAX_ATTEMPTS):
        await work.jobs()
        clock.advance(minutes=1)
    (job,) = await rows(hub.database, Job, kind=incidents.ANSWER)
    assert job.failed
    (said,) = (await view_of(hub, incident_id))["answers"]
    assert (said["total"], said["done"], said["refused"]) == (3, 1, 2)


async def test_trouble_with_one_ticket_keeps_the_answer_from_no_other(
    hub: Hub, work: Work, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident_id = await make(hub)
    troubled, *others = await _many(hub, 3)
    await work.jobs()
    await act(hub, incident_id, incidents.answer, BACK, resolve=False)
    reply = replies.reply

    async def failing(change: Any, *args: Any, **more: Any) -> Any:
        if change.ticket.id == troubled:
            raise RuntimeError("a mistake of ours")
        return await reply(change, *args, **more)

    monkeypatch.setattr("hub.incidents.jobs.reply", failing)
    for _ in range(MAX_ATTEMPTS):
        await work.jobs()
        clock.advance(minutes=1)
    written = await rows(hub.database, Message, key="bot:answer:1")
    assert [one.ticket_id for one in written] == others
    (job,) = await rows(hub.database, Job, kind=incidents.ANSWER)
    assert job.failed
    (said,) = (await view_of(hub, incident_id))["answers"]
    assert (said["total"], said["done"], said["refused"]) == (3, 2, 1)


async def test_opening_gathers_what_came_before(
    hub: Hub, work: Work, responder: ScriptedResponder, platforms: FakePlatforms, clock: FakeClock
) -> None:
    """What the bot alone has answered so far is told; what a person has is not."""
    old = await asks(hub, 50, sent_at=clock() - timedelta(days=2))
    map_answer = Answer("There is a map.", ("outage-map",), (Guess("outage-map", 0.9),))
    responder.by_text = {"Killearn has no power": map_answer}
    answered = await asks(hub, 1, "Killearn has no power")
    await work.all()
    person = await asks(hub, 2, "Killearn: no power", skip_bot=True)
    resolved = await asks(hub, 3, skip_bot=True)
    named = await asks(hub, 4, "It is dark here", skip_bot=True)
    elsewhere = await asks(hub, 5, "no power in Southwood", skip_bot=True)
    await change(hub, resolved, await agent(hub, "sam"), actions.set_status, Status.RESOLVED)
    await work.all()
    before = len(platforms.sent)
    incident_id = await answering(hub, ticket_ids=(named,))
    await work.all()
    inside = {one.id for one in await rows(hub.database, Ticket, incident_id=incident_id)}
    assert inside == {answered, person, named}
    assert not inside & {old, resolved, elsewhere}
    said = [m.body for m in await messages_of(hub, answered) if m.author_kind == "bot"]
    assert len(said) == 2
    assert said[-1].startswith(SORRY)
    assert len(platforms.sent) == before + 1
    assert (await ticket_of(hub, answered)).status == "bot"
    # Again, as after a change of its words: nothing is said twice.
    await act_with_directory(hub, incident_id, incidents.edit, {"answer": "Crews are there."})
    await work.all()
    assert len(platforms.sent) == before + 1


async def test_an_answer_given_later_reaches_those_the_bot_still_has(
    hub: Hub, work: Work, responder: ScriptedResponder, platforms: FakePlatforms
) -> None:
    incident_id = await make(hub)
    responder.decisions += [Answer("There is a map.", ("outage-map",))]
    await asks(hub, 1)
    await work.all()
    await act_with_directory(
        hub, incident_id, incidents.edit, {"answer": SORRY, "auto_answer": True}
    )
    await work.all()
    assert [reply.body.startswith(SORRY) for reply in platforms.sent] == [False, True]


async def test_a_later_message_after_the_answer_goes_to_a_person(
    hub: Hub, work: Work, responder: ScriptedResponder
) -> None:
    incident_id = await make(hub)
    responder.decisions += [Answer("There is a map.", ("outage-map",))]
    ticket_id = await asks(hub, 1)
    await work.all()
    await act(hub, incident_id, incidents.answer, BACK, resolve=False)
    await work.all()
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.status, ticket.takeover) == ("open", 1)
    await asks(hub, 1, "It is not back!", message="m-2")
    await work.all()
    assert (await ticket_of(hub, ticket_id)).waiting_since is not None
    assert (await view_of(hub, incident_id))["waiting"] == 1


async def test_closing_says_a_last_word_and_resolves(
    hub: Hub, work: Work, platforms: FakePlatforms
) -> None:
    incident_id = await make(hub)
    tickets = await _many(hub, 4)
    await work.jobs()
    view = await act(hub, incident_id, incidents.close, BACK, resolve=True)
    assert (view["state"], view["closed_by"]) == ("closed", "Sam Laurent")
    await work.all()
    assert len(platforms.sent) == 4
    for ticket_id in tickets:
        ticket = await ticket_of(hub, ticket_id)
        assert (ticket.status, ticket.incident_id) == ("resolved", incident_id)
    late = await asks(hub, 90)
    await work.all()
    assert (await ticket_of(hub, late)).incident_id is None


async def test_closing_without_a_word_resolves_what_remains(
    hub: Hub, work: Work, platforms: FakePlatforms
) -> None:
    incident_id = await make(hub)
    await _many(hub, 3)
    await work.jobs()
    await act(hub, incident_id, incidents.close, None, resolve=True)
    await work.all()
    assert platforms.sent == []
    assert {one.resolution_reason for one in await rows(hub.database, Ticket)} == {"incident over"}
    view = await view_of(hub, incident_id)
    assert (view["tickets"], view["waiting"], view["answers"]) == (3, 0, [])


async def test_what_is_closed_while_it_gathers_gets_no_more(
    hub: Hub, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _many(hub, 4, skip_bot=True)
    await work.jobs()
    incident_id = await make(hub)
    found = candidates

    async def closing(*args: Any) -> Any:
        tickets = await found(*args)
        await act(hub, incident_id, incidents.close, None, resolve=False)
        return tickets

    monkeypatch.setattr("hub.incidents.jobs.candidates", closing)
    await work.jobs()
    assert await rows(hub.database, Ticket, incident_id=incident_id) == []


@pytest.mark.parametrize("state", ["suspected", "closed", "dismissed"])
async def test_only_open_ones_are_answered_or_closed(hub: Hub, state: str) -> None:
    incident_id = await make(hub)
    async with hub.database.write() as session:
        (await session.get_one(Incident, incident_id)).state = state
    for action, args in ((incidents.answer, (BACK,)), (incidents.close, (None,))):
        with pytest.raises(Conflict, match=state):
            await act(hub, incident_id, action, *args, resolve=False)
    assert await rows(hub.database, IncidentAnswer) == []


async def test_the_same_word_of_two_incidents_is_two_messages(
    hub: Hub, work: Work, platforms: FakePlatforms
) -> None:
    """Its key is the answer's, not the text's."""
    incident_id = await make(hub)
    ticket_id = await asks(hub, 1)
    await work.jobs()
    for _ in range(2):
        await act(hub, incident_id, incidents.answer, BACK, resolve=False)
    await work.all()
    keys = [one.key for one in await rows(hub.database, Message, ticket_id=ticket_id)]
    assert keys == [None, "bot:answer:1", "bot:answer:2"]
    assert len(platforms.sent) == 2


@pytest.mark.parametrize("key", ["incident:1", "answer:1"])
async def test_a_programs_key_is_never_taken_for_the_answer(
    hub: Hub, work: Work, platforms: FakePlatforms, key: str
) -> None:
    incident_id = await make(hub)
    ticket_id = await asks(hub, 1)
    await work.jobs()
    sam = await agent(hub, "sam")
    await change(hub, ticket_id, sam, replies.reply, "A crew is on its way.", key=key)
    await act(hub, incident_id, incidents.answer, BACK, resolve=False)
    await work.all()
    assert [reply.body for reply in platforms.sent] == ["A crew is on its way.", BACK]


async def test_a_matter_of_last_week_is_no_part_of_it(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    """Whose customer has said nothing since is not told of today's outage, whatever an agent or
    the bot said there today."""
    old = await asks(hub, 1, skip_bot=True)
    sam = await agent(hub, "sam")
    await change(hub, old, sam, actions.set_topic, "report-outage")
    clock.advance(days=5)
    await change(hub, old, sam, replies.reply, "We are still looking into your claim.")
    new = await asks(hub, 2, skip_bot=True)
    await work.all()
    incident_id = await make(hub, terms=[])
    await work.all()
    assert [one.id for one in await rows(hub.database, Ticket, incident_id=incident_id)] == [new]
    assert (await ticket_of(hub, old)).incident_id is None


async def test_an_emergency_that_waits_is_not_answered_with_the_rest(
    hub: Hub, work: Work, platforms: FakePlatforms
) -> None:
    """`The power is back` to somebody who smells gas would end their waiting, and no person would
    have read what they wrote."""
    incident_id = await make(hub)
    await work.jobs()
    urgent = await asks(hub, 1, "A wire is down in Killearn, no power")
    await asks(hub, 2)
    await work.all()
    await act(hub, incident_id, incidents.answer, BACK, resolve=False)
    await work.all()
    ticket = await ticket_of(hub, urgent)
    assert ticket.emergency
    assert ticket.waiting_since is not None
    assert ticket.first_response_met_at is None
    (said,) = (await view_of(hub, incident_id))["answers"]
    assert (said["total"], said["done"], said["refused"]) == (2, 1, 1)
    # Once a person has answered, they hear the rest of the news like everybody.
    sam = await agent(hub, "sam")
    await change(hub, urgent, sam, replies.reply, "Stay away from it: a crew is coming.")
    await work.all()
    await act(hub, incident_id, incidents.answer, BACK, resolve=False)
    await work.all()
    assert [reply.body for reply in platforms.sent if reply.conversation == "c-1"][-1] == BACK


@pytest.mark.parametrize("body", [BACK, None])
async def test_an_emergency_is_not_resolved_with_the_rest(
    hub: Hub, work: Work, body: str | None
) -> None:
    incident_id = await make(hub)
    await work.jobs()
    urgent = await asks(hub, 1, "A wire is down in Killearn, no power")
    other = await asks(hub, 2)
    await work.all()
    assert (await view_of(hub, incident_id))["tickets"] == 2
    await act(hub, incident_id, incidents.close, body, resolve=True)
    await work.all()
    assert (await ticket_of(hub, urgent)).status == "open"
    assert (await ticket_of(hub, other)).status == "resolved"
