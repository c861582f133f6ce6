"""Webhooks through the whole app: nothing unsigned leaves a trace, nothing signed is lost."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from prometheus_client import REGISTRY
from sqlalchemy import func, select

from channels.signatures import sign_base64, sign_hex
from hub.db.base import Base
from hub.db.schema import Event, Job
from hub.intake.models import RawBody
from hub.people.models import Contact
from hub.ports import ChannelKind
from hub.replay import replay
from hub.team.models import Role
from hub.tickets.models import Message, Ticket
from tests.fixtures import rows
from tests.hub.api.site import NOBODY, Site, open_site

pytestmark = pytest.mark.anyio

APP_SECRET = "facebook's app secret"
VERIFY_TOKEN = "facebook's verify token"
CONSUMER_SECRET = "x's consumer secret"
PAGE = "104000000000001"
STORED: tuple[type[Base], ...] = (RawBody, Ticket, Message, Contact, Event, Job)


@pytest.fixture
async def hooked(database_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(
        database_url,
        tmp_path,
        real=(ChannelKind.FACEBOOK, ChannelKind.X, ChannelKind.OPEN311),
        facebook_app_secret=APP_SECRET,
        facebook_verify_token=VERIFY_TOKEN,
        x_consumer_secret=CONSUMER_SECRET,
    ) as found:
        yield found


def comment(text: str = "When is the office open?", number: int = 9001) -> bytes:
    value = {
        "item": "comment", "verb": "add", "comment_id": f"330_{number}", "message": text,
        "post_id": f"{PAGE}_330", "parent_id": f"{PAGE}_330", "created_time": 1763723956,
        "from": {"id": "7100000000000021", "name": "Amir Haddad"},
    }  # fmt: skip
    entry = {"id": PAGE, "time": 1763723956, "changes": [{"field": "feed", "value": value}]}
    return json.dumps({"object": "page", "entry": [entry]}).encode()


async def post(
    site: Site, body: bytes, signature: str | None = None, *, to: str = "facebook"
) -> Response:
    """Signed by Facebook, unless another `signature` is given ('' for none)."""
    given = sign_hex(APP_SECRET, body) if signature is None else signature
    headers = {"content-type": "application/json"}
    if given:
        headers["x-hub-signature-256"] = given
    return await site.ask(NOBODY, "POST", f"/webhooks/{to}", content=body, headers=headers)


async def stored(site: Site) -> dict[str, int]:
    async with site.hub.database.read() as session:
        return {
            model.__tablename__: await session.scalar(select(func.count()).select_from(model)) or 0
            for model in STORED
        }


def counted(channel: str, outcome: str) -> float:
    labels = {"channel": channel, "outcome": outcome}
    return REGISTRY.get_sample_value("switchboard_webhooks_total", labels) or 0.0


async def test_a_signed_comment_becomes_a_ticket_once(hooked: Site) -> None:
    """Delivered three times, twice at once, as platforms do."""
    answers = [
        *await asyncio.gather(post(hooked, comment()), post(hooked, comment())),
        await post(hooked, comment()),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    (ticket,) = await rows(hooked.hub.database, Ticket)
    assert (ticket.channel, ticket.unit) == ("facebook", "social-media")
    (message,) = await rows(hooked.hub.database, Message)
    assert message.body == "When is the office open?"
    raw = await rows(hooked.hub.database, RawBody)
    assert [body.state for body in raw] == ["read"] * 3
    assert raw[0].body == comment()


def _wrong_signatures(body: bytes) -> dict[str, str]:
    right = sign_hex(APP_SECRET, body)
    return {
        "none": "",
        "empty": "sha256=",
        "another secret": sign_hex("another", body),
        "no secret": sign_hex("", body),
        "another body": sign_hex(APP_SECRET, body + b" "),
        "sha1": "sha1=" + hmac.new(APP_SECRET.encode(), body, hashlib.sha1).hexdigest(),
        "base64": sign_base64(APP_SECRET, body),
        "upper case": right.upper(),
        "cut": right[:-1],
        "no prefix": right.removeprefix("sha256="),
        "twice": f"{right},{right}",
        "odd": "sha256=é",
        "X's secret": sign_hex(CONSUMER_SECRET, body),
        "verify token": sign_hex(VERIFY_TOKEN, body),
    }


async def test_what_is_not_signed_leaves_no_trace_but_a_counter(hooked: Site) -> None:
    before, body = await stored(hooked), comment()
    for name, signature in _wrong_signatures(body).items():
        refused = counted("facebook", "bad signature")
        answer = await post(hooked, body, signature)
        assert answer.status_code == 401, name
        assert answer.headers["content-type"] == "application/problem+json"
        assert APP_SECRET not in answer.text
        assert await stored(hooked) == before, name
        assert counted("facebook", "bad signature") == refused + 1, name


async def test_a_wrongly_signed_body_is_not_even_read(hooked: Site) -> None:
    """Garbage gets 401 before it gets any other answer."""
    for body in (b"", b"{", b"\xff" * 100, b"[" * 50_000):
        assert (await post(hooked, body, "sha256=00")).status_code == 401


async def test_an_account_without_a_secret_believes_nobody(site: Site) -> None:
    """No HUB_FACEBOOK_APP_SECRET: an empty key would sign whatever anyone likes."""
    async with open_site(
        site.hub.settings.database_url or "", site.hub.settings.data, real=(ChannelKind.FACEBOOK,)
    ) as bare:
        for signature in ("", sign_hex("", comment()), sign_hex("None", comment())):
            assert (await post(bare, comment(), signature)).status_code == 401
        query = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": ""}
        answer = await bare.ask(NOBODY, "GET", "/webhooks/facebook", params=query)
        assert answer.status_code == 403


MALFORMED: dict[str, bytes] = {
    "empty": b"",
    "half": b'{"object": "page", "entry": [',
    "no object": b"[]",
    "text": b'"page"',
    "number": b"7",
    "null": b"null",
    "bytes": b"\xff\xfe\x00",
    "deep": b"[" * 50_000,
    "deep object": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "long number": b'{"object":"page","entry":[{"id":' + b"9" * 5000 + b"}]}",
    "entry is text": b'{"object": "page", "entry": "x"}',
    "entries are text": b'{"object": "page", "entry": ["x"]}',
    "changes is a number": b'{"object": "page", "entry": [{"id": "1", "changes": 5}]}',
    "value is a list": b'{"object":"page","entry":[{"id":"1","changes":[{"field":"feed",'
    b'"value":[1]}]}]}',
    "messaging is null deep": b'{"object":"page","entry":[{"id":"1","messaging":[null]}]}',
    "time is text": b'{"object":"page","entry":[{"id":"1","time":"soon","messaging":['
    b'{"sender":{"id":"5"},"recipient":{"id":"1"},"timestamp":"soon",'
    b'"message":{"mid":"m","text":"a"}}]}]}',
    "not about a page": b'{"object": "user", "entry": []}',
    "nan": b'{"object": "page", "entry": NaN}',
}


async def test_what_cannot_be_read_is_kept_sealed_and_listed(hooked: Site) -> None:
    """Signed is signed: it is answered 200, kept for a person to look at, and counted."""
    sam = await hooked.session("sam")
    for number, (name, body) in enumerate(MALFORMED.items(), 1):
        unreadable = counted("facebook", "unreadable")
        answer = await post(hooked, body)
        assert answer.status_code == 200, name
        assert counted("facebook", "unreadable") == unreadable + 1, name
        raw = (await rows(hooked.hub.database, RawBody))[-1]
        assert raw.state == "unreadable", name
        assert raw.error, name
        assert hooked.hub.seal.open(raw.body) == body, name
        assert raw.body != body, name
        assert raw.expires_at > raw.received_at
        (listed, *_) = (await hooked.get(sam, "/unreadable"))["items"]
        assert (listed["id"], listed["error"]) == (raw.id, raw.error), name
        assert set(listed) == {"id", "account_id", "received_at", "error", "size"}, "no body"
        assert (await hooked.get(sam, "/system"))["unreadable"] == number
    assert await rows(hooked.hub.database, Message) == []


async def test_the_list_of_the_unreadable_has_pages(hooked: Site) -> None:
    for _ in range(5):
        await post(hooked, b"{")
    admin = await hooked.token(Role.ADMIN)
    found: list[int] = []
    cursor = None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = await hooked.get(admin, "/unreadable", **params)
        found += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(found) == 5
    assert found == sorted(found, reverse=True)


async def test_a_body_too_large_is_refused_unread(hooked: Site) -> None:
    before = await stored(hooked)
    answer = await post(hooked, b" " * 1_048_577)
    assert answer.status_code == 413
    assert answer.json()["status"] == 413
    assert await stored(hooked) == before
    assert (await post(hooked, comment() + b" " * (1_048_576 - len(comment())))).status_code == 200


@pytest.mark.parametrize(
    "path", ["nothing", "webchat", "webform", "open311", "phone", "facebook/other", "X",
             "facebook/main/more", "%2e%2e", ""],
)  # fmt: skip
async def test_nobody_takes_webhooks_there(hooked: Site, path: str) -> None:
    before = await stored(hooked)
    for method in ("GET", "POST"):
        answer = await hooked.ask(NOBODY, method, f"/webhooks/{path}", content=b"{}")
        assert answer.status_code == 404, (method, answer.text)
    assert await stored(hooked) == before


async def test_an_account_by_its_name(hooked: Site) -> None:
    assert (await post(hooked, comment(), to="facebook/main")).status_code == 200
    assert (await stored(hooked))["tickets"] == 1


async def test_facebooks_handshake(hooked: Site) -> None:
    right = {
        "hub.mode": "subscribe",
        "hub.verify_token": VERIFY_TOKEN,
        "hub.challenge": "<b>1158201444</b>",
    }
    answer = await hooked.ask(NOBODY, "GET", "/webhooks/facebook", params=right)
    assert (answer.status_code, answer.text) == (200, "<b>1158201444</b>")
    assert answer.headers["content-type"].startswith("text/plain")
    refused = counted("facebook", "bad handshake")
    wrong: list[dict[str, Any]] = [
        {"hub.verify_token": "guess"},
        {"hub.verify_token": ""},
        {"hub.mode": "unsubscribe"},
    ]
    for change in wrong:
        params = right | change
        answer = await hooked.ask(NOBODY, "GET", "/webhooks/facebook", params=params)
        assert answer.status_code == 403
        assert "1158201444" not in answer.text
    assert (await hooked.ask(NOBODY, "GET", "/webhooks/facebook")).status_code == 403
    assert counted("facebook", "bad handshake") == refused + 4


async def test_xs_handshake(hooked: Site) -> None:
    token = base64.b64encode(b"a challenge of X's").decode()
    answer = await hooked.ask(NOBODY, "GET", "/webhooks/x", params={"crc_token": token})
    assert answer.status_code == 200
    assert answer.json() == {"response_token": sign_base64(CONSUMER_SECRET, token.encode())}
    for forged in ("", '{"for_user_id": "1"}', "x" * 600):
        params = {"crc_token": forged}
        answer = await hooked.ask(NOBODY, "GET", "/webhooks/x", params=params)
        assert answer.status_code == 403


async def test_x_takes_its_own_signature_only(hooked: Site) -> None:
    user = hooked.hub.settings.x_user_id
    body = json.dumps(
        {
            "for_user_id": user,
            "tweet_create_events": [
                {
                    "id_str": "1990000000000000001",
                    "text": "@city my water is off",
                    "created_at": "Sat Nov 21 11:19:16 +0000 2026",
                    "user": {"id_str": "77", "screen_name": "rosa", "name": "Rosa Delgado"},
                    "entities": {"user_mentions": [{"id_str": user, "screen_name": "city"}]},
                }
            ],
        }
    ).encode()
    path, name = "/webhooks/x", "x-twitter-webhooks-signature"
    for signature in ("", sign_hex(CONSUMER_SECRET, body), sign_base64(APP_SECRET, body)):
        answer = await hooked.ask(NOBODY, "POST", path, content=body, headers={name: signature})
        assert answer.status_code == 401
    assert (await stored(hooked))["raw_bodies"] == 0
    signed = {name: sign_base64(CONSUMER_SECRET, body)}
    answer = await hooked.ask(NOBODY, "POST", path, content=body, headers=signed)
    assert answer.status_code == 200
    assert (await stored(hooked))["tickets"] == 1


async def test_what_facebook_really_sends(hooked: Site, shared: Path) -> None:
    """Every recorded body is answered 200 twice, and the second time changes nothing."""
    bodies = sorted((shared / "fixtures" / "facebook_webhooks").glob("*.json"))
    assert len(bodies) >= 33
    for path in bodies:
        assert (await post(hooked, path.read_bytes())).status_code == 200, path.name
    first = await stored(hooked)
    # Eight of them ask something, in four conversations; the rest is known and not for us.
    assert (first["tickets"], first["messages"]) == (4, 8)
    for path in bodies:
        assert (await post(hooked, path.read_bytes())).status_code == 200, path.name
    second = await stored(hooked)
    for name in ("tickets", "messages", "contacts", "events", "jobs"):
        assert second[name] == first[name], name
    assert second["raw_bodies"] == 2 * first["raw_bodies"] == 2 * len(bodies)
    unreadable = await rows(hooked.hub.database, RawBody, state="unreadable")
    assert unreadable == []


async def test_odd_words_are_stored_safely(hooked: Site) -> None:
    text = "nul \x00 half \ud800 bidi \u202e <script>alert(1)</script> " + "long " * 8000
    body = comment("X").replace(b'"X"', json.dumps(text).encode())
    assert (await post(hooked, body)).status_code == 200
    (message,) = await rows(hooked.hub.database, Message)
    assert message.body.startswith("nul \ufffd half \ufffd bidi \u202e <script>")
    assert len(message.body) == 20_000
    seen = await hooked.api(await hooked.session("sam"), "GET", f"/tickets/{message.ticket_id}")
    assert seen.headers["content-type"] == "application/json"


async def test_a_card_number_is_never_kept(hooked: Site) -> None:
    assert (await post(hooked, comment("My card is 4111 1111 1111 1111"))).status_code == 200
    (message,) = await rows(hooked.hub.database, Message)
    (raw,) = await rows(hooked.hub.database, RawBody)
    assert "1111" not in message.body
    assert b"4111" not in raw.body
    assert b"330_9001" in raw.body, "ids stay as they are"


async def test_the_database_away_is_no_acknowledgement(
    hooked: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not stored is not answered 200: the platform sends it again."""

    async def away(*args: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(hooked.hub.writer, "_run", away)
    answer = await hooked.ask(
        NOBODY, "POST", "/webhooks/facebook", content=comment(),
        headers={"x-hub-signature-256": sign_hex(APP_SECRET, comment())},
    )  # fmt: skip
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    monkeypatch.undo()
    assert (await post(hooked, comment())).status_code == 200
    assert (await stored(hooked))["tickets"] == 1


async def test_a_connectors_mistake_loses_nothing(
    hooked: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistaken(self: object, body: bytes) -> None:
        raise KeyError("comment_id")

    monkeypatch.setattr("channels.facebook.connector.FacebookConnector.parse", mistaken)
    answer = await post(hooked, comment())
    assert answer.status_code == 200
    (raw,) = await rows(hooked.hub.database, RawBody)
    assert (raw.state, raw.error) == ("unreadable", "KeyError: 'comment_id'")
    monkeypatch.undo()
    assert (await replay(hooked.hub)).new_messages == 1


async def test_one_bad_event_among_good_ones(hooked: Site) -> None:
    """The good ones are stored, and the body waits whole: nothing is asked of the platform."""
    body = json.loads(comment("first", 1))
    for number, text in ((2, "second"), (3, "third")):
        body["entry"] += json.loads(comment(text, number))["entry"]
    del body["entry"][1]["changes"][0]["value"]["comment_id"]
    assert (await post(hooked, json.dumps(body).encode())).status_code == 200
    assert [m.body for m in await rows(hooked.hub.database, Message)] == ["first", "third"]
    (raw,) = await rows(hooked.hub.database, RawBody)
    assert raw.state == "unreadable"
    assert "1 of its events" in raw.error
    assert (await replay(hooked.hub)).still_unreadable == 1
    assert len(await rows(hooked.hub.database, RawBody)) == 1
