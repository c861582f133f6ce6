"""Recommendations of the page: by the field `ratings`, and by `feed`."""

from datetime import UTC, datetime
from typing import Any

import pytest

from channels.facebook.outgoing import call_for
from hub.ports import (
    Ignored,
    InboundItem,
    InboundMessage,
    MalformedPayload,
    MessageDeleted,
    MessageEdited,
    MessageHidden,
    MessageReaction,
    Visibility,
)
from tests.channels.facebook.bodies import AMIR, S, feed, one, parse
from tests.channels.facebook.conftest import PAGE
from tests.channels.facebook.replies import comment

STORY = "778001"
WRITTEN = datetime(2025, 11, 21, 11, 19, 16, tzinfo=UTC)
TOLD = datetime(2025, 11, 21, 11, 19, 17, tzinfo=UTC)
WORDS = "The clerks took their time for me."


def entry(**value: Any) -> dict[str, Any]:
    usual = {
        "item": "rating",
        "verb": "add",
        "reviewer_id": AMIR,
        "reviewer_name": "Amir Haddad",
        "review_text": WORDS,
        "recommendation_type": "positive",
        "open_graph_story_id": STORY,
        "created_time": S,
    }
    told = {name: each for name, each in {**usual, **value}.items() if each is not ...}
    changes = [{"field": "ratings", "value": told}]
    return {"id": PAGE, "time": S + 1, "changes": changes}


def read(**value: Any) -> InboundMessage:
    return as_message(one(entry(**value)))


def in_feed(**value: Any) -> dict[str, Any]:
    """The same story, as the page's feed tells it."""
    post = {"post_id": f"{PAGE}_{STORY}", "comment_id": ..., "parent_id": ...}
    return feed(**({"item": "rating", "review_text": WORDS} | post | value))


def as_message(item: InboundItem) -> InboundMessage:
    assert isinstance(item, InboundMessage), item
    return item


def test_a_recommendation() -> None:
    found = read()
    assert found.external_id == STORY
    assert found.conversation == f"post:{STORY}:{AMIR}"
    assert (found.author.kind, found.author.address) == ("facebook", AMIR)
    assert found.author.display_name == "Amir Haddad"
    assert found.body == WORDS
    assert found.sent_at == WRITTEN
    assert found.visibility is Visibility.PUBLIC
    assert found.context == {"kind": "rating", "recommendation": "positive"}
    assert found.permalink == f"https://www.facebook.com/{STORY}"
    assert found.in_reply_to is None
    assert found.can_reply
    assert not found.skip_bot


@pytest.mark.parametrize(
    ("value", "body"),
    [
        ({}, "[recommends the page]"),
        ({"recommendation_type": "NEGATIVE"}, "[does not recommend the page]"),
        ({"recommendation_type": ..., "rating": 2}, "[rates the page: 2 of 5]"),
        ({"recommendation_type": 7}, "[rates the page]"),
    ],
)
@pytest.mark.parametrize("wordless", [..., None, "", 7])
def test_without_words_it_says_what_was_chosen(
    value: dict[str, Any], body: str, wordless: object
) -> None:
    assert read(review_text=wordless, **value).body == body


def test_stars_and_the_choice_are_told_to_people() -> None:
    assert read(rating=2, recommendation_type=...).context == {"kind": "rating", "rating": "2"}
    chosen = read(recommendation_type="NEGATIVE").context
    assert chosen == {"kind": "rating", "recommendation": "negative"}


def test_the_feed_names_the_same_story() -> None:
    found, told = as_message(one(in_feed())), read()
    assert found.external_id == told.external_id
    assert found.conversation == told.conversation
    assert found.body == told.body
    whole = as_message(one(in_feed(open_graph_story_id=int(STORY), post_id=...)))
    assert whole.external_id == STORY
    # Words may come as any feed item's do.
    assert as_message(one(in_feed(review_text=..., message="Thanks"))).body == "Thanks"


