"""What the hub makes of a Rasa in trouble: people take over, and it shows."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest

from bot.rasa_client import BotUnavailable, RasaClient
from bot.responder import RasaResponder
from hub.ports import ChannelKind, Handoff, PartHealth, PartState, Turn, Visibility
from tests.bot.knowledge import FakeKnowledge
from tests.bot.rasa_stub import RasaStub, answers, asks, form_done, reply, responder

pytestmark = pytest.mark.anyio

TURN = Turn("ticket-1", "my lights are out", ChannelKind.WEBCHAT, Visibility.PRIVATE)


GARBAGE: list[Any] = [
    500,
    404,
    204,
    302,
    b"",
    b"<html>",
    b"\xff\xfe",
    b"[]",
    b"null",
    True,
    {},
    answers("report-outage", act="sing"),
    answers("report-outage", confidence="high"),
    answers("report-outage", confidence=7),
    b'{"act":"answer","slug":"a","confidence":NaN,"ranking":[],"model":"m"}',
    answers("report-outage", ranking=[{"slug": 3}]),
    answers("report-outage", state=[1]),
    answers("report-outage", emergency={"slug": "gas-leak", "confidence": 2}),
    reply("answer"),
    asks("Where?") | {"text": None},
    asks("Where?", form=None),
    asks("Where?", choices=[{"title": "", "value": "x"}]),
    asks("Where?", slug=None),
    form_done("Thanks.", form=None),
    reply("form_left", slug="report-outage"),
    httpx2.ConnectError("refused"),
    httpx2.ReadTimeout("slow"),
    httpx2.RemoteProtocolError("garbled"),
]


@pytest.mark.parametrize("reply", GARBAGE, ids=lambda reply: repr(reply)[:40])
async def test_trouble_with_rasa_goes_to_people_and_shows(reply: Any) -> None:
    bot = responder(RasaStub(reply))
    decision = await bot.respond(TURN)
    assert isinstance(decision, Handoff)
    assert decision.reason == "bot-unavailable"
    assert decision.text is None
    [health] = await bot.health()
    assert (health.name, health.state) == ("bot", PartState.DEGRADED)
    assert health.detail


async def test_health_recovers_with_the_next_answer() -> None:
    stub = RasaStub(500)
    bot = responder(stub)
    await bot.respond(TURN)
    stub.reply = answers("report-outage")
    await bot.respond(TURN)
    assert await bot.health() == [PartHealth("bot", PartState.UP, "ready")]


async def test_a_slow_rasa_is_not_waited_for() -> None:
    async def slow() -> None:
        await asyncio.sleep(5)

    started = asyncio.get_running_loop().time()
    decision = await responder(RasaStub(slow), timeout=0.1).respond(TURN)
    assert asyncio.get_running_loop().time() - started < 2
    assert isinstance(decision, Handoff)
    assert decision.reason == "bot-unavailable"


async def test_before_rasa_is_ready_everything_goes_to_people() -> None:
    stub = RasaStub()
    bot = responder(stub, base_url=lambda: None)
    decision = await bot.respond(TURN)
    assert isinstance(decision, Handoff)
    assert decision.reason == "bot-unavailable"
    assert stub.heard == []
    [health] = await bot.health()
    assert health.state is PartState.DOWN


async def test_health_shows_how_far_the_installation_is() -> None:
    installing = PartHealth("bot", PartState.STARTING, "installing Rasa")
    bot = RasaResponder(FakeKnowledge(), lambda: None, part=lambda: installing)
    assert await bot.health() == [installing]
    await bot.aclose()


async def test_a_rasa_that_somebody_else_runs_is_looked_at() -> None:
    stub = RasaStub({"model": "bot-1"})
    client = RasaClient(lambda: "http://rasa.test", transport=httpx2.MockTransport(stub))
    assert await client.health() == [PartHealth("bot", PartState.UP, "ready")]
    assert stub.paths == ["/webhooks/switchboard/"]
    await client.health()
    assert len(stub.paths) == 1, "at most every few seconds"
    await client.aclose()


async def test_ranking_is_asked_for_by_itself() -> None:
    stub = RasaStub({"ranking": [], "confidence": 0.0, "model": "bot-1"})
    client = RasaClient(lambda: "http://rasa.test", transport=httpx2.MockTransport(stub))
    assert (await client.rank("no light", "en")).ranking == []
    assert stub.paths == ["/webhooks/switchboard/rank"]
    assert stub.heard == [{"message": "no light", "language": "en"}]
    stub.reply = {"ranking": [{"slug": "a"}], "confidence": 0.0, "model": "bot-1"}
    with pytest.raises(BotUnavailable, match="nonsense"):
        await client.rank("no light", "en")
    await client.aclose()
