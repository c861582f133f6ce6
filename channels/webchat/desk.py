"""Where a visitor's words become a message: the same for the widget and the form."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from channels.webchat.passes import Passes
from channels.webchat.visitor import Visitor
from hub.ports import (
    Account,
    Attachment,
    Conversations,
    Files,
    InboundMessage,
    Inbox,
    Line,
    ReceivedBody,
    Visibility,
)

MAX_BODY = 4_000
"""Characters of one message."""
_TEXT_FIELDS = frozenset({"body", "name"})


@dataclass(frozen=True, slots=True)
class Words:
    """What a visitor sends at once. `key` is new for each sending: the same again is the same."""

    key: str
    body: str
    name: str | None = None
    files: tuple[Attachment, ...] = ()
    left: bool = False
    """Left for people while nobody was there: the assistant does not answer it."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One of the website's own accounts, and what its visitors write and read."""

    account: Account
    inbox: Inbox
    conversations: Conversations
    files: Files
    now: Callable[[], datetime]
    city: str
    zone: ZoneInfo
    passes: Passes
    bot_answers: Callable[[], Awaitable[bool]]
    """Whether the assistant can answer just now."""
    identity_secret: Callable[[], Awaitable[str | None]]

    async def receive(self, visitor: Visitor, words: Words) -> int:
        """Store a message; gives its id."""
        message = InboundMessage(
            external_id=f"{visitor.conversation}:{words.key}",
            conversation=visitor.conversation,
            author=visitor.author(words.name),
            body=words.body,
            sent_at=self.now(),
            visibility=Visibility.PRIVATE,
            attachments=words.files,
            skip_bot=words.left,
            context={"email": visitor.email} if visitor.email else {},
        )
        raw = json.dumps(
            {
                "body": words.body,
                "key": words.key,
                "name": words.name,
                "files": [file.url for file in words.files],
            }
        ).encode()
        received = ReceivedBody(self.account.id, (message,), raw, text_fields=_TEXT_FIELDS)
        (accepted,) = await self.inbox.receive(received)
        return accepted.message_id

    async def lines(self, conversation: str, newest: int = 200) -> Sequence[Line]:
        """What its visitor may read, oldest first."""
        return await self.conversations.lines(self.account.id, conversation, newest)

    async def tickets(self, conversation: str) -> Sequence[int]:
        return await self.conversations.tickets(self.account.id, conversation)
