"""Forms on the hub's side: beside articles, in private, resumed, left, and handed over whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from bot.responder import RasaResponder
from hub.ports import (
    Answer,
    Ask,
    AskBack,
    ChannelKind,
    Choice,
    FormField,
    Handoff,
    Turn,
    Visibility,
)
from tests.bot.knowledge import FakeKnowledge
from tests.bot.rasa_stub import (
    STATE,
    YES_NO,
    RasaStub,
    answers,
    answers_within_form,
    asks,
    asks_back,
    form_done,
    form_left,
    person_from_form,
    responder,
)

pytestmark = pytest.mark.anyio

TURN = Turn("ticket-1", "my lights are out", ChannelKind.WEBCHAT, Visibility.PRIVATE)
PUBLIC = replace(TURN, channel=ChannelKind.X, visibility=Visibility.PUBLIC)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


async def asked(kind: str = "report-outage", **changes: Any) -> Mapping[str, Any]:
    """What is remembered after a form's question."""
    decision = await responder(RasaStub(asks("Where?", kind, **changes))).respond(TURN)
    assert isinstance(decision, Ask)
    assert decision.dialogue is not None
    return decision.dialogue


async def test_a_form_is_offered_with_the_articles_answer() -> None:
    stub = RasaStub(asks("Shall I take the report?", choices=YES_NO))
    decision = await responder(stub).respond(replace(TURN, first=True))
    assert isinstance(decision, Ask)
    assert decision.text == (
        "I am the city's automated assistant.\n\n"
        "Report it at the outage page.\n\nShall I take the report?"
    )
    assert decision.choices == (Choice("Yes", "yes"), Choice("No", "no"))
    assert decision.topic == "report-outage"
    assert not decision.private
    assert decision.request is not None
    assert not decision.request.complete


async def test_a_form_of_an_article_without_a_fact_is_offered_alone() -> None:
    decision = await responder(RasaStub(asks("Shall I?", "missed-pickup"))).respond(TURN)
    assert isinstance(decision, Ask)
    assert decision.text == "Shall I?"


async def test_the_state_goes_back_to_rasa_with_the_hours_since() -> None:
    stub = RasaStub(asks("Where?", fields={"since": "8 am"}))
    clock = [NOON]
    bot = RasaResponder(
        FakeKnowledge(),
        lambda: "http://rasa.test",
        transport=httpx2.MockTransport(stub),
        now=lambda: clock[0],
    )
    first = await bot.respond(TURN)
    assert isinstance(first, Ask)
    clock[0] += timedelta(hours=26)
    second = await bot.respond(replace(TURN, text="12 Oak St", dialogue=first.dialogue))
    assert stub.heard[1]["state"] == STATE
    assert stub.heard[1]["idle_hours"] == 26
    assert isinstance(second, Ask)
    assert second.text == "Where?", "the article was shown before"
    assert second.request is not None
    assert second.request.fields == (FormField("since", "Since", "8 am"),)


@pytest.mark.parametrize("text", ["no", "2", "none of these", "a person", "Yes", "¡Sí!"])
async def test_what_answers_a_forms_question_is_rasas_to_read(text: str) -> None:
    stub = RasaStub(asks("Where?"))
    offered = (Choice("Yes", "yes"), Choice("No", "no"))
    turn = replace(TURN, text=text, choices=offered, dialogue=await asked())
    await responder(stub).respond(turn)
    assert stub.heard[0]["message"] == text


async def test_a_thumb_up_says_yes_in_a_form() -> None:
    stub = RasaStub(asks("Where?"))
    turn = replace(TURN, text="👍🏽", language="es", dialogue=await asked())
    await responder(stub).respond(turn)
    assert stub.heard[0]["message"] == "sí"


async def test_a_finished_form_is_a_request_for_a_person() -> None:
    turn = replace(TURN, text="yes", earlier=("my lights are out",), dialogue=await asked())
    decision = await responder(RasaStub(form_done("Thank you."))).respond(turn)
    assert isinstance(decision, Handoff)
    assert (decision.reason, decision.topic) == ("request", "report-outage")
    assert decision.text == "Thank you."
    assert decision.request is not None
    assert decision.request.complete
    assert decision.request.kind == "report-outage"
    assert decision.summary.splitlines() == [
        "A request was taken down: Power outage report.",
        "Customer first wrote: “my lights are out”, and last: “yes”",
        "The bot showed “Report a power outage”.",
        "Power outage report: Address: 12 Oak St; Since: 8 am",
    ]


