"""The POST side of the server: what is accepted, as what, and what is refused."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

import pytest
from defusedxml.ElementTree import fromstring
from starlette.testclient import TestClient

from channels.open311 import TEXT_FIELDS, Open311Server
from channels.open311.services import BY_CODE
from hub.ports import Accepted, ReceivedBody, Visibility
from tests.channels.open311.categories import service_code_for
from tests.channels.open311.conftest import Validate
from tests.channels.open311.fakes import API_KEY, NOW, Hub, account

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_a_request_becomes_a_ticket(city: TestClient, hub: Hub, form: dict[str, str]) -> None:
    form |= {
        "lat": "30.4383",
        "long": "-84.2807",
        "email": "Pat.Doe@Example.org",
        "phone": "(850) 555-0100",
        "first_name": "Pat",
        "last_name": "Doe",
        "media_url": "https://photos.example/hole.png",
    }
    response = city.post("requests.json", data=form)
    assert response.status_code == 200, response.text
    assert response.json() == [
        {"service_request_id": "1", "service_notice": None, "account_id": None}
    ]
    (message,) = hub.messages
    assert message.conversation == message.external_id
    assert message.external_id.startswith("filed:")
    assert message.body == "A deep hole by the bus stop."
    assert message.subject == "Pothole – 400 Invented Ave"
    assert (message.unit, message.topic) == ("call-center", "pothole-or-road")
    assert message.skip_bot
    assert message.sent_at == NOW
    assert message.visibility is Visibility.PUBLIC
    assert message.author.kind == "email"
    assert message.author.address == "pat.doe@example.org"
    assert message.author.display_name == "Pat Doe"
    assert message.location is not None
    assert message.location.latitude == 30.4383
    assert message.location.longitude == -84.2807
    assert message.location.address == "400 Invented Ave"
    assert message.attachments[0].media_type == "image/png"
    assert message.context["service_code"] == "pothole"
    assert message.context["phone"] == "(850) 555-0100"


def test_the_raw_body_is_kept_but_not_the_key(
    city: TestClient, hub: Hub, form: dict[str, str]
) -> None:
    city.post("requests.json", data=form)
    (received,) = hub.received
    assert received.account_id == 7
    assert received.content_type == "application/x-www-form-urlencoded"
    del form["api_key"]
    assert received.raw == urlencode(form).encode()
    assert received.text_fields == TEXT_FIELDS
    assert "description" in TEXT_FIELDS


def test_a_raw_body_is_ascii(city: TestClient, hub: Hub, form: dict[str, str]) -> None:
    del form["description"]
    body = urlencode(form).encode() + b"&description=h\xc3\xa9 \xed\xa0\x80 %C3%A9"
    assert city.post("requests.json", content=body, headers=FORM).status_code == 200
    assert hub.received[0].raw.endswith(b"&description=h%C3%A9 %ED%A0%80 %C3%A9")
    assert hub.messages[0].body == "hé \ufffd é"


def test_xml_answer(city: TestClient, form: dict[str, str]) -> None:
    form |= {"service_code": "gas-odor", "account_id": "a-1"}
    response = city.post("requests.xml", data=form)
    root = fromstring(response.content)
    assert root.tag == "service_requests"
    assert root.findtext("request/service_request_id") == "1"
    assert "911" in (root.findtext("request/service_notice") or "")
    assert root.findtext("request/account_id") == "a-1"


def test_each_request_is_its_own_ticket(city: TestClient, hub: Hub, form: dict[str, str]) -> None:
    form["email"] = "pat@example.org"
    answers = [
        city.post("requests.json", data=form | {"device_id": f"d-{number}"}).json()[0]
        for number in range(3)
    ]
    assert [answer["service_request_id"] for answer in answers] == ["1", "2", "3"]
    assert len({message.conversation for message in hub.messages}) == 3
    assert len({message.author for message in hub.messages}) == 1


def test_what_was_filed_can_be_read_back(
    city: TestClient, form: dict[str, str], validate: Validate
) -> None:
    number = city.post("requests.json", data=form).json()[0]["service_request_id"]
    (row,) = city.get(f"requests/{number}.json").json()
    validate("request", row)
    assert row["description"] == form["description"]
    assert row["address"] == form["address_string"]
    assert row["status"] == "open"


@pytest.mark.parametrize(
    ("given_fields", "kind", "address"),
    [
        ({"phone": "850-555-0100"}, "phone", "+18505550100"),
        ({"phone": "1 (850) 555 0100"}, "phone", "+18505550100"),
        ({"phone": "+44 20 7946 0000"}, "phone", "+442079460000"),
        ({"phone": "555", "device_id": "d-9"}, "open311", "device:d-9"),
        ({"account_id": "u-1", "device_id": "d-9"}, "open311", "account:u-1"),
    ],
)
def test_authors(
    city: TestClient,
    hub: Hub,
    form: dict[str, str],
    given_fields: dict[str, str],
    kind: str,
    address: str,
) -> None:
    assert city.post("requests.json", data=form | given_fields).status_code == 200
    assert (hub.messages[0].author.kind, hub.messages[0].author.address) == (kind, address)


def test_nameless_authors_are_never_one(city: TestClient, hub: Hub, form: dict[str, str]) -> None:
    for street in ("1 Invented Ave", "2 Invented Ave"):
        city.post("requests.json", data=form | {"first_name": "Pat", "address_string": street})
    first, second = (message.author for message in hub.messages)
    assert first.address != second.address
    assert first.display_name == "Pat"


def test_only_a_place_and_a_service_are_needed(city: TestClient, hub: Hub) -> None:
    fields = {"api_key": API_KEY, "service_code": "street-light-out", "address_id": "A-17"}
    assert city.post("requests.json", data=fields).status_code == 200
    (message,) = hub.messages
    assert message.body == "Street light out"
    assert message.location is not None
    assert message.location.address == "Address ID A-17"
    assert message.context["address_id"] == "A-17"


def test_undeclared_attributes_are_shown(city: TestClient, hub: Hub, form: dict[str, str]) -> None:
    body = urlencode(form) + "&attribute[SIZE]=big&attribute%5BSEEN%5D[]=mon&attribute[SEEN][]=tue"
    assert city.post("requests.json", content=body, headers=FORM).status_code == 200
    assert hub.messages[0].context["attributes"] == {"SIZE": ["big"], "SEEN": ["mon", "tue"]}
    assert hub.received[0].text_fields - TEXT_FIELDS == {
        "attribute[SIZE]",
        "attribute[SEEN][]",
    }


@pytest.mark.parametrize(
    ("encoded", "stored"),
    [
        ("a%00b", "a�b"),
        ("%ED%A0%80 alone", "� alone"),
        ("%ED%A0%BD%ED%B8%80", "😀"),
        ("%E2%80%AEabc", "‮abc"),
        (quote("<script>alert('x')</script>"), "<script>alert('x')</script>"),
        ("one%0D%0Atwo", "one\ntwo"),
        ("100%", "100%"),
        ("=&", "="),
    ],
)
def test_strange_texts_are_texts(
    city: TestClient, hub: Hub, form: dict[str, str], encoded: str, stored: str
) -> None:
    del form["description"]
    body = f"{urlencode(form)}&description={encoded}"
    response = city.post("requests.json", content=body, headers=FORM)
    assert response.status_code == 200, response.text
    assert hub.messages[0].body == stored
    assert city.get("requests.xml").status_code == 200


@pytest.mark.parametrize(
    ("changes", "status", "named"),
    [
        ({"api_key": ""}, 403, "api_key"),
        ({"api_key": "wrong"}, 403, "api_key"),
        ({"api_key": "wröng"}, 403, "api_key"),
        ({"api_key": "wrong", "service_code": "nonsense"}, 403, "api_key"),
        ({"service_code": ""}, 400, "service_code"),
        ({"service_code": "nonsense"}, 404, "service_code"),
        ({"address_string": ""}, 400, "location"),
        ({"address_string": " \t"}, 400, "location"),
        ({"lat": "30.4"}, 400, "long"),
        ({"long": "-84"}, 400, "lat"),
        ({"lat": "90.01", "long": "0"}, 400, "lat"),
        ({"lat": "0", "long": "-180.5"}, 400, "long"),
        ({"lat": "nan", "long": "0"}, 400, "lat"),
        ({"lat": "0", "long": "inf"}, 400, "long"),
        ({"lat": "1e999", "long": "0"}, 400, "lat"),
        ({"lat": "1_0", "long": "0"}, 400, "lat"),
        ({"lat": "٣٠", "long": "0"}, 400, "lat"),
        ({"lat": "30,4", "long": "0"}, 400, "lat"),
        ({"description": "x" * 4001}, 400, "description"),
        ({"address_string": "x" * 1001}, 400, "address_string"),
        ({"email": "no address"}, 400, "email"),
        ({"email": "x" * 300 + "@example.org"}, 400, "email"),
        ({"first_name": "x" * 121}, 400, "first_name"),
        ({"media_url": "ftp://photos.example/1"}, 400, "media_url"),
        ({"media_url": "javascript:alert(1)"}, 400, "media_url"),
        ({"media_url": "https://[bad"}, 400, "media_url"),
        ({"media_url": "https:///x"}, 400, "media_url"),
    ],
)
def test_refused_fields(
    city: TestClient,
    hub: Hub,
    form: dict[str, str],
    changes: dict[str, str],
    status: int,
    named: str,
) -> None:
    response = city.post("requests.json", data=form | changes)
    assert response.status_code == status
    (error,) = response.json()
    assert error["code"] == status
    assert named in error["description"]
    assert hub.received == []
    xml = city.post("requests.xml", data=form | changes)
    assert fromstring(xml.content).findtext("error/code") == str(status)


def test_four_thousand_characters_are_allowed(
    city: TestClient, hub: Hub, form: dict[str, str]
) -> None:
    form["description"] = "ä" * 4000
    assert city.post("requests.json", data=form).status_code == 200
    assert hub.messages[0].body == "ä" * 4000


@pytest.mark.parametrize(
    ("body", "headers", "named"),
    [
        (b"{}", {"Content-Type": "application/json"}, "Content-Type"),
        (b"x", {"Content-Type": "multipart/form-data; boundary=b"}, "Content-Type"),
        (b"x=1", {"Content-Type": ""}, "Content-Type"),
        (b"x=1", {"Content-Type": f"{FORM['Content-Type']}; charset=latin-1"}, "charset"),
        (b"description=%ff", FORM, "UTF-8"),
        (b"\xff=1", FORM, "UTF-8"),
        (b"&".join(b"f%d=1" % number for number in range(300)), FORM, "fields"),
        (b"lat=1&lat=2", FORM, "twice"),
        (b"x=" + b"x" * 1_000_000, FORM, "larger"),
    ],
    ids=["json", "multipart", "none", "charset", "utf-8", "name", "fields", "twice", "large"],
)
def test_refused_bodies(
    city: TestClient, hub: Hub, body: bytes, headers: dict[str, str], named: str
) -> None:
    response = city.post("requests.json", content=body, headers=headers)
    assert response.status_code == 400
    (error,) = response.json()
    assert named in error["description"]
    assert hub.received == []


def test_a_stream_without_length_is_capped_too(city: TestClient) -> None:
    def endless() -> Any:
        for _ in range(2_000):
            yield b"x" * 1_000

    response = city.post("requests.json", content=endless(), headers=FORM)
    assert response.status_code == 400
    assert "larger" in response.json()[0]["description"]


def test_charset_utf8_is_fine(city: TestClient, form: dict[str, str]) -> None:
    headers = {"Content-Type": f'{FORM["Content-Type"]}; charset="UTF-8"'}
    response = city.post("requests.json", content=urlencode(form), headers=headers)
    assert response.status_code == 200


def test_an_account_without_key_takes_nothing(hub: Hub, form: dict[str, str]) -> None:
    server = Open311Server(account(api_key=""), hub, hub, lambda: NOW)
    assert TestClient(server).post("/requests.json", data=form).status_code == 403


def test_what_the_inbox_cannot_store_is_refused(form: dict[str, str]) -> None:
    class Sealing(Hub):
        async def receive(self, received: ReceivedBody) -> tuple[Accepted, ...]:
            return ()

    hub = Sealing()
    response = TestClient(Open311Server(account(), hub, hub, lambda: NOW)).post(
        "/requests.json", data=form
    )
    assert response.status_code == 400
    assert response.json()[0]["code"] == 400


def test_filing_rate(hub: Hub, form: dict[str, str]) -> None:
    times = [NOW]
    server = Open311Server(account(), hub, hub, lambda: times[0], filings_per_minute=2)
    client = TestClient(server)
    wrong = form | {"api_key": "wrong"}
    assert [client.post("/requests.json", data=wrong).status_code for _ in range(3)] == [403] * 3
    several = [form | {"device_id": f"d-{number}"} for number in range(3)]
    answers = [client.post("/requests.json", data=one) for one in several]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["retry-after"] == "30"
    # Again is not one more.
    assert client.post("/requests.json", data=several[0]).json() == answers[0].json()
    times[0] += timedelta(seconds=30)
    assert client.post("/requests.json", data=form).status_code == 200
    assert client.get("/requests.json").status_code == 200


def test_the_recorded_city_requests_are_all_taken(city: TestClient, hub: Hub, shared: Path) -> None:
    lines = (shared / "data" / "service_requests.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    assert len(rows) == 99
    numbers = set()
    for index, row in enumerate(rows):
        code = service_code_for(row["category"])
        assert code in BY_CODE
        response = city.post(
            "requests.json",
            data={
                "api_key": API_KEY,
                "service_code": code,
                "address_string": f"{100 + index} Invented Ave",
                "description": row["text"],
            },
        )
        assert response.status_code == 200, response.text
        numbers.add(response.json()[0]["service_request_id"])
    assert len(numbers) == 99
    assert [message.body for message in hub.messages] == [row["text"].strip() for row in rows]
    assert len({message.conversation for message in hub.messages}) == 99
    assert all(message.unit for message in hub.messages)
    assert len(city.get("requests.json").json()) == 99


def test_raw_bodies_can_be_read_again(city: TestClient, hub: Hub, form: dict[str, str]) -> None:
    city.post("requests.json", data=form)
    fields = parse_qs(hub.received[0].raw.decode())
    assert fields["description"] == [form["description"]]
    assert "api_key" not in fields
