"""What Messenger tells of a whole conversation: seen, and in which app's hands.

Several apps can share a page: the hub, and Facebook's own Page inbox. One of them has a
conversation; the others get what is said there as `standby`.
"""

from __future__ import annotations

from channels.facebook.parties import conversation_of, customer_of, happened_at
from channels.facebook.payloads import Entry, MessagingEvent, ThreadControl, Watermark
from channels.payload import instant
from hub.ports import (
    Account,
    AccountNotice,
    ControlChanged,
    ConversationSeen,
    Ignored,
    InboundItem,
)

PAGE_INBOX = "263902037430900"
"""The app id of Facebook's own inbox, the same for every page."""
ANOTHER_APP = "another app"


def seen(
    account: Account, entry: Entry, event: MessagingEvent, mark: Watermark, *, read: bool
) -> InboundItem:
    customer, by_page = customer_of(account, entry, event)
    if by_page or customer is None:
        return Ignored("the page itself read it" if by_page else "a receipt of nobody named")
    until = instant(mark.watermark) or happened_at(entry, event)
    return ConversationSeen(conversation_of(customer), until, read)


def control_passed(
    account: Account, entry: Entry, event: MessagingEvent, control: ThreadControl
) -> InboundItem:
    """Some app gave a conversation away."""
    ours = account.secrets.get("app_id")
    owner = control.new_owner_app_id
    if owner is None or (not ours and owner != PAGE_INBOX):
        # Facebook tells the app that a conversation is passed to.
        return _changed(account, entry, event, None)
    return _changed(account, entry, event, None if owner == ours else owner)


def control_taken(
    account: Account, entry: Entry, event: MessagingEvent, control: ThreadControl
) -> InboundItem:
    """Some app took a conversation. Facebook tells the app that lost it, and lately the others
    too; only then it says who has it now."""
    ours = account.secrets.get("app_id")
    owner = control.new_owner_app_id
    return _changed(
        account, entry, event, None if owner is not None and owner == ours else owner or ANOTHER_APP
    )


def _changed(
    account: Account, entry: Entry, event: MessagingEvent, held_by: str | None
) -> InboundItem:
    customer, _ = customer_of(account, entry, event)
    if customer is None:
        return Ignored("control of a conversation of nobody named")
    return ControlChanged(conversation_of(customer), held_by, happened_at(entry, event))


def policy_notice(entry: Entry, event: MessagingEvent) -> AccountNotice | None:
    """Facebook blocks the page's messages, or does no more."""
    policy = event.policy or event.policy_enforcement
    if policy is None:
        return None
    action = policy.action or "acts"
    told = {
        "block": "Facebook has blocked this page's messages",
        "unblock": "Facebook has lifted its block of this page's messages",
        "warning": "Facebook warns this page about its messages",
    }.get(action, f"Facebook enforces its policy on this page's messages ({action[:40]})")
    reason = " ".join((policy.reason or "").split())[:500]
    text = f"{told}: {reason}" if reason else f"{told}."
    return AccountNotice(text, happened_at(entry, event), stops=False)
