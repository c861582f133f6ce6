"""The X API, driven by the real tweepy."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import tweepy

from channels.sandbox.app import create_app
from channels.sandbox.personas import BY_KEY
from tests.channels.sandbox.conftest import (
    Hub,
    Sandbox,
    configured,
    sandbox_at,
    serving,
    shape,
    x_client,
)

CITY = "1460000000000000001"
MARCUS = str(BY_KEY["marcus"].x_id)

Recorded = Callable[[str], Any]


def raw(client: tweepy.Client, method: str, *arguments: Any, **named: Any) -> Any:
    """The response itself instead of tweepy's model."""
    import requests

    client.return_type = requests.Response
    return getattr(client, method)(*arguments, user_auth=True, **named)


def exchange(recorded: Recorded, name: str, number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = recorded(f"x_api_v2/{name}.json")["exchanges"][number]["response"]
    return found


def assert_like(answer: Any, expected: dict[str, Any]) -> None:
    """Status, headers, and the JSON's keys and types as recorded."""
    assert answer.status_code == expected["status"]["code"]
    for header in expected["headers"]:
        assert header in answer.headers, header
    for header in ("x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"):
        assert answer.headers[header].isdigit()
    assert shape(answer.json()) == shape(expected["json"])


def test_me_is_as_recorded(x: tweepy.Client, recorded: Recorded) -> None:
    answer = raw(x, "get_me")
    assert_like(answer, exchange(recorded, "test_client_get_me"))
    assert answer.json()["data"]["id"] == CITY


def test_mentions_are_as_recorded(sandbox: Sandbox, x: tweepy.Client, recorded: Recorded) -> None:
    for number in range(11):
        sandbox.act("x/posts", persona="marcus", text=f"the lights flicker, {number}")
    answer = raw(x, "get_users_mentions", CITY)
    assert_like(answer, exchange(recorded, "test_client_get_users_mentions"))
    assert answer.json()["meta"]["result_count"] == 10


def test_search_is_as_recorded(sandbox: Sandbox, x: tweepy.Client, recorded: Recorded) -> None:
    for number in range(11):
        sandbox.act("x/posts", persona="wes", text=f"potholes, {number}")
    answer = raw(x, "search_recent_tweets", "potholes @CityUtilitiesDemo -from:marcus")
    assert_like(answer, exchange(recorded, "test_client_search_recent_tweets"))


def test_post_and_delete_are_as_recorded(x: tweepy.Client, recorded: Recorded) -> None:
    answer = raw(x, "create_tweet", text="Crews are out.")
    assert_like(answer, exchange(recorded, "test_client_create_and_delete_tweet"))
    number = answer.json()["data"]["id"]
    assert answer.headers["location"].endswith(number)
    answer = raw(x, "delete_tweet", number)
    assert_like(answer, exchange(recorded, "test_client_create_and_delete_tweet", 1))


def test_hiding_a_reply_is_as_recorded(
    sandbox: Sandbox, x: tweepy.Client, recorded: Recorded
) -> None:
    number = x.create_tweet(text="Storm update").data["id"]
    reply = sandbox.act("x/posts", persona="wes", text="lies", in_reply_to=number)["id"]
    assert_like(
        raw(x, "hide_reply", reply), exchange(recorded, "test_client_hide_and_unhide_reply")
    )
    assert sandbox.threads(channel="x")[0]["messages"][1]["hidden"] is True
    answer = raw(x, "unhide_reply", reply)
    assert_like(answer, exchange(recorded, "test_client_hide_and_unhide_reply", 1))


def test_direct_messages_are_as_recorded(x: tweepy.Client, recorded: Recorded) -> None:
    name = "test_manage_and_lookup_direct_messages"
    assert_like(raw(x, "get_direct_message_events"), exchange(recorded, name, 3))
    for number in range(3):
        answer = raw(x, "create_direct_message", participant_id=MARCUS, text=f"Hello {number}")
        assert_like(answer, exchange(recorded, name, 0))
    conversation = answer.json()["data"]["dm_conversation_id"]
    assert conversation == f"{CITY}-{MARCUS}"
    answer = raw(x, "create_direct_message", dm_conversation_id=conversation, text="Again")
    assert_like(answer, exchange(recorded, name, 1))
    pages = raw(x, "get_direct_message_events", participant_id=MARCUS, max_results=2)
    expected = exchange(recorded, name, 5)
    expected["json"]["meta"].pop("previous_token")
    assert_like(pages, expected)
    older = raw(
        x,
        "get_direct_message_events",
        dm_conversation_id=conversation,
        max_results=2,
        pagination_token=pages.json()["meta"]["next_token"],
    )
    assert [message["text"] for message in older.json()["data"]] == ["Hello 1", "Hello 0"]
    assert "previous_token" in older.json()["meta"]


def test_a_wrong_signature_is_401_in_the_shape_of_x(sandbox: Sandbox) -> None:
    with (
        x_client(
            sandbox,
            consumer_key=sandbox.config.x_consumer_key,
            consumer_secret="guessed",
            access_token=sandbox.config.x_access_token,
            access_token_secret=sandbox.config.x_access_token_secret,
        ) as stranger,
        pytest.raises(tweepy.Unauthorized) as caught,
    ):
        stranger.get_me()
    assert caught.value.response.json() == {
        "title": "Unauthorized",
        "detail": "Unauthorized",
        "type": "about:blank",
        "status": 401,
    }


def test_a_bearer_token_reads_and_does_not_write(sandbox: Sandbox) -> None:
    with x_client(sandbox, bearer_token="bearer") as app_only:
        sandbox.act("x/posts", persona="wes", text="hello?")
        assert len(app_only.get_users_mentions(CITY).data) == 1
        with pytest.raises(tweepy.Forbidden, match="Application-Only"):
            app_only.create_tweet(text="no", user_auth=False)
    with x_client(sandbox, bearer_token="stolen") as stranger, pytest.raises(tweepy.Unauthorized):
        stranger.get_users_mentions(CITY)


def test_signatures_cover_query_and_unusual_characters(x: tweepy.Client, sandbox: Sandbox) -> None:
    sandbox.act("x/posts", persona="lucia", text='agua + luz: "¿cuándo?" 100 % & más')
    found = x.search_recent_tweets('"¿cuándo?" (agua OR gas) @CityUtilitiesDemo', user_auth=True)
    assert len(found.data) == 1
    # X gives ampersands as entities.
    assert found.data[0].text.endswith("100 % &amp; más")


def test_mentions_by_since_id_and_pages(sandbox: Sandbox, x: tweepy.Client) -> None:
    ids = [
        int(sandbox.act("x/posts", persona="marcus", text=f"number {n}")["id"]) for n in range(12)
    ]
    assert ids == sorted(ids)
    assert min(ids) > 2**60
    x.create_tweet(text=f"We are on it @{sandbox.config.x_handle}")  # one's own is no mention
    pages = tweepy.Paginator(
        x.get_users_mentions, CITY, max_results=5, since_id=ids[1], user_auth=True
    )
    found = [post.id for page in pages for post in page.data or ()]
    assert found == ids[:1:-1]
    bounded = x.get_users_mentions(CITY, since_id=ids[1], until_id=ids[4], user_auth=True)
    assert [post.id for post in bounded.data] == [ids[3], ids[2]]
    nothing = raw(x, "get_users_mentions", CITY, since_id=ids[-1])
    assert nothing.json() == {"meta": {"result_count": 0}}


def test_expansions_include_authors_and_parents(sandbox: Sandbox, x: tweepy.Client) -> None:
    first = sandbox.act("x/posts", persona="marcus", text="dark here")["id"]
    answer = x.create_tweet(text="Where are you?", in_reply_to_tweet_id=first).data["id"]
    sandbox.act("x/posts", persona="marcus", text="Flour Mill Row", in_reply_to=answer)
    found = x.get_users_mentions(
        CITY,
        expansions=["author_id", "referenced_tweets.id", "in_reply_to_user_id"],
        tweet_fields=[
            "author_id",
            "conversation_id",
            "created_at",
            "entities",
            "in_reply_to_user_id",
            "note_tweet",
            "referenced_tweets",
        ],
        user_fields=["username", "profile_image_url"],
        user_auth=True,
    )
    newest = found.data[0]
    assert newest.text == "@CityUtilitiesDemo Flour Mill Row"
    assert newest.conversation_id == int(first)
    assert newest.in_reply_to_user_id == int(CITY)
    assert newest.referenced_tweets[0].type == "replied_to"
    assert newest.referenced_tweets[0].id == int(answer)
    mention = newest.entities["mentions"][0]
    assert newest.text[mention["start"] : mention["end"]] == "@CityUtilitiesDemo"
    assert {user.username for user in found.includes["users"]} == {
        "adeyemi_bakes",
        "CityUtilitiesDemo",
    }
    assert [post.id for post in found.includes["tweets"]] == [int(answer)]


def test_looking_posts_up_reports_the_missing(sandbox: Sandbox, x: tweepy.Client) -> None:
    kept = sandbox.act("x/posts", persona="wes", text="one")["id"]
    gone = sandbox.act("x/posts", persona="wes", text="two")["id"]
    sandbox.act("x/posts/delete", id=gone)
    found = x.get_tweets([kept, gone], user_auth=True)
    assert [str(post.id) for post in found.data] == [kept]
    assert found.errors[0]["resource_id"] == gone
    assert found.errors[0]["title"] == "Not Found Error"
    assert x.get_tweet(gone, user_auth=True).data is None


def test_a_reply_names_who_is_answered_and_those_before(sandbox: Sandbox, x: tweepy.Client) -> None:
    post = sandbox.act("x/posts", persona="marcus", text="dark")["id"]
    first = x.create_tweet(text="(1/2) Crews are out.", in_reply_to_tweet_id=post).data
    assert first["text"] == "@adeyemi_bakes (1/2) Crews are out."
    second = x.create_tweet(text="(2/2) Thank you.", in_reply_to_tweet_id=first["id"]).data
    assert second["text"] == "@adeyemi_bakes (2/2) Thank you."
    thread = sandbox.threads(channel="x")[0]
    assert [m["from"] for m in thread["messages"]] == ["citizen", "city", "city"]
    assert thread["messages"][2]["text"] == "(2/2) Thank you."


def test_duplicates_are_refused(sandbox: Sandbox, x: tweepy.Client) -> None:
    x.create_tweet(text="The water is safe.")
    with pytest.raises(tweepy.Forbidden, match="duplicate content"):
        x.create_tweet(text="The water is safe. ")
    marcus = sandbox.act("x/posts", persona="marcus", text="is it safe?")["id"]
    lucia = sandbox.act("x/posts", persona="lucia", text="is it safe?")["id"]
    x.create_tweet(text="It is.", in_reply_to_tweet_id=marcus)
    x.create_tweet(text="It is.", in_reply_to_tweet_id=lucia)
    with pytest.raises(tweepy.Forbidden, match="duplicate content"):
        x.create_tweet(text="It is.", in_reply_to_tweet_id=marcus)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("x" * 280, True),
        ("x" * 281, False),
        ("水" * 140, True),
        ("水" * 141, False),
        ("x" * 256 + " https://example.org/" + "y" * 300, True),
    ],
)
def test_280_weighted_characters(x: tweepy.Client, text: str, fits: bool) -> None:
    if fits:
        assert x.create_tweet(text=text).data["id"]
        return
    with pytest.raises(tweepy.Forbidden, match="too long"):
        x.create_tweet(text=text)