async def test_a_form_without_a_farewell_thanks_in_the_customers_language() -> None:
    turn = replace(TURN, language="es", dialogue=await asked())
    decision = await responder(RasaStub(form_done("x") | {"text": None})).respond(turn)
    assert isinstance(decision, Handoff)
    assert decision.text is not None
    assert decision.text.startswith("Gracias")


async def test_a_form_that_is_left_calls_nobody() -> None:
    turn = replace(TURN, text="never mind", dialogue=await asked())
    decision = await responder(RasaStub(form_left("OK, I stopped that."))).respond(turn)
    assert isinstance(decision, Ask)
    assert decision.text == "OK, I stopped that."
    assert decision.request is not None
    assert decision.request.fields == (), "nothing of it is kept"
    assert decision.dialogue is not None
    stub = RasaStub(answers("pay-my-bill"))
    after = await responder(stub).respond(replace(TURN, dialogue=decision.dialogue))
    assert isinstance(after, Answer)
    assert stub.heard[0]["state"] is None


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (person_from_form("A person will take it from here."), "request"),
        (person_from_form("x") | {"text": None}, "asked-for-person"),
    ],
)
async def test_a_person_gets_what_there_is(reply: dict[str, Any], reason: str) -> None:
    turn = replace(TURN, text="agent", dialogue=await asked())
    decision = await responder(RasaStub(reply)).respond(turn)
    assert isinstance(decision, Handoff)
    assert decision.reason == reason
    assert decision.topic == "report-outage"
    assert decision.request is not None
    assert not decision.request.complete
    assert "Address: 12 Oak St" in decision.summary


async def test_rasa_that_dies_in_a_form_loses_nothing() -> None:
    kept = await asked(fields={"address": "12 Oak St"})
    decision = await responder(RasaStub(500)).respond(replace(TURN, text="8 am", dialogue=kept))
    assert isinstance(decision, Handoff)
    assert decision.reason == "bot-unavailable"
    assert decision.topic == "report-outage"
    assert decision.request is not None
    assert decision.request.fields == (FormField("address", "Address", "12 Oak St"),)


async def test_another_question_is_answered_and_the_forms_asked_again() -> None:
    stub = RasaStub(answers_within_form("outage-map", "Where is it?"))
    turn = replace(TURN, text="is there a map", dialogue=await asked())
    decision = await responder(stub).respond(turn)
    assert isinstance(decision, Ask)
    assert decision.text == "A map is online.\n\nWhere is it?"
    assert decision.topic == "report-outage"
    again = await responder(RasaStub(asks("Since when?"))).respond(
        replace(TURN, dialogue=decision.dialogue)
    )
    assert isinstance(again, Ask)
    assert again.text == "Since when?"


async def test_a_question_that_nobody_can_answer_waits_for_the_end_of_the_form() -> None:
    stub = RasaStub(answers_within_form("damage-claim", "Where is it?"))
    turn = replace(TURN, text="and who pays my fridge?", dialogue=await asked())
    decision = await responder(stub).respond(turn)
    assert isinstance(decision, Ask)
    assert decision.text.endswith("will see your question.\n\nWhere is it?")
    done = await responder(RasaStub(form_done("Thanks."))).respond(
        replace(TURN, text="yes", dialogue=decision.dialogue)
    )
    assert isinstance(done, Handoff)
    assert "Also asked: “and who pays my fridge?”" in done.summary


async def test_an_emergency_within_a_form_is_one() -> None:
    stub = RasaStub(answers_within_form("gas-leak", "Where is it?"))
    decision = await responder(stub).respond(replace(TURN, dialogue=await asked()))
    assert isinstance(decision, Answer)
    assert decision.emergency
    assert decision.text.startswith("Leave at once.")


