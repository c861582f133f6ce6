"""The oracle: every recorded body is in the table, and each round is other inquiries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench.storm.expected import Fate, marks_in
from bench.storm.recorded import TABLE, Recordings, Role, read_recorded, role_of

PAGE = "104000000000001"
BEGAN = 1_790_000_000


@pytest.fixture
def recorded(shared: Path) -> dict[str, Any]:
    return read_recorded(shared / "fixtures" / "facebook_webhooks")


def test_the_table_knows_the_recorded_files(recorded: dict[str, Any]) -> None:
    assert TABLE.keys() <= recorded.keys()


@pytest.mark.parametrize("name", TABLE)
def test_a_file_says_by_itself_what_the_table_says(recorded: dict[str, Any], name: str) -> None:
    assert role_of(recorded[name]) is TABLE[name].role


def test_a_file_that_is_new(recorded: dict[str, Any]) -> None:
    new = {
        "feed-photo-add": {
            "object": "page",
            "entry": [
                {
                    "id": "1",
                    "time": 2,
                    "changes": [
                        {
                            "field": "feed",
                            "value": {
                                "item": "photo",
                                "verb": "add",
                                "post_id": "1_2",
                                "from": {"id": "3", "name": "Kim"},
                                "message": "look",
                            },
                        }
                    ],
                }
            ],
        }
    }
    _, expected = Recordings(recorded | new, PAGE, BEGAN).round(1)
    (wanted,) = (one for one in expected if one.what.startswith("feed-photo-add"))
    assert wanted.fate is Fate.INQUIRY
    assert wanted.mark


def test_what_each_file_should_cause(recorded: dict[str, Any]) -> None:
    _, expected = Recordings(recorded, PAGE, BEGAN).round(1)
    by_name = {wanted.what: wanted for wanted in expected}
    assert by_name["messaging-message-basic/citizen"].fate is Fate.INQUIRY
    assert by_name["messaging-message-basic/citizen"].edited
    assert by_name["messaging-message-reply-1/citizen"].deleted
    assert by_name["feed-comment-add-with-photo/citizen"].hidden
    assert by_name["feed-post-add-25/citizen"].edited
    # As recorded, the page itself wrote it.
    assert by_name["feed-comment-add-25/page"].fate is Fate.ANSWER
    assert by_name["messaging-message-basic-echo/citizen"].fate is Fate.ANSWER
    assert not any("reaction" in name or "unknown" in name for name in by_name)
    inquiries = [name for name, row in TABLE.items() if row.role is Role.MESSAGE]
    assert {f"{name}/citizen" for name in inquiries} <= by_name.keys()


def test_an_edit_speaks_of_the_message_it_changes(recorded: dict[str, Any]) -> None:
    webhooks, _ = Recordings(recorded, PAGE, BEGAN).round(1)
    bodies = {webhook.name: json.loads(webhook.body) for webhook in webhooks}
    added = _value(bodies["feed-comment-add-25/citizen"])
    edited = _value(bodies["feed-comment-edited-25/citizen"])
    assert added["comment_id"] == edited["comment_id"]
    assert marks_in(added["message"]) == marks_in(edited["message"])
    assert added["message"] != edited["message"]
    assert added["created_time"] < edited["created_time"]
    assert added["sender_id"] == edited["sender_id"] != int(PAGE)


def test_rounds_have_nothing_in_common(recorded: dict[str, Any]) -> None:
    recordings = Recordings(recorded, PAGE, BEGAN)
    rounds = [recordings.round(number) for number in (1, 2, 11)]
    ids = [wanted.external for _, expected in rounds for wanted in expected]
    marks = [wanted.mark for _, expected in rounds for wanted in expected if wanted.mark]
    assert len(set(ids)) == len(ids)
    assert len(set(marks)) == len(marks)
    assert all(PAGE in webhook.body.decode() for webhooks, _ in rounds for webhook in webhooks)


def _value(body: Any) -> Any:
    return body["entry"][0]["changes"][0]["value"]
