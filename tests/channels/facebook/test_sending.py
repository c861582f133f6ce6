"""Answers on Facebook, through the real python-facebook-api against a server on loopback."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

from channels.facebook.client import regain_seconds
from channels.facebook.connector import FacebookConnector
from hub.ports import (
    AuthFailed,
    Choice,
    FindsSent,
    Rejected,
    Reply,
    TemporarilyUnavailable,
    Visibility,
)
from tests.channels.facebook.conftest import PAGE, page_account
from tests.channels.loopback import Answer, Platform

pytestmark = pytest.mark.anyio

AMIR = "7100000000000021"
POST = f"{PAGE}_330"
COMMENTS = "POST /v26.0/330_9001/comments"
MESSAGES = "POST /v26.0/me/messages"
LISTED = "GET /v26.0/330_9001/comments"
CONVERSATIONS = "GET /v26.0/me/conversations"
PARENT = "GET /v26.0/330_9001"
SENT = Answer({"recipient_id": AMIR, "message_id": "m_sent"})
WRITTEN = datetime(2025, 11, 21, 11, 30, tzinfo=UTC)


def comment(body: str = "On Saturday, from 8 to 12.", **changes: Any) -> Reply:
    fields: dict[str, Any] = {
        "key": "reply-1",
        "conversation": f"post:{POST}:{AMIR}",
        "recipient": AMIR,
        "body": body,
        "visibility": Visibility.PUBLIC,
        "in_reply_to": "330_9001",
        "written_at": WRITTEN,
    }
    return Reply(**fields | changes)


def message(body: str = "On Saturday.", *, age: float = 1.0, **changes: Any) -> Reply:
    """A private reply; `age` is hours since the person's last message."""
    fields: dict[str, Any] = {
        "conversation": f"psid:{AMIR}",
        "visibility": Visibility.PRIVATE,
        "in_reply_to": "m_AbC-1",
        "last_inbound_at": datetime.now(UTC) - timedelta(hours=age),
    }
    return comment(body, **fields | changes)


class Saved(list[str]):
    async def __call__(self, part: str) -> None:
        self.append(part)


def graph_error(code: int, **more: Any) -> Answer:
    error = {"message": "(#1) It failed", "type": "OAuthException", "code": code} | more
    return Answer({"error": error}, status=400)


async def test_a_public_answer_is_a_comment(
    connector: FacebookConnector, platform: Platform
) -> None:
    platform.on(COMMENTS, Answer({"id": "330_9100"}))
    saved = Saved()
    receipt = await connector.send(comment(), saved)
    assert receipt.external_ids == ("330_9100",) == tuple(saved)
    (call,) = platform.calls
    proof = hmac.new(b"app secret", b"page token", hashlib.sha256).hexdigest()
    assert call.form == {
        "message": "On Saturday, from 8 to 12.",
        "access_token": "page token",
        "appsecret_proof": proof,
    }


async def test_a_private_answer_goes_to_messenger(
    connector: FacebookConnector, platform: Platform
) -> None:
    platform.on(MESSAGES, SENT)
    saved = Saved()
    choices = tuple(Choice(f"A question of many words, number {n}", f"slug-{n}") for n in range(15))
    receipt = await connector.send(message(choices=choices), saved)
    assert receipt.external_ids == ("m_sent",) == tuple(saved)
    form = platform.calls[0].form
    assert json.loads(form["recipient"]) == {"id": AMIR}
    assert form["messaging_type"] == "RESPONSE"
    assert "tag" not in form
    sent = json.loads(form["message"])
    assert sent["text"] == "On Saturday."
    assert sent["metadata"] == "switchboard:reply-1"
    assert len(sent["quick_replies"]) == 13
    assert all(len(quick["title"]) <= 20 for quick in sent["quick_replies"])
    assert sent["quick_replies"][0]["payload"] == "slug-0"


async def test_a_private_answer_to_a_comment(
    connector: FacebookConnector, platform: Platform
) -> None:
    platform.on(MESSAGES, SENT)
    wanted = comment(visibility=Visibility.PRIVATE, last_inbound_at=datetime.now(UTC))
    await connector.send(wanted, Saved())
    assert json.loads(platform.calls[0].form["recipient"]) == {"comment_id": "330_9001"}


async def test_after_a_day_a_person_answers_with_the_tag(
    connector: FacebookConnector, platform: Platform
) -> None:
    platform.on(MESSAGES, SENT)
    await connector.send(message(age=25), Saved())
    form = platform.calls[0].form
    assert (form["messaging_type"], form["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (message(age=25, by_bot=True), "bot may answer on Messenger only within 24 hours"),
        (message(age=24 * 7 + 1), "seven days"),
        (comment(visibility=Visibility.PRIVATE, last_inbound_at=WRITTEN), "seven days"),
        (message(" "), "empty"),
        (message("x" * 2001), "2,000 characters; this has 2,001"),
        (comment("x" * 8001), "8,000 characters"),
        (comment(in_reply_to=None), "no comment to reply to"),
        (message(visibility=Visibility.PUBLIC), "no comment to reply to"),
    ],
)
async def test_what_facebook_would_not_take_is_rejected_at_once(
    connector: FacebookConnector, platform: Platform, wanted: Reply, why: str
) -> None:
    with pytest.raises(Rejected, match=why):
        await connector.send(wanted, Saved())
    assert platform.calls == []


