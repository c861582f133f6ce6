"""The hub's own connector against the sandbox: what it sends, finds, hides and takes over."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels.facebook.connector import FacebookConnector
from channels.sandbox.personas import BY_KEY
from hub.ports import (
    Account,
    Author,
    InboundMessage,
    Rejected,
    Reply,
    TemporarilyUnavailable,
    Visibility,
)
from tests.channels.sandbox.conftest import SECRETS, Hub, Sandbox, until

pytestmark = pytest.mark.anyio

PAGE = "104000000000001"
DOLORES = BY_KEY["dolores"].facebook_id


@pytest.fixture
async def connector(sandbox: Sandbox) -> AsyncIterator[FacebookConnector]:
    secrets = {
        "app_secret": SECRETS["facebook_app_secret"],
        "access_token": SECRETS["facebook_page_token"],
        "app_id": "240000000000001",
    }
    url = f"{sandbox.url}/graph"
    made = FacebookConnector(Account(2, "facebook", "City", PAGE, secrets, base_url=url))
    yield made
    await made.aclose()


async def keep(part: str) -> None:
    """A part was accepted; nothing here is resumed."""


def answer_to(number: str, body: str = "A crew is on its way.", **more: Any) -> Reply:
    fields: dict[str, Any] = {
        "key": "reply-1",
        "conversation": f"psid:{DOLORES}",
        "recipient": DOLORES,
        "body": body,
        "visibility": Visibility.PRIVATE,
        "in_reply_to": number,
        "last_inbound_at": datetime.now(UTC),
        "written_at": datetime.now(UTC),
    }
    return Reply(**fields | more)


async def test_a_private_answer_once_to_a_comment_and_to_a_post(
    sandbox: Sandbox, hub: Hub, connector: FacebookConnector
) -> None:
    await connector.check()
    comment = sandbox.act("facebook/comments", persona="dolores", text="My bill is wrong")
    post = sandbox.act("facebook/posts", persona="dolores", text="So is the fountain")
    for number, thread in ((comment["id"], comment["post_id"]), (post["id"], post["id"])):
        reply = answer_to(number, conversation=f"post:{thread}:{DOLORES}", body=f"On {number}")
        assert await connector.find_sent(reply) is None
        receipt = await connector.send(reply, keep)
        assert receipt.conversation == f"psid:{DOLORES}"
        assert receipt.recipient == Author("facebook", DOLORES)
        found = await connector.find_sent(reply)
        assert found is not None
        assert (found.external_ids, found.conversation) == (
            receipt.external_ids,
            receipt.conversation,
        )
        with pytest.raises(Rejected, match="answered in private already"):
            await connector.send(reply, keep)
    assert len(sandbox.threads(channel="messenger")[0]["messages"]) == 2
    titles = [thread["status"] for thread in sandbox.threads(channel="facebook")]
    assert titles == ["answered in a private message, too"] * 2


async def test_a_long_message_arrives_in_parts_and_is_found(
    sandbox: Sandbox, connector: FacebookConnector
) -> None:
    mid = sandbox.act("facebook/messages", persona="dolores", text="Tell me everything")["id"]
    body = " ".join(f"Sentence {n} says something about it. 😀" for n in range(150))
    reply = answer_to(mid, body)
    receipt = await connector.send(reply, keep)
    said = sandbox.threads(channel="messenger")[0]["messages"][1:]
    assert [each["id"] for each in said] == list(receipt.external_ids)
    assert len(said) > 2
    found = await connector.find_sent(reply)
    assert found is not None
    assert found.external_ids == receipt.external_ids


async def test_a_part_that_arrived_unheard_is_not_sent_again(
    sandbox: Sandbox, connector: FacebookConnector
) -> None:
    mid = sandbox.act("facebook/messages", persona="dolores", text="Tell me everything")["id"]
    body = " ".join(f"Sentence {n} says something about it." for n in range(150))
    sandbox.faults("facebook", "drop_after")
    with pytest.raises(TemporarilyUnavailable) as raised:
        await connector.send(answer_to(mid, body), keep)
    assert raised.value.outcome_unknown
    assert await connector.find_sent(answer_to(mid, body)) is None
    receipt = await connector.send(answer_to(mid, body), keep)
    said = sandbox.threads(channel="messenger")[0]["messages"][1:]
    assert [each["id"] for each in said] == list(receipt.external_ids)


async def test_the_human_agent_tag_and_its_end(
    sandbox: Sandbox, connector: FacebookConnector
) -> None:
    at = datetime.now(UTC) - timedelta(days=2)
    mid = sandbox.act("facebook/messages", persona="dolores", text="Hello?", at=at.isoformat())[
        "id"
    ]
    with pytest.raises(Rejected, match="bot"):
        await connector.send(answer_to(mid, last_inbound_at=at, by_bot=True), keep)
    # Also where the hub did not know how long ago it was, Facebook does.
    with pytest.raises(Rejected, match="time in which Facebook allows"):
        await connector.send(answer_to(mid), keep)
    receipt = await connector.send(answer_to(mid, last_inbound_at=at), keep)
    assert receipt.external_ids


async def test_hiding(sandbox: Sandbox, hub: Hub, connector: FacebookConnector) -> None:
    comment = sandbox.act("facebook/comments", persona="wes", text="Rude")["id"]
    post = sandbox.act("facebook/posts", persona="wes", text="Ruder")["id"]
    for hidden in (True, True, False):
        await connector.hide(comment, hidden)
        await connector.hide(post, hidden)
        threads = sandbox.threads(channel="facebook")
        assert {each["messages"][0]["hidden"] for each in threads} == {hidden}
    sandbox.act("facebook/comments/delete", id=comment)
    with pytest.raises(Rejected, match="not on Facebook any more"):
        await connector.hide(comment, True)
    until(lambda: len(hub.of("facebook")) == 9)


async def test_control(sandbox: Sandbox, connector: FacebookConnector) -> None:
    mid = sandbox.act("facebook/messages", persona="dolores", text="Hello")["id"]
    key = f"psid:{DOLORES}"
    await connector.pass_control(key)
    with pytest.raises(Rejected, match="Another app has this conversation"):
        await connector.send(answer_to(mid), keep)
    with pytest.raises(Rejected, match="Another app has this conversation"):
        await connector.pass_control(key)
    await connector.take_control(key)
    await connector.take_control(key)
    assert (await connector.send(answer_to(mid), keep)).external_ids
    with pytest.raises(Rejected, match="cannot be reached"):
        await connector.take_control("psid:7100000000000999")


async def test_names_and_what_is_left(sandbox: Sandbox, connector: FacebookConnector) -> None:
    assert await connector.name(DOLORES) == Author("facebook", DOLORES, "Dolores Whitcomb")
    assert await connector.name("7100000000000999") is None
    budgets = {budget.name: budget.remaining for budget in connector.budgets()}
    assert set(budgets) == {"messages", "comments"}
    assert all(0 < left <= 100 for left in budgets.values())


async def test_what_no_webhook_told_is_found(
    sandbox: Sandbox, hub: Hub, connector: FacebookConnector
) -> None:
    start = (await connector.poll(None)).cursor
    comment = sandbox.act("facebook/comments", persona="dolores", text="Dark")["id"]
    reply = sandbox.act("facebook/comments", persona="wes", text="Here too", post_id=comment)
    post = sandbox.act("facebook/posts", persona="lucia", text="The fountain")["id"]
    mids = [
        sandbox.act("facebook/messages", persona="dolores", text=f"Line {number}")["id"]
        for number in range(60)
    ]
    gone = sandbox.act("facebook/messages", persona="wes", text="Never mind")["id"]
    sandbox.act("facebook/messages/unsend", id=gone)
    sandbox.act("facebook/messages", persona="dolores", text="Yes?", by="staff")
    batch = await connector.poll(start)
    found = {item.external_id: item for item in batch.items if isinstance(item, InboundMessage)}
    assert set(found) == {comment, reply["id"], post, *mids}
    until(lambda: len(hub.of("facebook")) == 66)
    told = [connector.parse(json.dumps(body).encode())[0] for body in hub.of("facebook")]
    for item in told:
        if isinstance(item, InboundMessage) and item.external_id in found:
            assert found[item.external_id].conversation == item.conversation
            assert found[item.external_id].body == item.body
    assert (await connector.poll(batch.cursor)).items == ()
