"""How a ticket and a message look outside: the same in the API, in events and in intake.

Both take a row as a mapping of columns, so that intake (which never builds ORM objects) and
the rest of the hub cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from hub.delivery.models import DeliveryState
from hub.surveys.link import SURVEY_KEY, SURVEY_LINK


# A ticket's view has the same moment several times over.
@lru_cache(4096)
def timestamp(instant: datetime | None) -> str | None:
    """ISO 8601 in UTC with a `Z`, or None."""
    if instant is None:
        return None
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


_PLAIN = (
    "id", "subject", "preview", "status", "priority", "channel", "visibility", "account_id",
    "unit", "assignee_id", "contact_id", "contact_name", "topic", "tags", "emergency",
    "last_author", "due_metric", "overdue", "can_reply", "resolution_reason", "handoff", "location",
    "permalink", "context", "previous_ticket_id", "merged_into_id", "held_by", "incident_id",
    "language", "request", "version",
)  # fmt: skip
_INSTANTS = (
    "created_at", "updated_at", "last_message_at", "waiting_since", "due_at", "resolved_at",
    "snoozed_until", "private_heard_at", "delivered_until", "read_until", "callback_due_at",
)  # fmt: skip


def ticket_view(row: Mapping[str, Any]) -> dict[str, Any]:
    """A ticket as JSON-ready data."""
    view: dict[str, Any] = {name: row[name] for name in _PLAIN}
    for name in _INSTANTS:
        view[name] = timestamp(row[name])
    for metric in ("first_response", "resolution"):
        view[metric] = {
            "due_at": timestamp(row[f"{metric}_due_at"]),
            "met_at": timestamp(row[f"{metric}_met_at"]),
            "breached": row[f"{metric}_breached"],
        }
    return view


def message_view(
    row: Mapping[str, Any], delivery: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A message as JSON-ready data, with its delivery's row if it has one."""
    return {
        "id": row["id"],
        "ticket_id": row["ticket_id"],
        "direction": row["direction"],
        "author": {
            "kind": row["author_kind"],
            "id": row["author_id"],
            "name": row["author_name"],
        },
        "body": _shown(row),
        "visibility": row["visibility"],
        "sent_at": timestamp(row["sent_at"]),
        "created_at": timestamp(row["created_at"]),
        "delivery": None if delivery is None else _delivery_view(delivery),
        "articles": row["articles"],
        "choices": row["choices"],
        "attachments": [_attachment_view(attachment) for attachment in row["attachments"]],
        "in_reply_to": row["in_reply_to"],
        "permalink": row["permalink"],
        "emergency": row["emergency"],
        "key": row["key"],
        "conversation": row["conversation"],
        "logged": row["logged"],
        "edited_at": timestamp(row["edited_at"]),
        "deleted_at": timestamp(row["deleted_at"]),
        "hidden": row["hidden"],
        "moderation": row["moderation"],
        "reactions": [
            {"by": address, "reaction": one["reaction"]}
            for address, one in (row["reactions"] or {}).items()
            if one["reaction"] is not None
        ],
    }


def _shown(row: Mapping[str, Any]) -> str:
    """What people of ours read: the secret in a survey's link is the customer's alone."""
    body: str = row["body"]
    return SURVEY_LINK.sub(r"\1…", body) if row["key"] == SURVEY_KEY else body


def _attachment_view(value: Mapping[str, Any]) -> dict[str, Any]:
    """Rows from before files were fetched say nothing of a file's state."""
    return {
        "url": value["url"],
        "media_type": value["media_type"],
        "name": value["name"],
        "state": value.get("state", "linked"),
        "size": value.get("size"),
        "error": value.get("error"),
    }


def _delivery_view(delivery: Mapping[str, Any]) -> dict[str, Any]:
    """How far a delivery has come. An attempt that is being made counts when it has ended:
    nobody is told that it begins."""
    running = delivery["state"] == DeliveryState.SENDING
    return {
        "state": DeliveryState.PENDING.value if running else delivery["state"],
        "error": delivery["error"],
        "attempts": delivery["attempts"] - running,
    }