async def test_what_was_sent_is_not_sent_again(
    connector: FacebookConnector, platform: Platform
) -> None:
    receipt = await connector.send(comment(sent_parts=("330_9100",)), Saved())
    assert receipt.external_ids == ("330_9100",)
    assert platform.calls == []


@pytest.mark.parametrize("code", [190, 102])
async def test_a_dead_token(connector: FacebookConnector, platform: Platform, code: int) -> None:
    platform.on(COMMENTS, graph_error(code))
    with pytest.raises(AuthFailed):
        await connector.send(comment(), Saved())


@pytest.mark.parametrize("code", [4, 17, 32, 613, 80001, 80006])
async def test_a_rate_limit_says_how_long(
    connector: FacebookConnector, platform: Platform, code: int
) -> None:
    usage = {PAGE: [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 19,
                     "a_key_nobody_knows": 1}]}  # fmt: skip
    answer = graph_error(code)
    headers = {"X-Business-Use-Case-Usage": json.dumps(usage)}
    platform.on(COMMENTS, Answer(answer.value, status=400, headers=headers))
    with pytest.raises(TemporarilyUnavailable) as raised:
        await connector.send(comment(), Saved())
    assert raised.value.retry_after == 19 * 60
    assert not raised.value.outcome_unknown


@pytest.mark.parametrize("header", [None, "", "[]", "{", '{"1": 5}', '{"1": [{"x": 1}]}', "null"])
def test_a_usage_header_never_fails(header: str | None) -> None:
    assert regain_seconds(header) is None


async def test_an_unknown_usage_key_does_not_spoil_an_answer(
    connector: FacebookConnector, platform: Platform
) -> None:
    headers = {"X-App-Usage": '{"call_count": 1, "brand_new": 2}'}
    platform.on(COMMENTS, Answer({"id": "330_9100"}, headers=headers))
    assert (await connector.send(comment(), Saved())).external_ids == ("330_9100",)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (graph_error(10, error_subcode=2018278), "time in which Facebook allows"),
        (graph_error(551), "cannot be reached"),
        (graph_error(100, error_subcode=2018001), "cannot be reached"),
        (graph_error(200), "no permission"),
        (graph_error(368), "blocked"),
        (graph_error(100), r"does not allow this: \(#1\) It failed"),
        (
            graph_error(100, error_user_msg="Choose\nanother."),
            "does not allow this: Choose another.",
        ),
        (graph_error(1, is_transient=False), "does not allow this"),
        (Answer({"error": {"code": "odd", "message": 7}}, status=400), "error odd"),
    ],
)
async def test_a_refusal_says_why(
    connector: FacebookConnector, platform: Platform, answer: Answer, why: str
) -> None:
    platform.on(COMMENTS, answer)
    with pytest.raises(Rejected, match=why):
        await connector.send(comment(), Saved())


@pytest.mark.parametrize(
    "answer",
    [
        graph_error(2),
        graph_error(1),
        graph_error(7, is_transient=True),
        Answer(status=502, text="<html>Bad gateway</html>", media_type="text/html"),
        Answer(status=500, text="", media_type="application/json"),
        Answer(text="7"),
        Answer([]),
        Answer({"error": "odd"}, status=500),
        Answer(drop=True),
        Answer({}),
    ],
)
async def test_after_a_failure_the_outcome_is_unknown(
    connector: FacebookConnector, platform: Platform, answer: Answer
) -> None:
    platform.on(COMMENTS, answer)
    with pytest.raises(TemporarilyUnavailable) as raised:
        await connector.send(comment(), Saved())
    assert raised.value.outcome_unknown


