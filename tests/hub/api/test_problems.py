"""What is asked wrongly: every error is a problem that names the field, never a 500."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from httpx2 import Response

from tests.fixtures import ticket_of
from tests.hub.api.site import NOBODY, Caller, Site

pytestmark = pytest.mark.anyio

BOTH = pytest.mark.parametrize("dialect", ["sqlite", "postgresql"], indirect=True)

TICKET = "/tickets/1"
JSON = {"content-type": "application/json"}


def _cursor(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _is_problem(answer: Response, status: int, *fields: str) -> None:
    """RFC 9457, with the fields that are wrong and why."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == "about:blank"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    assert [error["field"] for error in body.get("errors", [])] == list(fields), body
    assert all(error["message"] for error in body.get("errors", []))


@pytest.fixture(scope="module")
async def admin(house: Site) -> Caller:
    return await house.session("alex")


QUERIES = [
    ("/tickets", {"limit": "0"}, "limit"),
    ("/tickets", {"limit": "201"}, "limit"),
    ("/tickets", {"limit": "-1"}, "limit"),
    ("/tickets", {"limit": "1e2"}, "limit"),
    ("/tickets", {"limit": "ten"}, "limit"),
    ("/tickets", {"limit": ""}, "limit"),
    ("/tickets", {"limit": "9" * 400}, "limit"),
    ("/tickets", {"limit": "9" * 5000}, "limit"),
    ("/tickets", {"view": "everything"}, "view"),
    ("/tickets", {"status": "closed"}, "status"),
    ("/tickets", {"priority": "huge"}, "priority"),
    ("/tickets", {"assignee": "0"}, "assignee"),
    ("/tickets", {"assignee": str(2**53)}, "assignee"),
    ("/tickets", {"assignee": "me"}, "assignee"),
    ("/tickets", {"unit": "u" * 61}, "unit"),
    ("/tickets", {"tag": "t" * 61}, "tag"),
    ("/tickets", {"q": "q" * 201}, "q"),
    ("/tickets", {"cursor": "c" * 201}, "cursor"),
    ("/tickets", {"cursor": "not ours"}, "cursor"),
    ("/tickets", {"cursor": "é"}, "cursor"),
    ("/tickets", {"cursor": ""}, "cursor"),
    ("/tickets", {"cursor": _cursor("text")}, "cursor"),
    ("/tickets", {"cursor": _cursor([1])}, "cursor"),
    ("/tickets", {"cursor": _cursor([1, 2, 3])}, "cursor"),
    ("/tickets", {"cursor": _cursor([1.5, 2])}, "cursor"),
    ("/tickets", {"cursor": _cursor(["1", 2])}, "cursor"),
    ("/tickets", {"cursor": _cursor({"1": 2, "3": 4})}, "cursor"),
    ("/tickets", {"cursor": _cursor([-1, 2])}, "cursor"),
    ("/tickets", {"cursor": _cursor([2**63, 2])}, "cursor"),
    ("/tickets", {"cursor": _cursor([2**62, 2]), "view": "resolved"}, "cursor"),
    ("/tickets", {"cursor": "x", "q": "water"}, "cursor"),
    ("/tickets", {"cursor": "[" * 200}, "cursor"),
    (f"{TICKET}/messages", {"cursor": "-1"}, "cursor"),
    (f"{TICKET}/messages", {"cursor": str(2**63)}, "cursor"),
    (f"{TICKET}/messages", {"limit": "0"}, "limit"),
    ("/contacts", {"cursor": "-1"}, "cursor"),
    ("/contacts", {"limit": "500"}, "limit"),
    ("/contacts", {"q": "q" * 121}, "q"),
    ("/articles", {"limit": "51"}, "limit"),
    ("/articles", {"q": "q" * 501}, "q"),
    ("/unreadable", {"cursor": "x"}, "cursor"),
    ("/unreadable", {"limit": "0"}, "limit"),
]


@pytest.mark.parametrize(("path", "params", "field"), QUERIES)
async def test_a_query_that_does_not_fit(
    house: Site, admin: Caller, path: str, params: dict[str, str], field: str
) -> None:
    if path.startswith(TICKET):
        await house.ticket()
    _is_problem(await house.api(admin, "GET", path, params=params), 422, field)


