"""What every connector that is called keeps to: nothing unsigned, nothing unread, nothing twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.ports import (
    AccountNotice,
    BadSignature,
    Connector,
    Handshake,
    InboundItem,
    InboundMessage,
    MalformedPayload,
    MessageDeleted,
    MessageEdited,
    MessageHidden,
    MessageReaction,
    ReceivesWebhooks,
    RoutesWebhooks,
    UnsupportedEvent,
)
from hub.ports.messages import MAX_BODY, MAX_NAME
from tests.contracts.bodies import SCALARS, bodies
from tests.contracts.connectors import Subject
from tests.contracts.stages import RECEIVERS, RECEIVING_STAGES, Scene, Stage

RECORDED = {"facebook": "facebook_webhooks/*.json"}
"""Bodies the real platform sent, below ../shared/fixtures."""
ROUTERS = [each for each in RECEIVERS if isinstance(each.connector(), RoutesWebhooks)]
LENGTHS = {
    "external_id": MAX_NAME, "conversation": MAX_NAME, "in_reply_to": MAX_NAME,
    "continues": MAX_NAME, "by": MAX_NAME, "held_by": 80, "reaction": 80, "reason": 500,
    "subject": 200, "body": MAX_BODY, "address": 255, "display_name": 255, "handle": 255,
}  # fmt: skip

every_receiver = pytest.mark.parametrize("subject", RECEIVERS, ids=str)
every_caller = pytest.mark.parametrize("stage", RECEIVING_STAGES, ids=str)
many = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


# -- who may say something -----------------------------------------------------------------------


@every_receiver
def test_refuses_what_nobody_signed(subject: Subject) -> None:
    for secrets in (subject.account().secrets, {}):
        receiver = subject.receiver(subject.account(secrets=secrets))
        for headers in ({}, *map(_headers, ("sha256=", "sha256=é", "", "0" * 64))):
            with pytest.raises(BadSignature):
                receiver.verify(headers, b"{}")


def _headers(signature: str) -> dict[str, str]:
    names = ("x-hub-signature-256", "x-twitter-webhooks-signature", "x-gateway-signature",
             "authorization", "x-signature")  # fmt: skip
    return dict.fromkeys(names, signature)


@every_receiver
@settings(deadline=None)
@given(
    query=st.dictionaries(
        st.sampled_from(["hub.mode", "hub.verify_token", "hub.challenge", "crc_token", "x"]),
        st.text(max_size=20),
    )
)
def test_a_handshake_answers_or_refuses(subject: Subject, query: dict[str, str]) -> None:
    with suppress(BadSignature):
        assert isinstance(subject.receiver().handshake(query), Handshake)


@pytest.mark.anyio
@every_caller
async def test_what_the_platform_signed_is_believed_as_it_is(
    stage: Stage, scene: Scene, connector: Connector
) -> None:
    receiver = _receiver(connector)
    scene.say("Is anybody there?")
    for headers, body in _told(scene):
        receiver.verify(headers, body)
        for forged in (body + b" ", body[:-1], body.replace(b"anybody", b"nobody"), b""):
            with pytest.raises(BadSignature):
                receiver.verify(headers, forged)
        with pytest.raises(BadSignature):
            receiver.verify({}, body)


# -- what is read --------------------------------------------------------------------------------


@every_receiver
@many
@given(value=bodies())
def test_any_json_reads_or_is_refused(subject: Subject, value: Any) -> None:
    receiver, body = subject.receiver(), json.dumps(value).encode()
    items = _read(receiver, body)
    assert _read(receiver, _turned(body)) == items, "the order of fields says nothing"
    if isinstance(receiver, RoutesWebhooks):
        with suppress(MalformedPayload, UnsupportedEvent):
            for recipient in receiver.recipients(body):
                assert isinstance(recipient, str)
                _sound(receiver.parse_for(body, recipient))


@every_receiver
@settings(deadline=None)
@given(body=st.binary(max_size=200))
def test_any_bytes_read_or_are_refused(subject: Subject, body: bytes) -> None:
    _read(subject.receiver(), body)


@every_receiver
@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"[" * 50_000, b'{"a":' * 50_000, b"1" * 9999]
)
def test_no_body_at_all_is_malformed(subject: Subject, body: bytes) -> None:
    receiver = subject.receiver()
    with pytest.raises(MalformedPayload):
        receiver.parse(body)
    if isinstance(receiver, RoutesWebhooks):
        with pytest.raises(MalformedPayload):
            receiver.recipients(body)
        with pytest.raises(MalformedPayload):
            receiver.parse_for(body, "1001")


@pytest.mark.parametrize("kind", RECORDED)
def test_what_was_recorded_is_read(kind: str, shared: Path) -> None:
    (subject,) = [each for each in RECEIVERS if each.kind == kind]
    receiver = subject.receiver()
    paths = sorted((shared / "fixtures").glob(RECORDED[kind]))
    assert len(paths) > 10
    for path in paths:
        body = path.read_bytes()
        items = receiver.parse(body)
        assert items, path.name
        _sound(items)
        assert receiver.parse(body) == items
        assert receiver.parse(_turned(body)) == items, path.name
        if isinstance(receiver, RoutesWebhooks):
            _assert_shared_out(receiver, body)


@pytest.mark.parametrize("subject", ROUTERS, ids=str)
@many
@given(value=bodies(), recipient=SCALARS)
def test_a_share_is_read_or_refused(subject: Subject, value: Any, recipient: Any) -> None:
    """Whoever it is asked for: the address of an account is what an admin typed."""
    router = subject.connector()
    assert isinstance(router, RoutesWebhooks)
    with suppress(MalformedPayload, UnsupportedEvent):
        _sound(router.parse_for(json.dumps(value).encode(), str(recipient)))


@pytest.mark.anyio
@every_caller
async def test_what_happens_to_a_message_names_it(
    stage: Stage, scene: Scene, connector: Connector
) -> None:
    """Whatever the platform tells of it later, it is by the message's own external id."""
    receiver = _receiver(connector)
    number = scene.say("Is anybody there?")
    scene.change(number)
    told = _told(scene)
    items = [item for _, body in told for item in receiver.parse(body)]
    _sound(tuple(items))
    (first,) = {item.external_id for item in items if isinstance(item, InboundMessage)}
    assert number in first
    about = [_about(item) for item in items]
    assert {each for each in about if each is not None} == {first}
    for _, body in told:
        assert receiver.parse(body) == receiver.parse(_turned(body))
        if isinstance(receiver, RoutesWebhooks):
            assert set(receiver.recipients(body)) == {scene.account.external_id}
            _assert_shared_out(receiver, body)


