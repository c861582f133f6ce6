"""The verdict finds what is lost, doubled or out of order, and nothing where all is well."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bench.storm.expected import Expected, Fate, edited_words, mark
from bench.storm.ledger import Ledger, Reply
from bench.storm.stored import Message
from bench.storm.verdict import (
    Verdict,
    judge_events,
    judge_inquiries,
    judge_replica,
    judge_replies,
    judge_rest,
)

WORDS = mark("w", 1)
ASKED = Expected("a post", "1460", Fate.INQUIRY, WORDS)
STORED = Message(7, "inbound", "post:1460", f"hello {WORDS}")
SHOWN = {"id": 7, "body": STORED.body, "deleted_at": None, "hidden": False}


def inquiries(
    expected: Expected, stored: list[Message], shown: dict[str, Any] | None = None
) -> dict[str, int]:
    verdict = Verdict()
    view = {m.id: shown or SHOWN for m in stored}
    judge_inquiries(verdict, Ledger(expected=[expected]), stored, view)
    return verdict.wrong


def test_stored_once_is_well() -> None:
    assert inquiries(ASKED, [STORED]) == {}


def test_not_stored_is_lost() -> None:
    other = Message(7, "inbound", "post:14601", "hello [w000002]")
    assert inquiries(ASKED, [other]) == {"inquiries, lost": 1}


@pytest.mark.parametrize(
    "again",
    [
        Message(8, "inbound", "post:1460", "without its mark"),
        Message(8, "inbound", "post:9999", f"hello {WORDS}"),
        Message(8, "outbound", None, f"hello {WORDS}"),
    ],
)
def test_stored_twice_is_doubled(again: Message) -> None:
    assert inquiries(ASKED, [STORED, again]) == {"inquiries, doubled": 1}


def test_the_citys_own_words_are_no_inquiry() -> None:
    own = replace(ASKED, fate=Fate.ANSWER)
    assert inquiries(own, []) == {}
    assert inquiries(own, [replace(STORED, direction="outbound")]) == {}
    assert inquiries(own, [STORED]) == {"inquiries, taken for an inquiry": 1}


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({"edited": True}, SHOWN),
        ({}, SHOWN | {"body": edited_words(WORDS)}),
        ({"deleted": True}, SHOWN),
        ({"deleted": True}, SHOWN | {"deleted_at": "2026-11-23T00:00:00Z"}),
        ({}, SHOWN | {"deleted_at": "2026-11-23T00:00:00Z"}),
        ({"hidden": True}, SHOWN),
    ],
)
def test_another_state_than_the_newest(changed: dict[str, Any], shown: dict[str, Any]) -> None:
    found = inquiries(replace(ASKED, **changed), [STORED], shown)
    assert found == {"inquiries, not as it reads now": 1}


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({"edited": True}, SHOWN | {"body": edited_words(WORDS)}),
        ({"deleted": True}, SHOWN | {"body": "", "deleted_at": "2026-11-23T00:00:00Z"}),
        ({"hidden": True}, SHOWN | {"hidden": True}),
    ],
)
def test_the_newest_state(changed: dict[str, Any], shown: dict[str, Any]) -> None:
    assert inquiries(replace(ASKED, **changed), [STORED], shown) == {}


FIRST, SECOND = mark("r", 10), mark("r", 11)
BODY = f"{FIRST} {SECOND}"
REPLY = Reply(1, 5, "x", BODY, [FIRST, SECOND], posted=True)


def replies(state: str | None, shown: list[str], reply: Reply = REPLY) -> dict[str, int]:
    verdict = Verdict()
    stored = [Message(1, "outbound", None, BODY, state)] if state else []
    judge_replies(verdict, [reply], stored, shown)
    return verdict.wrong


@pytest.mark.parametrize("state", ["failed", "unknown"])
def test_a_reply_that_visibly_was_not_delivered(state: str) -> None:
    assert replies(state, []) == {}
    assert replies(state, [FIRST]) == {}
    assert replies(state, [FIRST, FIRST]) == {"replies, doubled": 1}


def test_a_sent_reply_is_there_once_in_all_its_parts() -> None:
    assert replies("sent", [FIRST, SECOND]) == {}
    assert replies("sent", [FIRST]) == {"replies, lost": 1}
    assert replies("sent", [FIRST, SECOND, SECOND]) == {"replies, doubled": 1}


def test_parts_in_another_order() -> None:
    assert replies("sent", [SECOND, FIRST]) == {"replies, out of order": 1}


def test_a_reply_that_came_to_no_end() -> None:
    assert replies("pending", []) == {"replies, not settled": 1}
    assert replies(None, []) == {"replies, lost": 1}
    assert replies("sent", [], replace(REPLY, posted=False)) == {"replies, not confirmed": 1}


@pytest.mark.parametrize(
    ("seen", "wrong"),
    [
        ([4, 5, 6], {}),
        ([4, 6], {"missing": 1}),
        ([4, 5, 5, 6], {"repeated": 1, "out of order": 1}),
        ([5, 4, 6], {"out of order": 1}),
        ([4, 5, 6, 7], {"missing": 1}),
    ],
)
def test_events(seen: list[int], wrong: dict[str, int]) -> None:
    verdict = Verdict()
    judge_events(verdict, seen, [4, 5, 6], 0)
    assert verdict.wrong == {f"console's events, {name}": n for name, n in wrong.items()}


def test_a_gap_in_the_log_itself() -> None:
    verdict = Verdict()
    judge_events(verdict, [4, 6], [4, 6], 0)
    assert verdict.wrong == {"console's events, missing": 1}


def test_a_replica_that_differs() -> None:
    verdict = Verdict()
    judge_replica(verdict, "ticket", {1: {"version": 2}, 2: {}}, {1: {"version": 3}, 2: {}})
    assert verdict.wrong == {"console's replica, differs from a snapshot": 1}
    assert "ticket 1 {'version': (2, 3)}" in verdict.table()


def test_the_table_counts_faults_and_tells_what_is_wrong() -> None:
    verdict, ledger = Verdict(), Ledger(problems=["a reply was answered 500"])
    ledger.faults.update({"hub killed": 2, "database locked": 1})
    judge_rest(verdict, ledger, ["triage: no such table"])
    assert verdict.wrong == {"hub, wrong answers": 1, "hub, jobs given up": 1}
    assert "faults caused (3)      database locked 1, hub killed 2" in verdict.table()
    assert "! hub, wrong answers: a reply was answered 500" in verdict.table()
