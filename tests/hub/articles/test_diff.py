"""What changed from one version to another."""

from __future__ import annotations

from dataclasses import replace

from hub.articles.diff import FieldDiff, Line, diff
from tests.hub.articles.texts import TEXT


def test_the_same_text_has_no_difference() -> None:
    assert diff(TEXT, TEXT) == []


def test_a_phrase_is_a_line() -> None:
    changed = replace(TEXT, phrases=(TEXT.phrases[0], "my gamp is gone", *TEXT.phrases[2:]))
    (phrases,) = diff(TEXT, changed)
    assert phrases.field == "phrases"
    assert [line.op for line in phrases.lines] == ["same", "removed", "added", *["same"] * 3]
    assert phrases.lines[1:3] == [
        Line("removed", "where is my brolly"),
        Line("added", "my gamp is gone"),
    ]


def test_an_answer_goes_by_its_lines() -> None:
    before = replace(TEXT, answer="One\n\nTwo")
    (answer,) = diff(before, replace(TEXT, answer="One\n\nThree"))
    assert answer.lines == [
        Line("same", "One"),
        Line("same", ""),
        Line("removed", "Two"),
        Line("added", "Three"),
    ]


def test_a_line_said_over_and_over_takes_no_time() -> None:
    before = replace(TEXT, answer="Top\n" + "a\n" * 4000 + "End")
    (answer,) = diff(before, replace(TEXT, answer="Top\n" + "a\nb\n" * 2000 + "End"))
    ops = [line.op for line in answer.lines]
    # Longer texts than that are told by what they begin and end with.
    assert ops == ["same"] * 2 + ["removed"] * 3999 + ["added"] * 3999 + ["same"]
    assert [answer.lines[at].text for at in (0, 1, -1)] == ["Top", "a", "End"]


def test_what_was_empty_and_what_is_yes_or_no() -> None:
    changed = replace(TEXT, staff_note="Where?", emergency=True)
    assert diff(TEXT, changed) == [
        FieldDiff("emergency", [Line("removed", "no"), Line("added", "yes")]),
        FieldDiff("staff_note", [Line("added", "Where?")]),
    ]
