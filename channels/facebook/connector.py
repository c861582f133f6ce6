"""The Facebook connector: a page's comments, posts and Messenger in, answers out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from channels.facebook import webhook
from channels.facebook.feed import POST
from channels.facebook.lookup import find_comment, find_message
from channels.facebook.messenger import OUR_METADATA
from hub.ports import (
    Account,
    AuthFailed,
    Capabilities,
    Handshake,
    InboundItem,
    Receipt,
    Rejected,
    Reply,
    SavePart,
    TemporarilyUnavailable,
    Visibility,
)
from hub.ports.messages import clean_text

if TYPE_CHECKING:
    from channels.facebook.client import GraphClient

COMMENT_LIMIT = 8_000
MESSAGE_LIMIT = 2_000
WINDOW = timedelta(hours=24)
"""From a person's last message: in it anybody may answer, the bot only in it."""
HUMAN_WINDOW = timedelta(days=7)
"""How long a person may still answer, with the human-agent tag."""

_QUICK_REPLIES = 13
_TITLE = 20


class FacebookConnector:
    """Implements Connector, FindsSent and ReceivesWebhooks for one page.

    Secrets: `app_secret` and `verify_token` (webhooks), the page's `access_token` (sending),
    and `app_id`, where known, to tell echoes of ours from what staff wrote in Facebook's app.
    """

    capabilities = Capabilities(
        public_limit=COMMENT_LIMIT, private_limit=MESSAGE_LIMIT, reply_window=HUMAN_WINDOW
    )
    text_fields = webhook.TEXT_FIELDS

    def __init__(self, account: Account) -> None:
        self.account = account

    @cached_property
    def _client(self) -> GraphClient:
        # Its libraries are large, and webhooks are read without them.
        from channels.facebook.client import GraphClient

        return GraphClient(self.account)

    def handshake(self, query: Mapping[str, str]) -> Handshake:
        """Answer Facebook's challenge. Raises BadSignature."""
        return webhook.handshake(self.account, query)

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises BadSignature."""
        webhook.verify(self.account, headers, body)

    def parse(self, body: bytes) -> tuple[InboundItem, ...]:
        """Raises MalformedPayload or UnsupportedEvent."""
        return webhook.parse(self.account, body)

    async def check(self) -> None:
        """Ask Facebook who we are. Raises AuthFailed where the token is another page's."""
        answer = await self._client.get("me", fields="id,name")
        found = str(answer.get("id", ""))
        if found and self.account.external_id and found != self.account.external_id:
            raise AuthFailed(
                f"the token belongs to page {found}, the account is {self.account.external_id}"
            )

    async def aclose(self) -> None:
        if "_client" in self.__dict__:
            await self._client.aclose()

    async def send(self, reply: Reply, save_part: SavePart) -> Receipt:
        """A public reply as a comment, a private one by Messenger."""
        if reply.sent_parts:
            return Receipt(reply.sent_parts, datetime.now(UTC))
        if reply.visibility is Visibility.PUBLIC:
            data = {"message": _text(reply, COMMENT_LIMIT, "A comment on Facebook")}
            answer = await self._client.post(_target(reply), "comments", data)
            number = answer.get("id")
        else:
            answer = await self._client.post("me", "messages", _message(reply, datetime.now(UTC)))
            number = answer.get("message_id")
        if not number:
            raise TemporarilyUnavailable("Facebook took it but named no id", outcome_unknown=True)
        await save_part(str(number))
        return Receipt((str(number),), datetime.now(UTC))

    async def find_sent(self, reply: Reply) -> Receipt | None:
        """Look for the same text by the page where `reply` was to go."""
        if reply.visibility is Visibility.PUBLIC:
            return await find_comment(self._client, _target(reply), reply)
        if _is_comment(reply) and not reply.recipient.isdecimal():
            # A private reply to somebody whom Facebook did not name cannot be looked up.
            return None
        return await find_message(self._client, reply)


def _text(reply: Reply, limit: int, what: str) -> str:
    text = clean_text(reply.body).strip()
    if not text:
        raise Rejected("The reply is empty.")
    if len(text) > limit:
        raise Rejected(f"{what} takes {limit:,} characters; this has {len(text):,}.")
    return text


def _target(reply: Reply) -> str:
    """The comment, or the visitor's post, that `reply` answers."""
    if reply.in_reply_to and reply.conversation.startswith(POST):
        return reply.in_reply_to
    raise Rejected("There is no comment to reply to: a public answer on Facebook needs one.")


def _is_comment(reply: Reply) -> bool:
    return reply.conversation.startswith(POST)


def _message(reply: Reply, now: datetime) -> dict[str, str]:
    """The form fields of a Messenger message. Raises Rejected outside Facebook's window."""
    message: dict[str, object] = {
        "text": _text(reply, MESSAGE_LIMIT, "A message on Messenger"),
        # Comes back with the echo, by which we know it for our own.
        "metadata": f"{OUR_METADATA}{reply.key}"[:1000],
    }
    if reply.choices:
        message["quick_replies"] = [
            {"content_type": "text", "title": _title(choice.title), "payload": choice.value}
            for choice in reply.choices[:_QUICK_REPLIES]
        ]
    age = now - reply.last_inbound_at if reply.last_inbound_at else timedelta(0)
    if _is_comment(reply):
        # A private reply to a comment: one each, within seven days.
        if age > HUMAN_WINDOW:
            raise Rejected("Facebook allows a private reply to a comment for seven days only.")
        return {
            "recipient": json.dumps({"comment_id": _target(reply)}),
            "message": json.dumps(message),
        }
    fields = {
        "recipient": json.dumps({"id": reply.recipient}),
        "messaging_type": "RESPONSE",
        "message": json.dumps(message),
    }
    if age > WINDOW:
        if reply.by_bot:
            raise Rejected("The bot may answer on Messenger only within 24 hours.")
        if age > HUMAN_WINDOW:
            raise Rejected("Facebook allows an answer on Messenger for seven days only.")
        fields |= {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    return fields


def _title(title: str) -> str:
    return title if len(title) <= _TITLE else title[: _TITLE - 1].rstrip() + "…"
