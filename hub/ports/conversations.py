"""What a channel of our own reads back: one conversation as its customer sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from hub.ports.messages import Attachment, Choice


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
    files: tuple[Attachment, ...] = ()
    """Those that the hub has kept; read with `Files.read(file.url)`."""
    external_id: str | None = None
    """What the channel called it when it came in."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Who has a conversation's newest ticket. `position` counts from 1 while it is waiting."""

    status: Literal["none", "bot", "waiting", "with_agent", "resolved"] = "none"
    """`none` before anything was said."""
    position: int | None = None
    agent: str | None = None
    unit: str | None = None
    """In whose queue it waits."""


@dataclass(frozen=True, slots=True)
class Office:
    """Whether people are at work for an account's inquiries, and if not, from when."""

    open: bool
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stir:
    """Something happened to a ticket."""

    ticket_id: int
    unit: str | None
    said: bool = False
    """Its messages changed."""
    typist: str | None = None
    """The agent who is writing an answer."""
    conversation: str | None = None
    """Of a new message, where that is known."""


class Conversations(Protocol):
    async def lines(self, account_id: int, conversation: str, newest: int = 200) -> Sequence[Line]:
        """The newest lines, oldest first."""
        ...

    async def tickets(self, account_id: int, conversation: str) -> Sequence[int]:
        """Ids of the tickets the conversation has led to."""
        ...

    async def standing(self, account_id: int, conversation: str) -> Standing:
        """Who has it now. The queue is counted anew at most every two seconds."""
        ...

    async def office(self, account_id: int) -> Office: ...

    async def typing(self, account_id: int, conversation: str, name: str) -> None:
        """The customer is writing: told to whoever sees the ticket, once in three seconds."""
        ...

    def follow(self, heard: Callable[[Sequence[Stir]], None]) -> Callable[[], None]:
        """Call `heard` with what happens to tickets, all of them; gives the way to stop that."""
        ...
