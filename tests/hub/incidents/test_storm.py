"""A storm through the whole hub: from the first complaint to the incident's end."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import update

from hub.incidents import incidents
from hub.incidents.models import Incident
from hub.incidents.watch import QUIET, STALE, Watch
from hub.jobs.models import Job
from hub.notices.models import Notice
from hub.system import Hub
from hub.tickets import replies
from hub.tickets.models import Ticket
from tests.fakes import FakeClock, FakePlatforms, inbound
from tests.fixtures import HubMaker, Work, agent, change, events_of, receive, rows, ticket_of
from tests.hub.incidents.making import (
    PERDON,
    SORRY,
    act,
    act_with_directory,
    answering,
    asks,
    view_of,
)
from tests.hub.incidents.town import ORDINARY, PLACES

pytestmark = pytest.mark.anyio

BACK = "The power in Killearn is back."
COMPLAINTS = (
    "Power is out in Killearn",
    "no power in Killearn Estates",
    "Is there an outage in Killearn?",
    "#KillearnOutage",
    "No hay luz en Killearn",
    "lights out in Killearn",
    "We lost power in Kilearn",
    "apagón en Killearn",
)


def _watch(hub: Hub) -> Watch:
    return Watch(hub.database, hub.now, hub.settings.timezone)


async def _weeks_before(hub: Hub, clock: FakeClock) -> None:
    """Some ordinary inquiries of the weeks before, by the thread's clock and ours."""
    now = clock()
    for week in (4, 3, 2, 1):
        clock.at = now - timedelta(weeks=week) + timedelta(minutes=20)
        messages = [
            inbound(
                f"old-{week}-{n}",
                text.format(place=PLACES[(n * week) % len(PLACES)]),
                conversation=f"old-{week}-{n}",
                address=f"old-{week}-{n}",
                sent_at=clock(),
            )
            for n, (text, _) in enumerate(ORDINARY)
        ]
        await receive(hub, *messages)
    async with hub.database.write() as session:
        await session.execute(update(Job).values(done_at=now))
    clock.at = now


async def test_from_the_first_complaint_to_the_end(
    hub: Hub, work: Work, platforms: FakePlatforms, clock: FakeClock
) -> None:
    await _weeks_before(hub, clock)
    watch = _watch(hub)
    ava = await agent(hub, "ava")
    began = clock()

    # The storm: nobody has the bot (it hands over), and somebody takes one ticket at once.
    tickets, noticed = [], None
    for n, text in enumerate(COMPLAINTS):
        tickets.append(await asks(hub, n, text))
        await work.all()
        if n == 1:
            await change(hub, tickets[1], ava, replies.reply, "I am looking into it")
        await watch.run()
        if noticed is None and await rows(hub.database, Incident):
            noticed = clock() - began
        clock.advance(minutes=1)
    assert noticed is not None
    assert noticed <= timedelta(minutes=6)
    (incident,) = await rows(hub.database, Incident)
    assert (incident.state, incident.terms, incident.topic) == (
        "suspected",
        ["killearn"],
        "report-outage",
    )
    assert incident.title == "Power outage in Killearn"
    assert incident.evidence["seen"] == 8, "it is kept up to date"
    assert incident.evidence["expected"] < 1
    (notice,) = await rows(hub.database, Notice)
    assert (notice.kind, notice.severity, notice.incident_id) == ("incident", "warning", 1)
    assert (notice.audience, "customers in 30 minutes" in notice.text) == ("supervisors", True)
    assert {one.incident_id for one in await rows(hub.database, Ticket)} == {None}

    # A supervisor opens it, with an answer in both languages.
    await act_with_directory(
        hub,
        incident.id,
        incidents.open_it,
        {"answer": SORRY, "answer_es": PERDON, "auto_answer": True},
    )
    await work.all()
    view = await view_of(hub, incident.id)
    assert (view["state"], view["tickets"], view["opened_by"]) == ("open", 8, "Sam Laurent")
    sent = len(platforms.sent)
    assert sent == 1, "people have these: only Ava has said anything"

    # The first word to all of them, as a person's.
    await act(hub, incident.id, incidents.answer, "Crews are on their way.", resolve=False)
    await work.all()
    assert len(platforms.sent) == sent + 8
    assert (await view_of(hub, incident.id))["waiting"] == 0

    # Later ones are attached and answered at once, each in their language.
    later = [
        await asks(hub, 100, "Killearn: still no power"),
        await asks(hub, 101, "Sigue sin luz Killearn, ¿hasta cuándo?"),
        await asks(hub, 102, "My bill is too high"),
    ]
    await work.all()
    bodies = [reply.body for reply in platforms.sent[sent + 8 :]]
    assert [body.split("\n")[0] for body in bodies] == [SORRY, PERDON]
    assert (await ticket_of(hub, later[2])).incident_id is None
    await watch.recount()
    assert await watch.run() == 0
    assert len(await rows(hub.database, Incident)) == 1, "the same is not noticed twice"

    # Its end.
    await asks(hub, 101, "Gracias, ya volvió", message="m-101b")
    await act(hub, incident.id, incidents.close, BACK, resolve=True)
    await work.all()
    every = await rows(hub.database, Ticket, incident_id=incident.id)
    assert len(every) == 10
    assert {ticket.status for ticket in every} == {"resolved"}
    said = Counter(reply.body for reply in platforms.sent)
    assert said[BACK] == 10
    after = await asks(hub, 103, "Is Killearn without power again?")
    await work.all()
    assert (await ticket_of(hub, after)).incident_id is None
    states = [
        json.loads(one.data)["state"] for one in await events_of(hub, kind="incident.updated")
    ]
    assert states[-1] == "closed"


