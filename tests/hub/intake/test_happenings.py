"""What platforms tell beside messages: in any order and however often, the end is the same."""

from __future__ import annotations

import itertools
import json
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hub.accounts.models import Account
from hub.intake.happenings import CHANGED, DELETED
from hub.intake.models import RawBody
from hub.jobs.models import Job
from hub.ports import (
    AccountNotice,
    Attachment,
    ControlChanged,
    ConversationSeen,
    InboundItem,
    MessageDeleted,
    MessageEdited,
    MessageHidden,
    MessageReaction,
    ReceivedBody,
    Visibility,
)
from hub.system import Hub
from hub.tickets import replies
from hub.tickets.models import EarlyHappening, Message, MessageRevision, Status, Ticket
from tests.fakes import NOON, FakeClock, inbound
from tests.fixtures import account_id, agent, change, events_of, receive, rows

pytestmark = pytest.mark.anyio


def at(minutes: float) -> Any:
    return NOON + timedelta(minutes=minutes)


FIRST = inbound("m-1", "The light is out")
SECOND = replace(FIRST, body="The light on Elm is out")
THIRD = replace(FIRST, body="The light on Elm Street is out")
TOLD: tuple[InboundItem, ...] = (
    MessageEdited(SECOND, at(1)),
    MessageEdited(THIRD, at(2)),
    MessageHidden("m-1", True, at(3)),
    MessageHidden("m-1", False, at(4)),
    MessageReaction("m-1", "u-7", "like", at(5)),
    MessageReaction("m-1", "u-7", None, at(6)),
    MessageReaction("m-1", "u-8", "love", at(5)),
)


async def tell(hub: Hub, *items: InboundItem) -> None:
    await hub.intake.receive(ReceivedBody(await account_id(hub), items, b"{}"))


async def _only(hub: Hub) -> Message:
    (message,) = await rows(hub.database, Message)
    found: Message = message
    return found


@pytest.mark.parametrize("seed", range(6))
async def test_the_order_makes_no_difference(hub: Hub, seed: int) -> None:
    chance = random.Random(seed)
    items = [item for item in (FIRST, *TOLD) for _ in range(3)]
    chance.shuffle(items)
    while items:
        size = chance.randint(1, 5)
        await tell(hub, *items[:size])
        items = items[size:]
    message = await _only(hub)
    assert message.body == THIRD.body
    assert message.edited_at == at(2)
    assert not message.hidden
    told = {by: one["reaction"] for by, one in (message.reactions or {}).items()}
    assert told == {"u-7": None, "u-8": "love"}
    assert len(await rows(hub.database, Ticket)) == 1


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_what_was_deleted_stays_deleted(hub: Hub, order: tuple[int, ...]) -> None:
    items = (FIRST, MessageEdited(SECOND, at(1)), MessageDeleted("m-1", at(2)))
    for index in order:
        await tell(hub, items[index])
    message = await _only(hub)
    assert (message.body, message.attachments, message.deleted_at) == ("", [], at(2))
    (ticket,) = await rows(hub.database, Ticket)
    assert "light" not in ticket.preview + ticket.subject
    sealed = [
        json.loads(hub.seal.open(one.sealed))["body"]
        for one in await rows(hub.database, MessageRevision)
    ]
    assert sealed[-1] in (FIRST.body, SECOND.body)
    assert all(b"light" not in one.sealed for one in await rows(hub.database, MessageRevision))


async def test_an_edit_shows_everywhere_and_keeps_what_was(hub: Hub) -> None:
    (ticket_id,) = await receive(hub, FIRST)
    await tell(hub, MessageEdited(SECOND, at(1)))
    (ticket,) = await rows(hub.database, Ticket)
    assert (ticket.id, ticket.preview) == (ticket_id, SECOND.body)
    updated = await events_of(hub, kind="message.updated")
    assert [json.loads(one.data)["body"] for one in updated] == [SECOND.body]
    (revision,) = await rows(hub.database, MessageRevision)
    assert json.loads(hub.seal.open(revision.sealed))["body"] == FIRST.body
    assert revision.until == at(1)


async def test_an_edit_is_read_for_emergencies_again(hub: Hub) -> None:
    await receive(hub, FIRST)
    await tell(hub, MessageEdited(SECOND, at(1)))
    first, again = await rows(hub.database, Job, kind="triage")
    assert first.lane == again.lane
    assert again.payload == {"message_id": 1, "edited": True}


