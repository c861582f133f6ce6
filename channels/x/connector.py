"""The X connector: mentions, replies, quotes and direct messages in, answers out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from channels.x import access, limits, prices, webhook
from channels.x.client import XClient
from channels.x.ids import POST
from channels.x.lookup import gone
from channels.x.polling import poll
from channels.x.replies import MESSAGE_LIMIT, Replies
from channels.x.text import POST_LIMIT
from hub.ports import (
    Account,
    AuthFailed,
    Capabilities,
    Handshake,
    InboundItem,
    PollBatch,
    RateBudget,
    Receipt,
    Rejected,
    RenewedAccess,
    Reply,
    SavePart,
    SecretField,
    Visibility,
)


class XConnector:
    """Implements Connector, FindsDeleted, FindsSent, HidesMessages, Metered, Polls,
    ReceivesWebhooks, RenewsAccess and RoutesWebhooks for one X account.

    Secrets: `consumer_secret` (webhooks), and to send either the OAuth 1.0a four
    (`consumer_key`, `consumer_secret`, `access_token`, `access_token_secret`) or an OAuth 2.0
    user `access_token`, with `client_id`, `refresh_token` and, for a confidential app,
    `client_secret` to renew it; a `bearer_token` alone reads mentions. `app_id`, where given,
    tells direct messages that staff wrote in another app from our own.
    """

    capabilities = Capabilities(
        platform="X",
        public_limit=POST_LIMIT,
        private_limit=MESSAGE_LIMIT,
        splits_long_replies=True,
        private_replies=True,
        hides=True,
        surveys=True,
    )
    secret_fields = (
        SecretField("consumer_key", "Consumer key", False, "The app's API key (OAuth 1.0a)."),
        SecretField(
            "consumer_secret", "Consumer secret", help="The app's API secret; signs its webhooks."
        ),
        SecretField(
            "access_token",
            "Access token",
            False,
            "Of the account itself, OAuth 1.0a or 2.0, allowed to read and write.",
        ),
        SecretField(
            "access_token_secret", "Access token secret", False, "OAuth 1.0a tokens have one."
        ),
        SecretField(
            "refresh_token", "Refresh token", False, "OAuth 2.0: renews the access token by itself."
        ),
        SecretField("client_id", "Client id", False, "OAuth 2.0: goes with the refresh token."),
        SecretField("client_secret", "Client secret", False, "OAuth 2.0, confidential apps only."),
        SecretField("bearer_token", "Bearer token", False, "The app's own: reads mentions only."),
        SecretField(
            "app_id", "App id", False, "Tells messages that staff wrote in other apps from ours."
        ),
    )
    text_fields = webhook.TEXT_FIELDS
    poll_every = 60.0

    def __init__(self, account: Account) -> None:
        self.account = account
        self._client = XClient(account)
        self._replies = Replies(self._client)

    def handshake(self, query: Mapping[str, str]) -> Handshake:
        """Answer X's challenge (CRC). Raises BadSignature."""
        return webhook.handshake(self.account, query)

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises BadSignature."""
        webhook.verify(self.account, headers, body)

    def recipients(self, body: bytes) -> frozenset[str]:
        """The users a body is for. Raises MalformedPayload or UnsupportedEvent."""
        return webhook.recipients(body)

    def parse(self, body: bytes) -> tuple[InboundItem, ...]:
        """Raises MalformedPayload or UnsupportedEvent."""
        return webhook.parse(self.account, body)

    def parse_for(self, body: bytes, recipient: str) -> tuple[InboundItem, ...]:
        """What of a body is for the user `recipient`. Raises like `parse`."""
        return webhook.parse_for(self.account, body, recipient)

    async def poll(self, cursor: str | None) -> PollBatch:
        """Mentions and, once a minute, direct messages."""
        return await poll(self._client, cursor, datetime.now(UTC))

    async def check(self) -> None:
        """Ask X who we are. Raises AuthFailed where the token is somebody else's."""
        api = self._client.api
        if not self._client.user_context:
            await self._client.call(
                api.get_users_mentions, self.account.external_id, writes=False, max_results=5
            )
            return
        answer = await self._client.call(api.get_me, writes=False)
        data = answer.get("data")
        found = str(data.get("id", "")) if isinstance(data, dict) else ""
        if found and self.account.external_id and found != self.account.external_id:
            raise AuthFailed(
                f"the token belongs to X user {found}, the account is {self.account.external_id}"
            )

    async def renew(self) -> RenewedAccess | None:
        """A new OAuth 2.0 token. This connector goes on with the old one: build another."""
        return await access.renew(self._client)

    def budget_of(self, reply: Reply) -> str:
        return limits.MESSAGES if reply.visibility is Visibility.PRIVATE else limits.POSTS

    def budgets(self) -> tuple[RateBudget, ...]:
        """What X's headers said since the last call."""
        return self._client.budgets.taken()

    async def send(self, reply: Reply, save_part: SavePart) -> Receipt:
        """A public reply as one post or a numbered thread, a private one as a message."""
        return await self._replies.send(reply, save_part)

    async def find_sent(self, reply: Reply) -> Receipt | None:
        """The receipt of `reply` if X has all of it."""
        return await self._replies.find_sent(reply)

    async def deleted(self, external_ids: Collection[str]) -> frozenset[str]:
        """Those of `external_ids` that are posts X cannot find; messages are not looked up."""
        return await gone(self._client, external_ids)

    async def hide(self, external_id: str, hidden: bool) -> None:
        """Hide a reply in a conversation that the account began: X allows no other."""
        number = external_id.removeprefix(POST)
        if number == external_id or not (number.isascii() and number.isdecimal()):
            raise Rejected("Only a reply to a post can be hidden on X.")
        api = self._client.api
        await self._client.call(api.hide_reply if hidden else api.unhide_reply, number, writes=True)
        self._client.bill.write(prices.HIDING)

    async def aclose(self) -> None:
        await self._client.aclose()
