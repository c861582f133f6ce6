"""The hub's way in: one message and the dialogue's state over HTTP, one decision back."""

from __future__ import annotations

import logging
from typing import Any, Awaitable, Callable, Dict, Text

from dialogue.request import BadRequest, read_rank_request, read_request
from dialogue.turn import DialogueFailed, decide, model_of, rank
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

logger = logging.getLogger(__name__)

MAX_BODY = 100_000
"""Bytes: a message of 5,000 characters and the largest state are well below."""


class SwitchboardInput(InputChannel):
    """`POST …/webhook` decides on a message, `POST …/rank` only tells what it may be about.

    A pure function: the state that an answer holds is handed in again with the next message, and
    nothing is kept here (dialogue/request.py and dialogue/turn.py say what goes in and out).
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
            return response.json({"model": model_of(agent)})

        @routes.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            return await _answer(request, read_request, decide)

        @routes.route("/rank", methods=["POST"])
        async def ranking(request: Request) -> HTTPResponse:
            return await _answer(request, read_rank_request, rank)

        return routes


async def _answer(
    request: Request,
    read: Callable[[Any], Any],
    work: Callable[[Any, Any], Awaitable[Dict[Text, Any]]],
) -> HTTPResponse:
    if len(request.body) > MAX_BODY:
        return _problem(400, f"at most {MAX_BODY} bytes are read")
    try:
        wanted = read(request.json)
    except BadRequest as error:
        return _problem(400, str(error))
    agent = request.app.ctx.agent
    if agent is None or not agent.is_ready():
        return _problem(503, "no model is loaded")
    try:
        # The agent that was there at the beginning, though another model may come meanwhile.
        return response.json(await work(agent, wanted))
    except DialogueFailed as error:
        logger.error("A message could not be decided on: %s", error)
    except Exception:
        logger.exception("A message could not be decided on")
    return _problem(500, "the dialogue failed")


def _problem(status: int, detail: Text) -> HTTPResponse:
    return response.json({"error": detail}, status=status)
