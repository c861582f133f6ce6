"""Who is asked, when, and what that does to the ticket: nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from hub.audit.models import AuditEntry
from hub.incidents import incidents
from hub.ports import ChannelKind, Rejected, Visibility
from hub.surveys.asking import ANSWERABLE, NOT_DEALT_WITH, SOON
from hub.surveys.link import SURVEY_KEY
from hub.surveys.models import Survey
from hub.system import Hub
from hub.team.tokens import hash_secret
from hub.tickets import actions, replies
from hub.tickets.models import Status, Ticket
from hub.tickets.view import message_view
from tests.fakes import FakeClock, FakePlatforms, inbound
from tests.fixtures import (
    HubMaker,
    Work,
    account_id,
    agent,
    change,
    deliveries_of,
    messages_of,
    receive,
    rows,
    ticket_of,
)
from tests.hub.incidents.making import act, make

pytestmark = pytest.mark.anyio

PRIVATE: dict[str, Any] = {"visibility": Visibility.PRIVATE, "skip_bot": True}


async def _ticket(
    hub: Hub, number: int | str = 1, kind: ChannelKind = ChannelKind.X, **more: Any
) -> int:
    said = {"conversation": f"c-{number}", "address": "u-1", "sent_at": hub.now()}
    message = inbound(f"m-{number}", **{**said, **PRIVATE, **more})
    return (await receive(hub, message, kind=kind))[0]


async def _resolve(hub: Hub, ticket_id: int, reason: str | None = None) -> None:
    sam = await agent(hub, "sam")
    await change(hub, ticket_id, sam, actions.set_status, Status.RESOLVED, reason=reason)


async def _asked(hub: Hub) -> list[int]:
    return [survey.ticket_id for survey in await rows(hub.database, Survey)]


async def test_asked_once_a_few_minutes_after(
    hub: Hub, work: Work, clock: FakeClock, platforms: FakePlatforms
) -> None:
    ticket_id = await _ticket(hub)
    await _resolve(hub, ticket_id)
    clock.advance(SOON - timedelta(seconds=1))
    await work.all()
    assert await _asked(hub) == []
    clock.advance(seconds=1)
    await work.all()
    (survey,) = await rows(hub.database, Survey)
    assert (survey.ticket_id, survey.score, survey.answered_at) == (ticket_id, None, None)
    assert (survey.asked_at, survey.expires_at) == (clock(), clock() + ANSWERABLE)
    (sent,) = platforms.sent
    assert (sent.by_bot, sent.visibility) == (True, Visibility.PRIVATE)
    found = re.search(r"http://127\.0\.0\.1:8000/survey/([\w-]{40,})$", sent.body)
    assert found is not None
    assert hash_secret(found[1]) == survey.token_hash
    clock.advance(hours=1)
    await work.all()
    assert len(platforms.sent) == 1


async def test_the_ticket_is_as_it_was(hub: Hub, work: Work, clock: FakeClock) -> None:
    ticket_id = await _ticket(hub)
    await _resolve(hub, ticket_id)
    before = (await ticket_of(hub, ticket_id)).as_row()
    clock.advance(SOON)
    await work.all()
    after = (await ticket_of(hub, ticket_id)).as_row()
    for name in set(before) - {"version", "updated_at"}:
        assert after[name] == before[name], name
    (_, question) = await messages_of(hub, ticket_id)
    assert (question.author_kind, question.author_name) == ("system", hub.settings.city)
    assert [d.state for d in await deliveries_of(hub, ticket_id)] == ["sent"]
    entries = await rows(hub.database, AuditEntry, ticket_id=ticket_id, action="survey asked")
    assert len(entries) == 1


async def test_it_takes_nobody_off_the_list_of_those_who_wait(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    """What the customer wrote before the question, and came after it, is not answered by it."""
    ticket_id = await _ticket(hub)
    await _resolve(hub, ticket_id)
    clock.advance(SOON)
    await work.jobs()
    wrote = clock() - timedelta(seconds=20)
    await _ticket(hub, "late", conversation="c-1", sent_at=wrote)
    await work.deliver()
    ticket = await ticket_of(hub, ticket_id)
    assert ticket.status != "resolved"
    assert ticket.waiting_since == wrote


async def test_people_of_ours_do_not_read_the_link(hub: Hub, work: Work, clock: FakeClock) -> None:
    ticket_id = await _ticket(hub)
    await _resolve(hub, ticket_id)
    clock.advance(SOON)
    await work.all()
    (_, question) = await messages_of(hub, ticket_id)
    shown = message_view(question.as_row())["body"]
    assert shown.endswith("/survey/…")
    assert question.key == SURVEY_KEY


async def test_not_while_it_is_open_again(hub: Hub, work: Work, clock: FakeClock) -> None:
    ticket_id = await _ticket(hub)
    await _resolve(hub, ticket_id)
    clock.advance(minutes=1)
    await _ticket(hub, 2, conversation="c-1")
    clock.advance(SOON)
    await work.all()
    assert await _asked(hub) == []
    await _resolve(hub, ticket_id)
    clock.advance(SOON)
    await work.all()
    assert await _asked(hub) == [ticket_id], "the second resolution is asked about"


async def test_a_resolution_taken_back_and_made_again_waits_anew(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    ticket_id = await _ticket(hub)
    await _resolve(hub, ticket_id)
    clock.advance(minutes=4)
    await change(hub, ticket_id, await agent(hub, "sam"), actions.set_status, Status.OPEN)
    await _resolve(hub, ticket_id)
    clock.advance(minutes=1)
    await work.all()
    assert await _asked(hub) == []
    clock.advance(minutes=4)
    await work.all()
    assert await _asked(hub) == [ticket_id]


@pytest.mark.parametrize("reason", [*sorted(NOT_DEALT_WITH), "answered", "fixed in place"])
async def test_only_what_was_dealt_with(
    hub: Hub, work: Work, clock: FakeClock, reason: str
) -> None:
    ticket_id = await _ticket(hub)
    await _resolve(hub, ticket_id, reason)
    clock.advance(SOON)
    await work.all()
    assert (await _asked(hub) == [ticket_id]) == (reason not in NOT_DEALT_WITH)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (ChannelKind.X, {"visibility": Visibility.PUBLIC}),
        (ChannelKind.X, {"can_reply": False}),
        (ChannelKind.OPEN311, {}),
        (ChannelKind.PHONE, {}),
    ],
)
async def test_not_where_a_channel_does_not_allow_it(
    hub: Hub, work: Work, clock: FakeClock, kind: ChannelKind, more: dict[str, Any]
) -> None:
    ticket_id = await _ticket(hub, kind=kind, **more)
    await _resolve(hub, ticket_id)
    clock.advance(SOON)
    await work.all()
    assert await _asked(hub) == []


@pytest.mark.parametrize(
    ("hours", "asked"), [(0.0, True), (23.0, True), (23.75, False), (30, False)]
)
async def test_only_within_the_window_for_everybody(
    hub: Hub, work: Work, clock: FakeClock, platforms: FakePlatforms, hours: float, asked: bool
) -> None:
    """Never by way of the longer window that is for people's answers."""
    ticket_id = await _ticket(hub, kind=ChannelKind.FACEBOOK)
    clock.advance(hours=hours)
    await _resolve(hub, ticket_id)
    clock.advance(SOON)
    await work.all()
    assert (await _asked(hub) == [ticket_id]) == asked
    assert all(reply.by_bot for reply in platforms.sent)