def test_a_post_of_somebody_else_keeps_its_id() -> None:
    assert as_message(one(in_feed(post_id=f"{AMIR}_{STORY}"))).external_id == f"{AMIR}_{STORY}"
    assert as_message(one(in_feed(post_id=STORY))).external_id == STORY


def test_what_the_feed_says_without_words_does_not_come_before_the_words() -> None:
    silent = in_feed(review_text=...)
    assert one(silent) == Ignored("a feed event not for us: rating")
    chosen = in_feed(review_text=..., recommendation_type="negative")
    assert as_message(one(chosen)).body == "[does not recommend the page]"


@pytest.mark.parametrize("verb", ["edit", "edited", "update"])
def test_an_edit(verb: str) -> None:
    edited = one(entry(verb=verb, review_text="Too slow", recommendation_type="negative"))
    assert isinstance(edited, MessageEdited)
    assert edited.at == TOLD
    assert edited.message.external_id == STORY
    assert edited.message.body == "Too slow"
    assert edited.message.context["recommendation"] == "negative"


def test_taken_back_and_hidden() -> None:
    for gone in (
        entry(verb="remove"),
        entry(verb="remove", review_text=..., recommendation_type=..., reviewer_id=...),
        in_feed(verb="remove", review_text=...),
    ):
        assert one(gone) == MessageDeleted(STORY, TOLD)
    assert one(in_feed(verb="hide")) == MessageHidden(STORY, True, TOLD)


def test_comments_on_it_are_comments() -> None:
    below = {"item": "comment", "comment_id": f"{STORY}_91", "message": "So it was for me"}
    # The reviewer is named here too, but it is somebody else who comments.
    other = read(**below, sender_id=7, sender_name="Ines Moll", review_text=...)
    assert other.external_id == f"{STORY}_91"
    assert other.conversation == f"post:{STORY}:7"
    assert (other.author.address, other.author.display_name) == ("7", "Ines Moll")
    assert other.body == "So it was for me"
    assert other.context == {"kind": "comment"}
    assert other.permalink == f"https://www.facebook.com/{STORY}?comment_id=91"
    assert other.in_reply_to is None
    own = read(**below, **{"from": {"id": AMIR, "name": "Amir Haddad"}})
    assert own.conversation == read().conversation
    gone = one(entry(**below | {"verb": "remove"}))
    assert gone == MessageDeleted(f"{STORY}_91", TOLD)


def test_our_own_comment_is_ignored_and_a_nameless_one_not_left_to_the_bot() -> None:
    below = {"item": "comment", "comment_id": f"{STORY}_91", "message": "Thank you"}
    assert one(entry(**below, sender_id=int(PAGE))) == Ignored("a comment of the page itself")
    nameless = read(**below)
    assert nameless.author.address == f"comment:{STORY}_91"
    assert nameless.skip_bot


def test_reactions_to_it() -> None:
    love = entry(item="reaction", reaction_type="love", sender_id=7, review_text=...)
    assert one(love) == MessageReaction(STORY, "7", "love", WRITTEN)


def test_an_answer_is_a_comment_below_the_story() -> None:
    found = read()
    reply = comment(in_reply_to=found.external_id, conversation=found.conversation)
    call = call_for(reply, "Thank you", is_last=True, now=TOLD)
    assert (call.object_id, call.edge, call.fields) == (STORY, "comments", {"message": "Thank you"})


@pytest.mark.parametrize("value", [{"open_graph_story_id": ...}, {"open_graph_story_id": {}}])
@pytest.mark.parametrize("verb", ["add", "edit", "remove"])
def test_without_a_story_it_is_malformed(value: dict[str, Any], verb: str) -> None:
    with pytest.raises(MalformedPayload):
        parse(entry(verb=verb, **value))


def test_other_verbs_are_not_for_us() -> None:
    assert one(entry(verb="block")) == Ignored("a feed event not for us: rating")


def test_nobody_named_recommends_it() -> None:
    found = read(reviewer_id=..., reviewer_name=...)
    assert found.author.address == f"comment:{STORY}"
    assert found.body == WORDS
