"""The page's feed: what visitors write, change, take back, and how others react."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hub.ports import (
    Attachment,
    Ignored,
    InboundMessage,
    MessageDeleted,
    MessageEdited,
    MessageHidden,
    MessageReaction,
    Visibility,
)
from tests.channels.facebook.bodies import AMIR, POST, S, feed, message, one, recorded
from tests.channels.facebook.conftest import PAGE

WRITTEN = datetime(2025, 11, 21, 11, 19, 16, tzinfo=UTC)
TOLD = datetime(2025, 11, 21, 11, 19, 17, tzinfo=UTC)
"""The entry's time: a second later."""


def found(name: str) -> InboundMessage:
    item = recorded(name)
    assert isinstance(item, InboundMessage), item
    return item


def test_a_comment() -> None:
    read = found("comment")
    assert read.external_id == "330_9001"
    assert read.conversation == f"post:{POST}:{AMIR}"
    assert (read.author.kind, read.author.address) == ("facebook", AMIR)
    assert read.author.display_name == "Amir Haddad"
    assert read.body == "When is the next electronics drop-off?"
    assert read.sent_at == WRITTEN
    assert read.visibility is Visibility.PUBLIC
    assert read.in_reply_to is None
    assert read.permalink == "https://www.facebook.com/cityofelmwood/posts/330?comment_id=9001"


def test_a_reply_to_a_comment_stays_in_the_conversation() -> None:
    read = found("comment-reply")
    assert read.conversation == found("comment").conversation
    assert read.in_reply_to == "330_9001"


def test_a_reply_by_somebody_else_is_another_conversation() -> None:
    other = message(feed(comment_id="330_9020", parent_id="330_9001", **{"from": {"id": 7}}))
    assert other.conversation == f"post:{POST}:7" != found("comment").conversation


def test_a_picture_without_words() -> None:
    read = found("comment-photo-only")
    assert read.body == "[image]"
    assert read.attachments == (Attachment("https://scontent.example/pothole.jpg", "image"),)


@pytest.mark.parametrize(
    ("value", "attachments"),
    [
        (
            {"item": "photo", "link": "https://scontent.example/a.jpg"},
            (Attachment("https://scontent.example/a.jpg", "image"),),
        ),
        (
            {"item": "video", "link": "https://video.example/a.mp4"},
            (Attachment("https://video.example/a.mp4", "video"),),
        ),
        ({"item": "status", "link": "https://news.example/storm", "message": "Look"}, ()),
        ({"item": "photo-album", "message": "The flood on Elm Street"}, ()),
        (
            {"item": "post", "photos": "https://scontent.example/b.jpg"},
            (Attachment("https://scontent.example/b.jpg", "image"),),
        ),
    ],
)
def test_what_visitors_put_on_the_page(
    value: dict[str, Any], attachments: tuple[Attachment, ...]
) -> None:
    read = message(feed(**value, post_id=f"{PAGE}_331", comment_id=..., parent_id=...))
    assert read.external_id == f"{PAGE}_331"
    assert read.attachments == attachments
    assert read.context["kind"] == value["item"]
    assert read.body


def test_a_shared_link_is_not_lost() -> None:
    shared = {"item": "share", "link": "https://news.example/storm", "share_id": "9"}
    named = shared | {"comment_id": ..., "parent_id": ...}
    assert message(feed(**named)).body == "https://news.example/storm"
    read = message(feed(**named, message="Is this true?"))
    assert read.body == "Is this true?"
    assert read.context == {"kind": "share", "link": "https://news.example/storm"}


@pytest.mark.parametrize("item", ["story", "platform-story", "question", "brand_new"])
def test_words_on_the_page_are_read_whatever_facebook_calls_them(item: str) -> None:
    value: dict[str, Any] = {"item": item, "comment_id": ..., "parent_id": ...}
    read = message(feed(**value, message="Where is City Hall?"))
    assert (read.external_id, read.body) == (POST, "Where is City Hall?")
    assert one(feed(**value)) == Ignored(f"a feed event not for us: {item}")
    by_page = feed(**value, message="Open today", **{"from": {"id": PAGE}})
    assert one(by_page) == Ignored(f"a {item} of the page itself")


def test_a_comment_by_nobody_named_is_kept_and_can_be_answered() -> None:
    read = found("comment-anonymous")
    assert read.author.address == "comment:330_9007"
    assert read.conversation == f"post:{POST}:330_9007"
    assert read.can_reply


def test_a_visitors_post() -> None:
    read = found("visitor-post")
    assert read.external_id == f"{PAGE}_331"
    assert read.conversation == f"post:{PAGE}_331:{AMIR}"
    assert len(read.attachments) == 2
    assert read.permalink == f"https://www.facebook.com/{PAGE}_331"


def test_a_mention_elsewhere() -> None:
    read = found("mention")
    assert read.external_id == "88_12"
    assert read.context == {"kind": "mention"}


