"""What holds for every resource: methods, formats, jurisdictions, extensions, places."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from starlette.testclient import TestClient

from channels.open311 import Open311Server
from tests.channels.open311.conftest import Validate
from tests.channels.open311.fakes import API_KEY, NOW, Hub, account
from tests.channels.open311.test_reading import request

READ = [
    "discovery",
    "services",
    "services/pothole",
    "requests",
    "requests/1",
    "tokens/1",
    "servicerequestupdates",
]


@pytest.mark.parametrize("path", READ)
@pytest.mark.parametrize("fmt", ["json", "xml"])
def test_every_resource_in_both_formats(city: TestClient, hub: Hub, path: str, fmt: str) -> None:
    hub.requests.append(request(1))
    response = city.get(f"{path}.{fmt}")
    assert response.status_code == 200, response.text
    expected = "application/json" if fmt == "json" else "text/xml"
    assert response.headers["content-type"] == f"{expected}; charset=utf-8"
    assert response.headers["access-control-allow-origin"] == "*"
    json.loads(response.content) if fmt == "json" else fromstring(response.content)
    head = city.head(f"{path}.{fmt}")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == response.headers["content-length"]
    assert head.headers["content-type"] == response.headers["content-type"]


@pytest.mark.parametrize("path", READ)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_no_other_method(city: TestClient, method: str, path: str) -> None:
    response = city.request(method, f"{path}.json")
    assert response.status_code == 405
    assert response.json()[0]["code"] == 405
    assert {"GET", "HEAD", "OPTIONS"} <= set(response.headers["allow"].split(", "))


@pytest.mark.parametrize("path", ["requests", "servicerequestupdates"])
def test_pages_elsewhere_may_ask_and_post(city: TestClient, path: str) -> None:
    response = city.options(f"{path}.json")
    assert (response.status_code, response.content) == (204, b"")
    assert "POST" in response.headers["allow"]
    assert response.headers["access-control-allow-origin"] == "*"
    assert "POST" in response.headers["access-control-allow-methods"]


@pytest.mark.parametrize(
    ("given", "status"), [(None, 200), ("", 200), ("TLH.example", 200), ("elsewhere.example", 404)]
)
def test_one_jurisdiction(hub: Hub, form: dict[str, str], given: str | None, status: int) -> None:
    hub.requests.append(request(1))
    server = Open311Server(account(jurisdiction_id="tlh.example"), hub, hub, lambda: NOW)
    client = TestClient(server)
    params = {} if given is None else {"jurisdiction_id": given}
    for path in READ:
        response = client.get(f"/{path}.json", params=params)
        assert response.status_code == status, path
        if status == 404:
            assert "jurisdiction_id" in response.json()[0]["description"]
    assert client.post("/requests.json", data=form | params).status_code == status
    assert client.post("/requests.json", data=form, params=params).status_code == status


def test_a_jurisdiction_of_the_remote_side_is_not_ours(hub: Hub) -> None:
    remote = account("https://311.example", jurisdiction_id="remote.example")
    client = TestClient(Open311Server(remote, hub, hub, lambda: NOW))
    assert client.get("/requests.json?jurisdiction_id=tlh.example").status_code == 200


def test_extensions(city: TestClient, hub: Hub, validate: Validate) -> None:
    hub.requests += [
        request(1, status="pending_customer", attributes={"SIZE": ["big", "deep"]}),
        request(2, open=False, status="resolved", joined_with="1"),
    ]
    plain = city.get("requests.json").json()
    assert not any("extended_attributes" in row for row in plain)
    rows = city.get("requests.json?extensions=true").json()
    assert [row["extended_attributes"] for row in rows] == [
        {
            "detailed_status": "PENDING_CUSTOMER",
            "parent_service_request_id": None,
            "attributes": [{"code": "SIZE", "values": ["big", "deep"]}],
        },
        {"detailed_status": "RESOLVED", "parent_service_request_id": "1", "attributes": []},
    ]
    validate("requests", rows)
    (row,) = city.get("requests/2.json?extensions=true").json()
    assert row == rows[1]
    root = fromstring(city.get("requests.xml?extensions=true").content)
    path = "request/extended_attributes/attributes/attribute/values/value"
    assert [one.text for one in root.findall(path)] == ["big", "deep"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"lat": "30.4383", "long": "-84.2807"},
            {"lat": 30.4383, "long": -84.2807, "address": None},
        ),
        (
            {"address_string": "400 Invented Ave", "zipcode": "32301"},
            {"address": "400 Invented Ave", "zipcode": "32301", "lat": None, "long": None},
        ),
        ({"address_id": " 77-3 "}, {"address_id": "77-3", "address": None}),
        (
            {"address_id": "77-3", "address_string": "400 Invented Ave"},
            {"address_id": "77-3", "address": "400 Invented Ave"},
        ),
    ],
)
def test_a_place_comes_back_as_it_was_given(
    city: TestClient, given: dict[str, str], expected: dict[str, Any], validate: Validate
) -> None:
    form = {"api_key": API_KEY, "service_code": "pothole", **given}
    number = city.post("requests.json", data=form).json()[0]["service_request_id"]
    (row,) = city.get(f"requests/{number}.json").json()
    validate("request", row)
    assert {name: row[name] for name in expected} == expected


def test_an_address_id_is_shown_to_people(city: TestClient, hub: Hub) -> None:
    form = {"api_key": API_KEY, "service_code": "pothole", "address_id": "77-3"}
    city.post("requests.json", data=form)
    location = hub.messages[0].location
    assert location is not None
    assert location.address == "Address ID 77-3"
    assert hub.messages[0].context["address_id"] == "77-3"


def test_the_picture_is_where_the_reporter_said(city: TestClient, form: dict[str, str]) -> None:
    url = "https://photos.example/hole.jpg?size=large"
    number = city.post("requests.json", data=form | {"media_url": url}).json()[0][
        "service_request_id"
    ]
    assert city.get(f"requests/{number}.json").json()[0]["media_url"] == url


def test_updated_after_reaches_beyond_the_window(city: TestClient, hub: Hub) -> None:
    hub.requests.append(
        request(1, requested_at=NOW - timedelta(days=200), updated_at=NOW - timedelta(hours=1))
    )
    assert city.get("requests.json").json() == []
    rows = city.get("requests.json?updated_after=2026-11-22T00:00:00Z").json()
    assert len(rows) == 1


def test_a_file_kept_here_is_not_named(city: TestClient, hub: Hub) -> None:
    hub.requests.append(request(1, media_url="file-kept:7"))
    assert city.get("requests/1.json").json()[0]["media_url"] is None
