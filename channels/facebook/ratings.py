"""Recommendations of the page, as events of its feed.

Facebook tells them by the field `ratings`, with the comments and reactions below them, and
some by `feed` too. `ratings` names the story alone (`open_graph_story_id`), `feed` a post that
has the page's id in front: both come out as the story's id, so one recommendation is one
message. A comment posted to that id answers it.

In `ratings`, `reviewer_id` is who recommends, in the events of what is below it too; who
commented there is in `sender_id` or `from`.
"""

from __future__ import annotations

from typing import Any

from channels.facebook.payloads import Entry, FeedValue, Party
from hub.ports import Account

FIELD = "ratings"
ITEM = "rating"

_WORDLESS = {
    "positive": "[recommends the page]",
    "negative": "[does not recommend the page]",
}


def as_feed(account: Account, entry: Entry, field: str, value: FeedValue) -> FeedValue:
    """`value` as it would be about a visitor's post; as it is where it is no recommendation.

    `message` stays empty where `feed` leaves the words to `ratings`.
    """
    if value.item == ITEM:
        told = field == FIELD or value.message or value.review_text or value.recommendation_type
        reviewer = Party(
            id=value.reviewer_id or value.author_id, name=value.reviewer_name or value.author_name
        )
        changes: dict[str, Any] = {
            "comment_id": None,
            "parent_id": None,
            "post_id": _story(account, entry, value),
            "author": reviewer,
            "message": _words(value) if told else None,
        }
    elif field == FIELD:
        changes = {"post_id": value.open_graph_story_id or value.post_id}
    else:
        return value
    return value.model_copy(update=changes)


def context_of(value: FeedValue) -> dict[str, str]:
    """What a person may want to know of a recommendation beside its words."""
    said = {"recommendation": _recommendation(value), "rating": value.rating}
    return {name: each for name, each in said.items() if each}


def _story(account: Account, entry: Entry, value: FeedValue) -> str | None:
    if value.open_graph_story_id or value.post_id is None:
        return value.open_graph_story_id
    page, _, story = value.post_id.partition("_")
    return story if story and page in (entry.id, account.external_id) else value.post_id


def _recommendation(value: FeedValue) -> str | None:
    """`positive` or `negative`; older ratings have stars instead."""
    return (value.recommendation_type or "").lower() or None


def _words(value: FeedValue) -> str:
    written = value.review_text or value.message
    if written:
        return written
    stars = f"[rates the page: {value.rating} of 5]" if value.rating else "[rates the page]"
    return _WORDLESS.get(_recommendation(value) or "", stars)