def _about(item: InboundItem) -> str | None:
    """The message that an item speaks of, if it speaks of one."""
    match item:
        case MessageEdited():
            return item.message.external_id
        case InboundMessage() | MessageDeleted() | MessageHidden() | MessageReaction():
            return item.external_id
    return None


def _receiver(connector: Connector) -> ReceivesWebhooks:
    assert isinstance(connector, ReceivesWebhooks)
    return connector


def _told(scene: Scene) -> list[tuple[Any, bytes]]:
    found = list(scene.hooks())
    assert found, "the platform told nothing"
    return found


def _read(receiver: ReceivesWebhooks, body: bytes) -> object:
    """The items of a body, or the class of its refusal; the same each time."""
    try:
        items = receiver.parse(body)
    except (MalformedPayload, UnsupportedEvent) as error:
        return type(error)
    _sound(items)
    assert receiver.parse(body) == items, "reading is pure"
    return items


def _sound(items: tuple[InboundItem, ...]) -> None:
    """Items of the hub's own, as the core and its databases take them."""
    assert isinstance(items, tuple)
    for item in items:
        assert isinstance(item, InboundItem)
        assert type(item) in get_args(InboundItem)
        for name, value in _fields(item):
            if isinstance(value, datetime):
                assert value.tzinfo is not None, name
                value.isoformat()
            elif isinstance(value, str):
                assert len(value) <= LENGTHS.get(name, MAX_BODY), name
                value.encode()
                assert "\x00" not in value
        message = item.message if isinstance(item, MessageEdited) else item
        if isinstance(message, InboundMessage):
            assert message.external_id
            assert message.conversation
            assert message.author.kind
            json.dumps(dict(message.context), ensure_ascii=False, allow_nan=False).encode()
        elif not isinstance(message, AccountNotice):
            assert _about(message) != ""


def _fields(thing: object) -> Iterator[tuple[str, object]]:
    """Every field of a dataclass, and of those within it."""
    for name in getattr(thing, "__dataclass_fields__", ()):
        value = getattr(thing, name)
        yield name, value
        for each in value if isinstance(value, tuple) else (value,):
            yield from _fields(each)


def _turned(body: bytes) -> bytes:
    """The same JSON with the fields of each object in reverse."""

    def turn(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return dict(reversed(list(dict(pairs).items())))

    return json.dumps(json.loads(body, object_pairs_hook=turn)).encode()


def _assert_shared_out(router: ReceivesWebhooks, body: bytes) -> None:
    """What the accounts of a body get is what is in it: nothing lost, nothing twice."""
    assert isinstance(router, RoutesWebhooks)
    shares = [
        item for each in router.recipients(body) for item in router.parse_for(body, each)
    ] or list(router.parse(body))
    kinds = Counter((type(item), _about(item)) for item in shares)
    assert kinds == Counter((type(item), _about(item)) for item in router.parse(body))
