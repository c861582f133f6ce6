"""What the hub asks, checked: whatever else comes in is a BadRequest that names the key."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from string import whitespace
from typing import Any, Dict, Optional

from dateutil import tz

MAX_MESSAGE = 5000
"""Characters. Time grows with length; the hub cuts to 2,000 before."""

LANGUAGES = ("en", "es")
ZONE = "America/New_York"
"""The city's: its today is meant where the hub does not say which day it is."""


class BadRequest(ValueError):
    """The hub sent something else than it should; the message names the key."""


@dataclass(frozen=True)
class Request:
    """A message to be decided on. `state` is what the last answer gave, believed by nobody yet."""

    message: str
    language: str = "en"
    state: Optional[Dict[str, Any]] = None
    idle_hours: float = 0.0
    private: bool = True
    today: date = date.min


def read_request(body: Any) -> Request:
    """`{"sender", "message", "language", "state", "idle_hours", "private", "today"}`.

    `sender` is for the log and the reader of a trace; nothing hangs on it.
    """
    message = read_rank_request(body)
    sender, state = body.get("sender"), body.get("state")
    if not isinstance(sender, str) or not sender:
        raise BadRequest("sender: a non-empty string is needed")
    if state is not None and not isinstance(state, dict):
        raise BadRequest("state: an object or null is needed")
    idle = body.get("idle_hours")
    if idle is not None and (
        isinstance(idle, bool)
        or not isinstance(idle, (int, float))
        or not math.isfinite(idle)
        or idle < 0
    ):
        raise BadRequest("idle_hours: a number from 0 or null is needed")
    private = body.get("private", True)
    if not isinstance(private, bool):
        raise BadRequest("private: true or false is needed")
    return Request(
        message=message.message,
        language=message.language,
        state=state,
        idle_hours=float(idle or 0),
        private=private,
        today=_today(body.get("today")),
    )


def read_rank_request(body: Any) -> Request:
    """`{"message", "language"}`."""
    if not isinstance(body, dict):
        raise BadRequest("an object is needed")
    text, language = body.get("message"), body.get("language")
    if not isinstance(text, str) or len(text) > MAX_MESSAGE:
        raise BadRequest(f"message: a string of up to {MAX_MESSAGE} is needed")
    if language is not None and (not isinstance(language, str) or language not in LANGUAGES):
        raise BadRequest("language: en or es is needed")
    # A leading slash would name an intent, or restart the conversation.
    text = whole(text).lstrip(f"/{whitespace}").rstrip()
    if not text:
        raise BadRequest("message: nothing to read in it")
    return Request(message=text, language=language or LANGUAGES[0])


def whole(text: str) -> str:
    """Without halves of characters, which no library takes."""
    return (
        text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")
    )


def _today(given: Any) -> date:
    if given is None:
        return datetime.now(tz.gettz(ZONE)).date()
    try:
        day = date.fromisoformat(given)
    except (TypeError, ValueError):
        raise BadRequest("today: a day like 2026-12-31 is needed") from None
    if not 1990 <= day.year <= 2200:
        raise BadRequest("today: a day between 1990 and 2200 is needed")
    return day