@pytest.mark.parametrize(
    "number", ["0", "-1", str(2**53), str(2**63), "9" * 5000, "one", "1.5", "%00"]
)
async def test_an_id_that_is_none(house: Site, admin: Caller, number: str) -> None:
    for path, field in (
        ("/tickets/{}", "ticket_id"),
        ("/tickets/{}/messages", "ticket_id"),
        ("/tickets/{}/history", "ticket_id"),
        ("/contacts/{}", "contact_id"),
    ):
        _is_problem(await house.api(admin, "GET", path.format(number)), 422, field)
    answer = await house.api(admin, "POST", f"/messages/{number}/retry")
    _is_problem(answer, 422, "message_id")


BODIES: list[tuple[str, str, Any, str]] = [
    ("POST", "/reply", {}, "body"),
    ("POST", "/reply", {"body": ""}, "body"),
    ("POST", "/reply", {"body": " \n\t "}, "body"),
    ("POST", "/reply", {"body": "\u200b" * 20_001}, "body"),
    ("POST", "/reply", {"body": 5}, "body"),
    ("POST", "/reply", {"body": None}, "body"),
    ("POST", "/reply", {"body": ["a"]}, "body"),
    ("POST", "/reply", {"body": "a", "visibility": "secret"}, "visibility"),
    ("POST", "/reply", {"body": "a", "resolve": "perhaps"}, "resolve"),
    ("POST", "/reply", {"body": "a", "author_name": "The Mayor"}, "author_name"),
    ("POST", "/reply", [], "body"),
    ("POST", "/reply", "text", "body"),
    ("POST", "/reply", None, "body"),
    ("POST", "/note", {"body": "a", "visibility": "public"}, "visibility"),
    ("POST", "/assign", {"agent_id": 0}, "agent_id"),
    ("POST", "/assign", {"agent_id": 2**53}, "agent_id"),
    ("POST", "/assign", {"agent_id": "ava"}, "agent_id"),
    ("POST", "/assign", {"agent_id": 999_999}, "agent_id"),
    ("POST", "/assign", {"unit": "no-such-unit"}, "unit"),
    ("POST", "/assign", {"unit": "../billing"}, "unit"),
    ("POST", "/assign", {"unit": ""}, "unit"),
    ("POST", "/status", {}, "status"),
    ("POST", "/status", {"status": "bot"}, "status"),
    ("POST", "/status", {"status": "deleted"}, "status"),
    ("POST", "/status", {"status": "snoozed"}, "until"),
    ("POST", "/status", {"status": "snoozed", "until": "2020-01-01T00:00:00Z"}, "until"),
    ("POST", "/status", {"status": "snoozed", "until": "2027-01-01T00:00:00"}, "until"),
    ("POST", "/status", {"status": "snoozed", "until": "tomorrow"}, "until"),
    ("POST", "/status", {"status": "snoozed", "until": "0001-01-01T00:00:00+14:00"}, "until"),
    ("POST", "/status", {"status": "snoozed", "until": "9999-12-31T23:59:59-12:00"}, "until"),
    ("POST", "/status", {"status": "snoozed", "until": 1e300}, "until"),
    ("POST", "/status", {"status": "resolved", "reason": "r" * 41}, "reason"),
    ("PATCH", "", {"priority": "extreme"}, "priority"),
    ("PATCH", "", {"tags": "a"}, "tags"),
    ("PATCH", "", {"tags": ["t" * 81]}, "tags.0"),
    ("PATCH", "", {"tags": ["t" * 41]}, "tags"),
    ("PATCH", "", {"tags": ["a", 5]}, "tags.1"),
    ("PATCH", "", {"tags": ["a"] * 21}, "tags"),
    ("PATCH", "", {"subject": ""}, "subject"),
    ("PATCH", "", {"subject": "s" * 201}, "subject"),
    ("PATCH", "", {"topic": "Not A Slug"}, "topic"),
    ("PATCH", "", {"status": "resolved"}, "status"),
    ("PATCH", "", {"id": 7}, "id"),
]


@pytest.mark.parametrize(("method", "path", "body", "field"), BODIES)
async def test_a_body_that_does_not_fit(
    house: Site, admin: Caller, method: str, path: str, body: Any, field: str
) -> None:
    number = await house.ticket()
    before = (await ticket_of(house.hub, number)).as_row()
    answer = await house.api(
        admin, method, f"/tickets/{number}{path}", content=json.dumps(body), headers=JSON
    )
    _is_problem(answer, 422, field)
    assert (await ticket_of(house.hub, number)).as_row() == before