async def test_an_edit_of_what_never_came_is_the_message(hub: Hub) -> None:
    accepted = await hub.intake.receive(
        ReceivedBody(await account_id(hub), (MessageEdited(SECOND, at(1)),), b"{}")
    )
    assert [one.duplicate for one in accepted] == [False]
    message = await _only(hub)
    assert (message.body, message.edited_at) == (SECOND.body, at(1))
    assert await receive(hub, FIRST) == [message.ticket_id]
    assert (await _only(hub)).body == SECOND.body


async def test_deleting_tells_consoles_and_leaves_a_tombstone(hub: Hub) -> None:
    await receive(hub, replace(FIRST, attachments=(Attachment("https://x/1.png", "image"),)))
    await tell(hub, MessageDeleted("m-1", at(5)))
    (event,) = await events_of(hub, kind="message.updated")
    told = json.loads(event.data)
    assert (told["body"], told["attachments"]) == ("", [])
    assert told["deleted_at"] == at(5).isoformat().replace("+00:00", "Z")
    (ticket,) = await rows(hub.database, Ticket)
    assert (ticket.subject, ticket.preview) == (DELETED, DELETED)


@pytest.mark.parametrize("edited", [False, True])
async def test_a_hand_off_does_not_go_on_quoting_it(hub: Hub, edited: bool) -> None:
    first = replace(FIRST, body="The light\n\n is out on my street since yesterday evening")
    (ticket_id,) = await receive(hub, first)
    summary = "The customer asked: The light is out on my street since yesterday…"
    async with hub.database.write() as session:
        ticket = await session.get_one(Ticket, ticket_id)
        ticket.handoff = {"reason": "policy", "summary": summary, "guesses": []}
    if edited:
        await tell(hub, MessageEdited(SECOND, at(1)))
        (ticket,) = await rows(hub.database, Ticket)
        assert ticket.handoff is not None
        assert ticket.handoff["summary"] == CHANGED
    await tell(hub, MessageDeleted("m-1", at(5)))
    (ticket,) = await rows(hub.database, Ticket)
    assert ticket.handoff is not None
    assert ticket.handoff["reason"] == "policy"
    assert ticket.handoff["summary"] == (CHANGED if edited else DELETED)


async def test_what_nobody_brings_waits_and_is_kept_once(hub: Hub) -> None:
    for _ in range(3):
        await tell(hub, MessageDeleted("m-9", at(1)), MessageReaction("m-9", "u", "like", at(1)))
    assert [one.kind for one in await rows(hub.database, EarlyHappening)] == ["deleted", "reaction"]
    assert await rows(hub.database, Ticket) == []


async def test_our_own_reply_can_be_reacted_to_and_keeps_its_delivery(hub: Hub, work: Any) -> None:
    (ticket_id,) = await receive(hub, replace(FIRST, skip_bot=True))
    ava = await agent(hub, "sam")
    await change(hub, ticket_id, ava, replies.reply, "On it")
    await work.deliver()
    (_, reply) = await rows(hub.database, Message)
    await tell(hub, MessageReaction(reply.external_id, "u-1", "love", at(9)))
    told = json.loads((await events_of(hub, kind="message.updated"))[-1].data)
    assert told["reactions"] == [{"by": "u-1", "reaction": "love"}]
    assert told["delivery"]["state"] == "sent"
    await tell(hub, MessageEdited(replace(FIRST, external_id=reply.external_id), at(9)))
    assert (await rows(hub.database, Message))[1].body == "On it", "ours is not theirs to edit"


async def test_seen_moves_forward_only(hub: Hub) -> None:
    await receive(hub, FIRST)
    await tell(hub, ConversationSeen("c-1", at(3), read=True))
    await tell(
        hub, ConversationSeen("c-1", at(2), read=False), ConversationSeen("c-?", at(9), True)
    )
    (ticket,) = await rows(hub.database, Ticket)
    assert (ticket.delivered_until, ticket.read_until) == (at(3), at(3))


async def test_control_is_as_the_newest_word_says(hub: Hub) -> None:
    standby = replace(FIRST, held_by="another app", visibility=Visibility.PRIVATE)
    await receive(hub, standby)
    (ticket,) = await rows(hub.database, Ticket)
    assert (ticket.status, ticket.held_by) == (Status.OPEN, "another app")
    await tell(hub, ControlChanged("c-1", None, at(5)))
    await tell(hub, ControlChanged("c-1", "the inbox", at(4)))
    (ticket,) = await rows(hub.database, Ticket)
    assert ticket.held_by is None