async def test_in_public_a_form_moves_to_a_private_message() -> None:
    stub = RasaStub(asks("Shall I?", choices=YES_NO))
    decision = await responder(stub).respond(replace(PUBLIC, can_write_privately=True))
    assert stub.heard[0]["private"] is True
    assert isinstance(decision, Ask)
    assert decision.private


async def test_in_public_where_none_can_be_begun_the_customer_is_asked_to_write() -> None:
    stub = RasaStub(answers("report-outage", offers_form=True))
    decision = await responder(stub).respond(PUBLIC)
    assert stub.heard[0]["private"] is False
    assert isinstance(decision, Answer)
    assert decision.text.startswith("Report it at the outage page.")
    assert "private message" in decision.text
    assert "850-891-4968" in decision.text
    assert not decision.handover
    without_fact = RasaStub(answers("missed-pickup", offers_form=True))
    decision = await responder(without_fact).respond(replace(PUBLIC, language="es"))
    assert isinstance(decision, Answer)
    assert "mensaje privado" in decision.text


async def test_in_public_a_private_forms_question_is_not_repeated() -> None:
    stub = RasaStub(answers_within_form("outage-map", "Is 12 Oak St right?"))
    kept = await asked(fields={"address": "12 Oak St"})
    turn = replace(PUBLIC, can_write_privately=True, dialogue=kept)
    decision = await responder(stub).respond(turn)
    assert isinstance(decision, Answer)
    assert decision.text == "A map is online."
    assert decision.dialogue is not None
    assert decision.dialogue["rasa"] == STATE, "the form goes on in private"


async def test_a_chosen_topic_begins_its_form() -> None:
    offer = asks("Shall I?", "missed-pickup", choices=YES_NO)
    stub = RasaStub(offer)
    offered = (Choice("No pasaron a recoger", "missed-pickup"), Choice("Factura alta", "high-bill"))
    turn = replace(TURN, text="1", choices=offered, asked_back=1, language="es")
    decision = await responder(stub).respond(turn)
    assert isinstance(decision, Ask)
    assert stub.heard[0]["message"] == "No pasaron a recoger"
    assert decision.guesses[0].confidence == 1.0


@pytest.mark.parametrize("reply", [500, answers("high-bill"), asks_back()])
async def test_a_chosen_topic_is_that_topic_whatever_rasa_says(reply: Any) -> None:
    offered = (Choice("Missed pickup", "missed-pickup"), Choice("High bill", "high-bill"))
    turn = replace(TURN, text="missed pickup", choices=offered, asked_back=1)
    decision = await responder(RasaStub(reply)).respond(turn)
    assert isinstance(decision, Handoff)
    assert (decision.reason, decision.topic) == ("no-fact", "missed-pickup")


async def test_the_state_outside_of_forms_is_kept_through_an_ask_back() -> None:
    decision = await responder(RasaStub(asks_back(state={"v": 1}))).respond(TURN)
    assert isinstance(decision, AskBack)
    stub = RasaStub(answers("high-bill"))
    await responder(stub).respond(replace(TURN, dialogue=decision.dialogue))
    assert stub.heard[0]["state"] == {"v": 1}


async def test_a_form_waits_while_topics_are_offered_and_taken() -> None:
    kept = await asked(fields={"address": "12 Oak St"})
    turn = replace(TURN, text="hm, the thing with the money", dialogue=kept)
    offered = await responder(RasaStub(asks_back(state=STATE))).respond(turn)
    assert isinstance(offered, AskBack)
    stub = RasaStub()
    turn = replace(TURN, text="3", choices=offered.choices, dialogue=offered.dialogue)
    taken = await responder(stub).respond(turn)
    assert isinstance(taken, Answer)
    assert taken.articles == ("high-bill",)
    assert stub.heard == [], "a number takes the topic, and is no value of the form's"
    assert taken.dialogue is not None
    assert taken.dialogue["rasa"] == STATE
    gone = await responder(RasaStub(500)).respond(replace(TURN, dialogue=taken.dialogue))
    assert isinstance(gone, Handoff)
    assert gone.request is not None, "what was given is not lost"
