"""What X's refusals mean for the hub, in words for an agent."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping

from channels.x.limits import used_up_until
from hub.ports import AuthFailed, ConnectorError, Rejected, TemporarilyUnavailable

NO_CREDITS_RETRY = 900.0
"""Seconds before asking again once X says that the account's credits are used up."""
NO_REPLY_BY_API = (
    "X does not let us answer this post through its API: its author neither named our account "
    "nor quoted a post of ours. Open the post on X, answer there, and log your answer on this "
    "ticket."
)

_NO_REPLY = (
    "reply to this conversation is not allowed",
    "only reply to or quote posts where you are mentioned",
    "not been mentioned or otherwise engaged",
)
_NO_MESSAGE = ("permission to dm", "cannot send messages to this user", "not following you")


def failure(
    status: int, headers: Mapping[str, str], body: bytes, *, writes: bool
) -> ConnectorError:
    """The hub's error for an answer of X's that is not 2xx."""
    said = _said(body)
    if status == 429:
        return TemporarilyUnavailable(
            "X's rate limit is used up", retry_after=_until_reset(headers)
        )
    if status == 401:
        return AuthFailed(f"X refuses the account's credentials: {said or 'no reason given'}")
    if status == 402:
        return TemporarilyUnavailable(
            f"the X account's credits are used up: {said or 'payment required'}",
            retry_after=NO_CREDITS_RETRY,
        )
    if status >= 500 or status in (408, 425) or status < 400:
        return TemporarilyUnavailable(
            f"X answers {status}", retry_after=_retry_after(headers), outcome_unknown=writes
        )
    return Rejected(_readable(status, said))


def is_duplicate(said: str) -> bool:
    """Does a refusal, X's own or the reason we made of it, speak of a repeated text?"""
    lower = said.lower()
    return "duplicate content" in lower or "same text twice" in lower


def _readable(status: int, said: str) -> str:
    """A reason for an agent, from what X says."""
    lower = said.lower()
    if is_duplicate(said):
        return "X refuses to take the same text twice in a short time."
    if "deleted or not visible" in lower:
        return "The post was deleted or is not visible to our account."
    if any(words in lower for words in _NO_REPLY):
        return NO_REPLY_BY_API
    if any(words in lower for words in _NO_MESSAGE):
        return (
            "X does not take a direct message from us for this person: they allow messages only "
            "from people they chose. Answer the post, and ask them to write to us."
        )
    if "not allowed to hide" in lower:
        return "X lets us hide replies only in conversations that our account began."
    if status == 404:
        return f"X does not know what this refers to: {said or 'not found'}"
    return f"X does not allow this: {said or f'error {status}'}"


def _said(body: bytes) -> str:
    """What the error body says, in one line."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(value, dict):
        return ""
    errors = value.get("errors")
    listed = [e for e in errors if isinstance(e, dict)] if isinstance(errors, list) else []
    # The list says what exactly was wrong, where there is one; the top says what kind it was.
    for source in (*listed, value):
        for key in ("message", "detail", "error_description", "title", "error"):
            text = source.get(key)
            if isinstance(text, str) and text.strip():
                return " ".join(text.split())[:300]
    return ""


def _until_reset(headers: Mapping[str, str]) -> float | None:
    """Seconds until the window that is used up starts anew."""
    until = used_up_until(headers)
    return _retry_after(headers) if until is None else max(until - time.time(), 1.0)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    try:
        return max(float(headers["retry-after"]), 0.0)
    except (KeyError, ValueError):
        return None
