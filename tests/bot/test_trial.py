"""Labelled messages through the path of live ones."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from bot.evaluation import Line
from bot.responder import RasaResponder
from bot.trial import decide, first_turn, run_trial, topics_of
from hub.ports import Visibility
from tests.bot.knowledge import FakeKnowledge
from tests.bot.rasa_stub import RasaStub, answers, asks_back, responder

pytestmark = pytest.mark.anyio


async def test_rules_come_before_rasa_and_see_the_whole_message() -> None:
    stub = RasaStub(answers("high-bill"))
    long = "I have to tell you. " * 200 + "I smell gas in my kitchen right now"
    lines = [Line(1, "I smell gas in my kitchen", "gas-leak"), Line(2, "my bill is high", "x")]
    said = await run_trial(responder(stub), lines, masked=lambda text: text, progress=print)
    assert [one.act for one in said] == ["emergency", "answer"]
    assert [body["message"] for body in stub.heard] == ["hello", "my bill is high"]
    assert all(one.ms > 0 for one in said)
    emergency, decision = await decide(responder(stub), first_turn("masked"), long)
    assert (emergency, decision) == ("gas-leak", None)


async def test_each_line_is_a_conversation_of_its_own_in_its_language() -> None:
    stub = RasaStub(asks_back())
    lines = [Line(4, "mi número es 12345", "x"), Line(7, "my number is 12345", "x")]
    masked = lambda text: text.replace("12345", "[number]")  # noqa: E731
    said = await run_trial(responder(stub), lines, masked=masked, progress=print)
    assert [one.act for one in said] == ["choices", "choices"]
    _, first, second = stub.heard
    assert (first["sender"], first["language"]) == ("trial-4", "es")
    assert (second["sender"], second["language"]) == ("trial-7", "en")
    assert first["message"] == "mi número es [number]"
    assert first["state"] is None


async def test_progress_is_told() -> None:
    told: list[str] = []
    lines = [Line(number, "my bill", "x") for number in range(250)]

    async def same(request: httpx2.Request) -> httpx2.Response:
        reply: dict[str, Any] = answers("high-bill")
        return httpx2.Response(200, content=json.dumps(reply))

    bot = RasaResponder(
        FakeKnowledge(), lambda: "http://rasa.test", transport=httpx2.MockTransport(same)
    )
    said = await run_trial(bot, lines, masked=str, progress=told.append)
    assert len(said) == 250
    assert told == ["100 of 250 messages", "200 of 250 messages"]
    await bot.aclose()


async def test_topics_of_the_articles() -> None:
    topics = await topics_of(FakeKnowledge())
    assert "damage-claim" in topics.known
    assert "damage-claim" not in topics.with_fact
    assert "high-bill" in topics.with_fact
    assert topics.emergencies == {"gas-leak", "sewage-overflow"}


def test_a_turn_may_be_public() -> None:
    assert first_turn("hi", visibility=Visibility.PUBLIC).visibility is Visibility.PUBLIC
    assert first_turn("hi").language == "en"
