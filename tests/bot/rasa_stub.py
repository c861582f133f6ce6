"""Rasa's channel without Rasa: answers what a test tells it to, and remembers what it heard.

The replies are shaped as `bot/rasa_project/components/channel.py` shapes them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
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

STATE = {"v": 1, "form": "report-outage", "slots": {}, "tries": 0, "last": None}
"""What Rasa gives out and gets back; nobody but Rasa looks into it."""

YES_NO = [{"title": "Yes", "value": "yes"}, {"title": "No", "value": "no"}]


def reply(act: str, **changes: Any) -> dict[str, Any]:
    """A reply of any act, with every key that Rasa sends."""
    made: dict[str, Any] = {
        "act": act,
        "slug": None,
        "confidence": 0.9,
        "ranking": RANKING,
        "model": "bot-1",
        "language": "en",
        "emergency": None,
        "text": None,
        "choices": [],
        "form": None,
        "state": None,
        "offers_form": False,
    }
    return made | changes


def answers(slug: str, **changes: Any) -> dict[str, Any]:
    ranking = [{"slug": slug, "confidence": 0.9}, *RANKING[2:4]]
    return reply("answer", slug=slug, ranking=ranking) | changes


def asks_back(**changes: Any) -> dict[str, Any]:
    return reply("ask_back", confidence=0.2) | changes


def out_of_scope(**changes: Any) -> dict[str, Any]:
    return reply("out_of_scope", confidence=0.0) | changes


def form(
    kind: str = "report-outage",
    fields: Mapping[str, str] | None = None,
    *,
    title: str = "Power outage report",
    complete: bool = False,
) -> dict[str, Any]:
    """What a form collected; `fields` maps names to values."""
    return {
        "kind": kind,
        "title": title,
        "fields": [
            {"name": name, "label": name.capitalize(), "value": value}
            for name, value in (fields or {}).items()
        ],
        "complete": complete,
    }


def asks(
    text: str,
    kind: str = "report-outage",
    *,
    fields: Mapping[str, str] | None = None,
    choices: Sequence[Mapping[str, str]] = (),
    **changes: Any,
) -> dict[str, Any]:
    """A form's question; without `fields` and with YES_NO it is the offer of the form."""
    return (
        reply(
            "ask",
            slug=kind,
            text=text,
            choices=list(choices),
            form=form(kind, fields),
            state=STATE | {"form": kind},
        )
        | changes
    )


def answers_within_form(slug: str, question: str, **changes: Any) -> dict[str, Any]:
    """Another topic in the middle of a form: its answer, then the open question again."""
    open_question = asks(question)
    kept = {key: open_question[key] for key in ("text", "choices", "form", "state")}
    return answers(slug) | kept | changes


def form_done(text: str, kind: str = "report-outage", **changes: Any) -> dict[str, Any]:
    done = form(kind, {"address": "12 Oak St", "since": "8 am"}, complete=True)
    return reply("form_done", slug=kind, text=text, form=done) | changes


def form_left(text: str, kind: str = "report-outage", **changes: Any) -> dict[str, Any]:
    """The customer does not want to go on: said politely, and nobody is called."""
    return reply("form_left", slug=kind, text=text, form=form(kind)) | changes


def person_from_form(text: str, kind: str = "report-outage", **changes: Any) -> dict[str, Any]:
    """A person takes over with what there is.

    Where the customer asked for one `text` is None; where a value was wrong three times it says so.
    """
    given = form(kind, {"address": "12 Oak St"})
    return answers("talk-to-a-person", text=text, form=given) | changes


class RasaStub:
    """`reply` is a JSON value, bytes, a status code, or an exception to raise.

    `heard` are the bodies and `paths` the addresses of all calls.
    """

    def __init__(self, reply: Any = None) -> None:
        self.reply = reply if reply is not None else asks_back()
        self.heard: list[dict[str, Any]] = []
        self.paths: list[str] = []

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.heard.append(json.loads(request.content) if request.content else {})
        self.paths.append(request.url.path)
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
