"""How figures are told."""

import pytest

from bench.machine import percentile
from bench.result import Goal, Line, Measurement, at_least, at_most, figure, markdown, skipped


@pytest.mark.parametrize(
    ("value", "told"),
    [(0, "0"), (12345.6, "12,346"), (99.94, "99.9"), (1.234, "1.23"), (0.0456, "0.046")],
)
def test_figure(value: float, told: str) -> None:
    assert figure(value) == told


def test_goals() -> None:
    assert at_least(2.0, 2.0, "≥ 2").reached
    assert not at_least(1.99, 2.0, "≥ 2").reached
    assert at_most(60, 60, "≤ 60").reached
    assert not at_most(60.1, 60, "≤ 60").reached


def test_markdown_says_what_was_reached_and_what_was_not() -> None:
    found = Measurement(
        "ingest",
        "how fast",
        [
            Line("raw", 1800, "msg/s"),
            Line("hub", 900, "msg/s", "0.50 × raw", Goal("≥ 2 × raw", False)),
        ],
        ["A note."],
    )
    text = markdown(found)
    assert "### ingest: how fast" in text
    assert "| raw | 1,800 msg/s |  |  |  |" in text
    assert "| hub | 900 msg/s | 0.50 × raw | ≥ 2 × raw | **no** |" in text
    assert text.rstrip().endswith("- A note.")
    assert [line.what for line in found.missed] == ["hub"]
    assert found.as_json()["lines"][1]["goal"] == {"text": "≥ 2 × raw", "reached": False}


def test_markdown_says_why_nothing_was_measured() -> None:
    assert "Not measured: no server" in markdown(skipped("x", "y", "no server"))


def test_percentile() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert percentile(values, 0.5) == 51
    assert percentile(values, 0.99) == 100
    assert percentile([], 0.5) == 0
