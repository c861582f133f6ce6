"""Our own connector against the sandbox's X: what changes later, limits, private replies."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels.sandbox.personas import BY_KEY
from channels.x.connector import XConnector
from hub.ports import (
    Account,
    AccountNotice,
    InboundMessage,
    MessageEdited,
    Rejected,
    Reply,
    TemporarilyUnavailable,
    Visibility,
)
from tests.channels.sandbox.conftest import Hub, Sandbox, sandbox_at, until

pytestmark = pytest.mark.anyio

CITY = "1460000000000000001"
WES = BY_KEY["wes"]


async def _no_part(part: str) -> None:
    assert part


def account(sandbox: Sandbox) -> Account:
    config = sandbox.config
    return Account(
        id=1,
        kind="x",
        name="@CityUtilitiesDemo",
        external_id=CITY,
        secrets={
            "consumer_key": config.x_consumer_key,
            "consumer_secret": config.x_consumer_secret,
            "access_token": config.x_access_token,
            "access_token_secret": config.x_access_token_secret,
        },
        base_url=f"{sandbox.url}/x",
    )


@pytest.fixture
async def connector(sandbox: Sandbox) -> AsyncIterator[XConnector]:
    made = XConnector(account(sandbox))
    yield made
    await made.aclose()


def reply(to: InboundMessage, body: str, **changes: Any) -> Reply:
    made = Reply(
        key=f"reply-{to.external_id}",
        conversation=to.conversation,
        recipient=to.author.address,
        body=body,
        visibility=Visibility.PUBLIC,
        in_reply_to=to.external_id,
        recipient_handle=to.author.handle,
        written_at=datetime.now(UTC),
    )
    return replace(made, **changes)


def hooked(connector: XConnector, hub: Hub) -> list[Any]:
    items: list[Any] = []
    for body in hub.of("x"):
        raw = json.dumps(body).encode()
        assert connector.recipients(raw) == {CITY}
        items += connector.parse_for(raw, CITY)
    return items


def heard(connector: XConnector, hub: Hub, body: str) -> InboundMessage:
    """The message with this text, wherever it stands: hooks may overtake each other, and a reply
    that names us comes as both."""
    said = [one for one in hooked(connector, hub) if isinstance(one, InboundMessage)]
    found, *_ = [one for one in said if body in one.body]
    return found


async def test_an_edit_comes_alike_by_webhook_and_poll(
    connector: XConnector, sandbox: Sandbox, hub: Hub
) -> None:
    first = sandbox.act("x/posts", persona="wes", text="it is off")["id"]
    polled = (await connector.poll(None)).items
    second = sandbox.act("x/posts/edit", id=first, text="it is on")["id"]
    until(lambda: len(hub.of("x")) == 2)
    original, edited = hooked(connector, hub)
    assert polled == (original,)
    assert isinstance(edited, MessageEdited)
    assert edited.message.external_id == original.external_id == f"post:{first}"
    assert edited.message.conversation == original.conversation
    assert edited.message.body == "@CityUtilitiesDemo it is on"
    assert edited.message.context == {"edited_post_id": second}
    assert edited.at > original.sent_at
    assert (await connector.poll(None)).items == (edited,)


async def test_deleted_posts_are_found_by_their_first_version(
    connector: XConnector, sandbox: Sandbox
) -> None:
    kept = sandbox.act("x/posts", persona="wes", text="kept")["id"]
    gone = sandbox.act("x/posts", persona="wes", text="gone")["id"]
    edited = sandbox.act("x/posts", persona="wes", text="gone, too")["id"]
    latest = sandbox.act("x/posts/edit", id=edited, text="gone, after all")["id"]
    known = [f"post:{number}" for number in (kept, gone, edited)]
    assert await connector.deleted(known) == frozenset()
    sandbox.act("x/posts/delete", id=gone)
    sandbox.act("x/posts/delete", id=latest)
    assert await connector.deleted(known) == {f"post:{gone}", f"post:{edited}"}


async def test_a_post_answered_in_private(
    connector: XConnector, sandbox: Sandbox, hub: Hub
) -> None:
    sandbox.act("x/posts", persona="wes", text="my account is wrong")
    (post,) = (await connector.poll(None)).items
    assert isinstance(post, InboundMessage)
    private = reply(post, "Your number, please?", visibility=Visibility.PRIVATE)
    receipt = await connector.send(private, _no_part)
    sandbox.act("x/dms", persona="wes", text="12-34")
    until(lambda: len(hub.of("x")) == 3)
    answer = heard(connector, hub, "12-34")
    assert answer.visibility is Visibility.PRIVATE
    assert answer.conversation == receipt.conversation
    assert receipt.recipient is not None
    assert receipt.recipient.address == answer.author.address == str(WES.x_id)
    found = await connector.find_sent(private)
    assert found is not None
    assert (found.external_ids, found.conversation) == (
        receipt.external_ids,
        receipt.conversation,
    )


async def test_a_post_that_may_not_be_answered_says_so_before_and_after(
    connector: XConnector, sandbox: Sandbox, hub: Hub
) -> None:
    sandbox.act("x/posts", persona="wes", text="hello?")
    (post,) = (await connector.poll(None)).items
    assert isinstance(post, InboundMessage)
    await connector.send(reply(post, "We are here."), _no_part)
    answer = sandbox.threads(channel="x")[0]["messages"][1]["id"]
    aside = sandbox.act("x/posts", persona="wes", text="nothing works", mention=False)["id"]
    refused = replace(post, external_id=f"post:{aside}")
    with pytest.raises(Rejected, match="Open the post on X"):
        await connector.send(reply(refused, "Can we help?"), _no_part)
    # A reply to us names us, so it may be answered.
    sandbox.act("x/posts", persona="wes", text="thanks", in_reply_to=answer)
    until(lambda: len(hub.of("x")) == 3)
    thanks = heard(connector, hub, "thanks")
    assert thanks.can_reply
    assert thanks.conversation == post.conversation


async def test_limits_are_told_and_kept(hub: Hub) -> None:
    with sandbox_at(hub.url, rate_limit_factor=1) as sandbox:
        connector = XConnector(account(sandbox))
        sandbox.act("x/dms", persona="wes", text="hello")
        (message,) = (await connector.poll(None)).items
        assert isinstance(message, InboundMessage)
        told = {budget.name: budget for budget in connector.budgets()}
        assert (told["mentions"].limit, told["mentions"].remaining) == (300, 299)
        assert (told["message reads"].limit, told["message reads"].remaining) == (15, 14)
        for number in range(15):
            private = reply(message, f"Part {number}", visibility=Visibility.PRIVATE)
            await connector.send(private, _no_part)
        (budget,) = connector.budgets()
        assert (budget.name, budget.limit, budget.remaining) == ("messages", 15, 0)
        left = budget.resets_at - datetime.now(UTC)
        assert timedelta(minutes=14) < left <= timedelta(minutes=15)
        with pytest.raises(TemporarilyUnavailable) as raised:
            await connector.send(private, _no_part)
        assert raised.value.retry_after == pytest.approx(left.total_seconds(), abs=5)
        assert not raised.value.outcome_unknown
        await connector.aclose()


async def test_an_end_of_access_stops_the_account(
    connector: XConnector, sandbox: Sandbox, hub: Hub
) -> None:
    sandbox.act("x/revoke")
    until(lambda: hub.of("x"))
    (notice,) = hooked(connector, hub)
    assert isinstance(notice, AccountNotice)
    assert notice.stops
    assert notice.at is not None
    assert abs(datetime.now(UTC) - notice.at) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/2/users/me", None),
        ("GET", f"/2/users/{CITY}/mentions", None),
        ("GET", f"/2/users/{CITY}/tweets", None),
        ("GET", "/2/tweets/search/recent?query=water", None),
        ("GET", "/2/tweets?ids=5", None),
        ("GET", "/2/tweets?ids=x", None),
        ("POST", "/2/tweets", {"text": "Crews are out."}),
        ("POST", "/2/tweets", {"text": ""}),
        ("DELETE", "/2/tweets/5", None),
        ("PUT", "/2/tweets/5/hidden", {"hidden": True}),
        ("GET", "/2/dm_events", None),
        ("GET", f"/2/dm_conversations/with/{WES.x_id}/dm_events", None),
        ("POST", f"/2/dm_conversations/with/{WES.x_id}/messages", {"text": "Hello"}),
        ("POST", "/2/dm_conversations/with/5/messages", {"text": "Hello"}),
    ],
)
async def test_every_answer_tells_its_limit(
    sandbox: Sandbox, method: str, path: str, body: dict[str, Any] | None
) -> None:
    answer = sandbox.http.request(
        method,
        f"/x{path}",
        json=body,
        headers={"authorization": f"Bearer {sandbox.config.x_access_token}"},
    )
    assert answer.status_code < 500
    for name in ("limit", "remaining", "reset"):
        assert answer.headers[f"x-rate-limit-{name}"].isdigit()
