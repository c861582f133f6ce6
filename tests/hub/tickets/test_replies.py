"""Where a reply goes: to a public or a private conversation of a ticket, or said elsewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hub.audit.models import AuditEntry
from hub.errors import Conflict, Invalid, NotFound
from hub.people.models import ContactPoint
from hub.ports import (
    Answer,
    Author,
    Capabilities,
    ChannelKind,
    RateBudget,
    Receipt,
    Reply,
    SavePart,
    ServiceRequestFilter,
    TemporarilyUnavailable,
    Visibility,
)
from hub.system import Hub
from hub.tickets import actions, replies
from hub.tickets.models import Conversation, Message, Status, Ticket
from tests.fakes import (
    NOON,
    FakeClock,
    FakeConnector,
    FakePlatforms,
    ScriptedResponder,
    inbound,
)
from tests.fixtures import (
    Work,
    agent,
    change,
    deliveries_of,
    messages_of,
    receive,
    rows,
    ticket_of,
)

pytestmark = pytest.mark.anyio

COMMENT = inbound("comment-1", "My bill is wrong", conversation="post:1:u-1", skip_bot=True)
PSID = Author("x", "psid-1")


class PageConnector(FakeConnector):
    """A private answer to a comment opens `psid:1`."""

    capabilities = Capabilities(private_replies=True, controls_threads=True)

    async def send(self, reply: Reply, save_part: SavePart) -> Receipt:
        receipt = await super().send(reply, save_part)
        if reply.visibility is Visibility.PRIVATE and reply.conversation.startswith("post:"):
            return replace(receipt, conversation="psid:1", recipient=PSID, cost=15_000)
        return receipt


class MeteredConnector(FakeConnector):
    """Its platform's limit is used up until it resets."""

    left = 1

    def budget_of(self, reply: Reply) -> str | None:
        return "posts"

    def budgets(self) -> tuple[RateBudget, ...]:
        return (RateBudget("posts", 1, 0, NOON + timedelta(minutes=15)),)


@pytest.fixture(autouse=True)
def _page(platforms: FakePlatforms) -> None:
    platforms.use(ChannelKind.X, PageConnector)
    platforms.use(ChannelKind.FACEBOOK, MeteredConnector)


Saying = Callable[..., Awaitable[Any]]


@pytest.fixture
def say(hub: Hub) -> Saying:
    async def saying(ticket_id: int, body: str, **more: Any) -> Any:
        return await change(hub, ticket_id, await agent(hub, "sam"), replies.reply, body, **more)

    return saying


async def test_a_private_answer_to_a_comment_links_both_conversations(
    hub: Hub, work: Work, say: Saying, platforms: FakePlatforms, clock: FakeClock
) -> None:
    (ticket_id,) = await receive(hub, COMMENT)
    await say(ticket_id, "Please write to us here", visibility=Visibility.PRIVATE)
    await work.deliver()
    opened = (await rows(hub.database, Conversation, key="psid:1"))[0]
    assert opened.ticket_id == ticket_id
    (point,) = await rows(hub.database, ContactPoint, address="psid-1")
    assert opened.contact_point_id == point.id
    clock.advance(minutes=5)
    private = replace(
        inbound("mid-1", "My number is 12", conversation="psid:1", address="psid-1"),
        visibility=Visibility.PRIVATE,
        sent_at=clock(),
    )
    assert await receive(hub, private) == [ticket_id]
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.contact_id, ticket.private_heard_at) == (point.contact_id, clock())
    await say(ticket_id, "Thank you")  # where the customer wrote last
    await say(ticket_id, "All sorted", visibility=Visibility.PUBLIC, to_message_id=1)
    await work.deliver()
    first, second, third = platforms.sent
    assert (first.conversation, first.in_reply_to) == ("post:1:u-1", "comment-1")
    assert (second.conversation, second.recipient) == ("psid:1", "psid-1")
    assert (second.in_reply_to, second.last_inbound_at) == ("mid-1", clock())
    assert (third.conversation, third.visibility) == ("post:1:u-1", Visibility.PUBLIC)
    assert (third.recipient, third.last_inbound_at) == ("u-1", NOON)


