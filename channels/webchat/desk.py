"""Where a visitor's words become a message: the same for the widget and the form."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.ports import (
    Account,
    Author,
    Conversations,
    InboundMessage,
    Inbox,
    Line,
    ReceivedBody,
    Visibility,
)

MAX_BODY = 4_000
"""Characters of one message."""
_MAX_NAME = 80
_TEXT_FIELDS = frozenset({"body", "name"})


@dataclass(frozen=True, slots=True)
class Desk:
    """One of the website's own accounts, and what its visitors write and read."""

    account: Account
    inbox: Inbox
    conversations: Conversations
    now: Callable[[], datetime]
    city: str

    async def receive(self, conversation: str, name: str | None, body: str, key: str) -> int:
        """Store a message; gives its id. The same `key` again gives the first one's."""
        visitor = (name or "").strip()[:_MAX_NAME] or "Website visitor"
        message = InboundMessage(
            external_id=f"{conversation}:{key}",
            conversation=conversation,
            author=Author("web", conversation, visitor),
            body=body,
            sent_at=self.now(),
            visibility=Visibility.PRIVATE,
        )
        raw = json.dumps({"body": body, "key": key, "name": name}).encode()
        received = ReceivedBody(self.account.id, (message,), raw, text_fields=_TEXT_FIELDS)
        (accepted,) = await self.inbox.receive(received)
        return accepted.message_id

    async def lines(self, conversation: str) -> Sequence[Line]:
        """What its visitor may read, oldest first."""
        return await self.conversations.lines(self.account.id, conversation)

    async def tickets(self, conversation: str) -> Sequence[int]:
        return await self.conversations.tickets(self.account.id, conversation)
