"""Rasa's channel without Rasa: answers what a test tells it to, and remembers what it heard."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2

from bot.responder import RasaResponder
from tests.bot.knowledge import FakeKnowledge

RANKING = [
    {"slug": "report-outage", "confidence": 0.41},
    {"slug": "greeting", "confidence": 0.3},
    {"slug": "outage-map", "confidence": 0.2},
    {"slug": "unpublished", "confidence": 0.1},
    {"slug": "high-bill", "confidence": 0.05},
]


def answers(slug: str, **changes: Any) -> dict[str, Any]:
    reply = {"act": "answer", "slug": slug, "confidence": 0.9, "model": "bot-1"}
    return reply | {"ranking": [{"slug": slug, "confidence": 0.9}, *RANKING[2:4]]} | changes


def asks_back(**changes: Any) -> dict[str, Any]:
    reply = {"act": "ask_back", "slug": None, "confidence": 0.2, "model": "bot-1"}
    return reply | {"ranking": RANKING} | changes


class RasaStub:
    """`reply` is a JSON value, bytes, a status code, or an exception to raise."""

    def __init__(self, reply: Any = None) -> None:
        self.reply = reply if reply is not None else asks_back()
        self.heard: list[dict[str, Any]] = []

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.heard.append(json.loads(request.content))
        match self.reply:
            case Exception():
                raise self.reply
            case bool():
                return httpx2.Response(200, json=self.reply)
            case int():
                return httpx2.Response(self.reply, json={"error": "told to"})
            case bytes():
                return httpx2.Response(200, content=self.reply)
            case _ if callable(self.reply):
                await self.reply()
                return httpx2.Response(200, json=asks_back())
            case _:
                return httpx2.Response(200, json=self.reply)


def responder(
    stub: RasaStub,
    *,
    base_url: Callable[[], str | None] = lambda: "http://rasa.test",
    timeout: float = 3.0,
) -> RasaResponder:
    return RasaResponder(
        FakeKnowledge(), base_url, transport=httpx2.MockTransport(stub), timeout=timeout
    )
