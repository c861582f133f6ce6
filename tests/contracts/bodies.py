"""Webhook bodies made up to break readers: as platforms begin theirs, and then anything."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12),
    st.sampled_from(["", "1001", "0", "page", "add", "comment", "\ud800", "\x00",
                     "post.mention.create", "dm.received", "2026-01-01T00:00:00Z", "9" * 30]),
)  # fmt: skip
KEYS = st.sampled_from(
    ["data", "event_type", "payload", "includes", "users", "media", "id", "id_str", "text",
     "author_id", "created_at", "entities", "mentions", "referenced_tweets", "for_user_id",
     "tweet_create_events", "direct_message_events", "message_create", "sender_id", "user",
     "extended_tweet", "full_text", "quoted_status", "type", "object", "entry", "changes",
     "messaging", "standby", "field", "value", "item", "verb", "comment_id", "post_id", "from",
     "message", "mid", "attachments", "sender", "recipient", "timestamp", "time", "postback",
     "created_time", "quick_reply", "coordinates", "lat", "long", "event", "to", "at",
     "message_edit", "edit_history_tweet_ids", "tweet_delete_events", "status", "read",
     "delivery", "watermark", "reaction", "pass_thread_control", "take_thread_control",
     "is_hidden", "filter", "tag"]
)  # fmt: skip
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=6)),
    max_leaves=25,
)


def bodies() -> st.SearchStrategy[Any]:
    """Bodies that begin as the platforms' own do, and then go anywhere."""
    things = st.dictionaries(KEYS, JSON, max_size=6)
    kinds = st.sampled_from(["post.mention.create", "post.reply.create", "dm.received", "x"])
    return st.one_of(
        JSON,
        st.fixed_dictionaries(
            {"event": st.sampled_from(["received", "delivered"]), "message": JSON}
        ),
        st.fixed_dictionaries(
            {"data": st.fixed_dictionaries({"event_type": kinds, "payload": things})}
        ),
        st.fixed_dictionaries(
            {"for_user_id": st.just("1001"), "tweet_create_events": st.lists(things, max_size=2)}
        ),
        st.fixed_dictionaries(
            {
                "object": st.just("page"),
                "entry": st.lists(
                    st.fixed_dictionaries(
                        {},
                        optional={
                            "id": SCALARS,
                            "time": SCALARS,
                            "messaging": st.lists(things, max_size=2),
                            "changes": st.lists(
                                st.fixed_dictionaries(
                                    {"field": st.sampled_from(["feed", "x"]), "value": things}
                                ),
                                max_size=2,
                            ),
                        },
                    ),
                    max_size=2,
                ),
            }
        ),
    )
