"""Messenger's events: what people write, press, change and take back, and what staff wrote in
Facebook's app."""

from __future__ import annotations

from typing import Any

from channels.facebook import attachments, conversations
from channels.facebook.conversations import ANOTHER_APP
from channels.facebook.parties import conversation_of, customer_of, happened_at, party
from channels.facebook.payloads import (
    Entry,
    Message,
    MessageEdit,
    MessagingEvent,
    Postback,
    Reaction,
)
from hub.ports import (
    Account,
    Author,
    Ignored,
    InboundItem,
    InboundMessage,
    MalformedPayload,
    MessageDeleted,
    MessageEdited,
    MessageReaction,
    Visibility,
)

OUR_METADATA = "switchboard:"
"""What the metadata of every message we send begins with: its echo is recognised by it."""

_IGNORED = {
    # Nothing changes hands by asking; the app that has it decides.
    "request_thread_control": "another app asks for a conversation",
    "app_roles": "roles of apps changed",
    "optin": "an opt-in",
    "referral": "a referral: nothing was said yet",
    "account_linking": "an account linked",
    "message_context": "context of a conversation",
    "messaging_feedback": "feedback given in a form",
    "game_play": "a game played",
    "typing": "somebody types",
}


def messaging_item(
    account: Account, entry: Entry, event: MessagingEvent, *, standby: bool = False
) -> InboundItem:
    """What one event says. `standby`: another app has the conversation."""
    if event.message is not None:
        return _message(account, entry, event, event.message, standby)
    if event.postback is not None:
        return _postback(account, entry, event, event.postback, standby)
    if event.message_edit is not None:
        return _edit(account, entry, event, event.message_edit, standby)
    if event.reaction is not None:
        return _reaction(account, entry, event, event.reaction)
    if event.read is not None:
        return conversations.seen(account, entry, event, event.read, read=True)
    if event.delivery is not None:
        return conversations.seen(account, entry, event, event.delivery, read=False)
    if event.pass_thread_control is not None:
        return conversations.control_passed(account, entry, event, event.pass_thread_control)
    if event.take_thread_control is not None:
        return conversations.control_taken(account, entry, event, event.take_thread_control)
    if (notice := conversations.policy_notice(entry, event)) is not None:
        return notice
    for kind, why in _IGNORED.items():
        if kind in event.others:
            return Ignored(why)
    return Ignored("a Messenger event not for us: " + ", ".join(sorted(event.others))[:80])


def _message(
    account: Account, entry: Entry, event: MessagingEvent, message: Message, standby: bool
) -> InboundItem:
    if message.is_deleted:
        return MessageDeleted(message.mid, happened_at(entry, event))
    pages = {account.external_id, entry.id}
    sender, recipient = party(event, "sender"), party(event, "recipient")
    customer, context = sender, dict[str, Any]()
    if message.is_echo:
        if _is_ours(account, message):
            return Ignored("an echo of what we sent")
        customer = recipient if recipient not in pages else sender
        sender = account.external_id or sender
        context["customer_id"] = customer
    elif sender in pages:
        return Ignored("a message of the page itself")
    if message.quick_reply is not None and message.quick_reply.payload:
        context["choice"] = message.quick_reply.payload
    carried = message.attachments or ()
    return InboundMessage(
        external_id=message.mid,
        conversation=conversation_of(customer),
        author=Author(kind="facebook", address=sender),
        body=message.text or attachments.in_words(carried) or _nothing(message),
        sent_at=happened_at(entry, event),
        visibility=Visibility.PRIVATE,
        by_staff=bool(message.is_echo),
        in_reply_to=message.reply_to.mid if message.reply_to else None,
        held_by=_holder(message, standby),
        attachments=attachments.files(carried),
        location=attachments.location(carried),
        context=context,
    )


def _is_ours(account: Account, message: Message) -> bool:
    """Our app's id or our mark says so; staff's own app has neither."""
    app_id = account.secrets.get("app_id")
    if app_id and message.app_id == app_id:
        return True
    return (message.metadata or "").startswith(OUR_METADATA)


def _holder(message: Message | None, standby: bool) -> str | None:
    """In standby an echo comes from the app that has the conversation."""
    if not standby:
        return None
    return (message.app_id if message is not None and message.is_echo else None) or ANOTHER_APP


def _nothing(message: Message) -> str:
    if message.is_unsupported:
        return "[a message that Facebook does not pass on: open it on Facebook]"
    return "[no text]"


def _postback(
    account: Account, entry: Entry, event: MessagingEvent, postback: Postback, standby: bool
) -> InboundItem:
    text = postback.title or postback.payload
    if not text:
        if standby:  # the payload is the other app's own
            return Ignored("a button of another app's")
        raise MalformedPayload("a postback that says nothing")
    sender = party(event, "sender")
    if sender in (account.external_id, entry.id):
        return Ignored("a button pressed by the page itself")
    sent_at = happened_at(entry, event)
    return InboundMessage(
        # Older postbacks have no id: nobody presses twice in the same millisecond.
        external_id=postback.mid or f"postback:{sender}:{int(sent_at.timestamp() * 1000)}",
        conversation=conversation_of(sender),
        author=Author(kind="facebook", address=sender),
        body=text,
        sent_at=sent_at,
        visibility=Visibility.PRIVATE,
        held_by=_holder(None, standby),
        context={"choice": postback.payload} if postback.payload else {},
    )


def _edit(
    account: Account, entry: Entry, event: MessagingEvent, edit: MessageEdit, standby: bool
) -> InboundItem:
    customer, by_page = customer_of(account, entry, event)
    if customer is None:
        raise MalformedPayload("an edited message without its sender")
    at = happened_at(entry, event)
    message = InboundMessage(
        external_id=edit.mid,
        conversation=conversation_of(customer),
        author=Author(kind="facebook", address=party(event, "sender") if by_page else customer),
        body=edit.text or "[no text]",
        # When it was written the event does not say.
        sent_at=at,
        visibility=Visibility.PRIVATE,
        by_staff=by_page,
        held_by=_holder(None, standby),
    )
    return MessageEdited(message, at)


def _reaction(
    account: Account, entry: Entry, event: MessagingEvent, reaction: Reaction
) -> InboundItem:
    customer, by_page = customer_of(account, entry, event)
    if by_page or customer is None:
        return Ignored("a reaction of the page itself" if by_page else "a reaction of nobody named")
    given = None
    if reaction.action != "unreact":
        given = reaction.emoji or reaction.reaction
        if given is None:
            return Ignored("a reaction that says nothing")
    return MessageReaction(reaction.mid, customer, given, happened_at(entry, event))
