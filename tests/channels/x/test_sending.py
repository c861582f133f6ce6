"""Answers on X, through the real tweepy against a server on loopback."""

from datetime import UTC, datetime, timedelta

import pytest

from channels.x.connector import XConnector
from channels.x.text import split
from hub.ports import (
    AuthFailed,
    FindsSent,
    Rejected,
    Reply,
    TemporarilyUnavailable,
    Visibility,
)
from tests.channels.loopback import Answer, Platform
from tests.channels.x.conftest import CITY, city_account
from tests.channels.x.replies import (
    ASKED,
    LONG,
    LOOK_UP,
    MESSAGES,
    OWN,
    POSTS,
    ROSA,
    Saved,
    created,
    own_posts,
    reply,
)

pytestmark = pytest.mark.anyio


async def test_a_short_answer_is_one_post(connector: XConnector, platform: Platform) -> None:
    platform.on(POSTS, *created(501))
    saved = Saved()
    receipt = await connector.send(reply(), saved)
    assert receipt.external_ids == ("post:501",)
    assert saved == ["post:501"]
    (call,) = platform.called(POSTS)
    assert call.json == {
        "text": "A crew is on its way.",
        "reply": {"in_reply_to_tweet_id": ASKED},
    }
    assert call.headers["Authorization"].startswith("OAuth ")
    assert 'oauth_token="1460000000000000001-token"' in call.headers["Authorization"]


async def test_a_long_answer_is_a_numbered_thread(
    connector: XConnector, platform: Platform
) -> None:
    parts = split(LONG)
    assert len(parts) == 3
    platform.on(POSTS, *created(501, 502, 503))
    saved = Saved()
    receipt = await connector.send(reply(LONG), saved)
    assert receipt.external_ids == ("post:501", "post:502", "post:503") == tuple(saved)
    calls = platform.called(POSTS)
    assert [call.json["text"] for call in calls] == list(parts)
    assert [call.json["reply"]["in_reply_to_tweet_id"] for call in calls] == [ASKED, "501", "502"]


async def test_a_thread_goes_on_from_the_parts_already_sent(
    connector: XConnector, platform: Platform
) -> None:
    platform.on(POSTS, *created(502, 503))
    saved = Saved()
    receipt = await connector.send(reply(LONG, sent_parts=("post:501",)), saved)
    assert receipt.external_ids == ("post:501", "post:502", "post:503")
    assert saved == ["post:502", "post:503"]
    assert platform.called(POSTS)[0].json["reply"]["in_reply_to_tweet_id"] == "501"


async def test_each_part_is_saved_before_the_next_is_sent(
    connector: XConnector, platform: Platform
) -> None:
    platform.on(POSTS, *created(501), Answer(status=503, value={}))
    saved = Saved()
    with pytest.raises(TemporarilyUnavailable):
        await connector.send(reply(LONG), saved)
    assert saved == ["post:501"]


async def test_a_private_answer_is_a_direct_message(
    connector: XConnector, platform: Platform
) -> None:
    platform.on(MESSAGES, Answer({"data": {"dm_event_id": "77", "dm_conversation_id": "x"}}, 201))
    saved = Saved()
    receipt = await connector.send(reply(LONG, visibility=Visibility.PRIVATE), saved)
    assert receipt.external_ids == ("dm:77",) == tuple(saved)
    assert platform.called(MESSAGES)[0].json == {"text": LONG.strip()}


async def test_an_oauth2_token_is_sent_as_bearer(platform: Platform) -> None:
    account = city_account(platform.url, access_token="user-token", access_token_secret="")
    connector = XConnector(account)
    platform.on(POSTS, *created(501))
    await connector.send(reply(), Saved())
    assert platform.calls[0].headers["Authorization"] == "Bearer user-token"
    await connector.aclose()


async def test_nothing_is_sent_without_a_users_token(platform: Platform) -> None:
    for token in ({}, {"bearer_token": "app-only"}):
        connector = XConnector(city_account(platform.url, access_token="", **token))
        with pytest.raises(AuthFailed):
            await connector.send(reply(), Saved())
        await connector.aclose()
    assert platform.calls == []


