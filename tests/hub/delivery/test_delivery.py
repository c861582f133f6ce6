"""Replies on their way out: in order, once, and never silently lost."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from hub.accounts.models import Account
from hub.audit.models import AuditEntry
from hub.delivery.models import Delivery
from hub.delivery.worker import MAX_ATTEMPTS, DeliveryWorker
from hub.errors import Conflict, NotFound
from hub.jobs.lease import LEASE
from hub.ports import (
    Answer,
    AuthFailed,
    ChannelKind,
    PartState,
    Receipt,
    Rejected,
    Reply,
    SavePart,
    TemporarilyUnavailable,
    Visibility,
)
from hub.sla.models import ClockRow
from hub.system import Hub
from hub.tickets import replies
from hub.tickets.models import Message
from tests.fakes import (
    FakeClock,
    FakeConnector,
    FakePlatforms,
    LookingConnector,
    ScriptedResponder,
    inbound,
)
from tests.fixtures import (
    HubMaker,
    Work,
    account_id,
    agent,
    change,
    deliveries_of,
    events_of,
    messages_of,
    receive,
    rows,
    ticket_of,
)

pytestmark = pytest.mark.anyio


async def _ticket(hub: Hub, n: int = 1, **more: Any) -> int:
    message = inbound(f"m-{n}", conversation=f"c-{n}", address=f"u-{n}", **more)
    (ticket_id,) = await receive(hub, message)
    return ticket_id


async def _reply(hub: Hub, ticket_id: int, body: str = "We are on it", **more: Any) -> Message:
    carla = await agent(hub, "carla")
    message, _ = await change(hub, ticket_id, carla, replies.reply, body, **more)
    assert isinstance(message, Message)
    return message


async def _platform(hub: Hub) -> FakeConnector:
    found = await hub.connectors.of_account(await account_id(hub))
    assert isinstance(found, FakeConnector)
    return found


async def _only(hub: Hub, ticket_id: int) -> Delivery:
    (delivery,) = await deliveries_of(hub, ticket_id)
    return delivery


async def test_a_reply_says_all_that_its_platform_must_know(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    ticket_id = await _ticket(hub)
    clock.advance(minutes=2)
    await receive(hub, inbound("m-2", conversation="c-1", address="u-1", sent_at=clock()))
    asked = clock()
    clock.advance(minutes=3)
    message = await _reply(hub, ticket_id)
    written = clock()
    clock.advance(seconds=20)
    await work.deliver()
    (sent,) = (await _platform(hub)).sent
    delivery = await _only(hub, ticket_id)
    assert sent == Reply(
        key=str(delivery.id),
        conversation="c-1",
        recipient="u-1",
        recipient_handle="u-1",
        body="We are on it",
        visibility=Visibility.PUBLIC,
        in_reply_to="m-2",
        last_inbound_at=asked,
        written_at=written,
    )
    assert (delivery.state, delivery.accepted_at) == ("sent", clock())
    stored = (await messages_of(hub, ticket_id))[-1]
    assert (stored.id, stored.external_id) == (message.id, delivery.sent_parts[-1])


async def test_replies_of_one_ticket_go_out_in_the_order_they_were_written(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    first, second = await _ticket(hub, 1), await _ticket(hub, 2)
    for body in ("one", "two", "three"):
        await _reply(hub, first, body)
    await _reply(hub, second, "other")
    platform = await _platform(hub)
    platform.outcomes.append(TemporarilyUnavailable("busy", retry_after=30))
    await work.deliver()
    # The first one waits, those behind it wait for it, and other tickets do not.
    assert [reply.body for reply in platform.sent] == ["other"]
    clock.advance(seconds=29)
    assert await work.deliver() == 0
    clock.advance(seconds=2)
    await work.deliver()
    assert [reply.body for reply in platform.sent] == ["other", "one", "two", "three"]


async def test_a_claim_takes_one_reply_a_ticket(hub: Hub, work: Work) -> None:
    for n in range(3):
        ticket_id = await _ticket(hub, n)
        await _reply(hub, ticket_id, "one")
        await _reply(hub, ticket_id, "two")
    claims = await work.deliveries.claim(10)
    assert [claim.reply.body for claim in claims] == ["one"] * 3
    assert len({claim.ticket_id for claim in claims}) == 3
    assert await work.deliveries.claim(10) == []


async def test_a_refused_reply_lets_the_next_one_go(hub: Hub, work: Work) -> None:
    ticket_id = await _ticket(hub)
    await _reply(hub, ticket_id, "one")
    await _reply(hub, ticket_id, "two")
    platform = await _platform(hub)
    platform.outcomes.append(Rejected("The post was deleted."))
    await work.deliver()
    assert [reply.body for reply in platform.sent] == ["two"]


# A worker that died


async def test_a_reply_that_arrived_before_its_worker_died_is_found_and_not_sent_again(
    hub: Hub, work: Work, platforms: FakePlatforms, clock: FakeClock
) -> None:
    platforms.use(ChannelKind.X, LookingConnector)
    ticket_id = await _ticket(hub)
    await _reply(hub, ticket_id)
    platform = await _platform(hub)
    assert isinstance(platform, LookingConnector)
    (claim,) = await work.deliveries.claim(8)
    platform.accept(claim.reply)  # and the process is killed
    clock.advance(LEASE - timedelta(seconds=1))
    assert await work.deliver() == 0
    clock.advance(seconds=1)
    await work.deliver()
    assert [reply.key for reply in platform.asked] == [claim.reply.key]
    assert (len(platform.sent), len(platform.attempts)) == (1, 0)
    assert (await _only(hub, ticket_id)).state == "sent"


async def test_a_reply_that_did_not_arrive_before_its_worker_died_is_sent_once(
    hub: Hub, work: Work, platforms: FakePlatforms, clock: FakeClock
) -> None:
    platforms.use(ChannelKind.X, LookingConnector)
    ticket_id = await _ticket(hub)
    await _reply(hub, ticket_id)
    platform = await _platform(hub)
    assert isinstance(platform, LookingConnector)
    await work.deliveries.claim(8)
    clock.advance(LEASE)
    await work.deliver()
    assert (len(platform.asked), len(platform.sent)) == (1, 1)
    assert (await _only(hub, ticket_id)).state == "sent"
    clock.advance(LEASE)
    assert await work.deliver() == 0


async def test_where_the_platform_cannot_be_asked_a_person_decides(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    ticket_id = await _ticket(hub)
    message = await _reply(hub, ticket_id)
    platform = await _platform(hub)
    await work.deliveries.claim(8)
    clock.advance(LEASE)
    await work.deliver()
    delivery = await _only(hub, ticket_id)
    assert (delivery.state, platform.attempts) == ("unknown", [])
    assert delivery.error is not None
    told = json.loads((await events_of(hub, kind="message.updated"))[-1].data)
    assert told["delivery"]["state"] == "unknown"
    # They decide that it did not arrive.
    carla = await agent(hub, "carla")
    await change(hub, ticket_id, carla, replies.retry, message.id)
    await work.deliver()
    assert [reply.body for reply in platform.sent] == ["We are on it"]
    assert (await _only(hub, ticket_id)).state == "sent"


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_time_out_after_sending_is_looked_into_before_another_attempt(
    hub: Hub, work: Work, platforms: FakePlatforms, clock: FakeClock, arrived: bool
) -> None:
    platforms.use(ChannelKind.X, LookingConnector)
    ticket_id = await _ticket(hub)
    await _reply(hub, ticket_id)
    platform = await _platform(hub)
    assert isinstance(platform, LookingConnector)

    async def time_out(reply: Reply, _save: SavePart) -> Receipt:
        if arrived:
            platform.accept(reply)
        raise TemporarilyUnavailable("timed out", outcome_unknown=True)

    platform.outcomes.append(time_out)
    await work.deliver()
    assert platform.asked == []
    clock.advance(minutes=1)
    await work.deliver()
    assert (len(platform.asked), len(platform.sent)) == (1, 1)
    assert len(platform.attempts) == (1 if arrived else 2)
    assert (await _only(hub, ticket_id)).state == "sent"


async def test_a_platform_that_is_away_when_asked_is_asked_again(
    hub: Hub, work: Work, platforms: FakePlatforms, clock: FakeClock
) -> None:
    class Away(LookingConnector):
        async def find_sent(self, reply: Reply) -> Receipt | None:
            self.asked.append(reply)
            if len(self.asked) < 3:
                raise TemporarilyUnavailable("away")
            return None

    platforms.use(ChannelKind.X, Away)
    ticket_id = await _ticket(hub)
    await _reply(hub, ticket_id)
    platform = await _platform(hub)
    assert isinstance(platform, Away)
    await work.deliveries.claim(8)
    for _ in range(4):
        clock.advance(minutes=2)
        await work.deliver()
    assert (len(platform.asked), len(platform.attempts)) == (3, 1)
    assert (await _only(hub, ticket_id)).state == "sent"


async def test_a_mistake_of_a_connector_counts_as_an_unknown_outcome(
    hub: Hub, work: Work, platforms: FakePlatforms, clock: FakeClock
) -> None:
    platforms.use(ChannelKind.X, LookingConnector)
    ticket_id = await _ticket(hub)
    await _reply(hub, ticket_id)
    platform = await _platform(hub)
    assert isinstance(platform, LookingConnector)

    async def bug(reply: Reply, _save: SavePart) -> Receipt:
        platform.accept(reply)
        raise KeyError("id")

    platform.outcomes.append(bug)
    await work.deliver()
    clock.advance(minutes=1)
    await work.deliver()
    assert (len(platform.sent), len(platform.asked)) == (1, 1)
    assert (await _only(hub, ticket_id)).state == "sent"


async def test_parts_that_were_accepted_are_not_sent_again(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    ticket_id = await _ticket(hub)
    await _reply(hub, ticket_id, "a long answer")
    platform = await _platform(hub)

    async def half(_reply: Reply, save: SavePart) -> Receipt:
        await save("p-1")
        await save("p-2")
        raise TemporarilyUnavailable("rate limit", retry_after=5)

    async def rest(reply: Reply, save: SavePart) -> Receipt:
        await save("p-3")
        return Receipt((*reply.sent_parts, "p-3"), clock())

    platform.outcomes.extend([half, rest])
    await work.deliver()
    assert (await _only(hub, ticket_id)).sent_parts == ["p-1", "p-2"]
    clock.advance(seconds=10)
    await work.deliver()
    assert platform.attempts[1].sent_parts == ("p-1", "p-2")
    delivery = await _only(hub, ticket_id)
    assert (delivery.state, delivery.sent_parts) == ("sent", ["p-1", "p-2", "p-3"])
    assert (await messages_of(hub, ticket_id))[-1].external_id == "p-3"


async def test_a_worker_that_is_stopped_leaves_the_reply_to_another(
    hub: Hub, work: Work, platforms: FakePlatforms, clock: FakeClock
) -> None:
    platforms.use(ChannelKind.X, LookingConnector)
    ticket_id = await _ticket(hub)
    await _reply(hub, ticket_id)
    platform = await _platform(hub)
    sending = asyncio.Event()

    async def hang(_reply: Reply, _save: SavePart) -> Receipt:
        sending.set()
        await asyncio.Event().wait()
        raise AssertionError

    platform.outcomes.append(hang)
    (claim,) = await work.deliveries.claim(8)
    task = asyncio.create_task(work.deliveries.deliver(claim))
    await sending.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (await _only(hub, ticket_id)).state == "sending"
    clock.advance(LEASE)
    await Work(hub).deliver()
    assert (len(platform.sent), (await _only(hub, ticket_id)).state) == (1, "sent")


# What the platform says


async def test_a_refusal_is_seen_and_can_be_tried_again(hub: Hub, work: Work) -> None:
    ticket_id = await _ticket(hub)
    message = await _reply(hub, ticket_id)
    platform = await _platform(hub)
    platform.outcomes.append(Rejected("The reply window has closed."))
    await work.deliver()
    delivery = await _only(hub, ticket_id)
    assert (delivery.state, delivery.error) == ("failed", "The reply window has closed.")
    told = json.loads((await events_of(hub, kind="message.updated"))[-1].data)
    assert told["id"] == message.id
    assert told["delivery"] == {
        "state": "failed", "error": "The reply window has closed.", "attempts": 1,
    }  # fmt: skip
    audits = await rows(hub.database, AuditEntry, ticket_id=ticket_id, action="not delivered")
    assert [one.detail["reason"] for one in audits] == ["The reply window has closed."]
    assert await work.deliver() == 0
    carla = await agent(hub, "carla")
    await change(hub, ticket_id, carla, replies.retry, message.id)
    await work.deliver()
    delivery = await _only(hub, ticket_id)
    assert (delivery.state, delivery.error) == ("sent", None)
    assert len(platform.sent) == 1


async def test_only_what_was_not_delivered_can_be_tried_again(hub: Hub, work: Work) -> None:
    ticket_id, other = await _ticket(hub, 1), await _ticket(hub, 2)
    carla = await agent(hub, "carla")
    message = await _reply(hub, ticket_id)
    note = await change(hub, ticket_id, carla, replies.note, "crew sent")
    with pytest.raises(Conflict):
        await change(hub, ticket_id, carla, replies.retry, message.id)
    await work.deliver()
    with pytest.raises(Conflict):
        await change(hub, ticket_id, carla, replies.retry, message.id)
    for wrong_ticket, wrong in ((other, message.id), (ticket_id, note.id), (ticket_id, 10**6)):
        with pytest.raises(NotFound):
            await change(hub, wrong_ticket, carla, replies.retry, wrong)
    assert len((await _platform(hub)).sent) == 1


async def test_a_dead_token_stops_the_account_and_says_so(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    first, second = await _ticket(hub, 1), await _ticket(hub, 2)
    await _reply(hub, first)
    platform = await _platform(hub)
    platform.outcomes.append(AuthFailed("token expired"))
    await work.deliver()
    (account,) = await rows(hub.database, Account, id=await account_id(hub))
    assert (account.stopped, account.last_error) == (True, "token expired")
    assert account.last_error_at == clock()
    assert (await events_of(hub, kind="config.changed"))[-1].at == clock()
    down = [part for part in await hub.health() if part.name == "x/main"]
    assert [part.state for part in down] == [PartState.DOWN]
    delivery = await _only(hub, first)
    assert delivery.state == "failed"
    assert "token expired" in (delivery.error or "")
    # Nothing more is tried there, and whoever writes is told at once.
    await _reply(hub, second)
    await work.deliver()
    assert (await _only(hub, second)).state == "failed"
    assert len(platform.attempts) == 1
    # Messages still come in.
    assert len(await receive(hub, inbound("m-3", conversation="c-3"))) == 1


async def test_a_platform_that_is_away_is_tried_again_until_it_is_back(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    ticket_id = await _ticket(hub)
    await _reply(hub, ticket_id)
    platform = await _platform(hub)
    platform.outcomes.extend(TemporarilyUnavailable(f"503 ({n})") for n in range(4))
    waits = []
    for _ in range(5):
        before = clock()
        while not await work.deliver():
            clock.advance(seconds=1)
        waits.append((clock() - before).total_seconds())
    assert waits[0] == 0
    assert 1 <= waits[1] <= 3
    assert waits[1] < waits[3] < waits[4]  # it waits longer and longer
    delivery = await _only(hub, ticket_id)
    assert (delivery.state, delivery.attempts, delivery.error) == ("sent", 5, None)


@pytest.mark.parametrize(("unknown", "state"), [(False, "failed"), (True, "unknown")])
async def test_after_so_many_attempts_a_person_is_told(
    hub: Hub, work: Work, platforms: FakePlatforms, clock: FakeClock, unknown: bool, state: str
) -> None:
    platforms.use(ChannelKind.X, LookingConnector)
    ticket_id = await _ticket(hub)
    await _reply(hub, ticket_id)
    platform = await _platform(hub)
    platform.outcomes.extend(
        TemporarilyUnavailable("away", outcome_unknown=unknown) for _ in range(MAX_ATTEMPTS + 5)
    )
    for _ in range(MAX_ATTEMPTS + 5):
        await work.deliver()
        clock.advance(minutes=10)
    delivery = await _only(hub, ticket_id)
    assert (delivery.state, delivery.attempts) == (state, MAX_ATTEMPTS)
    assert len(platform.attempts) == MAX_ATTEMPTS


async def test_an_echo_that_came_first_does_not_hold_up_the_record(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    """The platform's webhook of our own reply is faster than its answer to us."""
    ticket_id = await _ticket(hub)
    await _reply(hub, ticket_id)
    platform = await _platform(hub)

    async def echoing(reply: Reply, _save: SavePart) -> Receipt:
        await receive(
            hub, inbound("own-1", reply.body, conversation="c-1", by_staff=True, sent_at=clock())
        )
        return Receipt(("own-1",), clock())

    platform.outcomes.append(echoing)
    await work.deliver()
    assert (await _only(hub, ticket_id)).state == "sent"