async def test_the_bot_is_silent_where_another_app_answers(hub: Hub) -> None:
    await receive(hub, FIRST)
    await receive(hub, replace(FIRST, external_id="m-2", held_by="another app", sent_at=at(1)))
    (ticket,) = await rows(hub.database, Ticket)
    assert (ticket.status, ticket.takeover, ticket.held_by) == (Status.OPEN, 1, "another app")


async def test_the_bot_is_silent_where_a_message_is_for_people(hub: Hub) -> None:
    await receive(hub, FIRST)
    await receive(hub, replace(FIRST, external_id="m-2", skip_bot=True, sent_at=at(1)))
    (ticket,) = await rows(hub.database, Ticket)
    assert (ticket.status, ticket.takeover) == (Status.OPEN, 1)


async def test_a_notice_stops_the_account_once(hub: Hub, clock: FakeClock) -> None:
    notice = AccountNotice("the city revoked the app", clock(), stops=True)
    clock.advance(minutes=1)
    await tell(hub, notice)
    account = (await rows(hub.database, Account, id=await account_id(hub)))[0]
    assert (account.stopped, account.notice) == (True, notice.reason)
    assert await events_of(hub, kind="config.changed")
    async with hub.database.write() as session:  # it is authorised again
        (await session.get_one(Account, account.id)).stopped = False
    await tell(hub, notice)  # the platform sends it once more
    assert not (await rows(hub.database, Account, id=account.id))[0].stopped


async def test_an_answer_to_a_known_message_joins_its_conversation(hub: Hub) -> None:
    (ticket_id,) = await receive(hub, FIRST)
    mine = replace(FIRST, external_id="m-2", conversation="c-2", continues="m-1", sent_at=at(1))
    theirs = replace(inbound("m-3", "Mine too", conversation="c-3", address="u-2"), continues="m-1")
    assert await receive(hub, mine) == [ticket_id]
    (other,) = await receive(hub, theirs)
    assert other != ticket_id, "somebody else's words are not put on a neighbour's ticket"
    unknown = replace(FIRST, external_id="m-4", conversation="c-4", continues="m-none")
    assert (await receive(hub, unknown))[0] not in (ticket_id, other)


async def test_both_of_one_body_join(hub: Hub) -> None:
    mine = replace(FIRST, external_id="m-2", conversation="c-2", continues="m-1", sent_at=at(1))
    first, second = await receive(hub, FIRST, mine)
    assert first == second


async def test_files_are_promised_to_be_fetched(hub: Hub) -> None:
    await receive(hub, replace(FIRST, attachments=(Attachment("https://x/1.png", "image"),)))
    (job,) = await rows(hub.database, Job, kind="fetch-media")
    assert (job.lane, job.payload) == ("media:1", {"message_id": 1})
    (message,) = await rows(hub.database, Message)
    assert message.attachments[0]["state"] == "pending"


async def test_a_platforms_link_names_no_file_of_ours(hub: Hub) -> None:
    await receive(hub, replace(FIRST, attachments=(Attachment("file-kept:1", "image"),)))
    (message,) = await rows(hub.database, Message)
    assert (message.attachments[0]["state"], message.attachments[0]["file_id"]) == ("linked", None)


async def test_of_very_many_files_only_so_many_are_kept_in_mind(hub: Hub) -> None:
    many = tuple(Attachment(f"https://x/{n}.png", "image") for n in range(500))
    await receive(hub, replace(FIRST, attachments=many))
    (message,) = await rows(hub.database, Message)
    assert len(message.attachments) == 20


async def test_what_is_too_long_or_unstorable_is_cut_for_both_databases(hub: Hub) -> None:
    await receive(hub, FIRST)
    await tell(
        hub,
        MessageReaction("m-1", "u" * 999, "x\x00" * 999, at(1)),
        MessageReaction("m-?" + "9" * 999, "u" * 999, "y" * 999, at(1)),
        ControlChanged("c-1", "app" * 999, at(2)),
        AccountNotice("why" * 999, at(2), stops=False),
    )
    assert await rows(hub.database, RawBody, state="unreadable") == []
    assert len(await rows(hub.database, EarlyHappening)) == 1