async def test_a_timeout_leaves_the_outcome_unknown(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.facebook.client.TIMEOUT_SECONDS", 0.2)
    connector = FacebookConnector(page_account(platform.url))
    platform.on(COMMENTS, Answer(wait=1.0))
    with pytest.raises(TemporarilyUnavailable) as raised:
        await connector.send(comment(), Saved())
    assert raised.value.outcome_unknown
    await connector.aclose()


async def test_a_facebook_that_cannot_be_reached_has_done_nothing() -> None:
    connector = FacebookConnector(page_account("http://127.0.0.1:9"))
    with pytest.raises(TemporarilyUnavailable) as raised:
        await connector.send(comment(), Saved())
    assert not raised.value.outcome_unknown
    await connector.aclose()


async def test_nothing_is_sent_without_a_token(platform: Platform) -> None:
    connector = FacebookConnector(page_account(platform.url, access_token=""))
    with pytest.raises(AuthFailed):
        await connector.send(comment(), Saved())
    assert platform.calls == []


async def test_answers_at_the_same_time_keep_apart(
    connector: FacebookConnector, platform: Platform
) -> None:
    found: dict[str, str] = {}
    for n in range(8):
        platform.on(f"POST /v26.0/c{n}/comments", Answer({"id": f"c{n}_answer"}, wait=0.05))

    async def send(target: str) -> None:
        receipt = await connector.send(comment(in_reply_to=target), Saved())
        found[target] = receipt.external_ids[0]

    async with anyio.create_task_group() as group:
        for n in range(8):
            group.start_soon(send, f"c{n}")
    assert found == {f"c{n}": f"c{n}_answer" for n in range(8)}


async def test_recorded_answers_read(
    connector: FacebookConnector, platform: Platform, shared: Path
) -> None:
    folder = shared / "fixtures" / "graph_api"

    def recorded(name: str, status: int = 200) -> Answer:
        return Answer(json.loads((folder / f"{name}.json").read_text()), status=status)

    platform.on(MESSAGES, recorded("sendresponse"))
    receipt = await connector.send(message(), Saved())
    assert receipt.external_ids == ("mid.1456970487936:c34767dfe57ee6e339",)
    platform.on(COMMENTS, recorded("comments__create_resp"))
    receipt = await connector.send(comment(), Saved())
    assert receipt.external_ids == ("245778718206154_229887283291835",)
    for name, error in [
        ("error", Rejected),
        ("base__error_data", Rejected),
        ("oauthExampleError", Rejected),
        ("exampleErrorNew", AuthFailed),
    ]:
        platform.on(COMMENTS, recorded(name, 400))
        with pytest.raises(error):
            await connector.send(comment(), Saved())


def listed(
    *rows: tuple[str, str, str | int | None], at: str = "2025-11-21T11:31:00+0000"
) -> dict[str, Any]:
    """Comments or messages: id, text, and who wrote it."""
    return {
        "data": [
            {"id": number, "message": text, "created_time": at}
            | ({"from": {"id": author, "name": "…"}} if author else {})
            for number, text, author in rows
        ]
    }


async def test_finds_a_comment_that_arrived(
    connector: FacebookConnector, platform: Platform
) -> None:
    assert isinstance(connector, FindsSent)
    body = comment().body
    platform.on(
        LISTED, Answer(listed(("1", body, AMIR), ("2", "Other", PAGE), ("3", body, int(PAGE))))
    )
    found = await connector.find_sent(comment())
    assert found is not None
    assert found.external_ids == ("3",)
    assert found.accepted_at == datetime(2025, 11, 21, 11, 31, tzinfo=UTC)
    assert platform.calls[0].query["fields"] == "id,message,from,created_time"


async def test_looks_below_the_root_where_facebook_hangs_answers_to_answers(
    connector: FacebookConnector, platform: Platform
) -> None:
    platform.on(LISTED, Answer({"data": []}))
    platform.on(PARENT, Answer({"parent": {"id": "330_9000"}, "id": "330_9001"}))
    platform.on("GET /v26.0/330_9000/comments", Answer(listed(("7", comment().body, PAGE))))
    found = await connector.find_sent(comment())
    assert found is not None
    assert found.external_ids == ("7",)


@pytest.mark.parametrize(
    "answer",
    [
        {"data": []},
        {},
        listed(("1", "On Saturday, from 8 to 12.", AMIR)),
        listed(("1", "On Saturday, from 8 to 12.", PAGE), at="2025-11-21T10:00:00+0000"),
        listed(("1", "On Saturday, from 8 to 12.", PAGE), at="whenever"),
    ],
)
async def test_does_not_find_what_is_not_there(
    connector: FacebookConnector, platform: Platform, answer: dict[str, Any]
) -> None:
    platform.on(LISTED, Answer(answer))
    platform.on(PARENT, graph_error(100))
    assert await connector.find_sent(comment()) is None


async def test_finds_a_message_that_arrived(
    connector: FacebookConnector, platform: Platform
) -> None:
    messages = listed(("m_2", "On Saturday.", PAGE), ("m_1", "On Saturday.", AMIR))
    platform.on(CONVERSATIONS, Answer({"data": [{"id": "t_1", "messages": messages}]}))
    found = await connector.find_sent(message())
    assert found is not None
    assert found.external_ids == ("m_2",)
    assert platform.calls[0].query["user_id"] == AMIR
    platform.on(CONVERSATIONS, Answer({"data": []}))
    assert await connector.find_sent(message()) is None


async def test_a_failed_look_up_is_no_answer(
    connector: FacebookConnector, platform: Platform
) -> None:
    platform.on(LISTED, Answer({"data": [{"message": "no id"}]}))
    with pytest.raises(TemporarilyUnavailable) as raised:
        await connector.find_sent(comment())
    assert not raised.value.outcome_unknown


async def test_check_asks_who_we_are(connector: FacebookConnector, platform: Platform) -> None:
    platform.on("GET /v26.0/me", Answer({"id": PAGE, "name": "City"}))
    await connector.check()
    platform.on("GET /v26.0/me", Answer({"id": "5", "name": "Another"}))
    with pytest.raises(AuthFailed, match="belongs to page 5"):
        await connector.check()
    platform.on("GET /v26.0/me", graph_error(190))
    with pytest.raises(AuthFailed):
        await connector.check()