# Several workers


async def test_workers_of_two_processes_send_each_reply_once(
    hub: Hub, make_hub: HubMaker, dialect: str
) -> None:
    size = 100 if dialect == "postgresql" else 25  # SQLite has one writer at a time anyway
    other = make_hub()
    await other.start()
    accounts = await account_id(hub)
    messages = [inbound(f"m-{n}", conversation=f"c-{n}", address=f"u-{n % 9}") for n in range(size)]
    tickets = await receive(hub, *messages)
    for ticket_id in tickets:
        await _reply(hub, ticket_id, "one")
    for ticket_id in tickets:
        await _reply(hub, ticket_id, "two")
    platform = await _platform(hub)
    assert await other.connectors.of_account(accounts) is platform

    async def slowly(reply: Reply, _save: SavePart) -> Receipt:
        await asyncio.sleep(0)
        return platform.accept(reply)

    platform.outcomes.extend(slowly for _ in range(4 * size))

    async def run(one: Hub) -> int:
        worker = DeliveryWorker(one.database, one.directory, one.connectors, one.renewal, one.now)
        done = 0
        while claims := await worker.claim(8):
            await asyncio.gather(*(worker.deliver(claim) for claim in claims))
            done += len(claims)
        return done

    try:
        counts = [*await asyncio.gather(run(hub), run(hub), run(other), run(other))]
        # A worker that found everything taken stopped early: what was behind is still to do.
        counts.append(await run(other))
    finally:
        await other.aclose()
    assert sum(counts) == 2 * size
    assert len(platform.sent) == len({reply.key for reply in platform.sent}) == 2 * size
    for n in range(size):
        bodies = [reply.body for reply in platform.sent if reply.conversation == f"c-{n}"]
        assert bodies == ["one", "two"]
    states = [one.state for one in await rows(hub.database, Delivery)]
    assert states == ["sent"] * 2 * size