def test_leading_mentions_of_a_reply_do_not_count(sandbox: Sandbox, x: tweepy.Client) -> None:
    post = sandbox.act("x/posts", persona="marcus", text="well?")["id"]
    assert x.create_tweet(text="x" * 280, in_reply_to_tweet_id=post).data["id"]


def test_only_who_engaged_the_account_may_be_answered(sandbox: Sandbox, x: tweepy.Client) -> None:
    aloof = sandbox.act("x/posts", persona="wes", text="nothing works", mention=False)["id"]
    with pytest.raises(tweepy.Forbidden, match="not been mentioned or otherwise engaged"):
        x.create_tweet(text="Can we help?", in_reply_to_tweet_id=aloof)
    ours = x.create_tweet(text="We are here.").data["id"]
    quote = sandbox.act("x/posts", persona="wes", text="are they?", quote_of=ours)["id"]
    assert x.create_tweet(text="We are.", in_reply_to_tweet_id=quote).data["id"]
    sandbox.act("x/posts/delete", id=quote)
    with pytest.raises(tweepy.Forbidden, match="deleted or not visible"):
        x.create_tweet(text="Hello?", in_reply_to_tweet_id=quote)


def test_a_long_post_comes_as_a_note(sandbox: Sandbox, x: tweepy.Client) -> None:
    rant = "I have called three times. " * 20
    number = sandbox.act("x/posts", persona="wes", text=rant)["id"]
    post = x.get_tweet(number, tweet_fields=["note_tweet"], user_auth=True).data
    assert len(post.text) == 280
    assert post.text.endswith("…")
    assert post.data["note_tweet"]["text"] == f"@CityUtilitiesDemo {rant}"


