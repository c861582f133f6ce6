"""What no webhook told is found by reading the page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels.facebook.connector import FacebookConnector
from hub.ports import (
    Attachment,
    AuthFailed,
    InboundMessage,
    Polls,
    Rejected,
    TemporarilyUnavailable,
    Visibility,
)
from tests.channels.facebook.bodies import AMIR, POST, feed, message
from tests.channels.facebook.conftest import PAGE
from tests.channels.facebook.replies import CONVERSATIONS, graph_error
from tests.channels.loopback import Answer, Platform

pytestmark = pytest.mark.anyio

FEED = "GET /v26.0/me/feed"
WRITTEN = datetime(2025, 11, 21, 11, 19, 16, tzinfo=UTC)
CURSOR = "2025-11-21T11:20:00+00:00 abc"
"""The newest the hub knows; it reads again from 11:05 on."""


def at(minutes: float) -> str:
    """Minutes after the cursor's time."""
    moment = datetime(2025, 11, 21, 11, 20, tzinfo=UTC) + timedelta(minutes=minutes)
    return moment.strftime("%Y-%m-%dT%H:%M:%S+0000")


def row(number: str, minutes: float = 1, author: Any = AMIR, **more: Any) -> dict[str, Any]:
    usual = {
        "id": number,
        "message": f"Words of {number}",
        "from": {"id": author, "name": "Amir Haddad"} if author else None,
        "created_time": at(minutes),
    }
    return usual | more


def listed(*rows: dict[str, Any], after: str | None = None) -> dict[str, Any]:
    page: dict[str, Any] = {"data": list(rows)}
    if after:
        page["paging"] = {"cursors": {"after": after}, "next": "https://graph.example/next"}
    return page


def post(*comments: dict[str, Any], number: str = POST, **more: Any) -> dict[str, Any]:
    """A post of the page's, unless `more` says otherwise, with comments below it."""
    below = {"comments": listed(*comments)} if comments else {}
    return row(number, -90, PAGE) | below | more


def talk(*messages: dict[str, Any], number: str = "t_1", minutes: float = 1) -> dict[str, Any]:
    return {"id": number, "updated_time": at(minutes), "messages": listed(*messages)}


def holds(
    platform: Platform, *posts: dict[str, Any], talks: tuple[dict[str, Any], ...] = ()
) -> None:
    platform.on(FEED, Answer(listed(*posts)))
    platform.on(CONVERSATIONS, Answer(listed(*talks)))


def ids(items: Any) -> list[str]:
    assert all(isinstance(item, InboundMessage) for item in items)
    return [item.external_id for item in items]


async def test_a_comment_reads_as_its_webhook_would(
    connector: FacebookConnector, platform: Platform
) -> None:
    assert isinstance(connector, Polls)
    when = "2025-11-21T11:19:16+0000"
    holds(platform, post(row("330_9001", message="When is it?", created_time=when, parent=None)))
    (found,) = (await connector.poll(CURSOR)).items
    assert isinstance(found, InboundMessage)
    told = message(feed(message="When is it?"))
    assert found.sent_at == told.sent_at == WRITTEN
    assert (found.external_id, found.conversation) == (told.external_id, told.conversation)
    assert (found.author, found.body, found.context) == (told.author, told.body, told.context)
    assert (found.in_reply_to, found.permalink) == (told.in_reply_to, told.permalink)


async def test_a_reply_a_picture_a_visitors_post_and_a_message(
    connector: FacebookConnector, platform: Platform
) -> None:
    picture = {"media": {"image": {"src": "https://scontent.example/pole.jpg"}}}
    holds(
        platform,
        post(
            row("330_3", 3, 7, parent={"id": "330_1"}, attachment=picture),
            row("330_2", 2, PAGE),
            row("330_1", 1, None),
        ),
        row(f"{PAGE}_331", 4),
        talks=(
            talk(
                row("m_3", 6, PAGE),
                row("m_2", 5, attachments={"data": [
                    {"mime_type": "image/jpeg", "image_data": {"url": "https://s.example/1.jpg"}},
                    {"mime_type": "application/pdf", "name": "bill.pdf",
                     "file_url": "https://s.example/bill"}, 7]}),
                row("m_1", -30),
            ),
        ),
    )  # fmt: skip
    batch = await connector.poll(CURSOR)
    assert batch.unreadable == ()
    found = {item.external_id: item for item in batch.items if isinstance(item, InboundMessage)}
    # Oldest first; neither the page's own words nor what is older than the overlap.
    assert list(found) == ["330_1", "330_3", f"{PAGE}_331", "m_2"]
    assert found["330_1"].conversation == f"post:{POST}:330_1"
    assert found["330_3"].conversation == f"post:{POST}:7"
    assert found["330_3"].in_reply_to == "330_1"
    assert found["330_3"].attachments == (Attachment("https://scontent.example/pole.jpg", "image"),)
    assert found[f"{PAGE}_331"].conversation == f"post:{PAGE}_331:{AMIR}"
    private = found["m_2"]
    assert (private.conversation, private.visibility) == (f"psid:{AMIR}", Visibility.PRIVATE)
    assert private.author.display_name == "Amir Haddad"
    assert [each.media_type for each in private.attachments] == ["image", "file"]


