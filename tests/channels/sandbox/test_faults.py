"""Faults on demand, as the real clients meet them."""

from __future__ import annotations

import time

import pytest
import requests
import tweepy
from pyfacebook import FacebookApi, FacebookError, LibraryError

from tests.channels.sandbox.conftest import Sandbox

CITY = "1460000000000000001"


def test_x_refuses_for_a_while(sandbox: Sandbox, x: tweepy.Client) -> None:
    sandbox.faults("x", 429, 503, {"kind": 401})
    with pytest.raises(tweepy.TooManyRequests) as caught:
        x.get_me()
    assert 0 < caught.value.reset_time - time.time() < 10
    assert caught.value.response.headers["x-rate-limit-remaining"] == "0"
    with pytest.raises(tweepy.TwitterServerError):
        x.get_me()
    with pytest.raises(tweepy.Unauthorized):
        x.get_me()
    assert str(x.get_me().data.id) == CITY


def test_a_connection_dropped_before_and_after(sandbox: Sandbox, x: tweepy.Client) -> None:
    sandbox.faults("x", "drop")
    with pytest.raises(requests.ConnectionError):
        x.create_tweet(text="One")
    assert sandbox.threads() == []
    sandbox.faults("x", "drop_after")
    assert str(x.get_me().data.id) == CITY  # a read does not use it up
    with pytest.raises(requests.ConnectionError):
        x.create_tweet(text="One")
    # It was accepted all the same: who sends it again without looking is told.
    assert [m["text"] for m in sandbox.threads()[0]["messages"]] == ["One"]
    with pytest.raises(tweepy.Forbidden, match="duplicate"):
        x.create_tweet(text="One")


def test_garbage_and_slowness(sandbox: Sandbox, x: tweepy.Client) -> None:
    sandbox.faults("x", "garbage", {"kind": "slow", "seconds": 0.3})
    with pytest.raises(requests.exceptions.JSONDecodeError):
        x.get_me()
    began = time.monotonic()
    assert x.get_me().data
    assert time.monotonic() - began >= 0.3


def test_a_fault_may_wait_for_a_write(sandbox: Sandbox, x: tweepy.Client) -> None:
    sandbox.faults("x", {"kind": 500, "on": "write"})
    assert x.get_me().data
    assert sandbox.state()["faults"]["x"] == [500]
    with pytest.raises(tweepy.TwitterServerError):
        x.create_tweet(text="hm")


@pytest.mark.parametrize(("fault", "code"), [(401, 190), (429, 32), (500, 2), (403, 200)])
def test_facebook_says_it_with_codes(
    sandbox: Sandbox, graph: FacebookApi, fault: int, code: int
) -> None:
    sandbox.faults("facebook", fault)
    with pytest.raises(FacebookError) as caught:
        graph.get_object("me")
    assert caught.value.code == code
    assert graph.get_object("me")["id"]


def test_facebook_drops_after_accepting(sandbox: Sandbox, graph: FacebookApi) -> None:
    comment = sandbox.act("facebook/comments", persona="wes", text="Well?")["id"]
    sandbox.faults("facebook", "drop_after", "garbage")
    with pytest.raises(requests.ConnectionError):
        graph.post_object(comment, "comments", data={"message": "Indeed"})
    with pytest.raises(LibraryError):
        graph.get_object("me")
    assert sandbox.threads()[0]["messages"][1]["text"] == "Indeed"


def test_open311_fails_in_its_own_shape(sandbox: Sandbox) -> None:
    sandbox.faults("open311", 503)
    answer = sandbox.http.get("/open311/v2/requests.json")
    assert answer.status_code == 503
    assert answer.json()[0]["code"] == 503
    assert sandbox.http.get("/open311/v2/requests.json").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"x": {"next": ["explode"]}},
        {"x": {"next": [200]}},
        {"x": {"next": [{"kind": 500, "on": "tuesday"}]}},
        {"myspace": {"next": [500]}},
        {"x": 3},
    ],
)
def test_unknown_faults_are_refused(sandbox: Sandbox, body: dict[str, object]) -> None:
    answer = sandbox.http.post("/sandbox/api/faults", json=body)
    assert answer.status_code == 400
    assert sandbox.state()["faults"] == {"x": [], "facebook": [], "open311": []}


def test_a_time_out_before_and_after(sandbox: Sandbox, x: tweepy.Client) -> None:
    before = sandbox.state()["spoiled"].get("x", {})
    sandbox.faults("x", {"kind": "stall", "seconds": 0.3}, {"kind": "late", "seconds": 0.3})
    began = time.monotonic()
    with pytest.raises(requests.ConnectionError):
        x.create_tweet(text="Two")
    assert sandbox.threads() == []
    with pytest.raises(requests.ConnectionError):
        x.create_tweet(text="Two")
    assert time.monotonic() - began >= 0.6
    assert [m["text"] for m in sandbox.threads()[0]["messages"]] == ["Two"]
    spoiled = sandbox.state()["spoiled"]["x"]
    more = {kind: made - before.get(kind, 0) for kind, made in spoiled.items()}
    assert {kind: made for kind, made in more.items() if made} == {"stall": 1, "late": 1}


def test_limits_that_say_when_and_that_do_not(sandbox: Sandbox, x: tweepy.Client) -> None:
    sandbox.faults("x", {"kind": 429, "reset_seconds": 60}, {"kind": 429, "silent": True})
    with pytest.raises(tweepy.TooManyRequests) as caught:
        x.get_me()
    assert 50 < caught.value.reset_time - time.time() < 70
    with pytest.raises(tweepy.TooManyRequests) as caught:
        x.get_me()
    assert "x-rate-limit-reset" not in caught.value.response.headers
