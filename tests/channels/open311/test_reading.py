"""The GET side of the server: services, discovery, requests, status and tokens."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from channels.open311 import Open311Server
from channels.open311.services import SERVICES
from hub.ports import Location, ServiceRequest
from tests.channels.open311.conftest import Validate
from tests.channels.open311.fakes import NOW, Hub, account


def request(number: int, **changes: Any) -> ServiceRequest:
    fields: dict[str, Any] = {
        "id": str(number),
        "open": True,
        "status_notes": None,
        "service_code": "pothole",
        "description": f"Hole {number}",
        "requested_at": NOW - timedelta(days=number),
        "updated_at": NOW - timedelta(days=number),
        "expected_at": None,
        "agency": "Call Center",
        "location": Location(30.44, -84.28, "400 Invented Ave"),
    }
    return ServiceRequest(**{**fields, **changes})


def ids(response: Any) -> list[str]:
    assert response.status_code == 200, response.text
    return [row["service_request_id"] for row in response.json()]


def test_services_json(city: TestClient, validate: Validate) -> None:
    response = city.get("services.json")
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.headers["x-content-type-options"] == "nosniff"
    validate("services", response.json())
    for service in response.json():
        validate("service", service)
    assert len(response.json()) == len(SERVICES)
    assert {service["metadata"] for service in response.json()} == {True, False}


def test_services_xml(city: TestClient) -> None:
    response = city.get("services.xml")
    assert response.headers["content-type"] == "text/xml; charset=utf-8"
    root = fromstring(response.content)
    assert root.tag == "services"
    assert [one.findtext("service_code") for one in root.findall("service")] == [
        service.code for service in SERVICES
    ]
    assert {one.findtext("metadata") for one in root} == {"true", "false"}


def test_definition(city: TestClient, validate: Validate) -> None:
    definition = city.get("services/graffiti.json").json()
    validate("service-definition", definition)
    assert definition == {"service_code": "graffiti", "attributes": []}
    root = fromstring(city.get("services/graffiti.xml").content)
    assert root.tag == "service_definition"
    assert [field.tag for field in root] == ["service_code", "attributes"]


def test_discovery(city: TestClient) -> None:
    found = city.get("discovery.json").json()
    (endpoint,) = found["endpoints"]
    assert endpoint["url"] == "http://city.example/open311/v2"
    assert endpoint["type"] == "production"
    assert endpoint["formats"] == ["text/xml", "application/json"]
    assert {"changeset", "contact", "key_service"} <= found.keys()
    root = fromstring(city.get("discovery.xml").content)
    assert root.tag == "discovery"
    assert [one.text for one in root.findall("endpoints/endpoint/formats/format")] == [
        "text/xml",
        "application/json",
    ]


def test_discovery_of_a_training_endpoint(hub: Hub) -> None:
    server = Open311Server(
        account(), hub, hub, lambda: NOW, public_url="https://311.example/v2/", test=True
    )
    (endpoint,) = TestClient(server).get("/discovery.json").json()["endpoints"]
    assert (endpoint["url"], endpoint["type"]) == ("https://311.example/v2", "test")


def test_requests_validate(city: TestClient, hub: Hub, validate: Validate) -> None:
    hub.requests += [
        request(1),
        request(
            2,
            open=False,
            status_notes="Filled today.",
            expected_at=NOW,
            location=None,
            media_url="https://photos.example/2.jpg",
        ),
        request(3, service_code="006", description="x" * 9000, media_url="javascript:alert(1)"),
    ]
    rows = city.get("requests.json").json()
    validate("requests", rows)
    for row in rows:
        validate("request", row)
    first, second, third = rows
    assert first["requested_datetime"] == "2026-11-21T15:30:00Z"
    assert (first["lat"], first["long"]) == (30.44, -84.28)
    assert first["service_name"] == "Pothole"
    assert (second["status"], second["status_notes"]) == ("closed", "Filled today.")
    assert second["media_url"] == "https://photos.example/2.jpg"
    assert third["service_name"] is None
    assert third["media_url"] is None


def test_requests_xml(city: TestClient, hub: Hub) -> None:
    hub.requests.append(request(1, description="Deep & <wide>\x00‮"))
    root = fromstring(city.get("requests.xml").content)
    assert root.tag == "service_requests"
    assert root.findtext("request/description") == "Deep & <wide>‮"
    assert root.findtext("request/lat") == "30.44"
    assert root.findtext("request/expected_datetime") == ""


def test_status_of_one_request(city: TestClient, hub: Hub, validate: Validate) -> None:
    hub.requests += [request(1), request(2)]
    rows = city.get("requests/2.json").json()
    assert [row["service_request_id"] for row in rows] == ["2"]
    validate("request", rows[0])
    assert city.get("tokens/2.json").json() == [{"service_request_id": "2", "token": "2"}]
    root = fromstring(city.get("tokens/2.xml").content)
    assert root.findtext("request/token") == "2"


@pytest.mark.parametrize(
    "path", ["requests/3", "requests/0", "requests/x", "requests/1'--", "tokens/3", "tokens/a.b"]
)
def test_unknown_request(city: TestClient, hub: Hub, path: str) -> None:
    hub.requests.append(request(1))
    response = city.get(f"{path}.json")
    assert response.status_code == 404
    assert response.json()[0]["code"] == 404


def test_default_window_is_ninety_days_and_a_thousand_rows(city: TestClient, hub: Hub) -> None:
    hub.requests += [request(89), request(90), request(91)]
    assert ids(city.get("requests.json")) == ["89", "90"]
    assert hub.asked[-1].limit == 1000


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=closed", ["2"]),
        ("status=OPEN", ["1", "3", "100"]),
        ("status=open,closed", ["1", "2", "3", "100"]),
        ("status=open&status=closed", ["1", "2", "3", "100"]),
        ("service_code=graffiti", ["3"]),
        ("service_code=graffiti,pothole", ["1", "2", "3", "100"]),
        ("service_code=graffiti&service_code=pothole", ["1", "2", "3", "100"]),
        ("service_request_id=100,2,nonsense,2", ["2", "100"]),
        ("service_request_id=2&status=nonsense&start_date=nonsense", ["2"]),
        ("service_request_id=nonsense", []),
        ("start_date=2026-11-20T00:00:00Z", ["1", "2"]),
        ("start_date=2026-11-20T00:00:00Z&end_date=2026-11-21T00:00:00Z", ["2"]),
        ("start_date=2026-11-20T01:00:00+01:00", ["1", "2"]),
        ("start_date=2026-11-20T01:00:00%2B01:00", ["1", "2"]),
        ("end_date=2026-11-20T00:00:00Z", ["3", "100"]),
        ("end_date=2026-08-20", ["100"]),
        ("updated_after=2026-11-20T00:00:00Z", ["1", "2", "100"]),
        ("updated_before=2026-11-20T00:00:00Z", ["3"]),
        ("updated_after=2026-11-22T00:00:00Z&updated_before=2026-11-22T23:00:00Z", ["100"]),
        ("page=1&page_size=2", ["1", "2"]),
        ("page=2&page_size=2", ["3", "100"]),
        ("page=3&page_size=2", []),
        ("page_size=1", ["1"]),
        ("page_size=1001", ["1", "2", "3", "100"]),
        ("page=2", []),
        ("status=&page=&jurisdiction_id=&extensions=true&unknown=1", ["1", "2", "3", "100"]),
    ],
)
def test_filters(city: TestClient, hub: Hub, query: str, expected: list[str]) -> None:
    hub.requests += [
        request(1),
        request(2, open=False),
        request(3, service_code="graffiti"),
        request(100, requested_at=NOW - timedelta(days=89.9), updated_at=NOW),
    ]
    if "end_date=2026-08-20" in query:
        hub.requests[-1] = request(100)
    assert ids(city.get(f"requests.json?{query}")) == expected


@pytest.mark.parametrize(
    ("query", "status", "named"),
    [
        ("status=pending", 400, "status"),
        ("start_date=yesterday", 400, "start_date"),
        ("end_date=2026-11-20T00:00:00", 400, "end_date"),
        ("updated_after=1", 400, "updated_after"),
        ("updated_before=9999-12-31T23:59:59-14:00", 400, "updated_before"),
        ("start_date=2026-01-01T00:00:00Z&end_date=2026-11-01T00:00:00Z", 400, "90 days"),
        ("start_date=2026-11-02T00:00:00Z&end_date=2026-11-01T00:00:00Z", 400, "start_date"),
        ("start_date=2026-11-02Z&start_date=2026-11-01", 400, "twice"),
        ("page=0", 400, "page"),
        ("page=-1", 400, "page"),
        ("page=99999999999999999999", 400, "page"),
        ("page_size=0", 400, "page_size"),
        ("page_size=١", 400, "page_size"),
        ("service_code=nonsense", 404, "service_code"),
    ],
)
def test_bad_filters(city: TestClient, query: str, status: int, named: str) -> None:
    response = city.get(f"requests.json?{query}")
    assert response.status_code == status
    (error,) = response.json()
    assert error["code"] == status
    assert named in error["description"]


def test_ninety_days_exactly_are_allowed(city: TestClient) -> None:
    window = "start_date=2026-01-01T00:00:00Z&end_date=2026-04-01T00:00:00Z"
    assert city.get(f"requests.json?{window}").status_code == 200


def test_many_ids(city: TestClient) -> None:
    query = ",".join(str(number) for number in range(1, 1002))
    assert city.get(f"requests.json?service_request_id={query}").status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "requests", 400),
        ("GET", "requests.yaml", 400),
        ("GET", "services/pothole", 400),
        ("GET", "services.JSON", 400),
        ("GET", "services/nonsense.json", 404),
        ("GET", "nonsense.json", 404),
        ("GET", "", 404),
        ("GET", ".json", 404),
        ("GET", "services/.json", 404),
        ("GET", "services/a/b.json", 404),
        ("GET", "request/1.json", 404),
        ("PUT", "requests.json", 405),
        ("DELETE", "requests/1.xml", 405),
        ("HEAD", "nonsense.json", 404),
        ("HEAD", "requests/1.json", 404),
        ("POST", "services.json", 405),
        ("POST", "discovery.xml", 405),
        ("NONSENSE", "requests.json", 405),
    ],
)
def test_refusals(city: TestClient, method: str, path: str, status: int) -> None:
    response = city.request(method, path)
    assert response.status_code == status
    if status == 405:
        assert "GET" in response.headers["allow"]
    if method == "HEAD":
        return
    if path.endswith(".json"):
        assert [error["code"] for error in json.loads(response.content)] == [status]
    else:
        assert response.headers["content-type"] == "text/xml; charset=utf-8"
        assert fromstring(response.content).findtext("error/code") == str(status)


def test_sockets_are_closed(city: TestClient) -> None:
    with (
        pytest.raises(WebSocketDisconnect),
        city.websocket_connect("ws://city.example/open311/v2/requests.json"),
    ):
        pass
