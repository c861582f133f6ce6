"""Tickets in Open311's terms, on both databases: what clients may read back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub.api.changing import both_changes
from hub.ports import (
    Attachment,
    Author,
    ChannelKind,
    InboundMessage,
    Location,
    ServiceRequest,
    ServiceRequestFilter,
    ServiceRequestUpdate,
    UpdateFilter,
    Visibility,
)
from hub.system import Hub
from hub.tickets import actions, merging, replies
from hub.tickets.models import Message, Status
from tests.fakes import FakeClock, inbound
from tests.fixtures import Work, account_id, agent, change, principal, receive, rows

pytestmark = pytest.mark.anyio

OPEN311 = ChannelKind.OPEN311


def filed(
    number: int,
    clock: FakeClock,
    *,
    conversation: str | None = None,
    code: str = "pothole",
    **context: Any,
) -> InboundMessage:
    """A request as the server files it, or, with a `conversation`, a comment on one."""
    return InboundMessage(
        external_id=f"filed:{number}",
        conversation=conversation or f"filed:{number}",
        author=Author("open311", f"device:{number}"),
        body=f"Hole {number}",
        sent_at=clock(),
        visibility=Visibility.PUBLIC,
        skip_bot=True,
        location=Location(30.44, -84.28, "400 Invented Ave"),
        attachments=(Attachment(f"https://photos.example/{number}.jpg", "image/jpeg"),),
        context={"service_code": code, "service_name": code.title(), **context},
    )


async def file(hub: Hub, clock: FakeClock, *numbers: int, **context: Any) -> list[int]:
    messages = [filed(number, clock, **context) for number in numbers]
    return await receive(hub, *messages, kind=OPEN311)


async def find(hub: Hub, **wanted: Any) -> list[ServiceRequest]:
    account = await account_id(hub, OPEN311)
    return list(await hub.service_requests.find(account, ServiceRequestFilter(**wanted)))


async def updates(hub: Hub, **wanted: Any) -> list[ServiceRequestUpdate]:
    account = await account_id(hub, OPEN311)
    return list(await hub.service_requests.updates(account, UpdateFilter(**wanted)))


async def answer(hub: Hub, work: Work, ticket: int, body: str) -> None:
    await change(hub, ticket, await agent(hub, "ava"), replies.reply, body)
    await work.deliver()


async def close(hub: Hub, ticket: int) -> None:
    await change(hub, ticket, await agent(hub, "ava"), actions.set_status, Status.RESOLVED)


async def merge(hub: Hub, ticket: int, into: int) -> None:
    reader = await principal(hub, "sam")
    async with both_changes(hub, reader, ticket, into) as (source, target):
        await merging.merge(source, target)


async def test_a_request_as_it_was_filed(hub: Hub, clock: FakeClock) -> None:
    (ticket,) = await file(
        hub, clock, 1, address_id="77-3", zipcode="32301", attributes={"SIZE": ["big"]}
    )
    (request,) = await find(hub)
    assert request.id == str(ticket)
    assert request.open
    assert request.status == "open"
    assert request.status_notes is None
    assert (request.service_code, request.description) == ("pothole", "Hole 1")
    assert request.location == Location(30.44, -84.28, "400 Invented Ave")
    assert (request.address_id, request.zipcode) == ("77-3", "32301")
    assert request.attributes == {"SIZE": ["big"]}
    assert request.media_url == "https://photos.example/1.jpg"
    assert request.conversation == "filed:1"
    assert request.requested_at == clock()
    assert request.joined_with is None


async def test_answers_are_notes_once_they_are_delivered(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    (ticket,) = await file(hub, clock, 1)
    await change(hub, ticket, await agent(hub, "ava"), replies.reply, "A crew comes.")
    assert (await find(hub))[0].status_notes is None
    assert await updates(hub) == []
    clock.advance(minutes=5)
    await work.deliver()
    assert (await find(hub))[0].status_notes == "A crew comes."
    (told,) = await updates(hub)
    assert (told.request_id, told.description) == (str(ticket), "A crew comes.")
    assert told.open
    assert told.external_id is None
    assert told.at == clock()


async def test_notes_between_colleagues_stay_theirs(hub: Hub, clock: FakeClock) -> None:
    (ticket,) = await file(hub, clock, 1)
    await change(hub, ticket, await agent(hub, "ava"), replies.note, "He calls every day.")
    assert (await find(hub))[0].status_notes is None
    assert await updates(hub) == []


async def test_a_private_answer_is_not_told(hub: Hub, work: Work, clock: FakeClock) -> None:
    (ticket,) = await file(hub, clock, 1)
    await answer(hub, work, ticket, "Your account number is 5.")
    async with hub.database.write() as session:
        for message in await rows(hub.database, Message, direction="outbound"):
            kept = await session.get_one(Message, message.id)
            kept.visibility = Visibility.PRIVATE.value
    assert (await find(hub))[0].status_notes is None
    assert await updates(hub) == []


async def test_comments_and_closing_are_updates(hub: Hub, work: Work, clock: FakeClock) -> None:
    (ticket,) = await file(hub, clock, 1)
    clock.advance(minutes=1)
    await receive(hub, filed(2, clock, conversation="filed:1"), kind=OPEN311)
    clock.advance(minutes=1)
    await answer(hub, work, ticket, "Filled.")
    clock.advance(minutes=1)
    await close(hub, ticket)
    told = await updates(hub)
    assert [(one.description, one.open) for one in told[:2]] == [
        ("Hole 2", True),
        ("Filled.", True),
    ]
    assert told[0].external_id == "filed:2"
    assert told[0].media_url == "https://photos.example/2.jpg"
    assert [one.at for one in told] == [clock() - timedelta(minutes=n) for n in (2, 1, 0)]
    assert len({one.id for one in told}) == 3
    assert told == await updates(hub)
    clock.advance(minutes=1)
    await answer(hub, work, ticket, "It held.")
    assert {one.request_id for one in await updates(hub)} == {str(ticket)}


async def test_updates_by_request_time_and_page(hub: Hub, work: Work, clock: FakeClock) -> None:
    tickets = await file(hub, clock, 1, 2)
    start = clock()
    for step in range(4):
        clock.advance(minutes=1)
        await answer(hub, work, tickets[step % 2], f"Answer {step}")

    async def found(**wanted: Any) -> list[str]:
        return [one.description.removeprefix("Answer ") for one in await updates(hub, **wanted)]

    minute = timedelta(minutes=1)
    assert await found() == ["0", "1", "2", "3"]
    assert await found(request_ids=(str(tickets[1]),)) == ["1", "3"]
    assert await found(request_ids=("999", "x")) == []
    assert await found(since=start + 2 * minute) == ["1", "2", "3"]
    assert await found(since=start + 2 * minute, until=start + 3 * minute) == ["1", "2"]
    assert await found(limit=3) == ["0", "1", "2"]
    assert await found(limit=3, offset=3) == ["3"]


async def test_other_accounts_have_their_own(hub: Hub, clock: FakeClock) -> None:
    await file(hub, clock, 1)
    await receive(hub, inbound())
    await receive(hub, inbound("m-2"))
    assert len(await find(hub)) == 1
    assert await updates(hub) == []
    other = await account_id(hub)
    (found,) = await hub.service_requests.find(other, ServiceRequestFilter())
    assert found.service_code == ""


async def test_a_merged_request_fares_as_the_other(hub: Hub, work: Work, clock: FakeClock) -> None:
    target, merged = await file(hub, clock, 1, 2)
    clock.advance(hours=1)
    await merge(hub, merged, target)
    request, other = await find(hub)
    assert (request.id, other.id) == (str(merged), str(target))
    assert request.open
    assert request.status_notes == f"Joined with request {target}."
    assert request.joined_with == str(target)
    assert (request.description, other.description) == ("Hole 2", "Hole 1")
    assert request.media_url == "https://photos.example/2.jpg"
    assert len(await find(hub, open=True)) == 2
    clock.advance(hours=1)
    since = clock()
    await answer(hub, work, target, "Filled.")
    await close(hub, target)
    request = (await find(hub))[0]
    assert not request.open
    assert request.status_notes == f"Joined with request {target}. Filled."
    assert request.updated_at >= since
    assert [one.id for one in await find(hub, updated_from=since)] == [str(merged), str(target)]
    assert await find(hub, updated_to=since - timedelta(seconds=1)) == []
    assert await find(hub, open=True) == []
    assert len(await find(hub, open=False)) == 2
    closings = [one for one in await updates(hub) if not one.open]
    assert {one.request_id for one in closings} == {str(merged), str(target)}
    (told,) = [one for one in closings if one.request_id == str(merged)]
    assert told.description.startswith(f"Joined with request {target}.")


async def test_joined_with_something_that_is_no_request(hub: Hub, clock: FakeClock) -> None:
    (merged,) = await file(hub, clock, 1)
    (target,) = await receive(hub, inbound())
    await merge(hub, merged, target)
    (request,) = await find(hub)
    assert request.open
    assert request.joined_with is None
    assert request.status_notes == "Joined with another report of the same matter."


async def test_merged_twice(hub: Hub, clock: FakeClock) -> None:
    first, second, third = await file(hub, clock, 1, 2, 3)
    await merge(hub, first, second)
    await merge(hub, second, third)
    found = {one.id: one for one in await find(hub)}
    assert [found[str(one)].open for one in (first, second, third)] == [True, True, True]
    assert found[str(first)].joined_with == str(third)
    await close(hub, third)
    assert await find(hub, open=True) == []


async def test_filed_messages_are_found_by_their_id(hub: Hub, clock: FakeClock) -> None:
    tickets = await file(hub, clock, 1, 2)
    account = await account_id(hub, OPEN311)
    found = await hub.service_requests.filed(account, ("filed:2", "filed:3"))
    assert [(one.external_id, one.ticket_id, one.at) for one in found] == [
        ("filed:2", tickets[1], clock())
    ]
    assert [one.id for one in await rows(hub.database, Message, ticket_id=tickets[1])] == [
        found[0].message_id
    ]
    assert await hub.service_requests.filed(await account_id(hub), ("filed:2",)) == []
    assert await hub.service_requests.filed(account, ()) == []


async def test_filters(hub: Hub, clock: FakeClock) -> None:
    start = clock()
    (first,) = await file(hub, clock, 1)
    clock.advance(days=1)
    (second,) = await file(hub, clock, 2, code='odd "code"')
    await close(hub, second)

    async def found(**wanted: Any) -> list[int]:
        return [int(one.id) for one in await find(hub, **wanted)]

    assert await found() == [second, first]
    assert await found(limit=1, offset=1) == [first]
    assert await found(service_codes=("pothole",)) == [first]
    assert await found(service_codes=('odd "code"', "pothole")) == [second, first]
    assert await found(service_codes=("pot%",)) == []
    assert await found(open=False) == [second]
    assert await found(requested_to=start) == [first]
    assert await found(requested_from=start + timedelta(hours=1)) == [second]
    assert await found(updated_from=start + timedelta(hours=1)) == [second]
    assert await found(updated_to=start) == [first]
    assert await found(ids=(str(first), "x", "9" * 30), open=False) == [first]
