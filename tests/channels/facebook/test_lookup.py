"""How a reply of unknown outcome is found again."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from channels.facebook.connector import FacebookConnector
from channels.facebook.text import split
from hub.ports import FindsSent, TemporarilyUnavailable, Visibility
from tests.channels.facebook.bodies import AMIR
from tests.channels.facebook.conftest import PAGE
from tests.channels.facebook.replies import (
    CONVERSATIONS,
    LISTED,
    MESSAGES,
    PARENT,
    Saved,
    comment,
    graph_error,
    message,
)
from tests.channels.loopback import Answer, Platform

pytestmark = pytest.mark.anyio


def listed(
    *rows: tuple[str, str, str | int | None], at: str = "2025-11-21T11:31:00+0000"
) -> dict[str, Any]:
    """Comments or messages: id, text, and who wrote it."""
    return {
        "data": [
            {"id": number, "message": text, "created_time": at}
            | ({"from": {"id": author, "name": "…"}} if author else {})
            for number, text, author in rows
        ]
    }


async def test_finds_a_comment_that_arrived(
    connector: FacebookConnector, platform: Platform
) -> None:
    assert isinstance(connector, FindsSent)
    body = comment().body
    platform.on(
        LISTED, Answer(listed(("1", body, AMIR), ("2", "Other", PAGE), ("3", body, int(PAGE))))
    )
    found = await connector.find_sent(comment())
    assert found is not None
    assert found.external_ids == ("3",)
    assert found.accepted_at == datetime(2025, 11, 21, 11, 31, tzinfo=UTC)
    assert platform.calls[0].query["fields"] == "id,message,from,created_time"


async def test_looks_below_the_root_where_facebook_hangs_answers_to_answers(
    connector: FacebookConnector, platform: Platform
) -> None:
    platform.on(LISTED, Answer({"data": []}))
    platform.on(PARENT, Answer({"parent": {"id": "330_9000"}, "id": "330_9001"}))
    platform.on("GET /v26.0/330_9000/comments", Answer(listed(("7", comment().body, PAGE))))
    found = await connector.find_sent(comment())
    assert found is not None
    assert found.external_ids == ("7",)


@pytest.mark.parametrize(
    "answer",
    [
        {"data": []},
        {},
        listed(("1", "On Saturday, from 8 to 12.", AMIR)),
        listed(("1", "On Saturday, from 8 to 12.", PAGE), at="2025-11-21T10:00:00+0000"),
        listed(("1", "On Saturday, from 8 to 12.", PAGE), at="whenever"),
    ],
)
async def test_does_not_find_what_is_not_there(
    connector: FacebookConnector, platform: Platform, answer: dict[str, Any]
) -> None:
    platform.on(LISTED, Answer(answer))
    platform.on(PARENT, graph_error(100))
    assert await connector.find_sent(comment()) is None


async def test_finds_a_message_that_arrived(
    connector: FacebookConnector, platform: Platform
) -> None:
    messages = listed(("m_2", "On Saturday.", PAGE), ("m_1", "On Saturday.", AMIR))
    platform.on(CONVERSATIONS, Answer({"data": [{"id": "t_1", "messages": messages}]}))
    found = await connector.find_sent(message())
    assert found is not None
    assert found.external_ids == ("m_2",)
    assert platform.calls[0].query["user_id"] == AMIR
    platform.on(CONVERSATIONS, Answer({"data": []}))
    assert await connector.find_sent(message()) is None


async def test_a_failed_look_up_is_no_answer(
    connector: FacebookConnector, platform: Platform
) -> None:
    platform.on(LISTED, Answer({"data": [{"message": "no id"}]}))
    with pytest.raises(TemporarilyUnavailable) as raised:
        await connector.find_sent(comment())
    assert not raised.value.outcome_unknown


async def test_finds_every_part_of_a_long_message(
    connector: FacebookConnector, platform: Platform
) -> None:
    body = " ".join(f"Sentence {n} of the answer is about this long." for n in range(80))
    platform.on(MESSAGES, *(Answer({"message_id": f"m_{n}"}) for n in range(9)))
    await connector.send(message(body), Saved())
    texts = [_text(call.form["message"]) for call in platform.calls]
    assert len(texts) == 2
    rows = [(f"m_{n}", text, PAGE) for n, text in enumerate(texts)]
    platform.on(CONVERSATIONS, Answer({"data": [{"messages": listed(*reversed(rows))}]}))
    found = await connector.find_sent(message(body))
    assert found is not None
    assert found.external_ids == ("m_0", "m_1")
    resumed = await connector.find_sent(message(body, sent_parts=("m_0",)))
    assert resumed is not None
    assert resumed.external_ids == ("m_0", "m_1")


async def test_goes_on_from_the_parts_that_are_there(
    connector: FacebookConnector, platform: Platform
) -> None:
    body = " ".join(f"Sentence {n} of the answer is about this long." for n in range(80))
    platform.on(MESSAGES, Answer({"message_id": "m_0"}), Answer(drop=True))
    saved = Saved()
    with pytest.raises(TemporarilyUnavailable) as raised:
        await connector.send(message(body), saved)
    assert raised.value.outcome_unknown
    assert saved == ["m_0"]
    # The second arrived all the same, of three.
    long = message(body + " " + body, sent_parts=tuple(saved))
    texts = split(long.body, 2000)
    assert len(texts) >= 3
    rows = listed(("m_1", texts[1], PAGE), ("m_0", texts[0], PAGE))
    platform.on(CONVERSATIONS, Answer({"data": [{"messages": rows}]}))
    assert await connector.find_sent(long) is None
    platform.on(MESSAGES, Answer({"message_id": "m_2"}), Answer({"message_id": "m_3"}))
    before = len(platform.called(MESSAGES))
    receipt = await connector.send(long, saved)
    again = [_text(call.form["message"]) for call in platform.called(MESSAGES)[before:]]
    assert again == list(texts[2:])
    assert receipt.external_ids[:3] == ("m_0", "m_1", "m_2")
    assert saved == list(receipt.external_ids)


async def test_a_private_reply_that_arrived_names_its_conversation(
    connector: FacebookConnector, platform: Platform
) -> None:
    rows = listed(("m_2", comment().body, PAGE))
    platform.on(CONVERSATIONS, Answer({"data": [{"id": "t_1", "messages": rows}]}))
    platform.on("GET /v26.0/m_2", Answer({"id": "m_2", "to": {"data": [{"id": AMIR}]}}))
    found = await connector.find_sent(comment(visibility=Visibility.PRIVATE))
    assert found is not None
    assert found.conversation == f"psid:{AMIR}"
    nobody = comment(visibility=Visibility.PRIVATE, recipient="comment:330_9001")
    assert await connector.find_sent(nobody) is None


def _text(message: str) -> str:
    text: str = json.loads(message)["text"]
    return text
