from __future__ import annotations

from datetime import UTC, datetime, tzinfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.open311.w3time import format_w3, parse_w3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T10:00:00Z", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("2026-11-22T10:00:00-05:00", datetime(2026, 11, 22, 15, tzinfo=UTC)),
        ("2026-11-22T10:00:00-0500", datetime(2026, 11, 22, 15, tzinfo=UTC)),
        ("2026-11-22 10:00:00.25 +01:00", datetime(2026, 11, 22, 9, 0, 0, 250000, tzinfo=UTC)),
        ("2026-11-22T10:00Z", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("2026-11-22", datetime(2026, 11, 22, tzinfo=UTC)),
        ("2026-11-22T10:00:00", None),
        ("2026-02-30T10:00:00Z", None),
        ("2026-11-22T25:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("2026-W47-7", None),
        ("٢٠٢٦-11-22", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_parse(text: str, expected: datetime | None) -> None:
    assert parse_w3(text) == expected


def test_remote_servers_may_leave_the_zone_out() -> None:
    found = parse_w3("2026-11-22T10:00:00", zone_required=False)
    assert found == datetime(2026, 11, 22, 10, tzinfo=UTC)


@settings(deadline=None)
@given(
    st.integers(-(2**29), 2**32).map(lambda second: datetime.fromtimestamp(second + 0.5, UTC)),
    st.timezones(),
)
def test_round_trip_to_the_second(at: datetime, zone: tzinfo) -> None:
    at = at.astimezone(zone)
    assert parse_w3(format_w3(at)) == at.astimezone(UTC).replace(microsecond=0)


@settings(deadline=None)
@given(st.text())
def test_never_raises(text: str) -> None:
    found = parse_w3(text)
    assert found is None or found.tzinfo is not None
