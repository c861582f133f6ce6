"""The longer storm: how much of it there is, and which of its figures are goals."""

from __future__ import annotations

from pathlib import Path

from bench.command import MEASUREMENTS, ONLY_WHEN_NAMED
from bench.faults import lines_of, plan_of
from bench.options import Options
from bench.storm.plan import Form
from bench.storm.verdict import Verdict


def test_a_longer_storm_has_more_of_everything() -> None:
    short, long = (
        plan_of(Form.SCALED, Options(Path("nowhere"), storm_seconds=seconds, seed=5))
        for seconds in (40.0, 400.0)
    )
    assert (short.seed, short.seconds, long.seconds) == (5, 40.0, 400.0)
    assert long.rounds == 10 * short.rounds
    assert long.replies == 10 * short.replies


def test_what_is_lost_misses_a_goal() -> None:
    figures = {"inquiries": {"stored": 9, "lost": 1}, "faults caused": {"hub killed": 2, "x": 1}}
    lines = lines_of(Form.EMBEDDED, Verdict(figures=figures))
    assert [(line.what, line.value) for line in lines] == [
        ("embedded: inquiries, stored", 9),
        ("embedded: inquiries, lost", 1),
        ("embedded: faults caused", 3),
    ]
    assert [line.goal.reached for line in lines if line.goal] == [False]


def test_it_takes_minutes_so_it_is_asked_for_by_name() -> None:
    assert set(MEASUREMENTS) >= ONLY_WHEN_NAMED == {"faults"}
