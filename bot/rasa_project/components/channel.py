"""The hub's way in: one message over HTTP, one decision of the dialogue back."""

from __future__ import annotations

import logging
from string import whitespace
from typing import Any, Awaitable, Callable, Dict, List, Optional, Text

from rasa.core.channels.channel import (
    CollectingOutputChannel,
    InputChannel,
    UserMessage,
)
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

logger = logging.getLogger(__name__)

MAX_MESSAGE = 5000
"""Characters. Time grows with length; the hub cuts to 2,000 before."""


class SwitchboardInput(InputChannel):
    """`POST /webhooks/switchboard/webhook` with `{"sender", "message"}`.

    Answers `{"act": "answer" | "ask_back", "slug", "confidence", "ranking", "model"}`. The
    act and the slug are what the dialogue uttered; the ranking is what it was decided on.
    400: the request is wrong; 503: no model is loaded; 500: anything else, with the cause in
    this process's log. An error is never a 200 with nothing in it.
    """

    @classmethod
    def name(cls) -> Text:
        return "switchboard"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        routes = Blueprint("switchboard_webhook", __name__)

        @routes.route("/", methods=["GET"])
        async def ready(request: Request) -> HTTPResponse:
            agent = request.app.ctx.agent
            if agent is None or not agent.is_ready():
                return _problem(503, "no model is loaded")
            return response.json({"model": _model(agent)})

        @routes.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            body = request.json
            sender = body.get("sender") if isinstance(body, dict) else None
            text = body.get("message") if isinstance(body, dict) else None
            if not isinstance(sender, str) or not sender:
                return _problem(400, "sender: a non-empty string is needed")
            if not isinstance(text, str) or len(text) > MAX_MESSAGE:
                return _problem(400, f"message: a string of up to {MAX_MESSAGE} is needed")
            # A leading slash would name an intent, or restart the conversation.
            text = text.lstrip(f"/{whitespace}").rstrip()
            if not text:
                return _problem(400, "message: nothing to read in it")
            agent = request.app.ctx.agent
            if agent is None or not agent.is_ready():
                return _problem(503, "no model is loaded")
            try:
                parsed = await agent.processor.parse_message(UserMessage(text))
                said = CollectingOutputChannel()
                await on_new_message(
                    UserMessage(
                        text,
                        said,
                        sender,
                        parse_data=parsed,
                        input_channel=self.name(),
                    )
                )
                decision = _decision(said.messages)
            except Exception:
                logger.exception("A message could not be decided on")
                return _problem(500, "the dialogue failed")
            if decision is None:
                logger.error("The dialogue said nothing")
                return _problem(500, "the dialogue said nothing")
            return response.json(
                {
                    "act": decision["act"],
                    "slug": decision.get("slug"),
                    "confidence": parsed["intent"]["confidence"],
                    "ranking": [
                        {
                            # Intents are slugs with underscores (kb/export.py).
                            "slug": guess["name"].replace("_", "-"),
                            "confidence": guess["confidence"],
                        }
                        for guess in parsed.get("intent_ranking", [])
                    ],
                    "model": _model(agent),
                }
            )

        return routes


def _decision(messages: List[Dict[Text, Any]]) -> Optional[Dict[Text, Any]]:
    for message in messages:
        custom = message.get("custom")
        if isinstance(custom, dict) and custom.get("act") in ("answer", "ask_back"):
            return custom
    return None


def _model(agent: Any) -> Text:
    """The model file's name: bot/training.py keeps what is known of it under that name."""
    name: Text = agent.model_name
    return name[: -len(".tar.gz")] if name.endswith(".tar.gz") else name


def _problem(status: int, detail: Text) -> HTTPResponse:
    return response.json({"error": detail}, status=status)
