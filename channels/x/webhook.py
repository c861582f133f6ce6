"""X's webhooks: the challenge, the signature, and whom a body is for. All of it is pure.

Two APIs send them: X Activity (`channels.x.activity`) and the older Account Activity
(`channels.x.account_activity`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from channels.payload import read_object
from channels.signatures import sign_base64, verify_base64
from channels.x import account_activity, activity
from channels.x.event import Event
from hub.ports import Account, BadSignature, Handshake, InboundItem, UnsupportedEvent

SIGNATURE_HEADER = "x-twitter-webhooks-signature"
TEXT_FIELDS = frozenset({"text", "full_text"})

_MAX_TOKEN = 512


def handshake(account: Account, query: Mapping[str, str]) -> Handshake:
    """Answer a CRC: `{"response_token": "sha256=…"}`. Raises BadSignature.

    X signs challenges and webhooks alike, so whoever may choose the token could have us sign
    a forged webhook. X's tokens are base64; what could be a JSON object is refused.
    """
    token = query.get("crc_token", "")
    secret = account.secrets.get("consumer_secret")
    if not token or not secret:
        raise BadSignature("no crc_token, or no consumer secret to answer it with")
    if len(token) > _MAX_TOKEN or any(c in '{}[]"' or not c.isprintable() for c in token):
        raise BadSignature("that is no challenge of X's")
    return Handshake(
        body=f'{{"response_token":"{sign_base64(secret, token.encode())}"}}',
        media_type="application/json",
    )


def verify(account: Account, headers: Mapping[str, str], body: bytes) -> None:
    """Check `x-twitter-webhooks-signature`. Raises BadSignature."""
    verify_base64(account.secrets.get("consumer_secret"), body, headers.get(SIGNATURE_HEADER))


def recipients(body: bytes) -> frozenset[str]:
    """The ids of the users a body is for. Raises MalformedPayload or UnsupportedEvent."""
    return frozenset(event.recipient for event in _events(body) if event.recipient)


def parse(account: Account, body: bytes) -> tuple[InboundItem, ...]:
    """Read a body of either API. Raises MalformedPayload or UnsupportedEvent."""
    items: list[InboundItem] = []
    for event in _events(body):
        # X knows better than our settings who we are, but not whose access ended.
        known = event.recipient is None or event.about_access
        items += event.read(account if known else _as(account, event.recipient))
    return tuple(items)


def parse_for(account: Account, body: bytes, recipient: str) -> tuple[InboundItem, ...]:
    """Of a body, what is for the user `recipient`. Raises like `parse`."""
    account = _as(account, recipient)
    return tuple(
        item
        for event in _events(body)
        if event.recipient in (None, recipient)
        for item in event.read(account)
    )


def _as(account: Account, user_id: str | None) -> Account:
    if user_id is None or user_id == account.external_id:
        return account
    return replace(account, external_id=user_id)


def _events(body: bytes) -> tuple[Event, ...]:
    value = read_object(body)
    if activity.is_one(value):
        return activity.events(value)
    if account_activity.is_one(value):
        return account_activity.events(value)
    raise UnsupportedEvent("neither an X Activity nor an Account Activity body")
