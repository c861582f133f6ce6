"""The widget's socket over a real server: a visitor writes, reloads, and reads the answers."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from channels.webchat import visit
from channels.webchat.visitor import conversation_of
from hub.ports import Answer, AskBack, Choice
from hub.tickets import replies
from hub.tickets.models import Message, Ticket
from tests.channels.webchat.chatting import visiting
from tests.fakes import ScriptedResponder
from tests.fixtures import Work, agent, change, messages_of, rows
from tests.hub.api.site import Site

pytestmark = pytest.mark.anyio


async def the_ticket(site: Site) -> Ticket:
    (ticket,) = await rows(site.hub.database, Ticket)
    assert isinstance(ticket, Ticket)
    return ticket


async def test_a_first_visit(site: Site, address: str) -> None:
    async with visiting(address) as visitor:
        assert visitor.welcome["messages"] == []
        assert visitor.welcome["bot"] is True
        assert visitor.welcome["city"] == site.hub.settings.city
        assert len(visitor.token) >= 32
    async with visiting(address) as other:
        assert other.token != visitor.token
    assert await rows(site.hub.database, Ticket) == [], "looking is not asking"


async def test_a_message_is_acknowledged_once_it_is_stored(site: Site, address: str) -> None:
    async with visiting(address) as visitor:
        await visitor.send({"type": "message", "key": "k-1", "body": "No water", "name": "Ida"})
        accepted = await visitor.frame()
        (message,) = await rows(site.hub.database, Message)
        assert accepted["type"] == "accepted"
        assert accepted["key"] == "k-1"
        assert accepted["message"] == {
            "id": message.id,
            "key": "k-1",
            "from": "you",
            "name": "Ida",
            "body": "No water",
            "at": "2026-11-18T17:00:00Z",
            "choices": [],
            "files": [],
        }
        await visitor.nothing()
    ticket = await the_ticket(site)
    assert (ticket.channel, ticket.visibility, ticket.contact_name) == ("webchat", "private", "Ida")
    assert ticket.conversation == conversation_of("chat", visitor.token)
    assert visitor.token not in str(ticket.as_row()), "who reads the database is not let in"


async def test_the_same_key_again_is_the_same_message(site: Site, address: str) -> None:
    """Sent again because the line was cut before the acknowledgement came."""
    frame = {"type": "message", "key": "k-1", "body": "No water"}
    async with visiting(address) as visitor:
        await visitor.send(frame)
        first = await visitor.frame()
        await visitor.send(frame)
        assert await visitor.frame() == first
        token = visitor.token
    async with visiting(address, token) as again:
        await again.send(frame)
        assert await again.frame() == first
    assert len(await rows(site.hub.database, Message)) == 1
    async with visiting(address) as somebody:
        await somebody.send(frame)
        other = await somebody.frame()
        assert other["message"]["id"] != first["message"]["id"], "keys are each visitor's own"


async def test_the_line_cut_in_the_middle_loses_and_doubles_nothing(
    site: Site, address: str
) -> None:
    token = None
    for attempt in range(4):
        async with visiting(address, token) as visitor:
            token = visitor.token
            await visitor.send({"type": "message", "key": "k-1", "body": "No water"})
            if attempt < 3:
                await asyncio.sleep(0.01 * attempt)
                visitor.socket.transport.abort()
            else:
                assert (await visitor.frame())["type"] == "accepted"
    assert len(await rows(site.hub.database, Message)) == 1


async def test_a_reload_shows_what_was_said(
    site: Site, address: str, work: Work, responder: ScriptedResponder
) -> None:
    responder.decisions.append(Answer("Call 850-891-4968.", ("report-outage",)))
    async with visiting(address) as visitor:
        await visitor.say("No water")
        await work.all()
    async with visiting(address, visitor.token) as again:
        assert again.token == visitor.token
        assert again.history == [("you", "No water"), ("bot", "Call 850-891-4968.")]


async def test_answers_arrive(
    site: Site, address: str, work: Work, responder: ScriptedResponder
) -> None:
    """The bot's, with its choices; then a person's; a note stays inside."""
    choices = (Choice("Pay a bill", "pay-bill"), Choice("Start service", "start-service"))
    responder.decisions.append(AskBack("Which of these?", choices))
    async with visiting(address) as visitor, visiting(address, visitor.token) as second_tab:
        assert (await visitor.say("I need help"))["type"] == "accepted"
        await work.all()
        answer = (await visitor.frame())["message"]
        assert (answer["from"], answer["body"]) == ("bot", "Which of these?")
        assert answer["choices"] == [
            {"title": "Pay a bill", "value": "pay-bill"},
            {"title": "Start service", "value": "start-service"},
        ]
        ticket = await the_ticket(site)
        ava = await agent(site.hub, "ava")
        await change(site.hub, ticket.id, ava, replies.note, "A difficult one")
        await change(site.hub, ticket.id, ava, replies.reply, "This is Ava, how can I help?")
        await visitor.nothing()  # it counts as said when it was delivered
        await work.deliver()
        answer = (await visitor.frame())["message"]
        assert (answer["from"], answer["name"]) == ("agent", "Ava Reyes")
        assert answer["body"] == "This is Ava, how can I help?"
        await visitor.nothing()
        assert not second_tab.put_by
        # The other tab was opened before anything was said, and hears all of it.
        told = [(await second_tab.frame())["message"]["body"] for _ in range(3)]
        assert told == ["I need help", "Which of these?", "This is Ava, how can I help?"]


async def test_what_is_said_comes_after_it_is_acknowledged(
    site: Site, address: str, work: Work, responder: ScriptedResponder
) -> None:
    """Never one's own words as news: however quick the bot is, `accepted` comes first."""
    async with visiting(address) as visitor:
        await visitor.say("Hello")
        await work.all()
        for number in range(8):
            responder.by_text = {f"Question {number}": Answer(f"Answer {number}", ("pay-bill",))}
            await visitor.send(
                {"type": "message", "key": f"k-{number}", "body": f"Question {number}"}
            )
            accepted = await visitor.frame()
            assert (accepted["type"], accepted.get("key")) == ("accepted", f"k-{number}")
        await visitor.nothing()


