"""Who is connected in this process, and what of the hub's events concerns them.

The hub tells of every ticket once; here it is sorted out for all visits together, so that an
event costs the same however many chats are open.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from hub.ports import Conversations, Stir

RECOUNT_EVERY = 3.0
"""Seconds between two tellings of a place in the queue."""


Key = TypeVar("Key")


class Visit(Protocol):
    """One connection of one visitor. All of these only note what is to be done."""

    @property
    def conversation(self) -> str: ...

    @property
    def tickets(self) -> set[int]:
        """Those it watches."""
        ...

    @property
    def waits_in(self) -> str | None:
        """The unit in whose queue the visitor stands."""
        ...

    def heard(self, stir: Stir) -> None:
        """Something happened to one of the visit's tickets."""
        ...

    def began(self) -> None:
        """The conversation has a ticket it did not have."""
        ...

    def recount(self) -> None:
        """Their place in the queue may have changed."""
        ...


class Lobby:
    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations
        self._visits: set[Visit] = set()
        self._by_ticket: dict[int, set[Visit]] = {}
        self._by_conversation: dict[str, set[Visit]] = {}
        self._stirred: set[str] = set()
        """Units whose queues may have changed since the last recount."""
        self._stop: Callable[[], None] | None = None
        self._recounting: asyncio.Task[None] | None = None

    async def enter(self, visit: Visit) -> None:
        self._visits.add(visit)
        self._by_conversation.setdefault(visit.conversation, set()).add(visit)
        if self._stop is None:
            self._stop = self._conversations.follow(self._hear)
            self._recounting = asyncio.create_task(self._recount(), name="chat-lobby")

    async def leave(self, visit: Visit) -> None:
        self._visits.discard(visit)
        _take_out(self._by_conversation, visit.conversation, visit)
        for ticket_id in visit.tickets:
            _take_out(self._by_ticket, ticket_id, visit)
        if not self._visits and self._stop is not None and self._recounting is not None:
            self._stop()
            self._recounting.cancel()
            task, self._stop, self._recounting = self._recounting, None, None
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def watch(self, visit: Visit, ticket_ids: Sequence[int]) -> None:
        """These tickets are the visit's from now on."""
        visit.tickets.update(ticket_ids)
        for ticket_id in ticket_ids:
            self._by_ticket.setdefault(ticket_id, set()).add(visit)

    def began(self, conversation: str) -> None:
        """A message of the conversation was stored: its other tabs may not know its ticket."""
        for visit in self._by_conversation.get(conversation, ()):
            visit.began()

    def _hear(self, stirs: Sequence[Stir]) -> None:
        for stir in stirs:
            if stir.unit is not None and stir.typist is None:
                self._stirred.add(stir.unit)
            visits = self._by_ticket.get(stir.ticket_id) or set()
            for visit in visits:
                visit.heard(stir)
            if stir.conversation is not None:
                for visit in self._by_conversation.get(stir.conversation, ()):
                    if visit not in visits:
                        visit.began()

    async def _recount(self) -> None:
        while True:
            await asyncio.sleep(RECOUNT_EVERY)
            if not self._stirred:
                continue
            stirred, self._stirred = self._stirred, set()
            for visit in self._visits:
                if visit.waits_in in stirred:
                    visit.recount()


def _take_out(table: dict[Key, set[Visit]], key: Key, visit: Visit) -> None:
    visits = table.get(key, set())
    visits.discard(visit)
    if not visits:
        table.pop(key, None)