# What counts for the SLA


async def _first_response(hub: Hub, ticket_id: int) -> ClockRow:
    (row,) = await rows(hub.database, ClockRow, ticket_id=ticket_id, metric="first_response")
    assert isinstance(row, ClockRow)
    return row


async def test_the_first_response_is_met_when_the_platform_accepts_it(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    ticket_id = await _ticket(hub)
    clock.advance(minutes=10)
    await _reply(hub, ticket_id)
    assert (await _first_response(hub, ticket_id)).met_at is None
    assert (await ticket_of(hub, ticket_id)).waiting_since is not None
    clock.advance(minutes=4)
    accepted_at = clock()

    async def accept_late(reply: Reply, _save: SavePart) -> Receipt:
        receipt = (await _platform(hub)).accept(reply)
        clock.advance(seconds=30)  # the answer to us takes its time
        return receipt

    (await _platform(hub)).outcomes.append(accept_late)
    await work.deliver()
    assert (await _first_response(hub, ticket_id)).met_at == accepted_at
    ticket = await ticket_of(hub, ticket_id)
    assert ticket.first_response_met_at == accepted_at
    assert ticket.waiting_since is None


async def test_a_refused_reply_is_no_response(hub: Hub, work: Work, clock: FakeClock) -> None:
    ticket_id = await _ticket(hub)
    message = await _reply(hub, ticket_id)
    (await _platform(hub)).outcomes.append(Rejected("no"))
    await work.deliver()
    assert (await _first_response(hub, ticket_id)).met_at is None
    assert (await ticket_of(hub, ticket_id)).waiting_since is not None
    clock.advance(hours=2)
    carla = await agent(hub, "carla")
    await change(hub, ticket_id, carla, replies.retry, message.id)
    await work.deliver()
    row = await _first_response(hub, ticket_id)
    assert row.met_at == clock()
    assert row.breached_at is not None  # an hour was the target


async def test_neither_the_bot_nor_a_note_is_a_first_response(
    hub: Hub, work: Work, responder: ScriptedResponder
) -> None:
    responder.decisions.append(Answer("A map is online.", ("outage-map",)))
    ticket_id = await _ticket(hub)
    await work.all()
    assert (await _only(hub, ticket_id)).state == "sent"
    carla = await agent(hub, "carla")
    await change(hub, ticket_id, carla, replies.note, "seen")
    assert (await _first_response(hub, ticket_id)).met_at is None


async def test_what_came_after_the_reply_was_written_still_waits(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    ticket_id = await _ticket(hub)
    await _reply(hub, ticket_id)
    await work.deliver()
    assert (await ticket_of(hub, ticket_id)).waiting_since is None
    await _reply(hub, ticket_id, "and one thing more")
    clock.advance(seconds=5)
    later = inbound("m-9", conversation="c-1", address="u-1", sent_at=clock())
    await receive(hub, later)
    clock.advance(seconds=5)
    await work.deliver()
    assert (await ticket_of(hub, ticket_id)).waiting_since == later.sent_at


async def test_a_bots_answer_that_is_refused_brings_a_person(
    hub: Hub, work: Work, clock: FakeClock, responder: ScriptedResponder
) -> None:
    """Nobody has told the customer anything: it must not rest as answered by the bot."""
    responder.decisions.append(Answer("A map is online.", ("outage-map",)))
    ticket_id = await _ticket(hub)
    await work.jobs()
    (await _platform(hub)).outcomes.append(Rejected("The post was deleted."))
    await work.deliver()
    ticket = await ticket_of(hub, ticket_id)
    assert ticket.status == "open"
    assert ticket.waiting_since == ticket.created_at
    assert ticket.handoff is not None
    assert ticket.handoff["reason"] == "not-delivered"
    clock.advance(days=2)
    await work.sweep.run()
    assert (await ticket_of(hub, ticket_id)).status == "open"