async def test_a_customer_is_left_alone_for_a_month(hub: Hub, work: Work, clock: FakeClock) -> None:
    first, second = await _ticket(hub, 1), await _ticket(hub, 2)
    other = await _ticket(hub, 3, address="u-other")
    for ticket_id in (first, second, other):
        await _resolve(hub, ticket_id)
    clock.advance(SOON)
    await work.all()
    assert await _asked(hub) == [first, other]
    clock.advance(timedelta(days=29))
    await _resolve(hub, third := await _ticket(hub, 4))
    clock.advance(SOON)
    await work.all()
    assert third not in await _asked(hub)
    clock.advance(timedelta(days=1))
    await _resolve(hub, fourth := await _ticket(hub, 5))
    clock.advance(SOON)
    await work.all()
    assert await _asked(hub) == [first, other, fourth]


@pytest.mark.parametrize(
    ("settings", "asked"), [({"surveys": False}, 0), ({"survey_pause_days": 0}, 2)]
)
async def test_settings(
    make_hub: HubMaker, clock: FakeClock, settings: dict[str, Any], asked: int
) -> None:
    hub = make_hub(**settings)
    await hub.start()
    work = Work(hub)
    for number in (1, 2):
        await _resolve(hub, await _ticket(hub, number))
    clock.advance(SOON)
    await work.all()
    assert len(await _asked(hub)) == asked
    await hub.aclose()


