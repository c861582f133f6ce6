"""servicerequestupdates of our server: what is listed, and comments that are posted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from starlette.testclient import TestClient

from channels.open311 import Open311Server
from hub.ports import ServiceRequestUpdate, Visibility
from tests.channels.open311.fakes import API_KEY, NOW, Hub, account


@pytest.fixture
def filed(city: TestClient, form: dict[str, str]) -> str:
    number: str = city.post("requests.json", data=form).json()[0]["service_request_id"]
    return number


def comment(city: TestClient, **fields: str) -> Any:
    form = {"api_key": API_KEY, "service_request_id": "1", "description": "Still there.", **fields}
    return city.post("servicerequestupdates.json", data=form)


def update(number: int, **changes: Any) -> ServiceRequestUpdate:
    fields: dict[str, Any] = {
        "id": str(number),
        "request_id": "1",
        "open": True,
        "description": f"Answer {number}",
        "at": NOW - timedelta(days=number),
    }
    return ServiceRequestUpdate(**fields | changes)


def test_a_comment_joins_the_conversation(city: TestClient, hub: Hub, filed: str) -> None:
    response = comment(
        city,
        service_request_id=filed,
        update_id="c-7",
        status="OPEN",
        updated_datetime="2026-11-22T10:00:00-05:00",
        email="Pat@Example.org",
        first_name="Pat",
        last_name="Doe",
        media_url="https://photos.example/later.jpg",
    )
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.json() == [{"update_id": "2", "account_id": None}]
    first, second = hub.messages
    assert second.conversation == first.conversation
    assert second.external_id != first.external_id
    assert second.body == "Still there."
    assert (second.author.kind, second.author.address) == ("email", "pat@example.org")
    assert second.author.display_name == "Pat Doe"
    assert second.sent_at == NOW - timedelta(minutes=30)
    assert second.visibility is Visibility.PUBLIC
    assert not second.by_staff
    assert [one.url for one in second.attachments] == ["https://photos.example/later.jpg"]
    received = hub.received[-1]
    assert API_KEY.encode() not in received.raw
    assert "description" in received.text_fields


def test_a_comment_is_listed_with_its_senders_id(city: TestClient, filed: str) -> None:
    comment(city, update_id="c:7")
    comment(city, description="And another.")
    rows = city.get("servicerequestupdates.json", params={"service_request_id": filed}).json()
    assert [(row["update_id"], row["client_update_id"]) for row in rows] == [
        ("2", "c:7"),
        ("3", None),
    ]
    assert [row["service_request_id"] for row in rows] == [filed, filed]
    assert {row["status"] for row in rows} == {"OPEN"}
    assert rows[0]["updated_datetime"] == "2026-11-22T15:30:00Z"


def test_the_same_update_is_taken_once(city: TestClient, hub: Hub, filed: str) -> None:
    first = comment(city, update_id="c-7").json()
    assert comment(city, update_id="c-7").json() == first
    # An id says that it is the same, whatever became of the words on their way.
    assert comment(city, update_id="c-7", description="Still  there.").json() == first
    assert comment(city, update_id="c-8").json() != first
    assert len({message.external_id for message in hub.messages}) == 3


def test_without_an_id_the_same_words_within_ten_minutes_are_one(hub: Hub) -> None:
    now = [NOW]
    client = TestClient(Open311Server(account(), hub, hub, lambda: now[0]))
    form = {"api_key": API_KEY, "service_code": "pothole", "address_string": "1 A St"}
    client.post("/requests.json", data=form)
    said = {"api_key": API_KEY, "service_request_id": "1", "description": "Hello?"}
    answers = []
    for _ in range(3):
        answers.append(client.post("/servicerequestupdates.json", data=said).json())
        now[0] += timedelta(minutes=5)
    assert answers[0] == answers[1] != answers[2]
    assert len(hub.messages) == 3


def test_ids_of_different_apps_and_requests_are_their_own(hub: Hub, form: dict[str, str]) -> None:
    client = TestClient(Open311Server(account(api_keys="other"), hub, hub, lambda: NOW))
    for street in ("1 A St", "2 A St"):
        client.post("/requests.json", data=form | {"address_string": street})
    said = {"service_request_id": "1", "update_id": "5", "description": "Hello?"}
    answers = [
        client.post("/servicerequestupdates.json", data=said | more).json()[0]["update_id"]
        for more in (
            {"api_key": API_KEY},
            {"api_key": "other"},
            {"api_key": API_KEY, "service_request_id": "2"},
        )
    ]
    assert len(set(answers)) == 3


def test_a_status_is_told_to_people(city: TestClient, hub: Hub, filed: str) -> None:
    comment(city, status="FIXED", description="")
    comment(city, status="closed", description="It is gone.", update_id="2")
    assert [message.body for message in hub.messages[1:]] == [
        "[Status given by the sender: FIXED]",
        "It is gone.\n[Status given by the sender: CLOSED]",
    ]


def test_several_pictures(city: TestClient, hub: Hub, filed: str) -> None:
    urls = ["https://photos.example/1.jpg", "https://photos.example/2.png"]
    data = {"api_key": API_KEY, "service_request_id": filed, "media_url": urls}
    assert city.post("servicerequestupdates.json", data=data).status_code == 200
    assert [one.url for one in hub.messages[-1].attachments] == urls
    assert hub.messages[-1].body


def test_without_an_address_it_is_whoever_filed_it(city: TestClient, hub: Hub, filed: str) -> None:
    comment(city)
    first, second = hub.messages
    assert first.author.address == second.author.address


def test_a_time_in_the_future_is_now(city: TestClient, hub: Hub, filed: str) -> None:
    comment(city, updated_datetime="2027-01-01T00:00:00Z")
    comment(city, updated_datetime="2026-11-22T15:32:00Z", update_id="x")
    assert [message.sent_at for message in hub.messages[1:]] == [NOW, NOW]


@pytest.mark.parametrize(
    ("fields", "status", "named"),
    [
        ({"api_key": "wrong"}, 403, "api_key"),
        ({"api_key": ""}, 403, "api_key"),
        ({"service_request_id": ""}, 400, "service_request_id"),
        ({"service_request_id": "2"}, 404, "service_request_id"),
        ({"service_request_id": "1'--"}, 404, "service_request_id"),
        ({"description": ""}, 400, "description"),
        ({"description": "", "status": "OPEN"}, 400, "description"),
        ({"description": "x" * 4_001}, 400, "description"),
        ({"status": "1"}, 400, "status"),
        ({"status": "x" * 41}, 400, "status"),
        ({"update_id": "x" * 121}, 400, "update_id"),
        ({"updated_datetime": "soon"}, 400, "updated_datetime"),
        ({"updated_datetime": "2026-11-22T10:00:00"}, 400, "updated_datetime"),
        ({"media_url": "javascript:alert(1)"}, 400, "media_url"),
        ({"email": "nobody"}, 400, "email"),
    ],
)
def test_what_is_refused(
    city: TestClient, hub: Hub, filed: str, fields: dict[str, str], status: int, named: str
) -> None:
    response = comment(city, **fields)
    assert response.status_code == status
    (error,) = response.json()
    assert error["code"] == status
    assert named in error["description"]
    assert len(hub.messages) == 1


def test_the_list_in_both_formats(city: TestClient, hub: Hub) -> None:
    hub.posted += [
        update(3, media_url="https://photos.example/3.jpg"),
        update(2, request_id="9", open=False, description="x" * 9_000),
        update(1, media_url="javascript:alert(1)"),
    ]
    rows = city.get("servicerequestupdates.json").json()
    assert rows[0] == {
        "update_id": "3",
        "service_request_id": "1",
        "status": "OPEN",
        "updated_datetime": "2026-11-19T15:30:00Z",
        "description": "Answer 3",
        "media_url": "https://photos.example/3.jpg",
        "client_update_id": None,
    }
    assert (rows[1]["status"], len(rows[1]["description"])) == ("CLOSED", 4_000)
    assert rows[2]["media_url"] is None
    response = city.get("servicerequestupdates.xml")
    assert response.headers["content-type"] == "text/xml; charset=utf-8"
    root = fromstring(response.content)
    assert root.tag == "service_request_updates"
    assert [one.findtext("update_id") for one in root.findall("request_update")] == ["3", "2", "1"]


def test_the_answer_to_a_comment_in_xml(city: TestClient, filed: str) -> None:
    data = {"api_key": API_KEY, "service_request_id": filed, "description": "Hm"}
    root = fromstring(city.post("servicerequestupdates.xml", data=data).content)
    assert root.tag == "service_request_updates"
    assert root.findtext("request_update/update_id") == "2"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["80", "3", "2", "1"]),
        ("service_request_id=9", ["2"]),
        ("service_request_id=1,9,nonsense", ["200", "80", "3", "2", "1"]),
        ("service_request_id=nonsense", []),
        ("start_date=2026-11-20T00:00:00Z", ["2", "1"]),
        ("start_date=2026-11-20T00:00:00Z&end_date=2026-11-21T00:00:00Z", ["2"]),
        ("end_date=2026-11-20T00:00:00Z", ["80", "3"]),
        ("end_date=2026-08-01T00:00:00Z", ["200"]),
        ("page_size=2", ["80", "3"]),
        ("page_size=2&page=2", ["2", "1"]),
        ("page_size=2&page=3", []),
        ("jurisdiction_id=&api_key=whatever", ["80", "3", "2", "1"]),
    ],
)
def test_filters(city: TestClient, hub: Hub, query: str, expected: list[str]) -> None:
    hub.posted += [update(200), update(80), update(3), update(2, request_id="9"), update(1)]
    response = city.get(f"servicerequestupdates.json?{query}")
    assert response.status_code == 200, response.text
    assert [row["update_id"] for row in response.json()] == expected


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("start_date=yesterday", "start_date"),
        ("start_date=2026-01-01T00:00:00Z&end_date=2026-11-01T00:00:00Z", "90 days"),
        ("start_date=2026-11-02T00:00:00Z&end_date=2026-11-01T00:00:00Z", "start_date"),
        ("page=0", "page"),
    ],
)
def test_bad_filters(city: TestClient, query: str, named: str) -> None:
    response = city.get(f"servicerequestupdates.json?{query}")
    assert response.status_code == 400
    assert named in response.json()[0]["description"]
