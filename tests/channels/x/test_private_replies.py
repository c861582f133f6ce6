"""A public post answered in private, and what X does not let us do, in words for an agent."""

from datetime import UTC, datetime
from typing import Any

import pytest

from channels.x.connector import XConnector
from channels.x.failures import NO_REPLY_BY_API
from hub.ports import Author, Rejected, Visibility
from tests.channels.loopback import Answer, Platform
from tests.channels.x.conftest import CITY
from tests.channels.x.replies import LOOK_UP, MESSAGES, POSTS, ROSA, Saved, reply

pytestmark = pytest.mark.anyio

TAKEN = Answer({"data": {"dm_event_id": "77", "dm_conversation_id": f"{CITY}-{ROSA}"}}, 201)


def private(body: str = "Your number, please?", **changes: Any) -> Any:
    return reply(body, visibility=Visibility.PRIVATE, **changes)


async def test_a_post_answered_in_private_opens_a_conversation(
    connector: XConnector, platform: Platform
) -> None:
    assert connector.capabilities.private_replies
    platform.on(MESSAGES, TAKEN)
    receipt = await connector.send(private(), Saved())
    assert receipt.external_ids == ("dm:77",)
    assert receipt.conversation == f"dm:{ROSA}"
    assert receipt.recipient == Author(kind="x", address=ROSA, handle="rosa_elmwood")


async def test_what_the_customer_then_writes_is_in_that_conversation(
    connector: XConnector, platform: Platform
) -> None:
    platform.on(MESSAGES, TAKEN)
    receipt = await connector.send(private(), Saved())
    body = (
        b'{"for_user_id":"%s","direct_message_events":[{"type":"message_create","id":"78",'
        b'"message_create":{"sender_id":"%s","message_data":{"text":"12"}}}]}'
    ) % (CITY.encode(), ROSA.encode())
    (answer,) = connector.parse(body)
    assert answer.conversation == receipt.conversation  # type: ignore[union-attr]
    assert answer.author.address == receipt.recipient.address  # type: ignore[union-attr]


async def test_within_a_conversation_nothing_is_opened(
    connector: XConnector, platform: Platform
) -> None:
    platform.on(MESSAGES, TAKEN)
    receipt = await connector.send(private(conversation=f"dm:{ROSA}"), Saved())
    assert (receipt.conversation, receipt.recipient) == (None, None)


async def test_a_private_reply_found_again_says_the_same(
    connector: XConnector, platform: Platform
) -> None:
    event = {
        "id": "77",
        "event_type": "MessageCreate",
        "text": "Your number, please?",
        "sender_id": CITY,
        "created_at": "2025-11-21T11:31:00.000Z",
    }
    platform.on(LOOK_UP, Answer({"data": [event]}))
    found = await connector.find_sent(private())
    assert found is not None
    assert found.external_ids == ("dm:77",)
    assert found.accepted_at == datetime(2025, 11, 21, 11, 31, tzinfo=UTC)
    assert found.conversation == f"dm:{ROSA}"
    assert found.recipient is not None
    # A second attempt after the part was saved says it as well.
    again = await connector.send(private(sent_parts=("dm:77",)), Saved())
    assert again.conversation == f"dm:{ROSA}"
    assert platform.called(MESSAGES) == []


@pytest.mark.parametrize(
    "detail",
    [
        "Reply to this conversation is not allowed because you have not been mentioned or "
        "otherwise engaged by the author of the post you are replying to.",
        "You can only reply to or quote posts where you are mentioned or are the author.",
    ],
)
async def test_a_reply_that_x_does_not_permit_says_what_to_do(
    connector: XConnector, platform: Platform, detail: str
) -> None:
    kind = "https://api.x.com/2/problems/not-authorized-for-resource"
    platform.on(
        POSTS,
        Answer({"title": "Forbidden", "detail": detail, "type": kind, "status": 403}, status=403),
    )
    with pytest.raises(Rejected) as raised:
        await connector.send(reply(), Saved())
    assert raised.value.reason == NO_REPLY_BY_API
    assert "Open the post on X" in NO_REPLY_BY_API
    assert "log your answer" in NO_REPLY_BY_API


async def test_a_person_who_takes_no_messages(connector: XConnector, platform: Platform) -> None:
    detail = "You do not have permission to DM one or more participants."
    platform.on(MESSAGES, Answer({"title": "Forbidden", "detail": detail}, status=403))
    with pytest.raises(Rejected, match="Answer the post, and ask them to write to us"):
        await connector.send(private(), Saved())