@pytest.mark.parametrize(
    ("body", "language", "words"),
    [
        ("¿Cuándo vuelve la luz en mi casa?", "es", "¿Cómo le atendimos?"),
        ("When is the power back on my street?", "en", "How did we do?"),
        ("👍", "en", "How did we do?"),
    ],
)
async def test_in_the_customers_language(
    hub: Hub, work: Work, clock: FakeClock, platforms: FakePlatforms, body: str, language: str,
    words: str,
) -> None:  # fmt: skip
    ticket_id = await _ticket(hub, body=body)
    await _resolve(hub, ticket_id)
    clock.advance(SOON)
    await work.all()
    (survey,) = await rows(hub.database, Survey)
    assert survey.language == language
    assert platforms.sent[0].body.startswith(words)


async def test_what_is_refused_changes_nothing(
    hub: Hub, work: Work, clock: FakeClock, platforms: FakePlatforms
) -> None:
    ticket_id = await _ticket(hub)
    await _resolve(hub, ticket_id)
    await work.all()
    clock.advance(SOON)
    await work.jobs()
    number = await account_id(hub)
    await hub.connectors.get(number)
    platforms.made[number].outcomes.append(Rejected("they blocked us"))
    await work.deliver()
    ticket: Ticket = await ticket_of(hub, ticket_id)
    assert (ticket.status, ticket.handoff, ticket.waiting_since) == ("resolved", None, None)
    assert [d.state for d in await deliveries_of(hub, ticket_id)] == ["failed"]


async def test_a_person_who_writes_first_comes_before_it(
    hub: Hub, work: Work, clock: FakeClock, platforms: FakePlatforms
) -> None:
    """Not sent yet, and a person says something: what for, then?"""
    ticket_id = await _ticket(hub)
    await _resolve(hub, ticket_id)
    clock.advance(SOON)
    await work.jobs()
    await change(hub, ticket_id, await agent(hub, "sam"), replies.reply, "One more thing")
    await work.deliver()
    assert [reply.body for reply in platforms.sent] == ["One more thing"]


async def test_one_that_was_merged_is_not_asked_about(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    ticket_id = await _ticket(hub)
    await _resolve(hub, ticket_id)
    async with hub.database.write() as session:
        (await session.get_one(Ticket, ticket_id)).merged_into_id = ticket_id + 1
    clock.advance(SOON)
    await work.all()
    assert await _asked(hub) == []


async def test_who_was_told_nothing_of_an_incidents_end_is_not_asked(
    hub: Hub, work: Work, clock: FakeClock, platforms: FakePlatforms
) -> None:
    """Closed without a word: a question would be the only answer they ever got."""
    incident_id = await make(hub)
    ticket_id = await _ticket(hub, body="No power in Killearn")
    await work.jobs()
    await act(hub, incident_id, incidents.close, None, resolve=True)
    await work.all()
    assert (await ticket_of(hub, ticket_id)).status == "resolved"
    clock.advance(SOON)
    await work.all()
    assert await _asked(hub) == []
    assert platforms.sent == []


async def test_who_complains_again_before_it_is_sent_is_not_asked(
    hub: Hub, work: Work, clock: FakeClock, platforms: FakePlatforms
) -> None:
    """The platform was busy; when it takes messages again the ticket is open again."""
    ticket_id = await _ticket(hub)
    await _resolve(hub, ticket_id)
    clock.advance(seconds=SOON.total_seconds())
    await work.jobs()
    said: dict[str, Any] = {"conversation": "c-1", "address": "u-1", "sent_at": clock()}
    await receive(hub, inbound("m-9", "It is broken again!", **said, **PRIVATE))
    await work.deliver()
    assert platforms.sent == []
    (delivery,) = await deliveries_of(hub, ticket_id)
    assert (delivery.state, delivery.error) == (
        "cancelled",
        "it was reopened: nobody asks how satisfied the customer is now",
    )