CALLS: list[tuple[dict[str, Any], str]] = [
    ({"channel": "x"}, "channel"),
    ({"channel": None}, "channel"),
    ({"name": ""}, "name"),
    ({"name": "n" * 201}, "name"),
    ({"phone": "5" * 41}, "phone"),
    ({"email": "e" * 256}, "email"),
    ({"body": ""}, "body"),
    ({"unit": "no-such-unit"}, "unit"),
    ({"unit": "Billing"}, "unit"),
    ({"priority": "now"}, "priority"),
    ({"resolved": "maybe"}, "resolved"),
    ({"assignee_id": 1}, "assignee_id"),
]


@pytest.mark.parametrize(("wrong", "field"), CALLS)
async def test_a_call_that_does_not_fit(
    house: Site, admin: Caller, wrong: dict[str, Any], field: str
) -> None:
    body = {"channel": "phone", "name": "Ida Lund", "body": "No water"} | wrong
    _is_problem(await house.api(admin, "POST", "/tickets", json=body), 422, field)


@pytest.mark.parametrize("presence", ["gone", "", None, 1, ["online"]])
async def test_a_presence_that_is_none(house: Site, admin: Caller, presence: Any) -> None:
    answer = await house.api(admin, "POST", "/me/presence", json={"presence": presence})
    _is_problem(answer, 422, "presence")


async def test_several_fields_are_all_named(house: Site, admin: Caller) -> None:
    answer = await house.api(admin, "POST", "/tickets", json={"channel": "x", "priority": 5})
    _is_problem(answer, 422, "channel", "name", "body", "priority")


UNREADABLE = [
    b"{",
    b"{'body': 'a'}",
    b'{"body": "a",}',
    b'{"body": "\xff\xfe"}',
    b"\xff",
    b"[" * 100_000,
    b'{"body": ' + b"9" * 5000 + b"}",
]


@pytest.mark.parametrize("content", UNREADABLE, ids=range(len(UNREADABLE)))
async def test_a_body_that_is_no_json(house: Site, admin: Caller, content: bytes) -> None:
    number = await house.ticket()
    path = f"/tickets/{number}/reply"
    answer = await house.api(admin, "POST", path, content=content, headers=JSON)
    assert answer.status_code == 400, answer.text
    _is_problem(answer, 400, *(["body"] if answer.json().get("errors") else []))


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
     "application/xml", "json", ""],
)  # fmt: skip
async def test_a_body_of_another_type(house: Site, admin: Caller, content_type: str) -> None:
    """A form of another site's page can send these without asking: none is read as JSON."""
    number = await house.ticket()
    answer = await house.api(
        admin, "POST", f"/tickets/{number}/note",
        content=b'{"body": "a"}', headers={"content-type": content_type},
    )  # fmt: skip
    _is_problem(answer, 422, "body")


async def test_a_body_that_is_too_large(house: Site, admin: Caller) -> None:
    """Every call that takes a body stops reading at its limit."""
    number = await house.ticket()
    huge = json.dumps({"body": "a" * 300_000})
    for method, path in (
        ("POST", "/tickets"),
        ("POST", f"/tickets/{number}/reply"),
        ("POST", f"/tickets/{number}/note"),
        ("POST", f"/tickets/{number}/assign"),
        ("POST", f"/tickets/{number}/status"),
        ("PATCH", f"/tickets/{number}"),
        ("POST", "/messages/1/retry"),
        ("POST", "/me/presence"),
    ):
        answer = await house.api(admin, method, path, content=huge, headers=JSON)
        _is_problem(answer, 413)


async def test_more_is_not_read_than_may_come(house: Site, admin: Caller) -> None:
    """An endless body is given up, not collected."""
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while sent < 50_000_000:
            sent += 65_536
            yield b"a" * 65_536

    answer = await house.api(admin, "POST", "/tickets", content=endless(), headers=JSON)
    _is_problem(answer, 413)
    assert sent < 1_000_000


LONE = json.dumps("\ud800")
ODD = "nul\x00bidi\u202edone\u2066"


@pytest.mark.parametrize(
    ("method", "path", "field"),
    [
        ("POST", "/reply", "body"),
        ("POST", "/note", "body"),
        ("POST", "/assign", "unit"),
        ("POST", "/status", "reason"),
        ("PATCH", "", "subject"),
        ("PATCH", "", "topic"),
    ],
)
async def test_half_a_character_is_refused_in_its_field(
    house: Site, admin: Caller, method: str, path: str, field: str
) -> None:
    number = await house.ticket()
    head = {"/status": '"status": "resolved", '}.get(path, "")
    answer = await house.api(
        admin, method, f"/tickets/{number}{path}",
        content=f'{{{head}"{field}": {LONE}}}', headers=JSON,
    )  # fmt: skip
    _is_problem(answer, 422, field)


