"""`/sla` as a supervisor uses it: read, try out, save, look back, take back."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from hub.team.models import Role
from tests.fakes import NOON
from tests.fixtures import Work, ticket_of
from tests.hub.api.site import Caller, Site

pytestmark = pytest.mark.anyio

BOTH = pytest.mark.parametrize("dialect", ["sqlite", "postgresql"], indirect=True)
FACTS = {"channel": "facebook", "unit": "billing"}
FRIDAY = "2026-11-20T16:50:00-05:00"


@pytest.fixture
async def sam(site: Site) -> Caller:
    return await site.session("sam")


async def _document(site: Site, sam: Caller) -> dict[str, Any]:
    found = await site.get(sam, "/sla")
    return {name: deepcopy(found[name]) for name in ("calendars", "policies")}


async def _put(site: Site, sam: Caller, document: dict[str, Any], **more: Any) -> Any:
    version = (await site.get(sam, "/sla"))["version"]
    body = {"base_version": version, **document, **more}
    return await site.api(sam, "PUT", "/sla", json=body)


@BOTH
async def test_saved_and_read_again(site: Site, sam: Caller) -> None:
    number = await site.ticket("social-media")
    document = await _document(site, sam)
    social = next(p for p in document["policies"] if p["name"] == "Social media")
    social["first_response"] = 7200
    answer = await _put(site, sam, document, comment="  Fewer   people ")
    assert answer.status_code == 200, answer.text
    saved = answer.json()
    assert (saved["version"], saved["comment"]) == (2, "Fewer people")
    assert saved["recompute"] == {"version": 2, "total": 1, "done": 0, "finished_at": None}
    assert saved["policies"] == document["policies"]
    await Work(site.hub).jobs()
    assert (await site.get(sam, "/sla"))["recompute"]["done"] == 1
    ticket = await site.get(sam, f"/tickets/{number}")
    assert ticket["first_response"]["due_at"] == "2026-11-18T19:00:00Z"
    assert NOON + timedelta(hours=2) == (await ticket_of(site.hub, number)).first_response_due_at


async def test_the_preview_of_the_issue(site: Site, sam: Caller) -> None:
    """Friday 16:50 and an hour of working time: Monday 08:50."""
    document = await _document(site, sam)
    body = {**document, "at": FRIDAY, "facts": FACTS}
    answer = await site.api(sam, "POST", "/sla/preview", json=body)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["sentence"] == (
        "A message on Friday, Nov 20, 16:50 would be due on Monday, Nov 23, 08:50."
    )
    assert found["policy"]["name"] == "Social media"
    assert found["calendar"]["name"] == "City offices"
    first = found["metrics"][0]
    assert (first["metric"], first["due_at"]) == ("first_response", "2026-11-23T13:50:00Z")
    assert first["warn_at"] == "2026-11-23T13:35:00Z"


async def test_the_preview_is_of_the_draft(site: Site, sam: Caller) -> None:
    document = await _document(site, sam)
    document["policies"].insert(
        0,
        {
            "calendar": document["calendars"][0]["key"],
            "name": "Billing at once",
            "conditions": {"unit": ["billing"]},
            "first_response": 600,
            "calendar_time": True,
        },
    )
    body = {**document, "at": FRIDAY, "facts": FACTS}
    found = (await site.api(sam, "POST", "/sla/preview", json=body)).json()
    assert found["policy"] == {"index": 0, "name": "Billing at once"}
    assert found["sentence"] == (
        "A message on Friday, Nov 20, 16:50 would be due on Friday, Nov 20, 17:00."
    )
    assert (await site.get(sam, "/sla"))["version"] == 1


def _first(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["calendars"][0]["definition"]
    return found


def _no_time(d: dict[str, Any]) -> None:
    _first(d)["weekly_hours"] = {}


def _overlap(d: dict[str, Any]) -> None:
    _first(d)["weekly_hours"]["mon"] = [["08:00", "12:00"], ["11:00", "17:00"]]


def _zone(d: dict[str, Any]) -> None:
    _first(d)["timezone"] = "America/Talahassee"


def _nowhere(d: dict[str, Any]) -> None:
    d["policies"][0]["conditions"] = {"unit": ["harbour"]}


def _empty(d: dict[str, Any]) -> None:
    d["policies"][0]["conditions"] = {"channel": []}


def _hidden(d: dict[str, Any]) -> None:
    d["policies"].append({**d["policies"][0], "id": None, "name": "Too late"})


def _calendar_gone(d: dict[str, Any]) -> None:
    d["policies"][2]["calendar"] = "another"


def _nobody(d: dict[str, Any]) -> None:
    d["policies"][1]["on_breach"] = [{"kind": "notify", "target": "mayor@demo.example"}]


def _no_target(d: dict[str, Any]) -> None:
    d["policies"][1]["on_warning"] = [{"kind": "move"}]


def _seldom(d: dict[str, Any]) -> None:
    _first(d)["weekly_hours"] = {"mon": [["08:00", "08:01"]]}


def _negative(d: dict[str, Any]) -> None:
    d["policies"][3]["next_response"] = -5


def _far(d: dict[str, Any]) -> None:
    d["policies"][3]["resolution"] = 1e12


def _nameless(d: dict[str, Any]) -> None:
    d["calendars"][0]["name"] = "  "


def _both_warnings(d: dict[str, Any]) -> None:
    d["policies"][3]["warn_before"] = 60


WRONG = [
    (_no_time, "calendars.0.definition.weekly_hours"),
    (_overlap, "calendars.0.definition.weekly_hours.mon.1"),
    (_zone, "calendars.0.definition.timezone"),
    (_nowhere, "policies.0.conditions.unit"),
    (_empty, "policies.0.conditions.channel"),
    (_hidden, "policies.8"),
    (_calendar_gone, "policies.2.calendar"),
    (_nobody, "policies.1.on_breach.0.target"),
    (_no_target, "policies.1.actions"),
    (_seldom, "policies.3.resolution"),
    (_negative, "policies.3.next_response"),
    (_far, "policies.3.resolution"),
    (_nameless, "calendars.0.name"),
    (_both_warnings, "policies.3.warn_before"),
]


@pytest.mark.parametrize(("spoil", "field"), WRONG)
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_what_cannot_be_is_refused_at_its_field(
    site: Site, sam: Caller, spoil: Any, field: str
) -> None:
    document = await _document(site, sam)
    spoil(document)
    answer = await _put(site, sam, document)
    assert answer.status_code == 422, answer.text
    fields = [error["field"] for error in answer.json()["errors"]]
    assert field in fields
    checked = await site.api(sam, "POST", "/sla/check", json=document)
    assert [error["field"] for error in checked.json()["errors"]] == fields
    assert (await site.get(sam, "/sla"))["version"] == 1


async def test_several_problems_come_together(site: Site, sam: Caller) -> None:
    document = await _document(site, sam)
    for spoil in (_zone, _nowhere, _nobody):
        spoil(document)
    answer = await _put(site, sam, document)
    fields = {error["field"] for error in answer.json()["errors"]}
    assert {
        "calendars.0.definition.timezone",
        "policies.0.conditions.unit",
        "policies.1.on_breach.0.target",
    } <= fields


@BOTH
async def test_two_supervisors_at_once(site: Site, sam: Caller) -> None:
    document = await _document(site, sam)
    alex = await site.session("alex")
    assert (await _put(site, sam, document)).status_code == 200
    late = await site.api(alex, "PUT", "/sla", json={"base_version": 1, **document})
    assert late.status_code == 409
    assert "Sam Laurent has saved version 2 meanwhile" in late.json()["detail"]


@BOTH
async def test_an_earlier_version_is_restored_as_a_new_one(site: Site, sam: Caller) -> None:
    before = await _document(site, sam)
    document = deepcopy(before)
    del document["policies"][3]
    assert (await _put(site, sam, document)).status_code == 200
    old = await site.get(sam, "/sla/versions/1")
    assert len(old["policies"]) == 8
    body = {"base_version": 2}
    answer = await site.api(sam, "POST", "/sla/versions/1/restore", json=body)
    assert answer.status_code == 200, answer.text
    restored = answer.json()
    assert (restored["version"], restored["comment"]) == (3, "Version 1 restored")
    names = [policy["name"] for policy in before["policies"]]
    assert [policy["name"] for policy in restored["policies"]] == names
    listed = (await site.get(sam, "/sla/versions"))["items"]
    assert [one["version"] for one in listed] == [3, 2, 1]
    assert (await site.api(sam, "GET", "/sla/versions/99")).status_code == 404


ADDRESSES = (
    ("GET", "/sla"),
    ("PUT", "/sla"),
    ("POST", "/sla/check"),
    ("GET", "/sla/versions"),
    ("GET", "/sla/holidays?year=2026"),
)


async def test_agents_and_tokens_of_agents_may_not(site: Site, sam: Caller) -> None:
    for caller in (await site.session("ava"), await site.token(Role.AGENT)):
        for method, path in ADDRESSES:
            assert (await site.api(caller, method, path, json={})).status_code == 403, path


async def test_holidays(site: Site, sam: Caller) -> None:
    found = (await site.get(sam, "/sla/holidays", year=2026, country="US", subdivision="FL"))[
        "items"
    ]
    assert {"date": "2026-11-26", "name": "Thanksgiving Day"} in found
    assert {"date": "2026-11-27", "name": "Friday After Thanksgiving"} in found
    wrong = await site.api(sam, "GET", "/sla/holidays?year=2026&country=US&subdivision=QQ")
    assert wrong.json()["errors"][0]["field"] == "subdivision"


async def test_the_timeline_says_why(site: Site, sam: Caller) -> None:
    number = await site.ticket("social-media", assignee="carla")
    site.clock.advance(minutes=61)
    work = Work(site.hub)
    await work.sweep.run()
    await work.jobs()
    carla = await site.session("carla")
    found = await site.get(carla, f"/tickets/{number}/timeline")
    assert [entry["kind"] for entry in found["entries"]] == ["created", "classified"]
    assert found["entries"][0]["words"] == (
        "The inquiry came in: Social media, normal priority, public"
    )
    first = next(one for one in found["clocks"] if one["metric"] == "first_response")
    assert (first["policy"], first["target"], first["used"]) == ("Social media", 3600, 3660)
    assert (first["standing"], first["due_at"]) == ("overdue", "2026-11-18T18:00:00Z")
    assert [one["metric"] for one in found["breaches"]] == ["first_response"]
    assert [one["moment"] for one in found["escalations"]] == ["warning", "breach"]
    ben = await site.session("ben")
    assert (await site.api(ben, "GET", f"/tickets/{number}/timeline")).status_code == 404
