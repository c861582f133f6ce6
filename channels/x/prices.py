"""What X charges, and a running estimate of it.

Pay per use, in August 2026, from X's price list (docs.x.com, "X API pricing", and the developer
console): a post with a URL $0.20, without $0.015; a direct message $0.015; a direct message
read $0.010; a post of or to the account read $0.001 ("owned reads"), another post $0.005; hiding
a reply $0.005. The same thing read again on the same UTC day is not charged again.

All amounts are millionths of a US dollar.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from channels.x.text import has_link

POST = 15_000
POST_WITH_LINK = 200_000
MESSAGE = 15_000
OWN_READ = 1_000
"""A mention of the account, or a post of its own."""
POST_READ = 5_000
MESSAGE_READ = 10_000
HIDING = 5_000

_REMEMBERED = 50_000


def of_posts(texts: Iterable[str]) -> int:
    """What writing them costs."""
    return sum(POST_WITH_LINK if has_link(text) else POST for text in texts)


class Bill:
    """What was spent and not yet told, from the calls of one connector.

    An estimate: a hub that restarts, or has several workers, counts a second reading of the
    same day again.
    """

    def __init__(self) -> None:
        self._spent = 0
        self._day: date | None = None
        self._seen: set[tuple[int, str]] = set()

    def write(self, price: int) -> None:
        self._spent += price

    def read(self, ids: Iterable[str], price: int, now: datetime) -> None:
        """Charge for what was read, each once a day."""
        today = now.astimezone(UTC).date()
        if today != self._day or len(self._seen) > _REMEMBERED:
            self._day = today
            self._seen.clear()
        fresh = {(price, number) for number in ids} - self._seen
        self._seen |= fresh
        self._spent += price * len(fresh)

    def taken(self) -> int:
        """What has come together since the last call."""
        spent, self._spent = self._spent, 0
        return spent
