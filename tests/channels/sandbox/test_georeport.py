"""The city next door: GeoReport v2 in JSON and XML."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest
from defusedxml import ElementTree

from tests.channels.sandbox.conftest import Sandbox, shape

Recorded = Callable[[str], Any]

BASE = "/open311/v2"


def get(sandbox: Sandbox, path: str, **query: str) -> Any:
    answer = sandbox.http.get(f"{BASE}/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def file(sandbox: Sandbox, **more: str) -> Any:
    form = {
        "api_key": "civic-key",
        "service_code": "pothole",
        "address_string": "1 Test Lane",
        "description": "Deep.",
    }
    return sandbox.http.post(f"{BASE}/requests.json", data={**form, **more})


def days_ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_answers_satisfy_the_recorded_schemas(sandbox: Sandbox, recorded: Recorded) -> None:
    answer = file(sandbox, lat="30.44", long="-84.28")
    assert answer.status_code == 201
    number = answer.json()[0]["service_request_id"]
    schema = recorded("open311/georeport-v2-request.schema.json")
    rows = get(sandbox, "requests.json")
    assert [row["service_request_id"] for row in rows] == [number]
    for row in rows:
        jsonschema.validate(row, schema, format_checker=jsonschema.FormatChecker())
    assert rows == get(sandbox, f"requests/{number}.json")
    expected = recorded("open311/geo_report_v2_requests.normalised.json")[0]
    assert shape(rows).__class__ is list
    assert set(rows[0]) == set(expected)
    service = recorded("open311/georeport-v2-service.schema.json")
    for row in get(sandbox, "services.json"):
        jsonschema.validate(row, service)


def test_xml_has_the_recorded_roots(sandbox: Sandbox, shared: Any) -> None:
    file(sandbox, description="Tom & Jerry <b>\x0b")
    answer = sandbox.http.get(f"{BASE}/requests.xml")
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    root = ElementTree.fromstring(answer.text)
    recorded = ElementTree.fromstring(
        (shared / "fixtures/open311/geo_report_v2_requests.xml").read_text().encode()
    )
    assert (root.tag, root[0].tag) == (recorded.tag, recorded[0].tag)
    assert {tag.tag for tag in root[0]} == {tag.tag for tag in recorded[0]}
    assert root.findtext("request/description") == "Tom & Jerry <b>"
    services = ElementTree.fromstring(sandbox.http.get(f"{BASE}/services.xml").text)
    assert (services.tag, services[0].tag) == ("services", "service")
    refused = ElementTree.fromstring(sandbox.http.get(f"{BASE}/requests/nope.xml").text)
    assert (refused.tag, refused.findtext("error/code")) == ("errors", "404")


def test_window_filters_and_pages(sandbox: Sandbox) -> None:
    ages = (0.5, 10, 40, 89, 100, 200)
    ids = {
        age: sandbox.act(
            "open311/requests",
            description=f"{age} days old",
            address_string="1 Test Lane",
            service_code="graffiti" if age < 20 else "pothole",
            at=days_ago(age),
        )["id"]
        for age in ages
    }

    def found(**query: str) -> list[float]:
        rows = get(sandbox, "requests.json", **query)
        return [age for row in rows for age in ages if ids[age] == row["service_request_id"]]

    assert found() == [0.5, 10, 40, 89]
    assert found(start_date=days_ago(120)) == [40, 89, 100]  # never more than ninety days
    assert found(start_date=days_ago(95), end_date=days_ago(20)) == [40, 89]
    assert found(service_code="graffiti") == [0.5, 10]
    assert found(page_size="2") == [0.5, 10]
    assert found(page_size="2", page="2") == [40, 89]
    assert found(page_size="2", page="3") == []
    assert found(service_request_id=f"{ids[200]},{ids[10]}") == [200, 10]
    time.sleep(1.1)  # times are told in seconds; all were entered, and so updated, just now
    before = days_ago(0)
    sandbox.act("open311/status", id=ids[200], status="closed", description="Filled.")
    assert found(updated_after=before) == [200]
    assert found(updated_after=before, status="open") == []
    row = get(sandbox, f"requests/{ids[200]}.json")[0]
    assert (row["status"], row["status_notes"]) == ("closed", "Filled.")


def test_comments_by_the_city_come_back_as_updates(sandbox: Sandbox) -> None:
    number = file(sandbox).json()[0]["service_request_id"]
    form = {
        "api_key": "civic-key",
        "service_request_id": number,
        "status": "OPEN",
        "description": "A crew will look at it.",
        "update_id": "reply-7",
        "updated_datetime": days_ago(0),
    }
    first = sandbox.http.post(f"{BASE}/servicerequestupdates.json", data=form)
    assert first.status_code == 201
    assert first.json() == [{"update_id": "reply-7"}]
    again = sandbox.http.post(f"{BASE}/servicerequestupdates.xml", data=form)
    assert ElementTree.fromstring(again.text).findtext("request_update/update_id") == "reply-7"
    closing = {**form, "status": "FIXED", "description": "Filled.", "update_id": ""}
    assert sandbox.http.post(f"{BASE}/servicerequestupdates.json", data=closing).status_code == 201
    rows = get(sandbox, "servicerequestupdates.json", service_request_id=number)
    assert [(row["status"], row["description"]) for row in rows] == [
        ("OPEN", "A crew will look at it."),
        ("CLOSED", "Filled."),
    ]
    thread = sandbox.threads(channel="open311")[0]
    assert [(m["from"], m["text"]) for m in thread["messages"]] == [
        ("citizen", "Deep."),
        ("city", "A crew will look at it."),
        ("city", "Filled."),
    ]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"api_key": "wrong"}, 403),
        ({"api_key": ""}, 403),
        ({"service_code": ""}, 400),
        ({"service_code": "unicorns"}, 404),
        ({"address_string": ""}, 400),
        ({"lat": "north", "long": "1"}, 400),
        ({"lat": "nan", "long": "1"}, 400),
        ({"description": "x" * 4001}, 400),
    ],
)
def test_what_is_wrong_is_said_as_the_standard_says_it(
    sandbox: Sandbox, form: dict[str, str], status: int
) -> None:
    answer = file(sandbox, **form)
    assert answer.status_code == status
    assert answer.json()[0]["code"] == status
    assert answer.json()[0]["description"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("requests.json?start_date=yesterday", 400),
        ("requests.json?page_size=0", 400),
        ("requests.json?status=lost", 400),
        ("requests.csv", 404),
        ("nothing.json", 404),
    ],
)
def test_bad_reads(sandbox: Sandbox, path: str, status: int) -> None:
    assert sandbox.http.get(f"{BASE}/{path}").status_code == status