async def test_a_long_gap_is_read_page_by_page(
    connector: FacebookConnector, platform: Platform
) -> None:
    first = listed(row("330_9", 9), row("330_8", 8), after="c1")
    holds(platform, post(comments=first), talks=(talk(row("m_9", 9)) | {"messages":
          listed(row("m_9", 9), after="d1")},))  # fmt: skip
    platform.on(
        f"GET /v26.0/{POST}/comments",
        Answer(listed(row("330_7", 7), row("330_6", 6), after="c2")),
        Answer(listed(row("330_5", 5), row("330_4", -40), row("330_3", -50), after="c3")),
    )
    platform.on("GET /v26.0/t_1/messages", Answer(listed(row("m_8", 8), row("m_7", -60))))
    batch = await connector.poll(CURSOR)
    assert sorted(ids(batch.items)) == [
        *("330_5", "330_6", "330_7", "330_8", "330_9"), *("m_8", "m_9"),
    ]  # fmt: skip
    pages = platform.called(f"GET /v26.0/{POST}/comments")
    assert [call.query["after"] for call in pages] == ["c1", "c2"]


async def test_conversations_that_rest_are_not_read(
    connector: FacebookConnector, platform: Platform
) -> None:
    old = talk(row("m_1", 1), number="t_2", minutes=-600)
    holds(platform, talks=(talk(row("m_2", 2)), old))
    assert ids((await connector.poll(CURSOR)).items) == ["m_2"]


async def test_at_first_only_the_last_minutes_count(
    connector: FacebookConnector, platform: Platform
) -> None:
    soon = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    holds(platform, post(row("330_2", created_time=soon), row("330_1", -9)))
    batch = await connector.poll(None)
    assert ids(batch.items) == ["330_2"]
    assert batch.cursor is not None
    assert not batch.more


async def test_what_was_stored_is_not_given_again(
    connector: FacebookConnector, platform: Platform
) -> None:
    holds(platform, post(row("330_1", 1)))
    first = await connector.poll(CURSOR)
    assert ids(first.items) == ["330_1"]
    again = await connector.poll(first.cursor)
    assert (again.items, again.cursor) == ((), first.cursor)
    # A late one of the same second is given, and then the next cursor is another.
    holds(platform, post(row("330_2", 1), row("330_1", 1)))
    late = await connector.poll(first.cursor)
    assert ids(late.items) == ["330_2"]
    assert late.cursor != first.cursor
    # It was not stored: the old cursor comes again, and so does everything.
    assert ids((await connector.poll(first.cursor)).items) == ["330_2", "330_1"]
    other = FacebookConnector(connector.account)
    assert len((await other.poll(late.cursor)).items) == 2
    await other.aclose()


async def test_one_that_cannot_be_read_hides_no_other(
    connector: FacebookConnector, platform: Platform
) -> None:
    holds(platform, post(row("330_2", 2), row("330_1", 1, message=["odd"])), talks=(talk({}),))
    batch = await connector.poll(CURSOR)
    assert ids(batch.items) == ["330_2"]
    assert len(batch.unreadable) == 2
    assert b"odd" in batch.unreadable[0].raw
    assert "message" in batch.unreadable[0].error


@pytest.mark.parametrize("cursor", ["", "odd", "odd thing", "9" * 40])
async def test_an_odd_cursor_begins_anew(
    connector: FacebookConnector, platform: Platform, cursor: str
) -> None:
    holds(platform, post(row("330_1", 1)))
    assert (await connector.poll(cursor)).items == ()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (graph_error(190), AuthFailed),
        (graph_error(200), Rejected),
        (graph_error(4), TemporarilyUnavailable),
        (Answer({"data": {"odd": 1}}), TemporarilyUnavailable),
        (Answer({"data": [{"no": "id"}]}), TemporarilyUnavailable),
    ],
)
async def test_a_page_that_cannot_be_read_is_said(
    connector: FacebookConnector, platform: Platform, answer: Answer, error: type[Exception]
) -> None:
    holds(platform)
    platform.on(FEED, answer)
    with pytest.raises(error):
        await connector.poll(CURSOR)
