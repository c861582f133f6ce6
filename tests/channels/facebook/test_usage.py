"""Facebook's usage headers, whatever is in them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from channels.facebook.usage import Usage, regain_seconds
from hub.ports import RateBudget

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = NOW + timedelta(hours=1)


def noted(**headers: Any) -> Usage:
    usage = Usage()
    usage.note(
        CaseInsensitiveDict(
            {
                f"X-{name.replace('_', '-')}-Usage": json.dumps(each)
                for name, each in headers.items()
            }
        ),
        NOW,
    )
    return usage


def limit(kind: str, **counts: Any) -> dict[str, Any]:
    return {"type": kind, "total_cputime": 2, "total_time": 1, **counts}


def test_the_greatest_count_decides() -> None:
    usage = noted(App={"call_count": 28, "total_time": 25, "total_cputime": 40.2, "new": 99})
    assert usage.budgets(NOW) == (
        RateBudget("messages", 100, 59, HOUR),
        RateBudget("comments", 100, 59, HOUR),
    )


def test_the_scarcest_limit_decides_for_what_it_is_about() -> None:
    business = {"1": [limit("pages", call_count=90)], "2": [limit("messenger", call_count=10)]}
    usage = noted(App={"call_count": 30}, Page={"call_count": 50}, Business_Use_Case=business)
    assert [(each.name, each.remaining) for each in usage.budgets(NOW)] == [
        ("messages", 50),
        ("comments", 10),
    ]


def test_no_access_until_facebook_says() -> None:
    gone = limit("messenger", call_count=3, estimated_time_to_regain_access=19)
    usage = noted(Business_Use_Case={"1": [gone, limit("messenger", call_count=1)]})
    assert usage.budgets(NOW) == (RateBudget("messages", 100, 0, NOW + timedelta(minutes=19)),)


def test_only_what_is_new_and_still_holds() -> None:
    usage = noted(App={"call_count": 100})
    assert len(usage.budgets(NOW)) == 2
    assert usage.budgets(NOW) == ()
    usage.note({"x-page-usage": '{"call_count": 5}'}, NOW)
    assert {each.remaining for each in usage.budgets(NOW)} == {0}
    usage.note({"x-page-usage": '{"call_count": 5}'}, HOUR)
    assert {each.remaining for each in usage.budgets(HOUR)} == {95}


ODD = [None, "", "[]", "{", '{"1": 5}', '{"1": [{"x": 1}]}', "null", '{"1": [5, null]}', "7",
       '{"1": [{"estimated_time_to_regain_access": null}]}', "[" * 50_000]  # fmt: skip


@pytest.mark.parametrize("header", ODD)
def test_a_header_never_fails(header: str | None) -> None:
    assert regain_seconds(header) is None
    usage = Usage()
    names = ("x-app-usage", "x-page-usage", "x-business-use-case-usage")
    usage.note({name: header for name in names if header is not None}, NOW)
    assert all(each.remaining == 100 for each in usage.budgets(NOW))


@pytest.mark.parametrize(
    ("value", "used"),
    [(-5, 0), ("31", 31), ("NaN", 0), (1e400, 0), (140, 100), (None, 0), ([9], 0), (True, 1)],
)
def test_odd_counts(value: Any, used: int) -> None:
    usage = noted(App={"call_count": value})
    assert {each.remaining for each in usage.budgets(NOW)} == {100 - used}


def test_a_wait_of_years_is_no_wait_of_years() -> None:
    far = limit("pages", estimated_time_to_regain_access=1e12)
    usage = noted(Business_Use_Case={"1": [far]})
    assert usage.budgets(NOW)[0].resets_at == NOW + timedelta(days=1)
    assert regain_seconds(json.dumps({"1": [far]})) == 24 * 3600
