"""Laws that hold for every calendar and every moment."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.sla import BusinessHours

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ZONES = ("America/New_York", "UTC", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu")


def _text(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def _day(draw: st.DrawFn) -> list[list[str]]:
    """Up to three intervals; the last may run past midnight."""
    edges = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
    spans = [[_text(a), _text(b)] for a, b in zip(edges[::2], edges[1::2], strict=False)]
    # The next day never opens before 05:00 when this one runs on, see `calendars`.
    if spans and edges[len(spans) * 2 - 1] < 1400 and draw(st.booleans()):
        spans.append([_text(1410), _text(draw(st.integers(0, 299)))])
    return spans


@st.composite
def calendars(draw: st.DrawFn) -> BusinessHours:
    week = draw(st.lists(_day(), min_size=7, max_size=7).filter(any))
    if any(span[1] < span[0] for day in week for span in day):
        week = [[span for span in day if span[0] >= "05:00"] for day in week]
    if not any(week):
        week[0] = [["08:00", "17:00"]]
    near = st.dates(date(2026, 2, 1), date(2026, 11, 30))
    source: dict[str, Any] = {
        "timezone": draw(st.sampled_from(ZONES)),
        "weekly_hours": dict(zip(DAYS, week, strict=True)),
        "holidays": [day.isoformat() for day in draw(st.lists(near, max_size=3, unique=True))],
        "exceptions": {
            day.isoformat(): hours
            for day, hours in draw(
                st.dictionaries(near, st.sampled_from([[], [["10:00", "11:30"]]]), max_size=3)
            ).items()
        },
    }
    if draw(st.booleans()):
        source["holiday_calendar"] = {"country": "US", "subdivision": "FL"}
    return BusinessHours.from_dict(source)


_SECONDS = st.integers(0, 420 * 86_400)
moments = st.one_of(
    _SECONDS.map(lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)),
    # Around both changes of the clocks in New York.
    st.tuples(
        st.sampled_from(
            [datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC)]
        ),
        st.integers(-100_000, 100_000),
    ).map(lambda pair: pair[0] + timedelta(seconds=pair[1])),
)
works = st.one_of(
    st.just(timedelta(0)),
    st.integers(0, 40 * 3600).map(lambda seconds: timedelta(seconds=seconds)),
    st.integers(0, 3000).map(lambda hours: timedelta(hours=hours)),
)


@settings(deadline=None)
@given(calendars(), moments, works)
def test_inverse(calendar: BusinessHours, start: datetime, work: timedelta) -> None:
    due = calendar.due(start, work)
    assert due >= start
    assert calendar.elapsed(start, due) == work


@settings(deadline=None)
@given(calendars(), moments, moments, works, works)
def test_monotone(
    calendar: BusinessHours, a: datetime, b: datetime, v: timedelta, w: timedelta
) -> None:
    a, b = sorted((a, b))
    v, w = sorted((v, w))
    assert calendar.due(a, w) <= calendar.due(b, w)
    assert calendar.due(a, v) <= calendar.due(a, w)
    assert timedelta(0) <= calendar.elapsed(a, b) <= b - a


@settings(deadline=None)
@given(calendars(), moments, moments, moments, works, works)
def test_additive(
    calendar: BusinessHours, a: datetime, b: datetime, c: datetime, v: timedelta, w: timedelta
) -> None:
    a, b, c = sorted((a, b, c))
    assert calendar.elapsed(a, b) + calendar.elapsed(b, c) == calendar.elapsed(a, c)
    assert calendar.due(calendar.due(a, v), w) == calendar.due(a, v + w)


@settings(deadline=None)
@given(calendars(), moments, works)
def test_never_inside_closed_hours(
    calendar: BusinessHours, start: datetime, work: timedelta
) -> None:
    due = calendar.due(start, work)
    second = timedelta(seconds=1)
    assert calendar.is_open(due) or calendar.is_open(due - second)
    # What was worked up to the due time was worked: the second before it counts.
    if work:
        assert calendar.elapsed(due - second, due) == second


@settings(deadline=None)
@given(calendars(), moments)
def test_open_means_that_time_passes(calendar: BusinessHours, at: datetime) -> None:
    second = timedelta(seconds=1)
    assert calendar.is_open(at) == (calendar.elapsed(at, at + second) == second)


@settings(deadline=None)
@given(calendars())
def test_round_trip(calendar: BusinessHours) -> None:
    assert BusinessHours.from_dict(calendar.to_dict()) == calendar


@settings(max_examples=25, deadline=None)
@given(
    st.sets(st.integers(0, 23), min_size=1),
    st.sampled_from([datetime(2026, 3, 7, tzinfo=UTC), datetime(2026, 10, 31, tzinfo=UTC)]),
    st.integers(0, 700),
    st.integers(0, 3000),
)
def test_equal_to_reading_the_wall_clock_every_minute(
    open_hours: set[int], base: datetime, skip: int, minutes: int
) -> None:
    """Hours of whole clock hours, over both changes: an hour that comes twice is open twice."""
    # The repeated hour is 01:00 to 02:00; opening and closing at its edge is another rule.
    open_hours = open_hours | {1, 2} if 1 in open_hours else open_hours
    spans = [[f"{hour:02}:00", f"{hour + 1:02}:00"] for hour in sorted(open_hours)]
    calendar = BusinessHours.from_dict(
        {"timezone": "America/New_York", "weekly_hours": dict.fromkeys(DAYS, spans)}
    )
    zone = ZoneInfo("America/New_York")
    start = base + timedelta(minutes=skip)
    ticks = (start + timedelta(minutes=minute) for minute in range(minutes))
    counted = sum(tick.astimezone(zone).hour in open_hours for tick in ticks)
    end = start + timedelta(minutes=minutes)
    assert calendar.elapsed(start, end) == timedelta(minutes=counted)