@pytest.mark.parametrize(
    ("body", "code", "detail"),
    [
        ("", "empty", "an empty message is not sent"),
        (" \n\t", "empty", "an empty message is not sent"),
        (None, "empty", "an empty message is not sent"),
        (5, "empty", "an empty message is not sent"),
        (["a"], "empty", "an empty message is not sent"),
        ("a" * 4_001, "too-long", "a message may have 4000 characters"),
    ],
)
async def test_what_is_not_taken(
    site: Site, address: str, body: Any, code: str, detail: str
) -> None:
    async with visiting(address) as visitor:
        await visitor.send({"type": "message", "key": "k-1", "body": body})
        told = {"type": "error", "code": code, "detail": detail, "key": "k-1"}
        assert await visitor.frame() == told
        assert (await visitor.say("Still here"))["type"] == "accepted"
    assert len(await rows(site.hub.database, Message)) == 1


async def test_the_longest_message(site: Site, address: str) -> None:
    async with visiting(address) as visitor:
        assert (await visitor.say("å" * 4_000))["type"] == "accepted"


@pytest.mark.parametrize("key", [None, "", 7, {"a": 1}, ["k"], "k" * 101])
async def test_a_message_without_its_key(site: Site, address: str, key: Any) -> None:
    async with visiting(address) as visitor:
        await visitor.send({"type": "message", "key": key, "body": "No water"})
        answer = await visitor.frame()
        detail = "the message has no key"
        assert answer == {"type": "error", "code": "no-key", "detail": detail, "key": key}
        await visitor.send({"type": "message", "body": "No water"})
        assert (await visitor.frame())["key"] is None
    assert await rows(site.hub.database, Message) == []


GARBAGE: tuple[str | bytes, ...] = (
    "",
    "{",
    "null",
    "[]",
    '"text"',
    "7",
    "NaN",
    "[" * 15_000,
    '{"a":' * 3_000 + "1" + "}" * 3_000,
    "x" * 20_000,
    b"",
    b"\x00\xff\xfe",
    b'{"type":"message","key":"k","body":"binary"}',
)


async def test_garbage_is_told_and_forgotten(site: Site, address: str) -> None:
    async with visiting(address) as visitor:
        for frame in GARBAGE:
            await visitor.socket.send(frame)
            answer = await visitor.frame()
            detail = "that was not readable"
            told = {"type": "error", "code": "unreadable", "detail": detail}
            assert answer == told, frame[:50]
        for unknown in ({}, {"type": None}, {"type": "pong"}, {"type": "typing", "on": True}):
            await visitor.send(unknown)
        await visitor.nothing()
        assert (await visitor.say("Still here"))["type"] == "accepted"
    assert len(await rows(site.hub.database, Message)) == 1


async def test_half_characters_break_nothing(site: Site, address: str) -> None:
    async with visiting(address) as visitor:
        half = "half \ud800 nul \x00 bidi \u202e"
        accepted = await visitor.say(half, name=half)
        assert accepted["message"]["body"] == "half \ufffd nul \ufffd bidi \u202e"
        await visitor.socket.send(json.dumps({"type": "message", "key": "\ud800", "body": ""}))
        assert (await visitor.frame())["key"] == "\ud800"
        await visitor.socket.send(json.dumps({"type": "message", "key": "k\x00", "body": "a"}))
        assert (await visitor.frame())["type"] == "accepted"