async def test_what_was_written_before_the_first_was_sent_goes_to_the_opened_one(
    hub: Hub, work: Work, say: Saying, platforms: FakePlatforms
) -> None:
    (ticket_id,) = await receive(hub, COMMENT)
    await say(ticket_id, "One", visibility=Visibility.PRIVATE)
    await say(ticket_id, "Two", visibility=Visibility.PRIVATE)
    await work.deliver()
    await say(ticket_id, "Three", visibility=Visibility.PRIVATE)
    await work.deliver()
    assert [one.conversation for one in platforms.sent] == ["post:1:u-1", "psid:1", "psid:1"]


async def test_somebody_elses_open_ticket_keeps_its_conversation(
    hub: Hub, work: Work, say: Saying
) -> None:
    talking = inbound("mid-0", "Hello", conversation="psid:1", address="psid-1", skip_bot=True)
    (other,) = await receive(hub, replace(talking, visibility=Visibility.PRIVATE))
    (ticket_id,) = await receive(hub, COMMENT)
    await say(ticket_id, "Write here", visibility=Visibility.PRIVATE)
    await work.deliver()
    (kept,) = await rows(hub.database, Conversation, key="psid:1")
    assert kept.ticket_id == other
    told = await rows(hub.database, AuditEntry, action="conversation elsewhere")
    assert [e.detail["ticket_id"] for e in told] == [other]


async def test_where_nothing_can_be_sent(hub: Hub, say: Saying) -> None:
    (closed,) = await receive(hub, replace(COMMENT, can_reply=False))
    with pytest.raises(Conflict):
        await say(closed, "Hello", visibility=Visibility.PUBLIC)
    await say(closed, "Hello", visibility=Visibility.PRIVATE)  # a private one may still go
    sealed = replace(
        COMMENT, external_id="m-3", conversation="chat:3", visibility=Visibility.PRIVATE,
        can_reply=False,
    )  # fmt: skip
    (unreadable,) = await receive(hub, sealed)
    with pytest.raises(Conflict):
        await say(unreadable, "Hello")
    held = replace(
        COMMENT, external_id="m-2", conversation="psid:2", held_by="another app",
        visibility=Visibility.PRIVATE,
    )  # fmt: skip
    (theirs,) = await receive(hub, held)
    with pytest.raises(Conflict, match="take it over"):
        await say(theirs, "Hello")
    with pytest.raises(Invalid):
        await say(theirs, "Hello", visibility=Visibility.PUBLIC)
    with pytest.raises(NotFound):
        await say(closed, "Hello", to_message_id=999)


async def test_an_answer_given_elsewhere_counts_now(hub: Hub, clock: FakeClock, work: Work) -> None:
    (ticket_id,) = await receive(hub, replace(COMMENT, can_reply=False))
    clock.advance(minutes=10)
    ava = await agent(hub, "sam")
    link = "https://x.com/city/status/9"
    said = await change(hub, ticket_id, ava, replies.log_reply, "Fixed", permalink=link, key="k")
    again = await change(hub, ticket_id, ava, replies.log_reply, "Fixed", permalink=link, key="k")
    assert again.id == said.id
    ticket = await ticket_of(hub, ticket_id)
    assert ticket.first_response_met_at == clock()
    assert (ticket.waiting_since, ticket.status) == (None, Status.OPEN)
    (_, message) = await messages_of(hub, ticket_id)
    assert (message.logged, message.permalink) == (True, link)
    assert await deliveries_of(hub, ticket_id) == []
    assert await work.deliver() == 0


