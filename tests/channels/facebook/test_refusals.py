"""What Facebook's errors come to."""

import json
from pathlib import Path
from typing import Any

import pytest

from channels.facebook.connector import FacebookConnector
from hub.ports import AuthFailed, Rejected, TemporarilyUnavailable
from tests.channels.facebook.conftest import PAGE, page_account
from tests.channels.facebook.replies import COMMENTS, MESSAGES, Saved, comment, graph_error, message
from tests.channels.loopback import Answer, Platform

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("code", [190, "190", 102])
async def test_a_dead_token(connector: FacebookConnector, platform: Platform, code: Any) -> None:
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
        (graph_error(10, error_subcode=2018300), "Another app has this conversation"),
        (graph_error(100, error_subcode=33), "not on Facebook any more"),
        (graph_error(10900), "answered in private already"),
        (graph_error(10901), "too old"),
        (graph_error(551, error_subcode=1545041), "cannot be reached"),
        (graph_error(10, error_subcode=2018108), "cannot be reached"),
        (graph_error(10), "no permission"),
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
        graph_error(1200),
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