async def test_a_frame_too_large_ends_only_its_own_line(site: Site, address: str) -> None:
    async with visiting(address) as loud, visiting(address) as quiet:
        await loud.socket.send("x" * 100_000)
        with pytest.raises(ConnectionClosed):
            await loud.frame()
        assert (await quiet.say("Still here"))["type"] == "accepted"


async def test_a_flood_is_held_back(site: Site, address: str) -> None:
    """Ten at once, whichever tab they come from; others are not held up."""
    async with visiting(address) as visitor, visiting(address, visitor.token) as tab:
        answers = [await (visitor, tab)[number % 2].say(f"{number}") for number in range(14)]
        refused = [answer for answer in answers if answer["type"] == "error"]
        assert len(refused) >= 3
        assert all("wait a moment" in answer["detail"] for answer in refused)
        assert all(answer["key"] and answer["retry"] for answer in refused), "it is sent again"
        async with visiting(address) as other:
            assert (await other.say("Hello"))["type"] == "accepted"
    assert len(await rows(site.hub.database, Message)) == 14 - len(refused) + 1


async def test_connecting_is_held_back_too(address: str) -> None:
    """120 a minute from one address; who comes after is told to come again later."""

    async def often() -> None:
        for _ in range(150):
            async with visiting(address):
                pass

    with pytest.raises(ConnectionClosed) as refused:
        await often()
    assert refused.value.rcvd is not None
    assert refused.value.rcvd.code == 1013


async def test_another_visitor_reads_nothing(
    site: Site, address: str, work: Work, responder: ScriptedResponder
) -> None:
    """Not by guessing, not by a piece of the token, not by asking oddly, not live."""
    responder.decisions.append(Answer("Your balance is due on the 5th.", ("pay-bill",)))
    async with visiting(address) as visitor, visiting(address) as other:
        await visitor.say("My account is 12345")
        await work.all()
        await visitor.frame()
        await other.nothing()
        token = visitor.token
        ticket = await the_ticket(site)
        for guess in (token[:-1], token[:-1] + "A", token.lower(), token + "x", "", "null",
                      ticket.conversation, ticket.conversation.partition(":")[2],
                      "%00", "..", "%25"):  # fmt: skip
            async with visiting(address, guess) as thief:
                assert thief.welcome["messages"] == [], guess
                assert thief.token != token
        async with visiting(address, query=f"&since=0&ticket={ticket.id}") as thief:
            assert thief.welcome["messages"] == []


async def test_any_page_may_embed_it_and_no_cookie_counts(site: Site, address: str) -> None:
    """The token is all a visitor has: an agent's session neither helps nor harms."""
    ava = await site.session("ava")
    headers = {"Cookie": ava.headers["Cookie"]}
    origin: Any = "https://www.talgov.example"
    async with visiting(address, origin=origin, additional_headers=headers) as visitor:
        accepted = await visitor.say("Hello")
        assert accepted["message"]["name"] == "Website visitor"


async def test_pings(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visit, "PING_EVERY", 0.05)
    async with visiting(address) as visitor:
        for _ in range(3):
            assert await visitor.frame() == {"type": "ping"}
            await visitor.send({"type": "pong"})


async def test_the_database_away_is_told_and_may_be_tried_again(
    site: Site, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with visiting(address) as visitor:
        with monkeypatch.context() as away:

            async def gone(*args: object) -> None:
                raise OSError("the disk went away: /secret/path")

            away.setattr(site.hub.writer, "_run", gone)
            await visitor.send({"type": "message", "key": "k-1", "body": "No water"})
            answer = await visitor.frame()
            assert (answer["type"], answer["key"], answer["retry"]) == ("error", "k-1", True)
            assert "secret" not in answer["detail"]
        await visitor.send({"type": "message", "key": "k-1", "body": "No water"})
        assert (await visitor.frame())["type"] == "accepted"
    assert len(await rows(site.hub.database, Message)) == 1


async def test_a_reply_that_was_not_delivered_is_not_shown(
    site: Site, address: str, work: Work
) -> None:
    async with visiting(address) as visitor:
        await visitor.say("No water")
        ticket = await the_ticket(site)
        await change(site.hub, ticket.id, await agent(site.hub, "ava"), replies.reply, "Soon")
    async with visiting(address, visitor.token) as again:
        assert again.history == [("you", "No water")]
        await work.all()
        assert (await again.frame())["message"]["body"] == "Soon"
    assert len(await messages_of(site.hub, ticket.id)) == 2