def test_an_edited_comment_is_the_whole_of_it() -> None:
    item = recorded("comment-edited")
    assert isinstance(item, MessageEdited)
    assert item.message == found("comment")
    assert item.at == TOLD


@pytest.mark.parametrize("verb", ["edit", "edited", "update"])
def test_an_edited_post(verb: str) -> None:
    value = {"item": "post", "post_id": f"{PAGE}_331", "comment_id": ..., "parent_id": ...}
    item = one(feed(verb=verb, message="It is dry again.", **value))
    assert isinstance(item, MessageEdited)
    assert (item.message.external_id, item.message.body) == (f"{PAGE}_331", "It is dry again.")
    assert one(feed(verb=verb, **value)) == Ignored("an edit that changes no words: post")


def test_an_edit_by_nobody_named_is_about_the_same_message() -> None:
    item = one(feed(verb="edited", message="New", **{"from": ...}))
    assert isinstance(item, MessageEdited)
    assert item.message.external_id == "330_9001"


@pytest.mark.parametrize("verb", ["remove", "delete", "removed"])
@pytest.mark.parametrize("author", [AMIR, int(PAGE), ...])
def test_a_deleted_comment_whoever_took_it_away(verb: str, author: Any) -> None:
    by = author if author is ... else {"id": author}
    assert one(feed(verb=verb, **{"from": by})) == MessageDeleted("330_9001", TOLD)


def test_a_deleted_post() -> None:
    item = one(feed(item="post", verb="remove", comment_id=..., created_time=...))
    assert item == MessageDeleted(POST, TOLD)


@pytest.mark.parametrize("author", [AMIR, PAGE])
def test_hidden_and_shown_again_whoever_is_named(author: str) -> None:
    by = {"from": {"id": author}}
    assert one(feed(verb="hide", **by)) == MessageHidden("330_9001", True, TOLD)
    assert one(feed(verb="unhide", **by)) == MessageHidden("330_9001", False, TOLD)
    assert recorded("comment-hide") == MessageHidden("330_9001", True, TOLD)
    assert recorded("comment-unhide") == MessageHidden("330_9001", False, TOLD)


def test_reactions_to_a_comment_and_to_a_post() -> None:
    love = feed(item="reaction", reaction_type="love")
    assert one(love) == MessageReaction("330_9001", AMIR, "love", WRITTEN)
    assert recorded("reaction") == MessageReaction(POST, AMIR, "like", WRITTEN)
    changed = one(feed(item="reaction", verb="edit", reaction_type="wow"))
    assert changed == MessageReaction("330_9001", AMIR, "wow", TOLD)
    gone = one(feed(item="reaction", verb="remove", reaction_type="wow"))
    assert gone == MessageReaction("330_9001", AMIR, None, TOLD)
    old = one(feed(item="like", comment_id=..., sender_id=int(AMIR), **{"from": ...}))
    assert old == MessageReaction(POST, AMIR, "like", WRITTEN)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"from": {"id": int(PAGE)}}, "a comment of the page itself"),
        ({"from": {"id": PAGE}, "verb": "edited", "message": "x"}, "a comment of the page itself"),
        ({"item": "status", "from": {"id": PAGE}}, "a status of the page itself"),
        ({"item": "reaction", "from": {"id": PAGE}}, "a reaction of the page itself"),
        ({"item": "reaction", "from": None}, "a reaction of nobody named, or to nothing"),
        ({"item": "reaction", "verb": "hide"}, "a feed event not for us: reaction, hide"),
        ({"verb": "block"}, "a feed event not for us: comment, block"),
        ({"verb": None}, "a feed event not for us: comment, without a verb"),
        ({"item": None}, "a feed event not for us: without an item"),
        ({"item": "rating", "verb": "block"}, "a feed event not for us: rating"),
    ],
)
def test_what_is_not_for_us(value: dict[str, Any], why: str) -> None:
    assert one(feed(**value)) == Ignored(why)
    assert recorded("comment-by-page") == Ignored("a comment of the page itself")
    assert recorded("page-status") == Ignored("a status of the page itself")


@pytest.mark.parametrize(
    "value",
    [
        {"from": None},
        {"from": "somebody"},
        {"from": {"id": None, "name": 7}},
        {"from": {"id": {"odd": 1}}},
        {"parent_id": None, "post": None, "photos": None, "brand_new": {"a": [1]}},
        {"post": "odd", "photos": [None, 7], "photo": 7, "link": [], "parent_id": {}},
        {"post_id": 330, "comment_id": 9001, "parent_id": 330, "from": {"id": int(AMIR)}},
        {"created_time": "2025-11-21T11:19:16+0000"},
        {"created_time": str(S)},
        {"message": 12345},
    ],
)
def test_odd_values_do_not_lose_the_comment(value: dict[str, Any]) -> None:
    read = message(feed(**value))
    assert read.external_id in ("330_9001", "9001")
    assert read.sent_at == WRITTEN
    assert read.body in ("[comment without text]", "12345")
