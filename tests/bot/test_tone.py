"""Anger, what is none, and what the bot does about it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.tone import is_angry, is_not_helped
from hub.ports import Answer, AskBack, ChannelKind, Handoff, Turn, Visibility
from tests.bot.rasa_stub import RasaStub, answers, asks, asks_back, out_of_scope, responder

TURN = Turn("ticket-1", "this is ridiculous", ChannelKind.WEBCHAT, Visibility.PRIVATE)
PUBLIC = replace(TURN, channel=ChannelKind.X, visibility=Visibility.PUBLIC)


@pytest.mark.parametrize(
    "text",
    [
        "This is RIDICULOUS, my power is out again",
        "worst utility company ever",
        "you guys are the worst",
        "are you f***ing kidding me",
        "what the f*ck is this bill",
        "you’re all idiots",
        "y'all suck",
        "this is the third time I have called about my trash",
        "I've called five times and nobody came",
        "I am sick and tired of waiting",
        "fix it or I'll sue the city",
        "you'll be hearing from my lawyer",
        "NOBODY EVER PICKS UP THE DAMN PHONE!!!",
        "qué vergüenza de servicio, es la tercera vez que llamo",
        "son una bola de ineptos inútiles",
        "esto es ridículo",
        "voy a demandarlos",
        "he llamado cinco veces",
    ],
)
def test_anger(text: str) -> None:
    assert is_angry(text)


@pytest.mark.parametrize(
    "text",
    [
        "my power is out",
        "MY POWER IS OUT ON OAK STREET",
        "THE LIGHTS ARE OUT!!! PLEASE HELP!!",
        "still no power after six hours",
        "my bill is too high this month",
        "worst case, when will it be back?",
        "how many times a week do you pick up the trash",
        "Sue Miller, 12 Oak St",
        "the third cart is broken",
        "somebody hit the pole",
        "se fue la luz otra vez",
        "la basura no pasó",
        "",
        "🔥😡",
    ],
)
def test_no_anger(text: str) -> None:
    assert not is_angry(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("that's not what I asked", True),
        ("That didn’t help", True),
        ("you are not listening", True),
        ("eso no me ayuda", True),
        ("no es lo que pregunté", True),
        ("my lights do not work", False),
        ("how do I pay", False),
        ("ayuda", False),
    ],
)
def test_not_helped(text: str, told: bool) -> None:
    assert is_not_helped(text) is told


async def decide(reply: Any, turn: Turn = TURN) -> Any:
    return await responder(RasaStub(reply)).respond(turn)


@pytest.mark.anyio
async def test_an_angry_customer_is_answered_with_an_apology_and_a_person() -> None:
    decision = await decide(answers("report-outage"))
    assert isinstance(decision, Answer)
    assert decision.handover
    assert decision.text == (
        "I am sorry about the trouble; a person from the city will look at this, too."
        " Report it at the outage page."
    )
    decision = await decide(answers("report-outage"), replace(TURN, language="es"))
    assert decision.text.startswith("Lamento las molestias")
    assert decision.text.endswith("Repórtelo en la página de apagones.")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("reply", "topic"),
    [
        (asks_back(), None),
        (asks_back(ranking=[{"slug": "high-bill", "confidence": 0.6}]), "high-bill"),
        (out_of_scope(), None),
        (answers("damage-claim"), "damage-claim"),
        (asks("Shall I?", "missed-pickup"), "missed-pickup"),
        (answers("thanks"), None),
        (answers("compliment"), None),
    ],
)
async def test_an_angry_customer_is_asked_nothing(reply: Any, topic: str | None) -> None:
    decision = await decide(reply)
    assert isinstance(decision, Handoff)
    assert (decision.reason, decision.topic) == ("upset", topic)
    assert decision.guesses
    assert decision.text is not None
    assert "sorry" in decision.text


@pytest.mark.anyio
async def test_an_angry_customer_gets_no_form_where_there_is_an_answer() -> None:
    decision = await decide(asks("Shall I?", "report-outage"))
    assert isinstance(decision, Answer)
    assert decision.handover


@pytest.mark.anyio
async def test_a_public_rant_about_nothing_known_gets_no_answer_from_a_machine() -> None:
    decision = await decide(out_of_scope(), PUBLIC)
    assert isinstance(decision, Handoff)
    assert (decision.reason, decision.text) == ("upset", None)


@pytest.mark.anyio
async def test_anger_ends_a_form_that_does_not_get_on() -> None:
    begun = await decide(asks("Where?", fields={"since": "8 am"}), replace(TURN, text="no light"))
    stuck = await decide(
        asks("Where?", fields={"since": "8 am"}), replace(TURN, dialogue=begun.dialogue)
    )
    assert isinstance(stuck, Handoff)
    assert stuck.reason == "upset"
    assert stuck.request is not None
    on = await decide(
        asks("Danger?", fields={"since": "8 am", "address": "12 Oak St"}),
        replace(TURN, text="12 Oak St, this is ridiculous", dialogue=begun.dialogue),
    )
    assert not isinstance(on, Handoff)


@pytest.mark.anyio
async def test_a_customer_whom_the_answer_did_not_help_gets_a_person() -> None:
    shown = await decide(answers("outage-map"), replace(TURN, text="outage"))
    turn = replace(TURN, text="that's not what I asked", dialogue=shown.dialogue)
    decision = await decide(answers("outage-map"), turn)
    assert isinstance(decision, Handoff)
    assert (decision.reason, decision.article) == ("not-understood", "outage-map")
    assert "The bot showed “Outage map”." in decision.summary
    first = await decide(asks_back(), replace(turn, first=True, dialogue=None))
    assert isinstance(first, AskBack)
