"""RasaResponder: what it says, asks, hands over, and what it makes of a Rasa in trouble."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hub.ports import (
    Answer,
    AskBack,
    ChannelKind,
    Choice,
    Guess,
    Handoff,
    Turn,
    Visibility,
)
from tests.bot.rasa_stub import RasaStub, answers, asks_back, responder

pytestmark = pytest.mark.anyio

TURN = Turn("ticket-1", "my lights are out", ChannelKind.WEBCHAT, Visibility.PRIVATE)
CHOICES = (
    Choice("Report a power outage", "report-outage"),
    Choice("Outage map", "outage-map"),
    Choice("High bill", "high-bill"),
)


async def test_an_understood_message_is_answered_from_its_article() -> None:
    stub = RasaStub(answers("report-outage"))
    decision = await responder(stub).respond(TURN)
    assert isinstance(decision, Answer)
    assert decision.text == "Report it at the outage page."
    assert decision.articles == ("report-outage",)
    assert not decision.handover
    assert [guess.slug for guess in decision.guesses] == [
        "report-outage",
        "outage-map",
        "unpublished",
    ]
    assert stub.paths == ["/webhooks/switchboard/webhook"]
    assert stub.heard == [
        {
            "sender": "ticket-1",
            "message": "my lights are out",
            "language": "en",
            "state": None,
            "idle_hours": None,
            "private": True,
        }
    ]


async def test_the_first_answer_says_that_a_bot_gives_it() -> None:
    bot = responder(RasaStub(answers("report-outage")))
    decision = await bot.respond(replace(TURN, first=True))
    assert isinstance(decision, Answer)
    assert decision.text == "I am the city's automated assistant. Report it at the outage page."


async def test_an_article_that_says_so_itself_is_not_introduced_twice() -> None:
    bot = responder(RasaStub(answers("greeting")))
    decision = await bot.respond(replace(TURN, first=True))
    assert isinstance(decision, Answer)
    assert decision.text == "Hello! I am the city's automated assistant."


@pytest.mark.parametrize("decided", [asks_back(), answers("damage-claim")])
async def test_first_questions_and_hand_overs_say_it_too(decided: dict[str, Any]) -> None:
    decision = await responder(RasaStub(decided)).respond(replace(TURN, first=True))
    assert not isinstance(decision, Answer)
    assert decision.text is not None
    assert decision.text.startswith("I am the city's automated assistant.")


async def test_emergencies_are_answered_and_a_person_follows() -> None:
    decision = await responder(RasaStub(answers("gas-leak"))).respond(replace(TURN, first=True))
    assert isinstance(decision, Answer)
    assert decision.emergency
    assert decision.handover
    assert decision.text.endswith("\n\nLeave at once.\n\nCall 911.")


async def test_an_article_may_ask_for_a_person_after_its_answer() -> None:
    decision = await responder(RasaStub(answers("damage-seen"))).respond(TURN)
    assert isinstance(decision, Answer)
    assert decision.handover
    assert not decision.emergency


async def test_without_a_sure_fact_a_person_takes_over_and_knows_the_topic() -> None:
    decision = await responder(RasaStub(answers("damage-claim"))).respond(TURN)
    assert isinstance(decision, Handoff)
    assert (decision.reason, decision.topic) == ("no-fact", "damage-claim")
    assert decision.text == (
        "I do not have a sure answer to that. A person from the city will answer you here."
    )
    assert "Damage claim" in decision.summary
    assert "my lights are out" in decision.summary


async def test_an_emergency_without_a_fact_still_names_911() -> None:
    decision = await responder(RasaStub(answers("sewage-overflow"))).respond(TURN)
    assert isinstance(decision, Answer)
    assert (decision.emergency, decision.handover) == (True, True)
    assert decision.articles == ("sewage-overflow",)
    assert "911" in decision.text


async def test_what_rasa_takes_for_an_emergency_comes_before_what_it_decided() -> None:
    seen = {"slug": "gas-leak", "confidence": 0.4}
    for decided in (asks_back(emergency=seen), answers("high-bill", emergency=seen)):
        decision = await responder(RasaStub(decided)).respond(TURN)
        assert isinstance(decision, Answer)
        assert (decision.articles, decision.emergency) == (("gas-leak",), True)
        assert decision.handover
        assert decision.dialogue is None


async def test_an_article_that_is_no_longer_published_is_no_answer() -> None:
    decision = await responder(RasaStub(answers("unpublished"))).respond(TURN)
    assert isinstance(decision, Handoff)
    assert (decision.reason, decision.topic) == ("no-fact", "unpublished")


async def test_a_wish_for_a_person_is_met() -> None:
    decision = await responder(RasaStub(answers("talk-to-a-person"))).respond(TURN)
    assert isinstance(decision, Handoff)
    assert decision.reason == "asked-for-person"
    assert decision.text == "A person takes over."


async def test_an_unsure_bot_offers_the_best_three_published_topics() -> None:
    decision = await responder(RasaStub(asks_back())).respond(TURN)
    assert isinstance(decision, AskBack)
    assert decision.choices == CHOICES
    assert decision.text == (
        "I am not sure I understood. Is it about one of these?\n"
        "1. Report a power outage\n2. Outage map\n3. High bill\n"
        "Answer with its number, or ask for a person."
    )
    assert len(decision.guesses) == 3


async def test_who_rather_wants_a_person_than_anything_else_gets_one() -> None:
    ranking = [
        {"slug": "talk-to-a-person", "confidence": 0.3},
        {"slug": "high-bill", "confidence": 0.2},
    ]
    decision = await responder(RasaStub(asks_back(ranking=ranking))).respond(TURN)
    assert isinstance(decision, Handoff)
    assert decision.reason == "asked-for-person"


@pytest.mark.parametrize(("share", "said"), [(0.55, Answer), (0.4, AskBack)])
async def test_an_odd_greeting_is_greeted_back(share: float, said: type) -> None:
    ranking = [{"slug": "greeting", "confidence": share}, {"slug": "high-bill", "confidence": 0.1}]
    decision = await responder(RasaStub(asks_back(ranking=ranking))).respond(TURN)
    assert type(decision) is said


async def test_a_second_failure_goes_to_a_person() -> None:
    decision = await responder(RasaStub(asks_back())).respond(replace(TURN, asked_back=1))
    assert isinstance(decision, Handoff)
    assert decision.reason == "not-understood"
    assert decision.guesses[0] == Guess("report-outage", 0.41)


async def test_nothing_to_offer_goes_to_a_person() -> None:
    nothing = asks_back(ranking=[{"slug": "greeting", "confidence": 0.1}])
    decision = await responder(RasaStub(nothing)).respond(TURN)
    assert isinstance(decision, Handoff)
    assert decision.reason == "not-understood"


@pytest.mark.parametrize("text", ["2", "the second one", "Outage map", "2️⃣"])
async def test_a_choice_is_answered_without_asking_rasa(text: str) -> None:
    stub = RasaStub()
    decision = await responder(stub).respond(
        replace(TURN, text=text, choices=CHOICES, asked_back=1)
    )
    assert isinstance(decision, Answer)
    assert decision.articles == ("outage-map",)
    assert stub.heard == []


async def test_none_of_the_choices_goes_to_a_person_with_what_was_offered() -> None:
    turn = replace(TURN, text="None of these", choices=CHOICES, asked_back=1)
    decision = await responder(RasaStub()).respond(turn)
    assert isinstance(decision, Handoff)
    assert decision.reason == "not-understood"
    assert decision.guesses == ()
    assert "The bot offered: Report a power outage; Outage map; High bill." in decision.summary


async def test_a_person_is_asked_for_by_a_word_alone_also_without_rasa() -> None:
    bot = responder(RasaStub(500))
    decision = await bot.respond(replace(TURN, text="AGENT!!"))
    assert isinstance(decision, Handoff)
    assert decision.reason == "asked-for-person"


async def test_a_new_question_after_choices_is_read_as_one() -> None:
    stub = RasaStub(answers("pay-my-bill"))
    turn = replace(TURN, text="how do I pay my bill", choices=CHOICES, asked_back=1)
    decision = await responder(stub).respond(turn)
    assert isinstance(decision, Answer)
    assert decision.articles == ("pay-my-bill",)


@pytest.mark.parametrize("text", ["/restart", "//restart", " / /restart"])
async def test_a_leading_slash_names_no_intent(text: str) -> None:
    stub = RasaStub()
    await responder(stub).respond(replace(TURN, text=text))
    assert not stub.heard[0]["message"].startswith("/")
    assert stub.heard[0]["message"].endswith("restart")


async def test_long_messages_are_cut() -> None:
    stub = RasaStub()
    await responder(stub).respond(replace(TURN, text="x" * 100_000))
    assert len(stub.heard[0]["message"]) == 2000


@pytest.mark.parametrize("text", ["", "   ", "/", "\n"])
async def test_a_message_without_words_goes_to_a_person(text: str) -> None:
    stub = RasaStub()
    decision = await responder(stub).respond(replace(TURN, text=text))
    assert isinstance(decision, Handoff)
    assert decision.reason == "not-understood"
    assert stub.heard == []


async def test_a_summary_is_short() -> None:
    decision = await responder(RasaStub(500)).respond(replace(TURN, text="word " * 500))
    assert isinstance(decision, Handoff)
    assert len(decision.summary) < 250
    assert "…" in decision.summary
