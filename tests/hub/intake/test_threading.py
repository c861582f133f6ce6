"""From message to ticket: who wrote, which conversation it is, and what that wakes up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub.people.models import Contact, ContactPoint
from hub.ports import ChannelKind, Location, Visibility
from hub.sla.models import ClockRow
from hub.system import Hub
from hub.tickets import actions
from hub.tickets.models import Message, Status, Ticket
from tests.fakes import FakeClock, FakePlatforms, ScriptedResponder, handoff, inbound
from tests.fixtures import (
    Work,
    agent,
    change,
    deliveries_of,
    events_of,
    messages_of,
    pending_jobs,
    receive,
    rows,
    ticket_of,
)

pytestmark = pytest.mark.anyio


async def _clock_row(hub: Hub, ticket_id: int, metric: str) -> ClockRow:
    (row,) = await rows(hub.database, ClockRow, ticket_id=ticket_id, metric=metric)
    assert isinstance(row, ClockRow)
    return row


async def test_a_conversation_is_one_ticket(hub: Hub, clock: FakeClock) -> None:
    (first,) = await receive(hub, inbound("m-1", "No water"))
    clock.advance(minutes=5)
    (second,) = await receive(hub, inbound("m-2", "still none", sent_at=clock()))
    (other,) = await receive(hub, inbound("m-3", conversation="c-2", sent_at=clock()))
    assert first == second != other
    ticket = await ticket_of(hub, first)
    assert (ticket.subject, ticket.preview) == ("No water", "still none")
    assert ticket.last_message_at == clock()
    assert ticket.waiting_since == clock() - timedelta(minutes=5)
    assert ticket.version == 2
    assert [m.body for m in await messages_of(hub, first)] == ["No water", "still none"]


async def test_messages_that_arrive_out_of_order_keep_the_newest_time(
    hub: Hub, clock: FakeClock
) -> None:
    (ticket_id,) = await receive(hub, inbound("m-2", sent_at=clock()))
    await receive(hub, inbound("m-1", sent_at=clock() - timedelta(hours=1)))
    assert (await ticket_of(hub, ticket_id)).last_message_at == clock()


async def test_a_person_is_known_by_address_and_followed_as_their_name_changes(hub: Hub) -> None:
    (first,) = await receive(hub, inbound("m-1", address="u-7", display_name="Rosa"))
    (second,) = await receive(
        hub, inbound("m-2", conversation="c-2", address="u-7", display_name="Rosa Delgado")
    )
    (third,) = await receive(hub, inbound("m-3", conversation="c-3", address="u-8"))
    (fourth,) = await receive(
        hub, inbound("m-3", conversation="c-4", address="u-7", kind="facebook"),
        kind=ChannelKind.FACEBOOK,
    )  # fmt: skip
    contacts = [(await ticket_of(hub, one)).contact_id for one in (first, second, third, fourth)]
    assert contacts[0] == contacts[1]
    assert len(set(contacts)) == 3
    points = await rows(hub.database, ContactPoint, address="u-7", kind="x")
    assert [one.display_name for one in points] == ["Rosa Delgado"]


async def test_a_person_without_a_name_is_called_by_the_first_one_that_is_known(hub: Hub) -> None:
    message = inbound("m-1", address="", display_name=None)
    (ticket_id,) = await receive(hub, message)
    assert (await ticket_of(hub, ticket_id)).contact_name == "Unknown"
    await receive(hub, inbound("m-2", address="", display_name="Rosa"))
    ticket = await ticket_of(hub, ticket_id)
    assert ticket.contact_name == "Rosa"
    (contact,) = await rows(hub.database, Contact, id=ticket.contact_id)
    assert contact.name == "Rosa"


async def test_a_message_goes_where_its_channel_or_itself_says(hub: Hub) -> None:
    (named,) = await receive(hub, inbound("m-1", unit="billing", conversation="c-1"))
    (unknown,) = await receive(hub, inbound("m-2", unit="no-such-unit", conversation="c-2"))
    (topic,) = await receive(hub, inbound("m-3", topic="high-bill", conversation="c-3"))
    assert (await ticket_of(hub, named)).unit == "billing"
    assert (await ticket_of(hub, unknown)).unit == "social-media"
    assert (await ticket_of(hub, topic)).topic == "high-bill"


async def test_what_the_channel_says_of_a_request_is_kept(hub: Hub) -> None:
    message = inbound(
        "r-1", kind="open311", skip_bot=True, visibility=Visibility.PRIVATE,
        context={"service_code": "pothole", "service_name": "Pothole"},
    )  # fmt: skip
    located = type(message)(
        **{
            name: getattr(message, name)
            for name in ("external_id", "conversation", "author", "body", "sent_at", "visibility")
        },
        skip_bot=True,
        context=message.context,
        location=Location(30.44, -84.28, "300 S Adams St"),
        permalink="https://city.example/r-1",
    )
    (ticket_id,) = await receive(hub, located, kind=ChannelKind.OPEN311)
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.status, ticket.visibility) == ("open", "private")
    assert ticket.location == {"latitude": 30.44, "longitude": -84.28, "address": "300 S Adams St"}
    assert ticket.context == {"service_code": "pothole", "service_name": "Pothole"}
    assert ticket.permalink == "https://city.example/r-1"


# Waking up


@pytest.mark.parametrize("status", [Status.PENDING_CUSTOMER, Status.SNOOZED])
async def test_a_customer_who_writes_again_opens_what_rested(
    hub: Hub, clock: FakeClock, status: Status
) -> None:
    (ticket_id,) = await receive(hub, inbound())
    ava = await agent(hub, "ava")
    until = clock() + timedelta(hours=5) if status is Status.SNOOZED else None
    await change(hub, ticket_id, ava, actions.set_status, status, until=until)
    paused = (await _clock_row(hub, ticket_id, "resolution")).running_since is None
    assert paused == (status is Status.PENDING_CUSTOMER)
    clock.advance(minutes=10)
    await receive(hub, inbound("m-2", sent_at=clock()))
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.status, ticket.snoozed_until) == ("open", None)
    assert ticket.waiting_since is not None
    assert (await _clock_row(hub, ticket_id, "resolution")).running_since is not None


@pytest.mark.parametrize(
    ("after", "reopened"),
    [
        (timedelta(0), True),
        (timedelta(minutes=1), True),
        (timedelta(days=7), True),
        (timedelta(days=7, microseconds=1), False),
        (timedelta(days=90), False),
    ],
)
async def test_a_resolved_ticket_is_reopened_inside_the_window_and_linked_after_it(
    hub: Hub, clock: FakeClock, after: timedelta, reopened: bool
) -> None:
    (first,) = await receive(hub, inbound())
    ava = await agent(hub, "ava")
    await change(hub, first, ava, actions.set_status, Status.RESOLVED, reason="answered")
    clock.advance(after)
    (second,) = await receive(hub, inbound("m-2", "again", sent_at=clock()))
    old, new = await ticket_of(hub, first), await ticket_of(hub, second)
    if reopened:
        assert second == first
        assert (old.status, old.resolved_at, old.resolution_reason) == ("open", None, None)
        assert (await _clock_row(hub, first, "resolution")).met_at is None
    else:
        assert new.previous_ticket_id == first
        assert (old.status, new.status) == ("resolved", "bot")
        assert new.subject == "again"
        # From here on the conversation is the new ticket's.
        (third,) = await receive(hub, inbound("m-3", sent_at=clock()))
        assert third == second


async def test_what_the_bot_resolved_goes_back_to_the_bot(
    hub: Hub, work: Work, clock: FakeClock, responder: ScriptedResponder
) -> None:
    from hub.ports import Answer

    responder.decisions.append(Answer("A map is online.", ("outage-map",)))
    (ticket_id,) = await receive(hub, inbound())
    await work.all()
    clock.advance(days=1)
    await work.sweep.run()
    assert (await ticket_of(hub, ticket_id)).resolution_reason == "answered_by_bot"
    clock.advance(hours=1)
    await receive(hub, inbound("m-2", sent_at=clock()))
    assert (await ticket_of(hub, ticket_id)).status == "bot"


async def test_the_time_a_ticket_was_closed_is_cut_out_of_its_resolution(
    hub: Hub, clock: FakeClock
) -> None:
    (ticket_id,) = await receive(hub, inbound())
    due = (await _clock_row(hub, ticket_id, "resolution")).due_at
    assert due is not None
    ava = await agent(hub, "ava")
    clock.advance(minutes=30)
    await change(hub, ticket_id, ava, actions.set_status, Status.RESOLVED)
    clock.advance(minutes=45)
    await receive(hub, inbound("m-2", sent_at=clock()))
    assert (await _clock_row(hub, ticket_id, "resolution")).due_at == due + timedelta(minutes=45)


# Staff in the platform's own app


async def test_a_reply_in_the_platforms_own_app_is_a_response_and_silences_the_bot(
    hub: Hub, work: Work, clock: FakeClock, platforms: FakePlatforms, responder: ScriptedResponder
) -> None:
    from hub.ports import Answer

    responder.decisions.append(Answer("A map is online.", ("outage-map",)))
    (ticket_id,) = await receive(hub, inbound())
    await work.jobs()  # the bot has answered, and nothing is sent yet
    clock.advance(minutes=3)
    await receive(hub, inbound("s-1", "We are on it", by_staff=True, sent_at=clock()))
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.status, ticket.last_author, ticket.waiting_since) == ("open", "staff", None)
    assert ticket.takeover > 0
    assert ticket.first_response_met_at == clock()
    assert (await messages_of(hub, ticket_id))[-1].direction == "outbound"
    await work.all()
    assert platforms.sent == []
    (delivery,) = await deliveries_of(hub, ticket_id)
    assert delivery.state == "cancelled"
    assert await pending_jobs(hub) == []


async def test_what_staff_began_themselves_is_no_inquiry(hub: Hub) -> None:
    assert await receive(hub, inbound("s-1", "Happy holidays!", by_staff=True)) == []
    assert await rows(hub.database, Ticket) == []
    assert await rows(hub.database, Message) == []


async def test_a_staff_reply_while_the_bot_thinks_wins(
    hub: Hub, work: Work, clock: FakeClock, responder: ScriptedResponder
) -> None:
    async def think(_turn: Any) -> Any:
        await receive(hub, inbound("s-1", "We are on it", by_staff=True, sent_at=clock()))
        return handoff(text="A person will see to it.")

    responder.decisions.append(think)
    (ticket_id,) = await receive(hub, inbound())
    await work.all()
    authors = [m.author_kind for m in await messages_of(hub, ticket_id)]
    assert authors == ["customer", "staff"]


async def test_calls_are_answered_as_they_come(hub: Hub, clock: FakeClock) -> None:
    message = inbound("call-1", kind="phone", address="8505550123", skip_bot=True, can_reply=False)
    (ticket_id,) = await receive(hub, message, kind=ChannelKind.PHONE)
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.status, ticket.can_reply) == ("open", False)
    assert ticket.first_response_met_at == message.sent_at
    assert not ticket.first_response_breached


async def test_everyone_hears_of_it(hub: Hub) -> None:
    (ticket_id,) = await receive(hub, inbound("m-1"))
    await receive(hub, inbound("m-2"), inbound("m-3"))
    heard = [(one.kind, one.unit) for one in await events_of(hub, ticket_id=ticket_id)]
    assert heard == [
        ("ticket.created", "social-media"),
        ("message.created", "social-media"),
        ("ticket.updated", "social-media"),
        ("message.created", "social-media"),
        ("message.created", "social-media"),
    ]
