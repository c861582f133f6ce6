"""The Facebook connector: a page's comments, posts and Messenger in, answers out."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from channels.facebook import webhook
from channels.facebook.catching_up import CatchingUp
from channels.facebook.conversations import PAGE_INBOX
from channels.facebook.lookup import find_comments, find_messages, recipient_of_message
from channels.facebook.outgoing import (
    HUMAN_WINDOW,
    PRIVATE_REPLY_WINDOW,
    WINDOW,
    call_for,
    is_private_reply,
    parts_of,
    recipient_of,
    target_of,
)
from channels.facebook.parties import conversation_of, person_in
from channels.facebook.text import COMMENT_LIMIT, MESSAGE_LIMIT
from channels.facebook.usage import COMMENTS, MESSAGES, Usage
from hub.ports import (
    Account,
    AuthFailed,
    Author,
    Capabilities,
    ConnectorError,
    Handshake,
    InboundItem,
    PollBatch,
    RateBudget,
    Receipt,
    Rejected,
    Reply,
    SavePart,
    SecretField,
    TemporarilyUnavailable,
    Visibility,
)

if TYPE_CHECKING:
    from channels.facebook.client import GraphClient

_REMEMBERED = 1_000


class FacebookConnector:
    """Implements Connector, FindsSent, ReceivesWebhooks, RoutesWebhooks, Polls, HidesMessages,
    ControlsThreads, NamesPeople and Metered for one page.

    It renews no access: a page's token made from a long-lived user token does not end, and
    any other needs a person to sign in again.
    """

    capabilities = Capabilities(
        platform="Facebook",
        public_limit=COMMENT_LIMIT,
        private_limit=MESSAGE_LIMIT,
        splits_long_replies=True,
        reply_window=WINDOW,
        human_window=HUMAN_WINDOW,
        private_replies=True,
        private_reply_window=PRIVATE_REPLY_WINDOW,
        hides=True,
        controls_threads=True,
        names_people=True,
        surveys=True,
    )
    secret_fields = (
        SecretField("app_secret", "App secret", help="Of the Facebook app; signs its webhooks."),
        SecretField(
            "verify_token",
            "Verify token",
            help="Entered with the webhook's address in the app's settings.",
            generated=True,
        ),
        SecretField(
            "access_token",
            "Page access token",
            help="Of the page, made from a long-lived user token: such a token does not end.",
        ),
        SecretField(
            "app_id",
            "App id",
            False,
            "Tells what the hub wrote on Messenger from what staff wrote in Facebook's app.",
        ),
    )
    text_fields = webhook.TEXT_FIELDS
    poll_every = 300.0

    def __init__(self, account: Account) -> None:
        self.account = account
        self._usage = Usage()
        self._found: dict[str, tuple[str, ...]] = {}

    @cached_property
    def _client(self) -> GraphClient:
        # Its libraries are large, and webhooks are read without them.
        from channels.facebook.client import GraphClient

        return GraphClient(self.account, self._usage)

    def handshake(self, query: Mapping[str, str]) -> Handshake:
        """Answer Facebook's challenge. Raises BadSignature."""
        return webhook.handshake(self.account, query)

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises BadSignature."""
        webhook.verify(self.account, headers, body)

    def parse(self, body: bytes) -> tuple[InboundItem, ...]:
        """Raises MalformedPayload or UnsupportedEvent."""
        return webhook.parse(self.account, body)

    def recipients(self, body: bytes) -> Collection[str]:
        """The pages a body is for. Raises like `parse`."""
        return webhook.recipients(body)

    def parse_for(self, body: bytes, recipient: str) -> tuple[InboundItem, ...]:
        """What of a body is for the page `recipient`. Raises like `parse`."""
        return webhook.parse_for(self.account, body, recipient)

    @cached_property
    def _catching_up(self) -> CatchingUp:
        return CatchingUp(self._client)

    async def poll(self, cursor: str | None) -> PollBatch:
        """What no webhook told. It also shows a dead token before anybody needs it."""
        return await self._catching_up.poll(cursor, datetime.now(UTC))

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
        """A public reply as comments, a private one by Messenger, part by part."""
        parts = parts_of(reply)
        sent = list(reply.sent_parts)
        for known in self._found.pop(reply.key, ())[len(sent) :]:
            await save_part(known)
            sent.append(known)
        person = None
        for number in range(len(sent), len(parts)):
            call = call_for(
                reply, parts[number], is_last=number == len(parts) - 1, now=datetime.now(UTC)
            )
            answer = await self._client.post(call.object_id, call.edge, call.fields)
            external_id = _written_id(answer, reply)
            person = answer.get("recipient_id") or person
            await save_part(external_id)
            sent.append(external_id)
        receipt = Receipt(tuple(sent), datetime.now(UTC))
        return await self._opened(reply, receipt, str(person) if person else None)

    async def find_sent(self, reply: Reply) -> Receipt | None:
        """Look for the same words by the page where `reply` was to go.

        Where only its first parts are there, they are kept in mind, and `send` goes on from
        them instead of sending them twice.
        """
        parts = parts_of(reply)
        if reply.visibility is Visibility.PUBLIC:
            found = await find_comments(self._client, target_of(reply), reply, parts)
        else:
            person = recipient_of(reply)
            if not person.isdecimal():
                # A private reply to somebody whom Facebook did not name cannot be looked up.
                return None
            found = await find_messages(self._client, person, reply, parts)
        if len(found.ids) >= len(parts):
            receipt = Receipt(found.ids, found.at or datetime.now(UTC))
            return await self._opened(reply, receipt, None)
        if len(found.ids) > len(reply.sent_parts):
            if len(self._found) >= _REMEMBERED:
                self._found.pop(next(iter(self._found)))
            self._found[reply.key] = found.ids
        return None

    async def _opened(self, reply: Reply, receipt: Receipt, person: str | None) -> Receipt:
        """The receipt of a private reply names the conversation it opened."""
        if not is_private_reply(reply):
            return receipt
        if person is None:
            try:
                person = await recipient_of_message(self._client, receipt.external_ids[-1])
            except ConnectorError:
                person = None  # it was sent: that must not be lost over a look-up
        if person is None and reply.recipient.isdecimal():
            person = reply.recipient  # both are the person's id on this page
        if person is None:
            return receipt
        return replace(
            receipt,
            conversation=conversation_of(person),
            recipient=Author(kind="facebook", address=person),
        )

    async def hide(self, external_id: str, hidden: bool) -> None:
        """Hide a comment or a visitor's post. Its author and their friends still see it."""
        _done(await self._client.post(external_id, None, {"is_hidden": str(hidden).lower()}))

    async def take_control(self, conversation: str) -> None:
        """Take a conversation from the app that has it. Raises Rejected where we may not."""
        fields = {"recipient": _person(conversation)}
        _done(await self._client.post("me", "take_thread_control", fields))

    async def pass_control(self, conversation: str) -> None:
        """Give a conversation to Facebook's own Page inbox."""
        fields = {"recipient": _person(conversation), "target_app_id": PAGE_INBOX}
        _done(await self._client.post("me", "pass_thread_control", fields))

    async def name(self, address: str) -> Author | None:
        """A person's name as Messenger's profile has it."""
        if not address.isdecimal():
            return None
        try:
            answer = await self._client.get(address, fields="first_name,last_name,name")
        except Rejected:
            return None
        names = [_said(answer, "first_name"), _said(answer, "last_name")]
        name = _said(answer, "name") or " ".join(part for part in names if part)
        return Author(kind="facebook", address=address, display_name=name) if name else None

    def budget_of(self, reply: Reply) -> str:
        return COMMENTS if reply.visibility is Visibility.PUBLIC else MESSAGES

    def budgets(self) -> tuple[RateBudget, ...]:
        """In percent of what Facebook allows in a rolling hour."""
        return self._usage.budgets()


def _written_id(answer: Mapping[str, Any], reply: Reply) -> str:
    name = "id" if reply.visibility is Visibility.PUBLIC else "message_id"
    if not answer.get(name):
        raise TemporarilyUnavailable("Facebook took it but named no id", outcome_unknown=True)
    return str(answer[name])


def _person(conversation: str) -> str:
    person = person_in(conversation)
    if person is None:
        raise Rejected("Only a Messenger conversation can be taken over or passed on.")
    return json.dumps({"id": person})


def _done(answer: Mapping[str, Any]) -> None:
    if answer.get("success") is False:
        raise Rejected("Facebook did not do it, and does not say why.")


def _said(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    return value.strip() if isinstance(value, str) else ""
