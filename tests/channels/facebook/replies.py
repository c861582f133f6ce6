"""Answers to Amir, who commented on the page and wrote to it, and what Facebook says to them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hub.ports import Reply, Visibility
from tests.channels.facebook.bodies import AMIR, POST
from tests.channels.loopback import Answer

COMMENTS = "POST /v26.0/330_9001/comments"
MESSAGES = "POST /v26.0/me/messages"
LISTED = "GET /v26.0/330_9001/comments"
CONVERSATIONS = "GET /v26.0/me/conversations"
PARENT = "GET /v26.0/330_9001"
SENT = Answer({"recipient_id": AMIR, "message_id": "m_sent"})
WRITTEN = datetime(2025, 11, 21, 11, 30, tzinfo=UTC)


def comment(body: str = "On Saturday, from 8 to 12.", **changes: Any) -> Reply:
    fields: dict[str, Any] = {
        "key": "reply-1",
        "conversation": f"post:{POST}:{AMIR}",
        "recipient": AMIR,
        "body": body,
        "visibility": Visibility.PUBLIC,
        "in_reply_to": "330_9001",
        "written_at": WRITTEN,
    }
    return Reply(**fields | changes)


def message(body: str = "On Saturday.", *, age: float = 1.0, **changes: Any) -> Reply:
    """A private reply; `age` is hours since the person's last message."""
    fields: dict[str, Any] = {
        "conversation": f"psid:{AMIR}",
        "visibility": Visibility.PRIVATE,
        "in_reply_to": "m_AbC-1",
        "last_inbound_at": datetime.now(UTC) - timedelta(hours=age),
    }
    return comment(body, **fields | changes)


class Saved(list[str]):
    async def __call__(self, part: str) -> None:
        self.append(part)


def graph_error(code: int | str, **more: Any) -> Answer:
    error = {"message": "(#1) It failed", "type": "OAuthException", "code": code} | more
    return Answer({"error": error}, status=400)