async def test_a_token_without_the_apps_key_is_no_credential(platform: Platform) -> None:
    connector = XConnector(city_account(platform.url, consumer_key=""))
    with pytest.raises(AuthFailed, match="consumer key"):
        await connector.send(reply(), Saved())
    assert platform.calls == []


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (reply(" "), "empty"),
        (reply(in_reply_to=None), "no post to reply to"),
        (reply(in_reply_to="dm:5"), "no post to reply to"),
        (reply("x" * 10_001, visibility=Visibility.PRIVATE), "10,000"),
        (reply(visibility=Visibility.PRIVATE, recipient=f"post:{ASKED}"), "did not say who"),
    ],
)
async def test_what_x_would_not_take_is_rejected_at_once(
    connector: XConnector, platform: Platform, wanted: Reply, why: str
) -> None:
    with pytest.raises(Rejected, match=why):
        await connector.send(wanted, Saved())
    assert platform.calls == []


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (
            {"title": "Forbidden", "detail": "You are not permitted to perform this action."},
            "X does not allow this: You are not permitted to perform this action.",
        ),
        (
            {"errors": [{"message": "Your text is too long."}], "title": "Invalid Request"},
            "X does not allow this: Your text is too long.",
        ),
        (
            {"detail": "You attempted to reply to a Tweet that is deleted or not visible to you."},
            "The post was deleted or is not visible to our account.",
        ),
        ({"errors": "odd", "detail": 7}, "X does not allow this: error 403"),
        ([], "X does not allow this: error 403"),
        (None, "X does not allow this: error 403"),
    ],
)
async def test_a_refusal_says_why(
    connector: XConnector, platform: Platform, value: object, why: str
) -> None:
    platform.on(POSTS, Answer(value, status=403))
    with pytest.raises(Rejected) as raised:
        await connector.send(reply(), Saved())
    assert raised.value.reason == why


async def test_401_is_a_dead_token(connector: XConnector, platform: Platform) -> None:
    platform.on(POSTS, Answer({"title": "Unauthorized", "status": 401}, status=401))
    with pytest.raises(AuthFailed):
        await connector.send(reply(), Saved())


@pytest.mark.parametrize("text", [None, "<html>slow down</html>"])
async def test_429_waits_for_the_reset(
    connector: XConnector, platform: Platform, text: str | None
) -> None:
    reset = datetime.now(UTC) + timedelta(seconds=300)
    headers = {"x-rate-limit-reset": str(int(reset.timestamp()))}
    platform.on(POSTS, Answer({}, status=429, headers=headers, text=text))
    with pytest.raises(TemporarilyUnavailable) as raised:
        await connector.send(reply(), Saved())
    assert raised.value.retry_after == pytest.approx(300, abs=10)
    assert not raised.value.outcome_unknown


@pytest.mark.parametrize("reset", [None, "soon"])
async def test_429_without_a_usable_reset(
    connector: XConnector, platform: Platform, reset: str | None
) -> None:
    headers = {"x-rate-limit-reset": reset} if reset else {}
    platform.on(POSTS, Answer({}, status=429, headers=headers))
    with pytest.raises(TemporarilyUnavailable) as raised:
        await connector.send(reply(), Saved())
    assert raised.value.retry_after is None


@pytest.mark.parametrize(
    "answer",
    [
        Answer({"title": "Internal"}, status=500),
        Answer(status=502, text="<html>Bad gateway</html>", media_type="text/html"),
        Answer(status=503, text="null"),
        Answer(drop=True),
        Answer(status=200, text="<html>hello</html>", media_type="text/html"),
        Answer(status=201, text="{not json"),
        Answer(status=201, value=[]),
        Answer(status=201, value={"data": {}}),
    ],
)
async def test_after_a_failure_the_outcome_is_unknown(
    connector: XConnector, platform: Platform, answer: Answer
) -> None:
    platform.on(POSTS, answer)
    with pytest.raises(TemporarilyUnavailable) as raised:
        await connector.send(reply(), Saved())
    assert raised.value.outcome_unknown