async def test_two_workers_notice_one_incident(
    hub: Hub, make_hub: HubMaker, clock: FakeClock
) -> None:
    for n, text in enumerate(COMPLAINTS):
        await asks(hub, n, text)
    clock.advance(minutes=1)
    other = make_hub()
    await other.start()
    watches = [_watch(hub), _watch(other), _watch(hub)]
    for _ in range(2):
        for watch in watches:
            await watch.run()
    await other.aclose()
    assert len(await rows(hub.database, Incident)) == 1
    assert len(await rows(hub.database, Notice)) == 1


async def test_one_that_was_faster_is_taken_into_account(hub: Hub, clock: FakeClock) -> None:
    """Both have looked before either writes."""
    for n, text in enumerate(COMPLAINTS):
        await asks(hub, n, text)
    clock.advance(minutes=1)
    slow, fast = _watch(hub), _watch(hub)
    suspect = slow._suspect

    async def late(*args: object) -> int:
        await fast.run()
        return await suspect(*args)  # type: ignore[arg-type]

    slow._suspect = late  # type: ignore[method-assign, assignment]
    assert await slow.run() == 0
    assert len(await rows(hub.database, Incident)) == 1


async def test_what_was_dismissed_stays_quiet_for_hours(hub: Hub, clock: FakeClock) -> None:
    watch = _watch(hub)
    number = 0

    async def wave() -> int:
        nonlocal number
        for text in COMPLAINTS:
            number += 1
            await asks(hub, number, text)
        clock.advance(minutes=1)
        return await watch.run()

    assert await wave() == 1
    await act(hub, 1, incidents.dismiss)
    clock.advance(hours=3)
    assert await wave() == 0
    clock.advance(QUIET)
    assert await wave() == 1


async def test_a_suspicion_that_nobody_opens_is_let_go(hub: Hub, clock: FakeClock) -> None:
    watch = _watch(hub)
    for n, text in enumerate(COMPLAINTS):
        await asks(hub, n, text)
    clock.advance(minutes=1)
    await watch.run()
    clock.advance(STALE)
    await watch.run()
    (incident,) = await rows(hub.database, Incident)
    assert (incident.state, incident.closed_by) == ("dismissed", "Switchboard")


async def test_one_customer_on_one_channel_counts_once(hub: Hub, clock: FakeClock) -> None:
    for n in range(20):
        message = inbound(
            f"m-{n}", f"{COMPLAINTS[n % 8]} {n}", conversation=f"c-{n}", sent_at=clock()
        )
        await receive(hub, message)
    clock.advance(minutes=1)
    assert await _watch(hub).run() == 0


async def test_a_quiet_hub_has_nothing_to_notice(hub: Hub) -> None:
    assert await _watch(hub).run() == 0


async def test_counts_are_told_when_they_change(hub: Hub, work: Work, clock: FakeClock) -> None:
    watch = _watch(hub)
    incident_id = await answering(hub)
    await work.jobs()
    assert await watch.recount() == 0
    await asks(hub, 1, skip_bot=True)
    await work.all()
    assert await watch.recount() == 1
    last = (await events_of(hub, kind="incident.updated"))[-1]
    view = json.loads(last.data)
    assert (view["id"], view["tickets"], view["waiting"]) == (incident_id, 1, 1)
    assert (last.unit, last.ticket_id) == (None, None), "everybody may know"
    assert await watch.recount() == 0
