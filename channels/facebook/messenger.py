"""Messenger's events: what people write and press, and what staff wrote in Facebook's app."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from channels.facebook.payloads import Entry, Message, MessageAttachment, MessagingEvent
from channels.payload import instant
from hub.ports import (
    Account,
    Attachment,
    Author,
    Ignored,
    InboundItem,
    InboundMessage,
    Location,
    MalformedPayload,
    Visibility,
)

PSID = "psid:"
OUR_METADATA = "switchboard:"
"""What the metadata of every message we send begins with: its echo is recognised by it."""

_IGNORED = {
    "delivery": "a delivery report",
    "read": "a read report",
    "reaction": "a reaction",
    "message_edit": "an edited message",
    "pass_thread_control": "thread control passed",
    "take_thread_control": "thread control taken",
    "request_thread_control": "thread control requested",
    "app_roles": "roles of apps changed",
    "optin": "an opt-in",
    "referral": "a referral",
    "account_linking": "an account linked",
    "policy-enforcement": "Facebook's policy enforcement",
    "policy_enforcement": "Facebook's policy enforcement",
    "message_context": "context of a conversation",
}


def messaging_item(account: Account, entry: Entry, event: MessagingEvent) -> InboundItem:
    """A message, a pressed button or an echo as a message; all else Ignored."""
    if event.message is not None:
        return _message(account, entry, event, event.message)
    if event.postback is not None:
        return _postback(account, entry, event)
    for kind, why in _IGNORED.items():
        if kind in event.kinds:
            return Ignored(why)
    return Ignored("a Messenger event not for us: " + ", ".join(sorted(event.kinds))[:80])


def _message(
    account: Account, entry: Entry, event: MessagingEvent, message: Message
) -> InboundItem:
    if message.is_deleted:
        return Ignored("a deleted message")
    pages = {account.external_id, entry.id}
    sender, recipient = _party(event, "sender"), _party(event, "recipient")
    customer = sender
    if message.is_echo:
        if _is_ours(account, message):
            return Ignored("an echo of what we sent")
        customer = recipient if recipient not in pages else sender
        sender = account.external_id or sender
    elif sender in pages:
        return Ignored("a message of the page itself")
    attachments = message.attachments or ()
    context: dict[str, Any] = {}
    if message.is_echo:
        context["customer_id"] = customer
    if message.quick_reply is not None and message.quick_reply.payload:
        context["choice"] = message.quick_reply.payload
    return InboundMessage(
        external_id=message.mid,
        conversation=PSID + customer,
        author=Author(kind="facebook", address=sender),
        body=message.text or _placeholder(message, attachments),
        sent_at=_sent_at(entry, event),
        visibility=Visibility.PRIVATE,
        by_staff=message.is_echo,
        in_reply_to=message.reply_to.mid if message.reply_to else None,
        attachments=_files(attachments),
        location=_location(attachments),
        context=context,
    )


def _is_ours(account: Account, message: Message) -> bool:
    """Our app's id or our mark says so; staff's own app has neither."""
    app_id = account.secrets.get("app_id")
    if message.app_id is not None and app_id:
        return message.app_id == app_id
    return (message.metadata or "").startswith(OUR_METADATA)


def _postback(account: Account, entry: Entry, event: MessagingEvent) -> InboundItem:
    postback = event.postback
    assert postback is not None
    sender = _party(event, "sender")
    text = postback.title or postback.payload
    if not text:
        raise MalformedPayload("a postback that says nothing")
    sent_at = _sent_at(entry, event)
    return InboundMessage(
        # Older postbacks have no id: nobody presses twice in the same millisecond.
        external_id=postback.mid or f"postback:{sender}:{int(sent_at.timestamp() * 1000)}",
        conversation=PSID + sender,
        author=Author(kind="facebook", address=sender),
        body=text,
        sent_at=sent_at,
        visibility=Visibility.PRIVATE,
        context={"choice": postback.payload} if postback.payload else {},
    )


def _party(event: MessagingEvent, side: str) -> str:
    party = event.sender if side == "sender" else event.recipient
    if party is None or party.id is None:
        raise MalformedPayload(f"a message without its {side}")
    return party.id


def _sent_at(entry: Entry, event: MessagingEvent) -> datetime:
    moment = instant(event.timestamp) or instant(entry.time)
    if moment is None:
        raise MalformedPayload("neither the event nor its entry says when it happened")
    return moment


def _files(attachments: Iterable[MessageAttachment]) -> tuple[Attachment, ...]:
    found = []
    for each in attachments:
        url = (each.payload.url if each.payload else None) or each.url
        if url:
            name = (each.payload.title if each.payload else None) or each.title
            found.append(Attachment(url=url, media_type=each.type or "file", name=name))
    return tuple(found)


def _location(attachments: Iterable[MessageAttachment]) -> Location | None:
    for each in attachments:
        if each.payload is not None and each.payload.coordinates is not None:
            place = each.payload.coordinates
            if not (abs(place.lat) <= 90 and abs(place.long) <= 180):  # false for NaN, too
                return None
            return Location(latitude=place.lat, longitude=place.long)
    return None


def _placeholder(message: Message, attachments: Iterable[MessageAttachment]) -> str:
    """What the thread shows for a message without words."""
    kinds = []
    for each in attachments:
        sticker = each.payload is not None and each.payload.sticker_id is not None
        kinds.append("sticker" if sticker else each.type or "file")
    if kinds:
        return " ".join(f"[{kind}]" for kind in dict.fromkeys(kinds))
    if message.is_unsupported:
        return "[a message that Facebook does not pass on: open it on Facebook]"
    return "[no text]"
