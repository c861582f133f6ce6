"""What is kept of a turn: the dialogue, the language, an article's uses, words to be labelled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hub.articles.models import ArticleUse
from hub.ports import Answer, Ask, Choice, FormField, FormRequest, Guess
from hub.system import Hub
from hub.tickets.change import changing
from hub.tickets.merging import merge, unmerge
from hub.tickets.models import Dialogue
from hub.training.models import BotExample
from tests.fakes import FakePlatforms, ScriptedResponder, handoff, inbound
from tests.fixtures import Work, agent, messages_of, receive, rows, ticket_of

pytestmark = pytest.mark.anyio

FIELDS = (FormField("address", "Address", "12 Oak St"),)
REQUEST = FormRequest("report-outage", "Report a power outage", FIELDS)
STATE = {"version": 1, "form": "report-outage", "slots": {"address": "12 Oak St"}}
ASK = Ask("Since when?", "report-outage", request=REQUEST, dialogue=STATE)
ANSWER = Answer("A map is online.", ("outage-map",), (Guess("outage-map", 0.93),))


async def join(hub: Hub, action: Any, source: int, target: int) -> None:
    directory, sam = await hub.directory.get(), await agent(hub, "sam")
    async with (
        hub.database.write() as session,
        changing(session, source, directory, sam, hub.now()) as one,
        changing(session, target, directory, sam, hub.now()) as other,
    ):
        await action(one, other)


def _speak_spanish(hub: Hub, work: Work) -> None:
    """The detector, as far as these tests go."""
    work.triage._language_of = lambda text: "es" if "luz" in text else None


async def test_a_form_is_gone_on_with_and_becomes_a_request(
    hub: Hub, work: Work, responder: ScriptedResponder, platforms: FakePlatforms
) -> None:
    done = replace(REQUEST, fields=(*FIELDS, FormField("since", "Since", "9 am")), complete=True)
    thanks = replace(handoff("request", text="Thanks.", topic="report-outage"), request=done)
    responder.decisions.extend([ASK, thanks])
    (ticket_id,) = await receive(hub, inbound("m-1", "my power is out"))
    await work.all()
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.status, ticket.topic, ticket.waiting_since) == ("bot", "report-outage", None)
    assert ticket.request is not None
    assert (ticket.request["complete"], ticket.request["fields"][0]["value"]) == (
        False,
        "12 Oak St",
    )
    (kept,) = await rows(hub.database, Dialogue, ticket_id=ticket_id)
    assert kept.state == STATE

    await receive(hub, inbound("m-2", "since 9 am"))
    await work.all()
    assert [turn.dialogue for turn in responder.turns] == [None, STATE]
    assert responder.turns[1].earlier == ("my power is out",)
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.status, ticket.topic) == ("open", "report-outage")
    assert ticket.request is not None
    assert ticket.request["complete"]
    assert [field["name"] for field in ticket.request["fields"]] == ["address", "since"]
    assert await rows(hub.database, Dialogue, ticket_id=ticket_id) == []
    assert [reply.body for reply in platforms.sent] == ["Since when?", "Thanks."]


async def test_choices_of_a_form_can_be_pressed(
    hub: Hub, work: Work, responder: ScriptedResponder
) -> None:
    choices = (Choice("Whole house", "whole"), Choice("A part of it", "part"))
    responder.decisions.append(replace(ASK, choices=choices))
    await receive(hub, inbound("m-1", "my power is out"))
    await work.all()
    await receive(hub, inbound("m-2", "A part of", context={"choice": "part"}))
    await work.all()
    assert (responder.turns[1].text, responder.turns[1].choices) == ("A part of it", choices)


async def test_a_forms_first_question_may_be_private(
    hub: Hub, work: Work, responder: ScriptedResponder
) -> None:
    responder.decisions.append(replace(ASK, private=True))
    (ticket_id,) = await receive(hub, inbound("m-1", "my power is out"))
    await work.jobs()
    said = (await messages_of(hub, ticket_id))[-1]
    assert (said.author_kind, said.visibility) == ("bot", "private")


async def test_the_customers_language_is_remembered(
    hub: Hub, work: Work, responder: ScriptedResponder
) -> None:
    _speak_spanish(hub, work)
    responder.decisions.extend([ANSWER, ANSWER])
    (ticket_id,) = await receive(hub, inbound("m-1", "no tengo luz"))
    await work.all()
    assert (await ticket_of(hub, ticket_id)).language == "es"
    await receive(hub, inbound("m-2", "2"))
    await work.all()
    assert [turn.language for turn in responder.turns] == ["es", "es"]


async def test_an_emergency_is_answered_in_spanish(hub: Hub, work: Work) -> None:
    work.triage._language_of = lambda text: "es"
    (ticket_id,) = await receive(hub, inbound("m-1", "I smell gas, ayuda"))
    await work.all()
    said = (await messages_of(hub, ticket_id))[-1]
    assert said.emergency
    assert "asistente automático" in said.body


async def test_uses_of_an_article_are_counted(
    hub: Hub, work: Work, responder: ScriptedResponder
) -> None:
    wanted = replace(handoff("asked-for-person"), article="outage-map")
    responder.decisions.extend([ANSWER, wanted])
    (ticket_id,) = await receive(hub, inbound("m-1", "where is the map"))
    await work.all()
    await receive(hub, inbound("m-2", "no, a person"))
    await work.all()
    uses = await rows(hub.database, ArticleUse, ticket_id=ticket_id)
    assert [(use.slug, use.kind, use.place) for use in uses] == [
        ("outage-map", "shown", "bot"),
        ("outage-map", "person", "bot"),
    ]


async def test_words_are_kept_masked_for_whoever_labels_them(
    hub: Hub, work: Work, responder: ScriptedResponder
) -> None:
    responder.decisions.append(ANSWER)
    (ticket_id,) = await receive(hub, inbound("m-1", "map? my account is 1002345678"))
    await work.all()
    assert responder.turns[0].text == "map? my account is [account number]"
    (example,) = await rows(hub.database, BotExample, ticket_id=ticket_id)
    assert (example.text, example.guess, example.outcome, example.label) == (
        "map? my account is [account number]",
        "outage-map",
        "answer",
        None,
    )
    (message, *_) = await messages_of(hub, ticket_id)
    assert "1002345678" in message.body, "agents read it"


async def test_what_the_bot_did_not_read_is_no_example(
    hub: Hub, work: Work, responder: ScriptedResponder
) -> None:
    responder.decisions.append(handoff("bot-unavailable"))
    (ticket_id,) = await receive(hub, inbound())
    await work.all()
    assert await rows(hub.database, BotExample, ticket_id=ticket_id) == []


async def test_what_the_rules_missed_and_the_bot_did_not_is_an_emergency(
    hub: Hub, work: Work, responder: ScriptedResponder
) -> None:
    steps = Answer("Leave at once.", ("gas-leak",), emergency=True, handover=True)
    responder.decisions.append(steps)
    (ticket_id,) = await receive(hub, inbound("m-1", "something stinks of rotten food here"))
    await work.all()
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.emergency, ticket.priority, ticket.status) == (True, "urgent", "open")


async def test_what_one_customer_told_a_form_is_never_read_to_another(
    hub: Hub, work: Work, responder: ScriptedResponder
) -> None:
    """Two tickets are merged while the bot asks both customers for their addresses."""
    choices = (Choice("Yes", "yes"),)
    theirs = {**STATE, "slots": {"address": "9 Elm St"}}
    responder.decisions.extend(
        [ASK, replace(ASK, dialogue=theirs, choices=choices), replace(ASK, dialogue=STATE), ASK]
    )
    (one,) = await receive(hub, inbound("m-1", "no power", conversation="c-1", address="u-1"))
    await work.all()
    (other,) = await receive(hub, inbound("m-2", "no light", conversation="c-2", address="u-2"))
    await work.all()
    await join(hub, merge, one, other)
    await receive(hub, inbound("m-3", "Yes", conversation="c-1", address="u-1"))
    await work.all()
    assert (responder.turns[-1].dialogue, responder.turns[-1].choices) == (None, ())
    await join(hub, unmerge, one, other)
    await receive(hub, inbound("m-4", "Yes", conversation="c-2", address="u-2"))
    await work.all()
    assert [turn.dialogue for turn in responder.turns] == [None] * 4