def test_a_direct_message_to_nobody_is_forbidden(x: tweepy.Client) -> None:
    with pytest.raises(tweepy.Forbidden, match="permission to DM"):
        x.create_direct_message(participant_id="99", text="hello")


@pytest.mark.parametrize(
    ("call", "named"),
    [
        ("get_users_mentions", {"id": CITY, "max_results": 4}),
        ("get_users_mentions", {"id": CITY, "pagination_token": "made-up"}),
        ("get_users_mentions", {"id": CITY, "tweet_fields": ["nonsense"]}),
        ("search_recent_tweets", {"query": "moon:full is:odd"}),
        ("get_tweets", {"ids": ["abc"]}),
        ("create_tweet", {"text": "   "}),
    ],
)
def test_what_makes_no_sense_is_400(x: tweepy.Client, call: str, named: dict[str, Any]) -> None:
    with pytest.raises(tweepy.BadRequest) as caught:
        getattr(x, call)(**named, user_auth=True)
    assert caught.value.response.json()["title"] == "Invalid Request"


def test_rate_limits_at_their_true_size(hub: Hub) -> None:
    with sandbox_at(hub.url, rate_limit_factor=1) as sandbox, x_client(sandbox) as x:
        for left in range(14, -1, -1):
            answer = raw(x, "get_direct_message_events")
            assert answer.headers["x-rate-limit-limit"] == "15"
            assert answer.headers["x-rate-limit-remaining"] == str(left)
        with pytest.raises(tweepy.TooManyRequests) as caught:
            raw(x, "get_direct_message_events")
        reset = datetime.fromtimestamp(caught.value.reset_time, UTC)
        assert timedelta() < reset - datetime.now(UTC) <= timedelta(minutes=15)
        assert raw(x, "get_me").status_code == 200


