"""When reports are due, across DST, and what they are about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.reports.schedules.calendar import (
    Frequency,
    Period,
    Timing,
    last_due,
    next_due,
    period_of,
)

ZONE = ZoneInfo("America/New_York")
DAILY = Timing(Frequency.DAILY, 0, 7, ZONE)
MONDAYS = Timing(Frequency.WEEKLY, 0, 7, ZONE)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("timing", "after", "due"),
    [
        (DAILY, "2026-11-18T11:59:59", "2026-11-18T12:00:00"),
        (DAILY, "2026-11-18T12:00:00", "2026-11-19T12:00:00"),
        # The clock goes back on November 1, and forward on March 14 (2027).
        (DAILY, "2026-10-31T11:00:00", "2026-11-01T12:00:00"),
        (DAILY, "2026-10-30T12:00:00", "2026-10-31T11:00:00"),
        (DAILY, "2027-03-13T12:00:00", "2027-03-14T11:00:00"),
        # 02:00 is skipped: 03:00 EDT; the day after it is 02:00 EDT again.
        (Timing(Frequency.DAILY, 0, 2, ZONE), "2027-03-14T00:00:00", "2027-03-14T07:00:00"),
        (Timing(Frequency.DAILY, 0, 2, ZONE), "2027-03-14T07:00:00", "2027-03-15T06:00:00"),
        # 01:00 comes twice: once, in EDT.
        (Timing(Frequency.DAILY, 0, 1, ZONE), "2026-11-01T00:00:00", "2026-11-01T05:00:00"),
        (Timing(Frequency.DAILY, 0, 1, ZONE), "2026-11-01T05:00:00", "2026-11-02T06:00:00"),
        (MONDAYS, "2026-11-18T12:00:00", "2026-11-23T12:00:00"),
        (MONDAYS, "2026-11-23T12:00:00", "2026-11-30T12:00:00"),
        # Sunday evening there is Monday in UTC.
        (MONDAYS, "2026-11-23T02:00:00", "2026-11-23T12:00:00"),
        (Timing(Frequency.WEEKLY, 6, 22, ZONE), "2026-11-18T12:00:00", "2026-11-23T03:00:00"),
        (Timing(Frequency.MONTHLY, 1, 7, ZONE), "2026-11-18T12:00:00", "2026-12-01T12:00:00"),
        (Timing(Frequency.MONTHLY, 28, 23, ZONE), "2027-01-29T04:00:00", "2027-03-01T04:00:00"),
        (Timing(Frequency.MONTHLY, 28, 23, ZONE), "2028-02-28T04:00:00", "2028-02-29T04:00:00"),
    ],
)
def test_next(timing: Timing, after: str, due: str) -> None:
    assert next_due(timing, _utc(after)) == _utc(due)
    assert last_due(timing, _utc(due)) == _utc(due)


@pytest.mark.parametrize(
    ("frequency", "due", "start", "end"),
    [
        (Frequency.DAILY, "2026-11-02T12:00:00", date(2026, 11, 1), date(2026, 11, 1)),
        (Frequency.DAILY, "2027-01-01T12:00:00", date(2026, 12, 31), date(2026, 12, 31)),
        (Frequency.WEEKLY, "2026-11-23T12:00:00", date(2026, 11, 16), date(2026, 11, 22)),
        (Frequency.WEEKLY, "2026-11-26T12:00:00", date(2026, 11, 16), date(2026, 11, 22)),
        (Frequency.WEEKLY, "2026-11-23T03:00:00", date(2026, 11, 9), date(2026, 11, 15)),
        (Frequency.MONTHLY, "2026-12-01T12:00:00", date(2026, 11, 1), date(2026, 11, 30)),
        (Frequency.MONTHLY, "2028-03-28T12:00:00", date(2028, 2, 1), date(2028, 2, 29)),
        (Frequency.MONTHLY, "2027-01-15T12:00:00", date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_period(frequency: Frequency, due: str, start: date, end: date) -> None:
    assert period_of(frequency, _utc(due), ZONE) == Period(start, end)


TIMINGS = st.builds(
    lambda frequency, day, hour, zone: Timing(
        frequency,
        {"daily": 0, "weekly": day % 7, "monthly": day}[frequency],
        hour,
        ZoneInfo(zone),
    ),
    st.sampled_from(Frequency),
    st.integers(1, 28),
    st.integers(0, 23),
    st.sampled_from(["America/New_York", "Europe/Madrid", "Australia/Lord_Howe", "UTC"]),
)
INSTANTS = st.integers(0, 20 * 365 * 86_400).map(
    lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


@given(TIMINGS, INSTANTS)
def test_laws(timing: Timing, at: datetime) -> None:
    due, before = next_due(timing, at), last_due(timing, at)
    assert before <= at < due
    assert next_due(timing, before) == due, "nothing lies between"
    assert last_due(timing, due - timedelta(microseconds=1)) == before
    # One follows another without a gap or an overlap in what they report.
    zone = timing.zone
    assert period_of(timing.frequency, due, zone).start == period_of(
        timing.frequency, before, zone
    ).end + timedelta(days=1)
    assert period_of(timing.frequency, due, zone).end < due.astimezone(zone).date()
    local = due.astimezone(zone)
    assert local.hour in (timing.hour, timing.hour + 1)
