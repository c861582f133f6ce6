"""What agents are offered to answer with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx2
import pytest

from bot.responder import RasaResponder
from hub.ports import ArticleView, ChannelKind, Suggestion, Turn, Visibility
from tests.bot.knowledge import FakeKnowledge
from tests.bot.rasa_stub import RasaStub, responder

pytestmark = pytest.mark.anyio

TURN = Turn("ticket-1", "my lights are out", ChannelKind.WEBCHAT, Visibility.PRIVATE)
SPANISH = replace(TURN, text="no hay luz", language="es")


async def test_agents_are_offered_the_articles_that_may_be_sent() -> None:
    ranking = [
        {"slug": slug, "confidence": share}
        for slug, share in (
            ("report-outage", 0.5),
            ("greeting", 0.2),
            ("damage-claim", 0.1),
            ("rebates", 0.08),
            ("outage-map", 0.06),
            ("high-bill", 0.01),
        )
    ]
    stub = RasaStub({"ranking": ranking, "confidence": 0.5, "model": "bot-1"})
    suggested = await responder(stub).suggest(SPANISH)
    assert [one.article for one in suggested] == ["report-outage", "outage-map"]
    assert suggested[0] == Suggestion(
        text="Repórtelo en la página de apagones.",
        article="report-outage",
        title="Reportar un apagón",
        confidence=0.5,
        source="City pages",
    )
    assert stub.paths == ["/webhooks/switchboard/rank"]


@pytest.mark.parametrize("reply", [500, b"garbage", httpx2.ConnectError("refused"), {}])
async def test_without_rasa_nothing_is_suggested(reply: Any) -> None:
    assert await responder(RasaStub(reply)).suggest(TURN) == []


async def test_a_knowledge_base_that_fails_suggests_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken(FakeKnowledge):
        async def article(self, slug: str) -> ArticleView | None:
            raise RuntimeError("the database is away")

    stub = RasaStub(
        {"ranking": [{"slug": "high-bill", "confidence": 1}], "confidence": 1, "model": "bot-1"}
    )
    bot = RasaResponder(Broken(), lambda: "http://rasa.test", transport=httpx2.MockTransport(stub))
    assert await bot.suggest(TURN) == []
    assert "nothing could be suggested" in caplog.text
    await bot.aclose()


async def test_nothing_is_suggested_for_nothing() -> None:
    stub = RasaStub()
    assert await responder(stub).suggest(replace(TURN, text="🔥")) == []
    assert stub.heard == []
