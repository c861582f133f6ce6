"""From X's direct messages, and its word that one was read, to the hub's."""

from __future__ import annotations

from channels.x.ids import DM, written_at
from channels.x.legacy import LegacyRead
from channels.x.payloads import DirectMessage
from channels.x.surroundings import Surroundings, placeholder
from channels.x.text import unescape
from hub.ports import (
    Account,
    Author,
    ConversationSeen,
    Ignored,
    InboundItem,
    InboundMessage,
    MalformedPayload,
    Visibility,
)


def dm_item(account: Account, message: DirectMessage, around: Surroundings) -> InboundItem:
    """A direct message to the account, or one that staff wrote in another app.

    The hub's own come back, too (`dm.sent`, polls). They can be told from staff's only where X
    names the app and the account's secrets hold ours (`app_id`); else both are left alone.
    """
    if message.event_type not in ("MessageCreate", "message_create"):
        return Ignored(f"a direct message event without a message: {message.event_type[:60]}")
    sender = message.sender_id
    if sender is None:
        raise MalformedPayload("a direct message without its sender")
    by_staff = sender == account.external_id
    customer = sender
    if by_staff:
        ours = account.secrets.get("app_id")
        recipient = message.recipient_id or _other_party(message, sender)
        if not (ours and message.source_app_id and recipient) or message.source_app_id == ours:
            return Ignored("a direct message of the account itself: ours or staff's")
        customer = recipient
    person = around.people.get(sender)
    attachments = around.attachments(message.attachments)
    return InboundMessage(
        external_id=DM + message.id,
        conversation=DM + customer,
        author=Author(
            kind="x",
            address=sender,
            display_name=person.name if person else None,
            handle=person.username if person else None,
        ),
        body=unescape(message.text) or placeholder(attachments),
        sent_at=written_at(message.created_at, message.id),
        visibility=Visibility.PRIVATE,
        by_staff=by_staff,
        attachments=attachments,
        context={"customer_id": customer} if by_staff else {},
    )


def read_item(account: Account, read: LegacyRead) -> InboundItem:
    """The other person read what the account sent."""
    if read.sender_id == account.external_id:
        return Ignored("the account itself read a direct message")
    last = read.last_read_event_id
    if not read.created_timestamp and last is None:
        return Ignored("a direct message was read, nobody knows when")
    return ConversationSeen(
        conversation=DM + read.sender_id,
        until=written_at(read.created_timestamp, last or "0"),
        read=True,
    )


def _other_party(message: DirectMessage, one: str) -> str | None:
    ids = (message.dm_conversation_id or "").split("-")
    return next((i for i in ids if i != one), None) if len(ids) == 2 and one in ids else None
