"""The same key and body within ten minutes is the same request."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest
from starlette.testclient import TestClient

from channels.open311 import Open311Server
from channels.open311.answers import Refused
from channels.open311.filing import read_form
from channels.open311.keys import ApiKeys
from channels.open311.repeats import fingerprint
from hub.ports import Account
from tests.channels.open311.fakes import API_KEY, NOW, Hub, account

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MINUTE = timedelta(minutes=1)


class Clock:
    def __init__(self) -> None:
        self.now = NOW


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(hub: Hub, clock: Clock) -> TestClient:
    keyed = account(api_keys=" second , ,third")
    return TestClient(Open311Server(keyed, hub, hub, lambda: clock.now))


def file(app: TestClient, form: dict[str, str]) -> str:
    response = app.post("/requests.json", data=form)
    assert response.status_code == 200, response.text
    number: str = response.json()[0]["service_request_id"]
    return number


# NOW is 15:30: the clock's own ten minutes begin there, and nine minutes on they are ending.
@pytest.mark.parametrize("began", [timedelta(0), 4 * MINUTE, timedelta(minutes=9, seconds=59)])
def test_ten_minutes_from_the_first_post(
    app: TestClient, hub: Hub, clock: Clock, form: dict[str, str], began: timedelta
) -> None:
    clock.now = NOW + began
    first = file(app, form)
    for later in (MINUTE, 5 * MINUTE, 10 * MINUTE - timedelta(microseconds=1)):
        clock.now = NOW + began + later
        assert file(app, form) == first
    assert len(hub.received) == 1
    clock.now = NOW + began + 10 * MINUTE
    second = file(app, form)
    assert second != first
    clock.now += 10 * MINUTE - timedelta(seconds=1)
    assert file(app, form) == second
    assert len(hub.received) == 2


def test_a_clock_that_was_set_back_makes_no_second_one(
    app: TestClient, hub: Hub, clock: Clock, form: dict[str, str]
) -> None:
    clock.now = NOW + 3 * MINUTE
    first = file(app, form)
    clock.now = NOW + MINUTE
    assert file(app, form) == first


def test_the_order_of_fields_and_their_spelling_do_not_matter(app: TestClient, hub: Hub) -> None:
    key = API_KEY.encode()
    bodies = [
        b"api_key=%b&service_code=pothole&address_string=1+A+St&attribute[W]=x" % key,
        b"attribute%%5BW%%5D=x&address_string=1%%20A%%20St&service_code=pothole&api_key=%b" % key,
        b"service_code=pothole&&email=&address_string=1+A+St&attribute[W][]=x&api_key=%b" % key,
    ]
    answers = [
        app.post(f"/requests.{fmt}", content=body, headers=FORM)
        for body, fmt in zip(bodies, ("json", "json", "xml"), strict=True)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[0].json() == answers[1].json()
    assert b"<service_request_id>1</service_request_id>" in answers[2].content
    assert len(hub.received) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"description": "Another hole."},
        {"device_id": "d-1"},
        {"api_key": "second"},
        {"media_url": "https://photos.example/1.jpg"},
        {"attribute[W]": "1"},
    ],
)
def test_another_body_or_key_is_another_request(
    app: TestClient, form: dict[str, str], other: dict[str, str]
) -> None:
    assert file(app, form) != file(app, form | other)
    assert file(app, form) == "1"
    assert file(app, form | other) == "2"


def test_what_was_refused_is_not_remembered(
    app: TestClient, hub: Hub, form: dict[str, str]
) -> None:
    incomplete = form | {"address_string": ""}
    for _ in range(2):
        assert app.post("/requests.json", data=incomplete).status_code == 400
    assert file(app, form) == "1"


@pytest.mark.anyio
async def test_many_at_once_are_one(hub: Hub, form: dict[str, str]) -> None:
    server = Open311Server(account(), hub, hub, lambda: NOW)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(server), base_url="http://city.example/"
    ) as client:
        others = [form | {"device_id": str(number)} for number in range(5)]
        answers = await asyncio.gather(
            *(client.post("requests.json", data=form) for _ in range(10)),
            *(client.post("requests.json", data=one) for one in others),
        )
    numbers = [answer.json()[0]["service_request_id"] for answer in answers]
    assert len(set(numbers[:10])) == 1
    assert len(set(numbers)) == 6
    assert len(hub.received) == 6
    # Nothing is kept of those that are done.
    assert not server._posting._repeats._locks


def test_no_two_forms_are_written_the_same() -> None:
    forms = [
        b"a=b&c=d",
        b"a=b%26c%3Dd",
        b"attribute[a]=b&c=d",
        b"attribute[a]=b&attribute[a]=c",
        b"attribute[a]=bc",
        b"media_url=a&media_url=b",
        b"media_url=b&media_url=a",
        b"media_url=ab",
    ]
    assert len({fingerprint("who", read_form(form)) for form in forms}) == len(forms)
    assert fingerprint("a", read_form(b"b=c")) != fingerprint("b", read_form(b"b=c"))


@pytest.mark.parametrize("key", [API_KEY, "second", "third"])
def test_each_key_of_an_account_is_accepted(
    app: TestClient, form: dict[str, str], key: str
) -> None:
    assert app.post("/requests.json", data=form | {"api_key": key}).status_code == 200


@pytest.mark.parametrize("key", ["", " ", "second , ,third", "secon", "first", ",", "é"])
def test_no_other_key_is(app: TestClient, hub: Hub, form: dict[str, str], key: str) -> None:
    response = app.post("/requests.json", data=form | {"api_key": key})
    assert response.status_code == 403
    assert response.json()[0]["code"] == 403
    assert not hub.received


def test_keys_change_while_it_runs(hub: Hub, form: dict[str, str]) -> None:
    now = [account()]

    async def current() -> Account:
        return now[0]

    client = TestClient(Open311Server(account(), hub, hub, lambda: NOW, current=current))
    assert client.post("/requests.json", data=form).status_code == 200
    now[0] = replace(account(), secrets={"api_key": "fresh"})
    assert client.post("/requests.json", data=form).status_code == 403
    assert client.post("/requests.json", data=form | {"api_key": "fresh"}).status_code == 200


def test_an_account_without_a_key_takes_nothing() -> None:
    for secrets in ({}, {"api_key": ""}, {"api_keys": " , "}):
        with pytest.raises(Refused):
            ApiKeys(secrets).check("anything")
        with pytest.raises(Refused):
            ApiKeys(secrets).check("")


def test_the_name_of_a_key_does_not_tell_it() -> None:
    keys = ApiKeys({"api_key": "first", "api_keys": "second"})
    names = {keys.check("first"), keys.check("second")}
    assert len(names) == 2
    assert not any("first" in name or "second" in name for name in names)