async def test_a_timeout_leaves_the_outcome_unknown(
    connector: XConnector, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    import aiohttp

    monkeypatch.setattr("channels.x.transport.TIMEOUT", aiohttp.ClientTimeout(total=0.2))
    platform.on(POSTS, Answer(wait=1.0))
    with pytest.raises(TemporarilyUnavailable) as raised:
        await connector.send(reply(), Saved())
    assert raised.value.outcome_unknown


async def test_an_x_that_cannot_be_reached_has_done_nothing() -> None:
    connector = XConnector(city_account("http://127.0.0.1:9"))
    with pytest.raises(TemporarilyUnavailable) as raised:
        await connector.send(reply(), Saved())
    assert not raised.value.outcome_unknown
    await connector.aclose()


async def test_exhausted_credits_are_asked_for_again_later(
    connector: XConnector, platform: Platform
) -> None:
    platform.on(POSTS, Answer({"title": "CreditsDepleted"}, status=402))
    with pytest.raises(TemporarilyUnavailable, match="credits") as raised:
        await connector.send(reply(), Saved())
    assert raised.value.retry_after == 900


DUPLICATE = Answer(
    {"detail": "You are not allowed to create a Tweet with duplicate content."}, status=403
)


async def test_a_duplicate_of_ours_counts_as_sent(
    connector: XConnector, platform: Platform
) -> None:
    platform.on(POSTS, DUPLICATE)
    platform.on(OWN, own_posts([(501, "@rosa_elmwood A crew is on its way.", ASKED)]))
    receipt = await connector.send(reply(), Saved())
    assert receipt.external_ids == ("post:501",)
    assert len(platform.called(POSTS)) == 1


async def test_the_same_answer_to_somebody_else_is_sent_with_the_name(
    connector: XConnector, platform: Platform
) -> None:
    platform.on(POSTS, DUPLICATE, *created(502))
    platform.on(OWN, own_posts([(501, "@luis A crew is on its way.", "1991820034526500000")]))
    receipt = await connector.send(reply(), Saved())
    assert receipt.external_ids == ("post:502",)
    assert platform.called(POSTS)[1].json["text"] == "@rosa_elmwood A crew is on its way."


async def test_a_duplicate_that_cannot_be_named_is_rejected(
    connector: XConnector, platform: Platform
) -> None:
    platform.on(POSTS, DUPLICATE)
    platform.on(OWN, own_posts([]))
    with pytest.raises(Rejected, match="same text twice"):
        await connector.send(reply(recipient_handle=None), Saved())


async def test_finds_an_answer_that_arrived(connector: XConnector, platform: Platform) -> None:
    assert isinstance(connector, FindsSent)
    platform.on(
        OWN, own_posts([(501, "@rosa_elmwood A crew &amp; a truck come: https://t.co/a1", ASKED)])
    )
    found = await connector.find_sent(reply("A crew & a truck come: talgov.com/x"))
    assert found is not None
    assert found.external_ids == ("post:501",)
    assert found.accepted_at == datetime(2025, 11, 21, 11, 31, tzinfo=UTC)
    assert platform.called(OWN)[0].query["since_id"] == ASKED


@pytest.mark.parametrize(
    "posts",
    [
        own_posts([]),
        own_posts([(501, "Another answer.", ASKED)]),
        own_posts([(501, "A crew is on its way.", "1991820034526500000")]),
        own_posts([(501, "A crew is on its way.", ASKED)], at="2025-11-21T11:00:00.000Z"),
        Answer({"meta": {"result_count": 0}}),
    ],
)
async def test_does_not_find_what_is_not_there(
    connector: XConnector, platform: Platform, posts: Answer
) -> None:
    platform.on(OWN, posts)
    assert await connector.find_sent(reply()) is None


async def test_finds_a_whole_thread(connector: XConnector, platform: Platform) -> None:
    first, second, third = split(LONG)
    platform.on(OWN, own_posts([(503, third, "502"), (502, second, "501"), (501, first, ASKED)]))
    found = await connector.find_sent(reply(LONG))
    assert found is not None
    assert found.external_ids == ("post:501", "post:502", "post:503")


async def test_a_thread_broken_off_is_finished_and_not_begun_again(
    connector: XConnector, platform: Platform
) -> None:
    """The second part's outcome was unknown, and X has it: only the third is written."""
    first, second, third = split(LONG)
    platform.on(OWN, own_posts([(502, second, "501"), (501, first, ASKED)]))
    broken = reply(LONG, sent_parts=("post:501",))
    assert await connector.find_sent(broken) is None
    platform.on(POSTS, *created(503))
    saved = Saved()
    receipt = await connector.send(broken, saved)
    assert receipt.external_ids == ("post:501", "post:502", "post:503")
    assert saved == ["post:502", "post:503"]
    (call,) = platform.called(POSTS)
    assert call.json == {"text": third, "reply": {"in_reply_to_tweet_id": "502"}}


async def test_finds_a_direct_message(connector: XConnector, platform: Platform) -> None:
    events = [
        {"id": "79", "event_type": "MessageCreate", "text": "We called.", "sender_id": ROSA,
         "created_at": "2025-11-21T11:31:00.000Z"},
        {"id": "78", "event_type": "MessageCreate", "text": "We called.", "sender_id": CITY,
         "created_at": "2025-11-21T11:31:00.000Z"},
    ]  # fmt: skip
    platform.on(LOOK_UP, Answer({"data": events}))
    found = await connector.find_sent(reply("We called.", visibility=Visibility.PRIVATE))
    assert found is not None
    assert found.external_ids == ("dm:78",)


async def test_a_failed_look_up_is_no_answer(connector: XConnector, platform: Platform) -> None:
    platform.on(OWN, Answer({"data": [{"no": "id"}]}))
    with pytest.raises(TemporarilyUnavailable) as raised:
        await connector.find_sent(reply())
    assert not raised.value.outcome_unknown


async def test_check_asks_who_we_are(connector: XConnector, platform: Platform) -> None:
    platform.on("GET /2/users/me", Answer({"data": {"id": CITY, "name": "City"}}))
    await connector.check()
    platform.on("GET /2/users/me", Answer({"data": {"id": "5", "name": "Someone"}}))
    with pytest.raises(AuthFailed, match="belongs to X user 5"):
        await connector.check()
    platform.on("GET /2/users/me", Answer({}, status=401))
    with pytest.raises(AuthFailed):
        await connector.check()
