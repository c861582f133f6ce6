"""What the Graph API's error objects mean to the hub.

    {"error": {"code": 10, "error_subcode": 2018278, "message": "(#10) …", "is_transient": …}}

The HTTP status says nothing: the code does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hub.ports import AuthFailed, ConnectorError, Rejected, TemporarilyUnavailable

_TOKEN_DEAD = frozenset({102, 190, 463, 467})
_RATE_LIMITS = frozenset({4, 17, 32, 341, 613, 80001, 80006})
_TRANSIENT = frozenset({1, 2, 1200})
_OUTSIDE_WINDOW = frozenset({2018278, 2018065})
_UNREACHABLE = frozenset({1545041, 2018108, 2018001})
_ANOTHER_APP = frozenset({2018300})
_GONE = frozenset({33, 2018292})
_RATE_LIMIT_PAUSE = timedelta(minutes=5)

_PRIVATE_REPLIES = {
    10900: "This has been answered in private already, and Facebook allows that once. "
    "Look on Facebook whether it was with these words.",
    10901: "This is too old for a private answer: Facebook allows one for seven days.",
    10902: "Facebook does not allow a private answer to this.",
    10903: "Facebook does not allow a private answer to this person.",
}


def refusal(
    error: Mapping[str, Any], *, writes: bool, regain_seconds: float | None = None
) -> ConnectorError:
    """The hub's error for an error object. `writes`: it may have been carried out all the same."""
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    said = _said(error)
    if code in _TOKEN_DEAD:
        return AuthFailed(f"Facebook refuses the page's access token: {said}")
    if code in _RATE_LIMITS or 80000 <= code <= 80014:
        return TemporarilyUnavailable(
            "Facebook's rate limit is used up",
            retry_after=regain_seconds or _RATE_LIMIT_PAUSE.total_seconds(),
        )
    transient = error.get("is_transient")
    if transient is True or (code in _TRANSIENT and transient is not False):
        return TemporarilyUnavailable(
            f"Facebook fails for the moment: {said}", outcome_unknown=writes
        )
    return Rejected(_reason(code, subcode, said))


def _reason(code: int, subcode: int, said: str) -> str:
    """Why Facebook will never take this, in words for an agent."""
    if subcode in _OUTSIDE_WINDOW:
        return "The time in which Facebook allows an answer here is over."
    if subcode in _ANOTHER_APP:
        return "Another app has this conversation: take it over first."
    if code == 551 or subcode in _UNREACHABLE:
        return "This person cannot be reached on Messenger any more."
    if code in _PRIVATE_REPLIES:
        return _PRIVATE_REPLIES[code]
    if code == 100 and subcode in _GONE:
        return "It is not on Facebook any more, or the page may not see it."
    if code == 10 or 200 <= code <= 299:
        return f"Our Facebook app has no permission for this: {said}"
    if code == 368:
        return f"Facebook has blocked the page from doing this for now: {said}"
    return f"Facebook does not allow this: {said}"


def _number(value: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 12:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


def _said(error: Mapping[str, Any]) -> str:
    for key in ("error_user_msg", "message"):
        text = error.get(key)
        if isinstance(text, str) and text.strip():
            return " ".join(text.split())[:300]
    return f"error {error.get('code')}"