def test_search_forgets_after_seven_days(hub: Hub) -> None:
    at = datetime.now(UTC) - timedelta(days=8)
    app = create_app(configured(hub.url), clock=lambda: at)
    with serving(app) as url:
        sandbox = Sandbox(url, configured(hub.url), None)  # type: ignore[arg-type]
        with x_client(sandbox, bearer_token="bearer") as x:
            import httpx2

            body = {"persona": "wes", "text": "old news"}
            httpx2.post(f"{url}/sandbox/api/x/posts", json=body, trust_env=False)
            assert len(x.search_recent_tweets("news").data) == 1
            at = datetime.now(UTC)
            assert x.search_recent_tweets("news").data is None
            assert len(x.get_users_mentions(CITY).data) == 1


def test_users_are_found_by_id_and_name(x: tweepy.Client) -> None:
    user = x.get_user(username="ADEYEMI_bakes", user_fields=["description"], user_auth=True).data
    assert str(user.id) == MARCUS
    assert x.get_user(id=MARCUS, user_auth=True).data.username == "adeyemi_bakes"
    found = x.get_users(ids=[MARCUS, "5"], user_auth=True)
    assert [u.name for u in found.data] == ["Marcus Adeyemi"]
    assert re.fullmatch("Could not find user with ids: .5.\\.", found.errors[0]["detail"])


def test_ids_too_large_for_any_post(x: tweepy.Client) -> None:
    assert x.get_tweet("9" * 30, user_auth=True).data is None
    assert x.search_recent_tweets("conversation_id:" + "9" * 30, user_auth=True).data is None
