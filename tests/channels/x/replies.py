"""Replies as the hub sends them, and what X answers; shared by the tests of sending."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from hub.ports import Reply, Visibility
from tests.channels.loopback import Answer
from tests.channels.x.conftest import CITY

ROSA = "1730000000000000021"
ASKED = "1991820034526527488"
POSTS = "POST /2/tweets"
OWN = f"GET /2/users/{CITY}/tweets"
MESSAGES = f"POST /2/dm_conversations/with/{ROSA}/messages"
LOOK_UP = f"GET /2/dm_conversations/with/{ROSA}/dm_events"
WRITTEN = datetime(2025, 11, 21, 11, 30, tzinfo=UTC)
LONG = "Put bulky items at the kerb by seven, away from cars and trees, on your day. " * 8


def reply(body: str = "A crew is on its way.", **changes: Any) -> Reply:
    fields: dict[str, Any] = {
        "key": "reply-1",
        "conversation": f"post:{ASKED}:{ROSA}",
        "recipient": ROSA,
        "body": body,
        "visibility": Visibility.PUBLIC,
        "in_reply_to": f"post:{ASKED}",
        "recipient_handle": "rosa_elmwood",
        "written_at": WRITTEN,
    }
    return Reply(**fields | changes)


def created(*numbers: int) -> list[Answer]:
    return [Answer({"data": {"id": str(n), "text": "…"}}, status=201) for n in numbers]


def own_posts(
    posts: Sequence[tuple[int, str, str]], at: str = "2025-11-21T11:31:00.000Z"
) -> Answer:
    return Answer(
        {
            "data": [
                {
                    "id": str(number),
                    "text": text,
                    "created_at": at,
                    "referenced_tweets": [{"type": "replied_to", "id": answered}],
                }
                for number, text, answered in posts
            ],
            "meta": {"result_count": len(posts)},
        }
    )


class Saved(list[str]):
    async def __call__(self, part: str) -> None:
        self.append(part)
