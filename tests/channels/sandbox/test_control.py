"""The control API: what it refuses, samples, starting afresh, and who is let in."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from channels.sandbox.personas import BY_KEY, PERSONAS
from channels.sandbox.samples import SAMPLES, send_samples
from tests.channels.sandbox.conftest import Hub, Sandbox, until


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("x/posts", {"persona": "nobody", "text": "x"}, 404),
        ("x/posts", {"text": "x"}, 400),
        ("x/posts", {"persona": "wes", "text": "  "}, 400),
        ("x/posts", {"persona": "wes", "text": "x" * 25_001}, 400),
        ("x/posts", {"persona": "wes", "text": "half \ud800"}, 400),
        ("x/posts", {"persona": "wes", "text": "x", "in_reply_to": "12"}, 404),
        ("x/posts", {"persona": "wes", "text": "x", "in_reply_to": "9" * 40}, 404),
        ("facebook/comments", {"persona": "wes", "text": "x", "post_id": "1_2"}, 404),
        ("facebook/messages", {"persona": "wes", "text": "x", "at": "noon"}, 400),
        ("facebook/messages", {"persona": "wes", "text": "x", "by": "bot"}, 400),
        ("open311/requests", {"description": "x"}, 400),
        ("open311/requests", {"persona": "wes", "description": "x", "via": "mail"}, 400),
        ("open311/requests", {"persona": "wes", "description": "x", "service_code": "?"}, 404),
        ("open311/status", {"id": "none", "status": "closed"}, 404),
        ("samples", {"every": "often"}, 400),
    ],
)
def test_what_makes_no_sense_is_said(
    sandbox: Sandbox, path: str, body: dict[str, Any], status: int
) -> None:
    import json

    answer = sandbox.http.post(
        f"/sandbox/api/{path}",
        content=json.dumps(body),
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert sandbox.threads() == []


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [("{", "application/json", 400), ("[]", "application/json", 400), ("{}", "text/plain", 415)],
)
def test_only_json_objects(sandbox: Sandbox, content: str, kind: str, status: int) -> None:
    answer = sandbox.http.post(
        "/sandbox/api/x/posts", content=content, headers={"content-type": kind}
    )
    assert answer.status_code == status


def test_other_sites_and_other_names_are_kept_out(sandbox: Sandbox) -> None:
    body = {"persona": "wes", "text": "x"}
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}):
        answer = sandbox.http.post("/sandbox/api/x/posts", json=body, headers=headers)
        assert answer.status_code == 403
        assert sandbox.http.post("/say", data=body, headers=headers).status_code == 403
    assert sandbox.http.get("/", headers={"host": "evil.example"}).status_code == 421
    assert sandbox.threads() == []


def test_threads_by_persona_and_channel(sandbox: Sandbox) -> None:
    sandbox.act("x/posts", persona="wes", text="one")
    sandbox.act("x/dms", persona="wes", text="two")
    sandbox.act("facebook/comments", persona="lucia", text="three")
    sandbox.act("facebook/posts", persona="lucia", text="four")
    sandbox.act("open311/requests", description="five", address_string="1 Test Lane")
    sandbox.act("facebook/messages", persona="wes", text="six", at="2026-11-01T10:00:00Z")
    assert len(sandbox.threads()) == 6
    assert {t["channel"] for t in sandbox.threads(persona="wes")} == {"x", "x_dm", "messenger"}
    assert {t["title"] for t in sandbox.threads(channel="facebook")} == {
        "Comment on the Page",
        "Post on the Page",
    }
    assert sandbox.threads(persona="dolores") == []
    assert sandbox.threads(limit="1", channel="x")[0]["messages"][0]["text"].endswith(" one")
    assert sandbox.http.get("/sandbox/api/threads?persona=zed").status_code == 404
    assert sandbox.threads()[-1]["updated_at"] == "2026-11-01T10:00:00.000Z"


def test_the_samples_cover_every_channel_and_persona(sandbox: Sandbox, hub: Hub) -> None:
    assert 12 <= len(SAMPLES) <= 15
    assert {sample.persona for sample in SAMPLES} == set(BY_KEY)
    asyncio.run(send_samples(sandbox.url, every=0))
    channels = {thread["channel"] for thread in sandbox.threads()}
    assert channels == {"x", "x_dm", "facebook", "messenger", "open311"}
    said = [m for thread in sandbox.threads() for m in thread["messages"] if m["from"] == "citizen"]
    assert len(said) == len(SAMPLES)
    until(lambda: sandbox.state()["deliveries"]["waiting"] == 0)
    assert len(hub.accepted) + len(hub.filed) + 1 == len(SAMPLES)  # one waits to be pulled


def test_the_sandbox_plays_the_samples_itself(sandbox: Sandbox) -> None:
    assert sandbox.act("samples", every=0)["started"] is True
    until(lambda: len(sandbox.threads()) > 8)
    assert sandbox.act("samples", every=0, only_if_empty=True)["started"] is False


def test_reset_forgets_everything_but_the_page(sandbox: Sandbox) -> None:
    sandbox.act("facebook/comments", persona="wes", text="x")
    sandbox.faults("x", 500)
    sandbox.act("reset")
    assert sandbox.threads() == []
    assert sandbox.state()["deliveries"] == {"waiting": 0, "delivered": 0, "failed": 0}
    assert sandbox.state()["faults"]["x"] == []
    sandbox.act("facebook/comments", persona="wes", text="the Page still has posts")


def test_state_names_the_personas(sandbox: Sandbox) -> None:
    assert [found["key"] for found in sandbox.state()["personas"]] == [p.key for p in PERSONAS]


def test_deliveries_are_listed(sandbox: Sandbox, hub: Hub) -> None:
    sandbox.act("x/dms", persona="wes", text="x")
    until(lambda: sandbox.state()["deliveries"]["delivered"] == 1)
    listed = sandbox.http.get("/sandbox/api/deliveries").json()["deliveries"]
    assert [(d["platform"], d["event"], d["state"]) for d in listed] == [
        ("x", "dm.received", "delivered")
    ]


def test_changes_are_announced(sandbox: Sandbox) -> None:
    with sandbox.http.stream("GET", "/sandbox/api/events", timeout=5) as stream:
        lines = (line for line in stream.iter_lines() if line.startswith("data: "))
        first = int(next(lines)[6:])
        sandbox.act("x/dms", persona="wes", text="x")
        assert int(next(lines)[6:]) > first
