"""X's rate limits, as its headers tell them with every answer.

`x-rate-limit-limit`, `-remaining` and `-reset` (Unix seconds) are those of the call's quarter of
an hour; writing has `x-user-limit-24hour-…` and `x-app-limit-24hour-…` as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from hub.ports import RateBudget

POSTS = "posts"
MESSAGES = "messages"

_BUDGETS = (
    (POSTS, "POST", re.compile(r"/2/tweets\Z")),
    (MESSAGES, "POST", re.compile(r"/2/dm_conversations(/.*)?\Z")),
    ("mentions", "GET", re.compile(r"/2/users/\d+/mentions\Z")),
    ("message reads", "GET", re.compile(r"/2/dm_(events|conversations/.+/dm_events)\Z")),
    ("own posts", "GET", re.compile(r"/2/users/\d+/tweets\Z")),
    ("post reads", "GET", re.compile(r"/2/tweets(/\d+)?\Z")),
    ("hiding", "PUT", re.compile(r"/2/tweets/\d+/hidden\Z")),
)
_WINDOWS = ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour")


class Budgets:
    """The newest word on each limit that was not asked for yet."""

    def __init__(self) -> None:
        self._news: dict[str, RateBudget] = {}

    def note(self, method: str, path: str, headers: Mapping[str, str]) -> None:
        """Keep what the headers of an answer say; without them nothing is known."""
        name = next((n for n, m, where in _BUDGETS if m == method and where.match(path)), None)
        if name is not None and (budget := _tightest(name, headers)) is not None:
            self._news[name] = budget

    def taken(self) -> tuple[RateBudget, ...]:
        """What was noted since the last call."""
        news, self._news = tuple(self._news.values()), {}
        return news


def used_up_until(headers: Mapping[str, str]) -> float | None:
    """When a refused call may be made again, in Unix seconds; None where X does not say."""
    windows = [w for name in _WINDOWS if (w := _window(name, headers)) is not None]
    used_up = [reset for _, remaining, reset in windows if remaining == 0]
    if used_up:
        return max(used_up)
    try:
        return _moment(headers["x-rate-limit-reset"])
    except (KeyError, ValueError):
        return None


def _tightest(name: str, headers: Mapping[str, str]) -> RateBudget | None:
    """Of the windows a call counts in, one that is used up, else the quarter of an hour."""
    windows = [w for prefix in _WINDOWS if (w := _window(prefix, headers)) is not None]
    if not windows:
        return None
    used_up = [window for window in windows if window[1] == 0]
    limit, remaining, reset = max(used_up, key=lambda window: window[2]) if used_up else windows[0]
    return RateBudget(name, limit, remaining, datetime.fromtimestamp(reset, UTC))


def _window(prefix: str, headers: Mapping[str, str]) -> tuple[int | None, int, float] | None:
    """Limit, remaining calls and reset; None where X does not tell both of the latter."""
    try:
        remaining = int(headers[f"{prefix}-remaining"])
        reset = _moment(headers[f"{prefix}-reset"])
    except (KeyError, ValueError):
        return None
    stated = headers.get(f"{prefix}-limit", "")
    limit = int(stated) if stated.isascii() and stated.isdecimal() and len(stated) < 19 else None
    return limit, max(remaining, 0), reset


def _moment(text: str) -> float:
    """Unix seconds that a clock can show. Raises ValueError."""
    seconds = float(text)
    if not 0 <= seconds < 10**11:
        raise ValueError("not a moment")
    return seconds
