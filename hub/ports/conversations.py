"""What a channel of our own reads back: the lines of one conversation, as the customer sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.ports.messages import Choice


@dataclass(frozen=True, slots=True)
class Line:
    """One message a customer may read: their own, or one that was delivered."""

    id: int
    by: str
    """`you`, `bot` or `agent`."""
    name: str
    body: str
    at: datetime
    choices: tuple[Choice, ...] = ()


class Conversations(Protocol):
    async def lines(self, account_id: int, conversation: str) -> Sequence[Line]:
        """The newest 200 lines, oldest first."""
        ...

    async def tickets(self, account_id: int, conversation: str) -> Sequence[int]:
        """Ids of the tickets the conversation has led to."""
        ...

    def follow(self, changed: Callable[[int], None]) -> Callable[[], None]:
        """Call `changed` with the id of every ticket whose messages change; gives the way to
        stop that."""
        ...
