"""A channel of somebody else's, whole: text messages through a gateway that does not exist.

One module and an entry point are all that a package brings. The gateway's API:
`POST /messages {to, text, reference}`, `GET /messages?reference=`, `GET /received?after=`,
`GET /number`; it signs what it posts to our webhook (HMAC-SHA256, in hex, `x-gateway-signature`).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from hub.ports import (
    Account,
    AuthFailed,
    Author,
    BadSignature,
    Capabilities,
    ConversationSeen,
    Handshake,
    InboundItem,
    InboundMessage,
    MalformedPayload,
    PollBatch,
    Receipt,
    Rejected,
    Reply,
    SavePart,
    SecretField,
    TemporarilyUnavailable,
    Unreadable,
    UnsupportedEvent,
    Visibility,
)

if TYPE_CHECKING:
    import httpx2

API = "https://gateway.example/v1"
LIMIT = 480
TIMEOUT = 15.0

T = TypeVar("T")
_ODD = (LookupError, TypeError, ValueError, OverflowError, RecursionError)
"""What reading JSON of another shape than expected raises."""


class SmsConnector:
    """One number. Implements Connector, FindsSent, Polls and ReceivesWebhooks."""

    title = "Text messages"
    capabilities = Capabilities(platform="SMS", private_limit=LIMIT)
    secret_fields = (
        SecretField("api_key", "API key", help="From the gateway's settings."),
        SecretField("webhook_secret", "Webhook secret", help="Signs webhooks.", generated=True),
    )
    text_fields = frozenset({"text"})
    poll_every = 60.0

    def __init__(self, account: Account) -> None:
        self._account = account
        self._http: httpx2.AsyncClient | None = None

    async def send(self, reply: Reply, save_part: SavePart) -> Receipt:
        if reply.sent_parts:
            return Receipt(reply.sent_parts, datetime.now(UTC))
        if not 0 < len(reply.body) <= LIMIT:
            raise Rejected(f"A text message has 1 to {LIMIT} characters.")
        sent = {"to": reply.recipient, "text": reply.body, "reference": reply.key}
        receipt = await self._call("POST", "messages", sent, _receipt)
        await save_part(receipt.external_ids[0])
        return receipt

    async def find_sent(self, reply: Reply) -> Receipt | None:
        return await self._call(
            "GET",
            "messages",
            {"reference": reply.key},
            lambda rows: _receipt(rows[0]) if rows else None,
        )

    async def check(self) -> None:
        number = await self._call("GET", "number", {}, lambda found: _text(found, "number"))
        if number != self._account.external_id:
            raise AuthFailed(f"the key belongs to {number}")

    async def poll(self, cursor: str | None) -> PollBatch:
        # The gateway numbers what it got, in order: nothing can appear before the cursor later.
        items: list[InboundItem] = []
        unreadable = []
        rows = await self._call("GET", "received", {"after": cursor or ""}, list)
        for row in rows:
            try:
                items.append(_message(row))
            except _ODD as error:  # kept for people: the next row is not lost with it
                unreadable.append(Unreadable(json.dumps(row).encode(), type(error).__name__))
            else:
                cursor = row["id"]
        return PollBatch(tuple(items), cursor, unreadable=tuple(unreadable))

    def handshake(self, query: Mapping[str, str]) -> Handshake:
        raise BadSignature("the gateway has no handshake")

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        secret = self._account.secrets.get("webhook_secret", "").encode()
        signed = hmac.new(secret, body, hashlib.sha256).hexdigest()
        given = headers.get("x-gateway-signature", "")
        if not secret or not hmac.compare_digest(given.encode("utf-8", "replace"), signed.encode()):
            raise BadSignature("the signature does not match the body")

    def parse(self, body: bytes) -> tuple[InboundItem, ...]:
        try:
            told = json.loads(body)
            if told["event"] == "received":
                return (_message(told["message"]),)
            if told["event"] == "delivered":
                at = datetime.fromisoformat(told["at"])
                return (ConversationSeen(_text(told, "to"), at.astimezone(UTC), read=False),)
        except _ODD as error:
            raise MalformedPayload(f"not an event of the gateway: {type(error).__name__}") from None
        raise UnsupportedEvent("an event we do not know")

    async def aclose(self) -> None:
        if self._http is not None:
            await self._http.aclose()

    async def _call(
        self, method: str, path: str, fields: Mapping[str, str], read: Callable[[Any], T]
    ) -> T:
        import httpx2  # here, so that the hub reads our capabilities without it

        if self._http is None:
            key = self._account.secrets.get("api_key", "")
            self._http = httpx2.AsyncClient(timeout=TIMEOUT, headers={"authorization": key})
        sends = method == "POST"
        how: dict[str, Any] = {"json" if sends else "params": fields}
        try:
            url = f"{self._account.base_url or API}/{path}"
            answer = await self._http.request(method, url, **how)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise TemporarilyUnavailable("the gateway cannot be reached") from error
        except httpx2.HTTPError as error:
            raise TemporarilyUnavailable("no answer", outcome_unknown=sends) from error
        if answer.status_code in (401, 403):
            raise AuthFailed("the gateway refuses the key")
        if answer.status_code == 429:
            wait = answer.headers.get("retry-after", "")
            retry_after = float(wait) if wait.isdecimal() else None
            raise TemporarilyUnavailable("the gateway has had enough", retry_after=retry_after)
        if 400 <= answer.status_code < 500:
            raise Rejected(f"The gateway does not take this: {answer.text[:200]}")
        try:
            if answer.is_success:
                return read(answer.json())
        except _ODD:
            pass
        raise TemporarilyUnavailable("the gateway fails", outcome_unknown=sends)


def _receipt(sent: Any) -> Receipt:
    return Receipt((f"sms:{sent['id']}",), datetime.fromisoformat(sent["at"]))


def _message(told: Any) -> InboundMessage:
    """Raises one of _ODD for what is no message."""
    who = _text(told, "from")
    return InboundMessage(
        external_id=f"sms:{_text(told, 'id')}",
        conversation=who,
        author=Author("phone", who),
        body=_text(told, "text"),
        sent_at=datetime.fromisoformat(told["at"]),
        visibility=Visibility.PRIVATE,
    )


def _text(told: Any, name: str) -> str:
    if not isinstance(told[name], str) or not told[name]:
        raise TypeError(name)
    text: str = told[name]
    return text
