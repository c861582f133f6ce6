"""The city next door: GeoReport v2 in JSON and XML."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest
from defusedxml import ElementTree

from channels.open311 import Open311Connector
from hub.ports import Account, InboundMessage, PollBatch, Reply, StatusUpdate, Visibility
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


def answered(sandbox: Sandbox, number: str, **more: str) -> None:
    form = {"api_key": "civic-key", "service_request_id": number, "description": "Hm.", **more}
    answer = sandbox.http.post(f"{BASE}/servicerequestupdates.json", data=form)
    assert answer.status_code == 201, answer.text


def test_updates_by_time_request_and_page(sandbox: Sandbox) -> None:
    first, second = (file(sandbox).json()[0]["service_request_id"] for _ in range(2))
    for age in (100, 50, 0.5):
        answered(sandbox, first, update_id=f"{age}", updated_datetime=days_ago(age))
    answered(sandbox, second, update_id="second", updated_datetime=days_ago(0.1))

    def found(**query: str) -> list[str]:
        return [row["update_id"] for row in get(sandbox, "servicerequestupdates.json", **query)]

    assert found() == ["0.5", "second"]
    assert found(start_date=days_ago(60)) == ["50", "0.5", "second"]
    assert found(start_date=days_ago(200)) == ["50", "0.5", "second"]  # ninety days at most
    assert found(start_date=days_ago(120), end_date=days_ago(40)) == ["100", "50"]
    assert found(start_date=days_ago(60), service_request_id=first) == ["50", "0.5"]
    assert found(service_request_id=f"{first},{second}") == ["0.5", "second"]
    assert found(start_date=days_ago(60), page_size="2") == ["50", "0.5"]
    assert found(start_date=days_ago(60), page_size="2", page="2") == ["second"]
    assert found(start_date=days_ago(60), page_size="2", page="3") == []


def test_what_the_city_says_itself_is_an_update(sandbox: Sandbox) -> None:
    number = file(sandbox).json()[0]["service_request_id"]
    sandbox.act("open311/status", id=number, status="closed", description="Filled.")
    (row,) = get(sandbox, "servicerequestupdates.json", service_request_id=number)
    assert (row["status"], row["description"]) == ("CLOSED", "Filled.")
    assert row["update_id"]
    (request,) = get(sandbox, f"requests/{number}.json")
    assert (request["status"], request["status_notes"]) == ("closed", "Filled.")
    sandbox.act("open311/status", id=number, status="open", description="Sunk again.")
    rows = get(sandbox, "servicerequestupdates.json", service_request_id=number)
    assert [row["status"] for row in rows] == ["CLOSED", "OPEN"]


def test_the_discovery_names_the_endpoint_among_others(sandbox: Sandbox) -> None:
    found = get(sandbox, "discovery.json")
    assert len(found["endpoints"]) == 3
    root = ElementTree.fromstring(sandbox.http.get(f"{BASE}/discovery.xml").text)
    assert root.tag == "discovery"
    urls = [one.findtext("url") for one in root.findall("endpoints/endpoint")]
    assert urls == [one["url"] for one in found["endpoints"]]
    formats = root.findall("endpoints/endpoint/formats/format")
    assert {one.text for one in formats} == {"text/xml", "application/json"}


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["", "/discovery.json", "/discovery.xml"])
async def test_the_hubs_own_client(sandbox: Sandbox, path: str) -> None:
    """Pulled, answered, closed at both ends: and nothing of ours comes back as the city's."""
    number = file(sandbox).json()[0]["service_request_id"]
    account = Account(
        id=1,
        kind="open311",
        name="Palmetto Bend",
        external_id="remote",
        secrets={"api_key": "civic-key"},
        base_url=f"{sandbox.url}{BASE}{path}",
    )
    connector = Open311Connector(account)
    try:
        cursor = (await connector.poll(None)).cursor
        now = datetime.now(UTC)
        conversation = f"request:{number}"
        reply = Reply("k-1", conversation, "x", "A crew comes.", Visibility.PUBLIC, written_at=now)
        parts: list[str] = []

        async def save_part(part: str) -> None:
            parts.append(part)

        receipt = await connector.send(reply, save_part)
        sent = await connector.find_sent(reply)
        assert sent is not None
        assert sent.external_ids == receipt.external_ids == tuple(parts)
        came = changes(await connector.poll(cursor))
        assert {one.external_id for one in came} == set(parts)
        update = StatusUpdate("s-1", conversation, False, "resolved", "Filled.", now)
        for _ in range(2):
            await connector.push_status(update)
        rows = get(sandbox, "servicerequestupdates.json", service_request_id=number)
        assert [row["status"] for row in rows] == ["OPEN", "CLOSED"]
        batch = await connector.poll(cursor)
        assert {one.external_id for one in changes(batch)} == set(parts)
        sandbox.act("open311/status", id=number, status="open", description="Sunk again.")
        told = changes(await connector.poll(batch.cursor))
        assert "Palmetto Bend: open. Sunk again." in [one.body for one in told]
    finally:
        await connector.aclose()


def changes(batch: PollBatch) -> list[InboundMessage]:
    return [one for one in batch.items if isinstance(one, InboundMessage) and one.by_staff]
