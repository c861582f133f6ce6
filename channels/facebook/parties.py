"""Who is who in a Messenger event: the page on one side, one person on the other."""

from __future__ import annotations

from datetime import datetime

from channels.facebook.payloads import Entry, MessagingEvent
from channels.payload import instant
from hub.ports import Account, MalformedPayload
from hub.ports.messages import clean_text

PSID = "psid:"


def conversation_of(customer: str) -> str:
    return clean_text(PSID + customer, 255)


def person_in(conversation: str) -> str | None:
    """The person of a Messenger conversation, by its key."""
    return conversation.removeprefix(PSID) if conversation.startswith(PSID) else None


def customer_of(account: Account, entry: Entry, event: MessagingEvent) -> tuple[str | None, bool]:
    """The person, and whether the page did it: then it is the recipient."""
    pages = {account.external_id, entry.id}
    sender = event.sender.id if event.sender else None
    recipient = event.recipient.id if event.recipient else None
    if sender is not None and sender in pages:
        return (recipient if recipient not in pages else None), True
    return sender, False


def party(event: MessagingEvent, side: str) -> str:
    """Raises MalformedPayload where nobody is named."""
    found = event.sender if side == "sender" else event.recipient
    if found is None or found.id is None:
        raise MalformedPayload(f"a message without its {side}")
    return found.id


def happened_at(entry: Entry, event: MessagingEvent) -> datetime:
    """Raises MalformedPayload where neither says."""
    moment = instant(event.timestamp) or instant(entry.time)
    if moment is None:
        raise MalformedPayload("neither the event nor its entry says when it happened")
    return moment
