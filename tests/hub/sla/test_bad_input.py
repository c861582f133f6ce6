"""Whatever is given as a calendar or a policy: it is taken, or refused by name at a field."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.sla import BusinessHours, SlaError, SlaPolicy, evaluate
from hub.sla.draft import read_draft
from tests.hub.sla.drafts import ANYTHING
from tests.hub.sla.histories import RULES, at, opened

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
clock_times = st.one_of(
    st.sampled_from(
        ["08:00", "12:00", "17:00", "22:00", "06:00", "24:00", "00:00", "02:30", "8:00", "0800"]
    ),
    st.text(max_size=6),
    st.integers(),
    st.none(),
)
anything: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=8),
        st.binary(max_size=4),
        st.dates(),
        clock_times,
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.dictionaries(
            st.one_of(st.text(max_size=5), st.integers(), st.none()), inner, max_size=3
        ),
    ),
    max_leaves=6,
)
spans = st.one_of(st.lists(st.tuples(clock_times, clock_times), max_size=3), anything)
days = st.sampled_from(["mon", "tue", "sat", "sun", "Mon", "monday", ""])
weeks = st.one_of(st.dictionaries(days, spans, max_size=4), anything)
dates = st.one_of(
    st.sampled_from(["2026-11-26", "2026-02-30", "0001-01-01", "9999-12-31", "20261126"]),
    st.dates(),
    anything,
)
zones = st.one_of(
    st.sampled_from(
        [
            "America/New_York",
            "Pacific/Apia",
            "UTC",
            "america",
            "../UTC",
            "UTC\0",
            "a" * 300,
            "\ud800",
        ]
    ),
    anything,
)
calendars = st.fixed_dictionaries(
    {},
    optional={
        "timezone": zones,
        "weekly_hours": weeks,
        "holidays": st.one_of(st.lists(dates, max_size=3), anything),
        "exceptions": st.one_of(
            st.lists(
                st.tuples(
                    st.one_of(
                        st.sampled_from(["2026-11-26", "0001-01-01"]),
                        st.dates(),
                        st.text(max_size=10),
                    ),
                    spans,
                ),
                max_size=2,
            ).map(dict),
            anything,
        ),
        "holiday_calendar": st.one_of(
            st.sampled_from([{"country": "US", "subdivision": "FL"}, {"country": "US"}]), anything
        ),
        "always_open": st.one_of(st.booleans(), anything),
        "extra": anything,
    },
)


_T = TypeVar("_T")


def _read(reader: Callable[[Any], _T], source: Any) -> _T | None:
    """None where it is refused, which must be said of a field and with a reason."""
    refused: SlaError
    try:
        return reader(source)
    except SlaError as error:
        refused = error
    assert refused.reason
    assert str(refused) == f"{refused.field}: {refused.reason}"
    return None


@settings(max_examples=400, deadline=None)
@given(st.one_of(calendars, anything))
def test_a_calendar_is_taken_or_refused_at_a_field(source: Any) -> None:
    hours = _read(BusinessHours.from_dict, source)
    if hours is None:
        return
    assert BusinessHours.from_dict(hours.to_dict()) == hours
    due = hours.due(NOON, timedelta(minutes=5))
    assert hours.elapsed(NOON, due) == timedelta(minutes=5)


@settings(max_examples=200, deadline=None)
@given(
    st.datetimes(),
    st.one_of(st.timedeltas(), st.timedeltas(timedelta(0), timedelta(days=400))),
    st.sampled_from(["America/New_York", "Pacific/Kiritimati", "Australia/Lord_Howe"]),
)
def test_an_instant_has_an_answer_or_is_refused(
    start: datetime, wanted: timedelta, zone: str
) -> None:
    """However far: working time of more than a few lives is not asked of a calendar here."""
    hours = BusinessHours.from_dict(
        {
            "timezone": zone,
            "weekly_hours": {"mon": [["00:00", "24:00"]], "wed": [["22:00", "06:00"]]},
        }
    )
    begin = start.replace(tzinfo=UTC)
    wanted = min(wanted, timedelta(days=2_000))
    with suppress(SlaError):
        due = hours.due(begin, wanted)
        assert due >= begin
        assert hours.elapsed(begin, due) == wanted


policies = st.fixed_dictionaries(
    {},
    optional={
        "id": anything,
        "name": st.one_of(st.just("Tested"), anything),
        "conditions": st.one_of(
            st.dictionaries(
                st.sampled_from(["unit", "priority", "topic", "emergency", "visibility", "other"]),
                st.one_of(st.just(["billing"]), st.just(["high"]), anything),
                max_size=3,
            ),
            anything,
        ),
        "first_response": st.one_of(st.just(3600), anything),
        "warn_share": anything,
        "warn_before": anything,
        "calendar_time": st.one_of(st.booleans(), anything),
        "on_breach": st.one_of(
            st.lists(
                st.fixed_dictionaries(
                    {"kind": st.one_of(st.sampled_from(["notify", "reassign", "move"]), anything)},
                    optional={"target": st.one_of(st.just("supervisors"), anything)},
                ),
                max_size=2,
            ),
            anything,
        ),
        "extra": anything,
    },
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(policies, anything))
def test_a_policy_is_taken_or_refused_at_a_field(source: Any) -> None:
    policy = _read(SlaPolicy.from_dict, source)
    if policy is None:
        return
    assert SlaPolicy.from_dict(policy.to_dict()) == policy
    calendar = {"timezone": "UTC", "weekly_hours": {"mon": [["08:00", "17:00"]]}}
    listed = {"key": "c", "id": None, "name": "Office", "definition": calendar}
    read_draft([listed], [{**policy.to_dict(), "id": None, "calendar": "c"}], ANYTHING, NOON)


def test_the_present_must_be_aware() -> None:
    with pytest.raises(SlaError):
        evaluate(opened("10:00"), RULES, at("11:00").replace(tzinfo=None))


def test_a_target_that_a_calendar_hardly_reaches_is_refused_soon() -> None:
    """A minute a week makes a year of working time in ten thousand years: nobody walks there."""
    calendar = {"timezone": "America/New_York", "weekly_hours": {"mon": [["08:00", "08:01"]]}}
    listed = {"key": "c", "id": None, "name": "Rare", "definition": calendar}
    targets = dict.fromkeys(("first_response", "next_response", "resolution"), 366 * 86_400.0)
    slow: dict[str, Any] = {
        "id": None,
        "calendar": "c",
        "name": "Slow",
        "conditions": {},
        **targets,
    }
    began = datetime.now(UTC)
    draft = read_draft([listed], [slow], ANYTHING, NOON)
    assert [problem.field for problem in draft.problems] == [
        "policies.0.first_response",
        "policies.0.next_response",
        "policies.0.resolution",
    ]
    assert datetime.now(UTC) - began < timedelta(seconds=5)


@pytest.mark.parametrize(("more", "refused"), [(0, False), (1, True)])
def test_ten_years_are_the_limit(more: int, refused: bool) -> None:
    calendar = {"timezone": "UTC", "weekly_hours": {"mon": [["08:00", "08:10"]]}}
    within = BusinessHours.from_dict(calendar).elapsed(NOON, NOON + timedelta(days=3_660))
    listed = {"key": "c", "id": None, "name": "Rare", "definition": calendar}
    target = within.total_seconds() + more
    one: dict[str, Any] = {
        "id": None,
        "calendar": "c",
        "name": "Slow",
        "conditions": {},
        "resolution": target,
    }
    draft = read_draft([listed], [one], ANYTHING, NOON)
    assert [problem.field for problem in draft.problems] == ["policies.0.resolution"] * refused


def test_a_date_is_no_moment() -> None:
    with pytest.raises(SlaError):
        BusinessHours.from_dict({"timezone": "UTC", "holidays": [NOON]})
    assert BusinessHours.from_dict(
        {"timezone": "UTC", "always_open": True, "holidays": [date(2026, 11, 26)]}
    ).holidays == {date(2026, 11, 26)}
