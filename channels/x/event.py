"""One event of a webhook's body, whichever of X's two APIs sent it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from channels.x.direct_messages import dm_item
from channels.x.ids import stated
from channels.x.legacy import LegacyDmEvent, LegacyUser
from channels.x.surroundings import Surroundings
from hub.ports import Account, AccountNotice, Ignored, InboundItem

Read = Callable[[Account], Sequence[InboundItem]]

REVOKED = "X says that the account took back this app's permission: authorise it again."


@dataclass(frozen=True, slots=True)
class Event:
    """Whom it is for, where it says so, and how it reads as that account."""

    recipient: str | None
    read: Read
    about_access: bool = False
    """The app's permission to act for `recipient` ended."""


def revocation(account: Account, user_id: str | None, given: str | None) -> InboundItem:
    """The notice that `user_id` took the app's permission back, at the moment `given`."""
    if user_id and account.external_id and user_id != account.external_id:
        return Ignored("another account took back this app's permission")
    return AccountNotice(REVOKED, at=stated(given), stops=True)


def v1_messages(
    account: Account, events: Sequence[LegacyDmEvent], users: dict[str, LegacyUser] | None
) -> list[InboundItem]:
    """Direct messages in the shape that both APIs give them."""
    people = {number: user.person() for number, user in (users or {}).items()}
    items: list[InboundItem] = []
    for event in events:
        message, media = event.message()
        items.append(dm_item(account, message, Surroundings(people=people, media=media)))
    return items
