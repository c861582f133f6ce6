"""What every Responder keeps to, whatever it is and whatever it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import httpx2
import pytest

from bot.responder import NobodyResponder
from hub.ports import (
    Answer,
    AskBack,
    ChannelKind,
    Choice,
    Handoff,
    PartState,
    Responder,
    Turn,
    Visibility,
)
from tests.bot.rasa_stub import RasaStub, answers, asks_back, responder

pytestmark = pytest.mark.anyio

RESPONDERS: dict[str, Callable[[], Responder]] = {
    "nobody": NobodyResponder,
    "rasa answers": lambda: responder(RasaStub(answers("report-outage"))),
    "rasa asks back": lambda: responder(RasaStub(asks_back())),
    "rasa has no fact": lambda: responder(RasaStub(answers("damage-claim"))),
    "rasa down": lambda: responder(RasaStub(httpx2.ConnectError("refused"))),
    "rasa garbage": lambda: responder(RasaStub(b"garbage")),
    "rasa not ready": lambda: responder(RasaStub(), base_url=lambda: None),
}
TURN = Turn("t-1", "my lights are out", ChannelKind.X, Visibility.PUBLIC)
CHOICES = (Choice("Report a power outage", "report-outage"), Choice("Outage map", "outage-map"))
TURNS = {
    "plain": TURN,
    "first": replace(TURN, first=True),
    "empty": replace(TURN, text=""),
    "slash": replace(TURN, text="/restart"),
    "long": replace(TURN, text="power " * 20_000),
    "emoji": replace(TURN, text="🔥😡‼️"),
    "nul": replace(TURN, text="a�b"),
    "markup": replace(TURN, text="<script>alert(1)</script>"),
    "choice": replace(TURN, text="2", choices=CHOICES, asked_back=1),
    "no choice": replace(TURN, text="9", choices=CHOICES, asked_back=1),
    "asked often": replace(TURN, asked_back=9),
}


@pytest.fixture(params=list(RESPONDERS.values()), ids=list(RESPONDERS))
async def any_responder(request: pytest.FixtureRequest) -> AsyncIterator[Responder]:
    made: Responder = request.param()
    yield made
    await made.aclose()


@pytest.mark.parametrize("turn", TURNS.values(), ids=TURNS.keys())
async def test_every_turn_is_decided_on(any_responder: Responder, turn: Turn) -> None:
    match await any_responder.respond(turn):
        case Answer(text=text, articles=articles):
            assert text.strip()
            assert articles
        case AskBack(text=text, choices=choices):
            assert text.strip()
            assert 1 <= len(choices) <= 3
            assert all(choice.title in text for choice in choices)
            assert turn.asked_back == 0
        case Handoff(reason=reason, summary=summary, text=said):
            assert reason
            assert summary.strip()
            assert said is None or said.strip()


@pytest.mark.parametrize("turn", TURNS.values(), ids=TURNS.keys())
async def test_guesses_are_probabilities(any_responder: Responder, turn: Turn) -> None:
    decision = await any_responder.respond(turn)
    assert len(decision.guesses) <= 3
    assert all(0 <= guess.confidence <= 1 for guess in decision.guesses)


async def test_what_is_said_first_says_that_a_bot_says_it(any_responder: Responder) -> None:
    decision = await any_responder.respond(TURNS["first"])
    assert decision.text is None or "automated assistant" in decision.text


async def test_health_is_always_told(any_responder: Responder) -> None:
    await any_responder.respond(TURN)
    parts = await any_responder.health()
    assert [part.name for part in parts] == ["bot"]
    assert all(part.state is PartState.UP or part.detail for part in parts)
