"""`/reports/service`, `/reports/tickets`, `/reports/surveys`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub.reports.keeper import Keeper
from hub.tickets import actions, replies
from hub.tickets.models import Status
from tests.fixtures import agent, change
from tests.hub.api.site import Caller, Site
from tests.hub.reports.histories import answer_survey

pytestmark = pytest.mark.anyio


async def _kept(site: Site) -> None:
    hub = site.hub
    keeper = Keeper(hub.database, hub.directory, hub.now, hub.settings.timezone)
    while await keeper.run():
        pass


async def _some_tickets(site: Site) -> list[int]:
    """Three of billing, of which ben resolved one; one of the call center, overdue."""
    ben = await agent(site.hub, "ben")
    tickets = [await site.ticket("billing") for _ in range(3)]
    tickets.append(await site.ticket("call-center"))
    await change(site.hub, tickets[0], ben, replies.log_reply, "It is paid")
    await change(site.hub, tickets[0], ben, actions.set_status, Status.RESOLVED)
    await change(site.hub, tickets[0], ben, answer_survey, 5)
    site.clock.advance(days=3)
    site.hub.directory.forget()
    await _kept(site)
    return tickets


async def test_a_report_says_what_it_was_asked_and_what_came_out(site: Site) -> None:
    await _some_tickets(site)
    sam = await site.session("sam")
    today = site.clock().date()
    report = await site.get(sam, "/reports/service")
    assert report["query"] == {
        "start": str(today - timedelta(days=29)), "end": str(today), "by": "unit",
        "unit": None, "channel": None, "topic": None, "agent_id": None,
    }  # fmt: skip
    totals = report["totals"]
    assert (totals["created"], totals["resolved"], totals["open"]) == (4, 1, 3)
    first = totals["first_response"]
    assert (first["within"], first["overdue"], first["decided"]) == (1, 3, 4)
    assert first["share_within"] == 0.25
    assert first["business"] == {
        "median": None, "median_open": True, "p90": None, "p90_open": True,
    }  # fmt: skip
    assert totals["survey_score"] == 5
    rows = {row["key"]: row for row in report["rows"]}
    assert rows["billing"]["label"] == "Billing"
    assert (rows["billing"]["created"], rows["call-center"]["created"]) == (3, 1)
    assert [row["key"] for row in report["rows"]][:2] == ["billing", "call-center"]
    assert len(report["volume"]) == 30
    assert report["volume"][-1] == {
        "day": str(today), "created": 0, "resolved": 0, "backlog": 3,
    }  # fmt: skip
    assert report["before"]["created"] == 0
    assert report["as_of"] == site.clock().isoformat().replace("+00:00", "Z")


async def test_filters_narrow_everything(site: Site) -> None:
    await _some_tickets(site)
    sam = await site.session("sam")
    ben = await agent(site.hub, "ben")
    report = await site.get(sam, "/reports/service", unit="billing", by="agent", agent_id=ben.id)
    assert report["totals"]["created"] == 1
    assert [(row["key"], row["label"]) for row in report["rows"]] == [(str(ben.id), ben.name)]
    assert report["volume"][-1]["backlog"] == 0
    nobody = await site.get(sam, "/reports/service", by="agent")
    assert {row["key"]: row["created"] for row in nobody["rows"]} == {"": 3, str(ben.id): 1}


async def test_a_figure_opens_its_tickets_page_by_page(site: Site) -> None:
    tickets = await _some_tickets(site)
    sam = await site.session("sam")
    seen: list[int] = []
    cursor: dict[str, Any] = {}
    while True:
        page = await site.get(
            sam, "/reports/tickets", figure="first_response.overdue", limit=2, **cursor
        )
        assert page["total"] == 3
        seen += [item["ticket"]["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == sorted(tickets[1:], reverse=True)
    (one,) = (
        await site.get(sam, "/reports/tickets", figure="first_response.within", group="billing")
    )["items"]
    assert one["ticket"]["id"] == tickets[0]
    assert (one["seconds_business"], one["seconds_calendar"]) == (0, 0)
    none = await site.get(
        sam, "/reports/tickets", figure="first_response.within", group="call-center"
    )
    assert (none["items"], none["total"], none["next_cursor"]) == ([], 0, None)
    created = await site.get(sam, "/reports/tickets", by="topic", group="")
    assert created["total"] == 4
    assert {item["seconds_business"] for item in created["items"]} == {None}


async def test_what_customers_said_is_listed(site: Site) -> None:
    tickets = await _some_tickets(site)
    ben = await agent(site.hub, "ben")
    await change(site.hub, tickets[1], ben, answer_survey, 2)
    await change(site.hub, tickets[2], ben, answer_survey, None)
    await _kept(site)
    sam = await site.session("sam")
    first = await site.get(sam, "/reports/surveys", limit=1)
    (newest,) = first["items"]
    assert (newest["ticket_id"], newest["score"], newest["comment"]) == (tickets[1], 2, "2 of 5")
    rest = await site.get(sam, "/reports/surveys", limit=1, cursor=first["next_cursor"])
    assert [item["score"] for item in rest["items"]] == [5]
    assert rest["next_cursor"] is None
    report = await site.get(sam, "/reports/service")
    totals = report["totals"]
    assert (totals["surveys_asked"], totals["surveys_answered"]) == (3, 2)
    assert totals["surveys_satisfied"] == 1


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"start": "2026-11-19", "end": "2026-11-18"}, "start"),
        ({"start": "2025-01-01", "end": "2026-11-18"}, "start"),
        ({"start": "tomorrow"}, "start"),
        ({"start": "0001-01-01", "end": "9999-12-31"}, "start"),
        ({"unit": "nowhere"}, "unit"),
        ({"channel": "pigeon"}, "channel"),
        ({"agent_id": 4711}, "agent_id"),
        ({"agent_id": 0}, "agent_id"),
        ({"by": "mood"}, "by"),
        ({"unit": "x" * 61}, "unit"),
    ],
)
@pytest.mark.parametrize("path", ["service", "tickets", "surveys"])
async def test_what_makes_no_sense_is_refused_at_its_field(
    house: Site, path: str, params: dict[str, Any], field: str
) -> None:
    sam = await house.session("sam")
    answer = await house.api(sam, "GET", f"/reports/{path}", params=params)
    assert answer.status_code == 422, answer.text
    assert field in {error["field"] for error in answer.json()["errors"]}


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"figure": "happiness"}, "figure"),
        ({"figure": "first_response.median"}, "figure"),
        ({"by": "hour", "group": "24"}, "group"),
        ({"by": "day", "group": "yesterday"}, "group"),
        ({"by": "agent", "group": "sam"}, "group"),
        ({"by": "weekday", "group": "²"}, "group"),
        ({"cursor": "-1"}, "cursor"),
        ({"cursor": "1-2"}, "cursor"),
        ({"limit": 0}, "limit"),
    ],
)
async def test_what_opens_no_tickets_is_refused(
    house: Site, params: dict[str, Any], field: str
) -> None:
    sam = await house.session("sam")
    answer = await house.api(sam, "GET", "/reports/tickets", params=params)
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("cursor", ["", "1", "x-1", "999999999999999999-1", "1-2-3"])
async def test_a_cursor_of_another_list_is_refused(house: Site, cursor: str) -> None:
    sam = await house.session("sam")
    answer = await house.api(sam, "GET", "/reports/surveys", params={"cursor": cursor})
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2024-02-29"])
async def test_days_far_away_are_empty(house: Site, day: str) -> None:
    sam = await house.session("sam")
    report = await house.get(sam, "/reports/service", start=day, end=day, by="day")
    assert report["totals"]["created"] == 0
    assert len(report["volume"]) == len(report["rows"]) == 1


@pytest.mark.parametrize("path", ["service", "tickets", "surveys"])
async def test_only_supervisors_read_reports(house: Site, path: str) -> None:
    async def status(caller: Caller) -> int:
        return (await house.api(caller, "GET", f"/reports/{path}")).status_code

    assert await status(await house.session("ava")) == 403
    assert await status(await house.session("sam")) == 200
    assert await status(await house.session("alex")) == 200
