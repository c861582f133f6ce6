"""X's bodies: both envelopes of one post are one inquiry."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from bench.storm.activity import Activity, recorded_words
from bench.storm.expected import Fate

BEGAN = datetime(2026, 11, 22, tzinfo=UTC)


def activity() -> Activity:
    return Activity(["water &amp; light"], "1460000000000000001", "CityUtilitiesDemo", BEGAN)


def test_ids_are_of_their_time_and_never_twice() -> None:
    made = activity()
    expected = [wanted for _ in range(3) for wanted in made.round()[1]]
    ids = [wanted.external for wanted in expected]
    assert len(set(ids)) == len(ids)
    milliseconds = (int(ids[0]) >> 22) + 1_288_834_974_657
    assert abs(milliseconds / 1000 - BEGAN.timestamp()) < 5


def test_both_envelopes_name_one_post() -> None:
    webhooks, expected = activity().round()
    bodies = [json.loads(w.body) for w in webhooks if w.name.startswith("post.mention.create/")]
    new, old = bodies
    (status,) = old["tweet_create_events"]
    assert new["data"]["payload"]["id"] == status["id_str"]
    assert "mark" not in new["data"]["payload"]
    (wanted,) = (one for one in expected if one.what == "post.mention.create")
    assert (wanted.external, wanted.fate) == (status["id_str"], Fate.INQUIRY)


def test_an_edited_post_is_known_by_its_first_id() -> None:
    webhooks, expected = activity().round()
    first, second = (json.loads(w.body) for w in webhooks if w.name.startswith("edited post/"))
    (wanted,) = (one for one in expected if one.edited)
    assert wanted.external == first["data"]["payload"]["id"]
    assert second["data"]["payload"]["edit_history_tweet_ids"][0] == wanted.external


def test_the_words_of_recorded_mentions() -> None:
    answer = {"response": {"json": {"data": [{"id": "1", "text": "storm 🤨"}]}}}
    assert recorded_words({"exchanges": [answer]}) == ["storm 🤨"]
