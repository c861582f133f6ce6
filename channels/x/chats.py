"""From X's encrypted chats to the hub's messages.

X passes on who wrote, where and when, but the words only as a ciphertext for the account's own
devices. A person must know of it all the same: it becomes a message that says where to read it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator

from channels.payload import Ident, Payload
from channels.x.ids import snowflake_time, stated
from channels.x.payloads import NumericId, Stamp
from channels.x.surroundings import Surroundings
from hub.ports import (
    Account,
    Author,
    Ignored,
    InboundItem,
    InboundMessage,
    MalformedPayload,
    Visibility,
)

CHAT = "chat:"
"""In front of an encrypted message's id, and of its conversation's."""
WORDS = "[an encrypted message that X does not pass on: open it on X]"
INBOX = "https://x.com/messages"
"""Where the account's own people read it; X names no address of one message."""


def _named(value: object) -> object:
    usable = isinstance(value, str | int) and not isinstance(value, bool)
    return value if usable and value != "" else None


class Chat(Payload):
    """`payload` of `chat.received`. Its ids are opaque but for the people's."""

    id: Ident
    sender_id: NumericId | None = None
    conversation_id: Annotated[Ident | None, BeforeValidator(_named)] = None
    """Both people's ids with a colon between them, or a group's own."""
    created_at_msec: Stamp = None


def chat_item(account: Account, chat: Chat, around: Surroundings) -> InboundItem:
    """An encrypted message to the account. Raises MalformedPayload."""
    sender = chat.sender_id
    if sender is None:
        raise MalformedPayload("an encrypted message without its sender")
    if sender == account.external_id:
        return Ignored("an encrypted message of the account itself")
    person = around.people.get(sender)
    return InboundMessage(
        external_id=CHAT + chat.id,
        # One citizen, one ticket: several people may talk in a group.
        conversation=CHAT + ":".join(filter(None, (chat.conversation_id, sender))),
        author=Author(
            kind="x",
            address=sender,
            display_name=person.name if person else None,
            handle=person.username if person else None,
        ),
        body=WORDS,
        sent_at=_written_at(chat),
        visibility=Visibility.PRIVATE,
        # There is nothing a bot could understand.
        skip_bot=True,
        permalink=INBOX,
        can_reply=False,
    )


def _written_at(chat: Chat) -> datetime:
    moment = stated(chat.created_at_msec)
    if moment is not None:
        return moment
    if chat.id.isascii() and chat.id.isdecimal():
        return snowflake_time(chat.id)
    raise MalformedPayload("an encrypted message without its time")