@pytest.mark.parametrize("sent", [True, False])
async def test_a_person_settles_what_nobody_knows(
    hub: Hub, work: Work, say: Saying, platforms: FakePlatforms, clock: FakeClock, sent: bool
) -> None:
    (ticket_id,) = await receive(hub, COMMENT)
    message, _ = await say(ticket_id, "On it")
    await hub.connectors.of_account((await ticket_of(hub, ticket_id)).account_id)
    lost = TemporarilyUnavailable("the line dropped", outcome_unknown=True)
    for made in platforms.made.values():
        made.outcomes.extend([lost] * 3)
    sam = await agent(hub, "sam")
    with pytest.raises(Conflict):
        await change(hub, ticket_id, sam, replies.settle, message.id, sent=sent)
    while (await deliveries_of(hub, ticket_id))[0].state != "unknown":
        await work.deliver()
        clock.advance(minutes=10)
    await change(hub, ticket_id, sam, replies.settle, message.id, sent=sent)
    (delivery,) = await deliveries_of(hub, ticket_id)
    assert delivery.state == ("sent" if sent else "failed")
    met = (await ticket_of(hub, ticket_id)).first_response_met_at
    assert (met is not None) == sent


async def test_a_used_up_budget_postpones_without_an_attempt(
    hub: Hub, work: Work, say: Saying, platforms: FakePlatforms, clock: FakeClock
) -> None:
    comments = [
        inbound(f"m-{n}", conversation=f"c-{n}", address=f"u-{n}", skip_bot=True) for n in (1, 2)
    ]
    first, second = await receive(hub, *comments, kind=ChannelKind.FACEBOOK)
    await say(first, "One")
    await work.deliver()
    await say(second, "Two")
    await work.deliver()
    (waiting,) = await deliveries_of(hub, second)
    assert (waiting.state, waiting.attempts) == ("pending", 0)
    assert waiting.next_at == NOON + timedelta(minutes=15)
    assert "limit is used up" in (waiting.error or "")
    clock.advance(minutes=15)
    await work.deliver()
    assert (await deliveries_of(hub, second))[0].state == "sent"


async def test_the_answered_ticket_stays_one(hub: Hub, work: Work, say: Saying) -> None:
    (ticket_id,) = await receive(hub, COMMENT)
    await say(ticket_id, "Write here", visibility=Visibility.PRIVATE)
    await work.deliver()
    await change(hub, ticket_id, await agent(hub, "sam"), actions.set_status, Status.RESOLVED)
    late = inbound("mid-9", "Thanks", conversation="psid:1", address="psid-1")
    assert await receive(hub, replace(late, visibility=Visibility.PRIVATE)) == [ticket_id]
    assert len(await rows(hub.database, Ticket)) == 1
    assert {m.conversation for m in await rows(hub.database, Message)} == {"post:1:u-1", "psid:1"}


async def test_a_bots_answer_that_is_settled_is_no_persons(
    hub: Hub, work: Work, responder: ScriptedResponder, clock: FakeClock
) -> None:
    responder.decisions.append(Answer("8 to 5", ("bill-due-date",)))
    (ticket_id,) = await receive(hub, inbound("m-1"))
    await work.jobs()
    platform = await hub.connectors.get((await ticket_of(hub, ticket_id)).account_id)
    assert isinstance(platform, FakeConnector)
    platform.outcomes.append(TemporarilyUnavailable("time-out", outcome_unknown=True))
    for _ in range(3):
        await work.deliver()
        clock.advance(minutes=2)
    (delivery,) = await deliveries_of(hub, ticket_id)
    assert (delivery.state, delivery.by_bot) == ("unknown", True)
    sam = await agent(hub, "sam")
    await change(hub, ticket_id, sam, replies.settle, delivery.message_id, sent=True)
    assert (await ticket_of(hub, ticket_id)).first_response_met_at is None


async def test_what_was_said_on_the_telephone_is_not_published(hub: Hub, clock: FakeClock) -> None:
    filed = replace(
        inbound("filed:1", "Hole", conversation="filed:1", kind="open311", skip_bot=True),
        context={"service_code": "pothole"},
    )
    (ticket_id,) = await receive(hub, filed, kind=ChannelKind.OPEN311)
    sam = await agent(hub, "sam")
    await change(hub, ticket_id, sam, replies.log_reply, "Called 850 555 0142: on dialysis")
    account = (await ticket_of(hub, ticket_id)).account_id
    (found,) = await hub.service_requests.find(account, ServiceRequestFilter())
    assert found.status_notes is None
