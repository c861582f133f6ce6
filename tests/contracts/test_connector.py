"""What every connector of the registry keeps to: one suite, run over all that exist."""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.registry import CONNECTORS, connector_for
from hub.ports import (
    Account,
    BadSignature,
    Capabilities,
    ChannelKind,
    Connector,
    FindsSent,
    Handshake,
    Ignored,
    InboundMessage,
    MalformedPayload,
    Polls,
    ReceivesWebhooks,
    UnsupportedEvent,
)

SECRETS = {
    name: f"a {name}"
    for name in ("app_secret", "verify_token", "consumer_key", "consumer_secret", "access_token",
                 "access_token_secret", "api_key")
}  # fmt: skip


def existing() -> Iterator[ChannelKind]:
    for kind, path in CONNECTORS.items():
        module = path.partition(":")[0]
        try:
            importlib.import_module(module)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{module}.".startswith(f"{error.name}."):
                raise
            continue
        yield kind


KINDS = list(existing())


def account(kind: ChannelKind, secrets: dict[str, str] | None = None) -> Account:
    return Account(
        id=1,
        kind=kind,
        name="City of Elmwood",
        external_id="1001",
        secrets=SECRETS if secrets is None else secrets,
        # Nothing listens there, and nothing here may try.
        base_url="http://127.0.0.1:9",
    )


def webhooks() -> list[ChannelKind]:
    return [kind for kind in KINDS if isinstance(connector_for(account(kind)), ReceivesWebhooks)]


def receiver(kind: ChannelKind, secrets: dict[str, str] | None = None) -> ReceivesWebhooks:
    connector = connector_for(account(kind, secrets))
    assert isinstance(connector, ReceivesWebhooks)
    return connector


def test_x_and_facebook_are_among_them() -> None:
    assert {ChannelKind.X, ChannelKind.FACEBOOK} <= set(webhooks())


@pytest.mark.parametrize("kind", KINDS)
def test_has_what_the_core_asks_for(kind: ChannelKind) -> None:
    connector = connector_for(account(kind))
    assert isinstance(connector, Connector)
    assert isinstance(connector.capabilities, Capabilities)
    for name in ("send", "check", "aclose"):
        assert inspect.iscoroutinefunction(getattr(connector, name)), name
    if isinstance(connector, FindsSent):
        assert inspect.iscoroutinefunction(connector.find_sent)
    if isinstance(connector, Polls):
        assert inspect.iscoroutinefunction(connector.poll)
        assert connector.poll_every > 0
    if isinstance(connector, ReceivesWebhooks):
        assert isinstance(connector.text_fields, frozenset)
        assert all(isinstance(name, str) for name in connector.text_fields)


@pytest.mark.anyio
@pytest.mark.parametrize("kind", KINDS)
async def test_opens_nothing_before_it_must(kind: ChannelKind) -> None:
    """Without any secret an account can be built and closed, and nothing is connected."""
    connector = connector_for(account(kind, secrets={}))
    await connector.aclose()
    await connector.aclose()


@pytest.mark.parametrize("kind", webhooks())
def test_refuses_what_nobody_signed(kind: ChannelKind) -> None:
    for connector in (receiver(kind), receiver(kind, secrets={})):
        for headers in ({}, _headers("sha256="), _headers("sha256=é"), _headers("")):
            with pytest.raises(BadSignature):
                connector.verify(headers, b"{}")


def _headers(signature: str) -> dict[str, str]:
    names = ("x-hub-signature-256", "x-twitter-webhooks-signature", "authorization", "x-signature")
    return dict.fromkeys(names, signature)


@pytest.mark.parametrize("kind", webhooks())
@given(
    query=st.dictionaries(
        st.sampled_from(["hub.mode", "hub.verify_token", "hub.challenge", "crc_token", "x"]),
        st.text(max_size=20),
    )
)
def test_a_handshake_answers_or_refuses(kind: ChannelKind, query: dict[str, str]) -> None:
    with suppress(BadSignature):
        assert isinstance(receiver(kind).handshake(query), Handshake)


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12),
    st.sampled_from(["", "1001", "0", "page", "add", "comment", "\ud800", "\x00",
                     "post.mention.create", "dm.received", "2026-01-01T00:00:00Z", "9" * 30]),
)  # fmt: skip
KEYS = st.sampled_from(
    ["data", "event_type", "payload", "includes", "users", "media", "id", "id_str", "text",
     "author_id", "created_at", "entities", "mentions", "referenced_tweets", "for_user_id",
     "tweet_create_events", "direct_message_events", "message_create", "sender_id", "user",
     "extended_tweet", "full_text", "quoted_status", "type", "object", "entry", "changes",
     "messaging", "standby", "field", "value", "item", "verb", "comment_id", "post_id", "from",
     "message", "mid", "attachments", "sender", "recipient", "timestamp", "time", "postback",
     "created_time", "quick_reply", "coordinates", "lat", "long"]
)  # fmt: skip
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=6)),
    max_leaves=25,
)


def _shaped() -> st.SearchStrategy[Any]:
    """Bodies that begin as the platforms' own do, and then go anywhere."""
    things = st.dictionaries(KEYS, JSON, max_size=6)
    kinds = st.sampled_from(["post.mention.create", "post.reply.create", "dm.received", "x"])
    return st.one_of(
        JSON,
        st.fixed_dictionaries(
            {"data": st.fixed_dictionaries({"event_type": kinds, "payload": things})}
        ),
        st.fixed_dictionaries(
            {"for_user_id": st.just("1001"), "tweet_create_events": st.lists(things, max_size=2)}
        ),
        st.fixed_dictionaries(
            {
                "object": st.just("page"),
                "entry": st.lists(
                    st.fixed_dictionaries(
                        {},
                        optional={
                            "id": SCALARS,
                            "time": SCALARS,
                            "messaging": st.lists(things, max_size=2),
                            "changes": st.lists(
                                st.fixed_dictionaries(
                                    {"field": st.sampled_from(["feed", "x"]), "value": things}
                                ),
                                max_size=2,
                            ),
                        },
                    ),
                    max_size=2,
                ),
            }
        ),
    )


def _assert_reads_or_refuses(kind: ChannelKind, body: bytes) -> None:
    connector = receiver(kind)
    try:
        items = connector.parse(body)
    except (MalformedPayload, UnsupportedEvent):
        return
    assert isinstance(items, tuple)
    for item in items:
        assert isinstance(item, InboundMessage | Ignored)
        if isinstance(item, InboundMessage):
            # Whatever came in, a database takes what goes on.
            json.dumps(dict(item.context), ensure_ascii=False).encode()
            "".join((item.external_id, item.conversation, item.body)).encode()
    # Pure: the same body reads the same again.
    assert connector.parse(body) == items


@pytest.mark.parametrize("kind", webhooks())
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(value=_shaped())
def test_any_json_reads_or_is_refused(kind: ChannelKind, value: Any) -> None:
    _assert_reads_or_refuses(kind, json.dumps(value).encode())


@pytest.mark.parametrize("kind", webhooks())
@settings(deadline=None)
@given(body=st.binary(max_size=200))
def test_any_bytes_read_or_are_refused(kind: ChannelKind, body: bytes) -> None:
    _assert_reads_or_refuses(kind, body)


@pytest.mark.parametrize("kind", webhooks())
@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"[" * 50_000, b'{"a":' * 50_000, b"1" * 9999]
)
def test_no_body_at_all_is_malformed(kind: ChannelKind, body: bytes) -> None:
    with pytest.raises(MalformedPayload):
        receiver(kind).parse(body)