@BOTH
async def test_nul_is_stored_as_what_it_is_not(site: Site) -> None:
    """PostgreSQL takes no NUL: wherever one comes in it becomes U+FFFD, or is refused."""
    admin = await site.session("alex")
    number = await site.ticket()
    clean = ODD.replace("\x00", "\ufffd")
    at = f"/tickets/{number}"
    replied = await site.api(admin, "POST", f"{at}/reply", json={"body": ODD})
    assert replied.json()["body"] == clean
    noted = await site.api(admin, "POST", f"{at}/note", json={"body": ODD})
    assert noted.json()["body"] == clean
    named = await site.api(admin, "PATCH", at, json={"subject": ODD, "tags": [ODD]})
    assert (named.json()["subject"], named.json()["tags"]) == (clean, [clean.lower()])
    done = await site.api(admin, "POST", f"{at}/status", json={"status": "resolved", "reason": ODD})
    assert done.json()["resolution_reason"] == clean
    called = await site.api(
        admin, "POST", "/tickets",
        json={"channel": "phone", "name": ODD, "body": ODD, "subject": ODD,
              "phone": "\x00", "email": "ida\x00@example.com"},
    )  # fmt: skip
    assert called.status_code == 201
    assert called.json()["contact_name"] == clean
    key = {"Idempotency-Key": "k"}
    again = await site.api(admin, "POST", f"{at}/note", json={"body": ODD}, headers=key)
    assert again.status_code == 201


ODD_QUERIES = (
    "%00", "a%00b", "%ED%A0%80", "%FF%FE", "%E2%80%AE", "%F0%9F%92%A7", "'--", "%25%5F", "*",
    '"', "a*:b^2~(", "%26%7C!", "%3A*", "\\", "a%26b", "%C2%B2", "%D9%A3", "%23%D9%A3",
)  # fmt: skip


@BOTH
async def test_odd_characters_in_a_query(site: Site) -> None:
    """They find nothing, or are refused in their field; no database ever trips over one."""
    admin = await site.session("alex")
    await site.ticket(body="a b 2")
    for odd in ODD_QUERIES:
        for path in ("/tickets?unit=", "/tickets?channel=", "/tickets?tag=", "/tickets?q=",
                     "/contacts?q=", "/articles?q=", "/tickets?cursor="):  # fmt: skip
            answer = await site.api(admin, "GET", path + odd)
            if answer.status_code != 200:
                _is_problem(answer, 422, path.partition("?")[2].rstrip("="))


async def test_unknown_places_and_methods(house: Site, admin: Caller) -> None:
    for path in ("/nothing", "/tickets/1/nothing", "/", "/openapi.yaml", "/docs", "/redoc"):
        _is_problem(await house.api(admin, "GET", path), 404)
    for method, path in (("DELETE", "/tickets/1"), ("PUT", "/tickets"), ("POST", "/units")):
        answer = await house.api(admin, method, path, json={})
        _is_problem(answer, 405)
        assert answer.headers["allow"]


async def test_the_first_thing_asked_is_who_it_is(house: Site) -> None:
    """A stranger learns nothing from the order in which a request is looked at."""
    for method, path, more in (
        ("GET", "/tickets?limit=0", {}),
        ("GET", "/tickets/abc", {}),
        ("POST", "/tickets", {"content": b"{", "headers": JSON}),
        ("POST", "/tickets/1/reply", {"json": {"nonsense": 1}}),
    ):
        answer = await house.api(NOBODY, method, path, **more)
        assert answer.status_code in (400, 401, 422)
        if answer.status_code == 401:
            assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_mistake_of_ours_tells_nothing(
    house: Site, admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("the key is hunter2")

    monkeypatch.setattr("hub.api.tickets.ticket_view", broken)
    number = await house.ticket()
    answer = await house.api(admin, "GET", f"/tickets/{number}", bugs=False)
    _is_problem(answer, 500)
    assert "hunter2" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_an_answer_keeps_line_ends_out_of_headers(house: Site, admin: Caller) -> None:
    """What a caller sends never becomes a header of its own."""
    number = await house.ticket()
    answer = await house.api(
        admin, "POST", f"/tickets/{number}/note%0d%0aSet-Cookie:%20a=b", json={"body": "a"}
    )
    assert "set-cookie" not in answer.headers
    assert answer.status_code == 404
