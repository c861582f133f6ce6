"""tweepy's asynchronous client, pointed, timed and understood; built when it is first used.

tweepy's `AsyncClient` and not `Client` in a thread: the hub is asynchronous, a slow X then
holds no thread, and a session of our own is where its gaps can be closed. tweepy has no
base address, no time limit, and on an error whose body is not a JSON object it raises what
comes (`ContentTypeError`, `AttributeError`). So `Transport`, which tweepy takes for its
session, sends each request where the account says, in time, and reads the status itself.

Answers stay dicts (`return_type=dict`): tweepy's models turn ids into numbers and fail on
posts without `edit_history_tweet_ids`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from channels.payload import cleaned
from channels.x.limits import Budgets
from channels.x.prices import Bill
from hub.ports import Account, AuthFailed, ConnectorError, TemporarilyUnavailable

if TYPE_CHECKING:
    from tweepy.asynchronous import AsyncClient

    from channels.x.transport import Transport


class XClient:
    """The calls we make, each answering a JSON object or raising an error of the hub's."""

    def __init__(self, account: Account) -> None:
        secrets = account.secrets
        self.account = account
        self.budgets = Budgets()
        self.bill = Bill()
        self.user_context = bool(secrets.get("access_token"))
        # Both halves of a pair mean OAuth 1.0a; a user token alone is an OAuth 2.0 one.
        self.oauth1 = bool(self.user_context and secrets.get("access_token_secret"))
        self._bearer = secrets.get("access_token" if self.user_context else "bearer_token")

    @cached_property
    def transport(self) -> Transport:
        from channels.x.transport import Transport

        return Transport(self.account.base_url, self.budgets.note)

    @cached_property
    def api(self) -> AsyncClient:
        from tweepy.asynchronous import AsyncClient

        secrets = self.account.secrets
        api = AsyncClient(
            bearer_token=None if self.oauth1 else self._bearer,
            consumer_key=secrets.get("consumer_key"),
            consumer_secret=secrets.get("consumer_secret"),
            access_token=secrets.get("access_token") if self.oauth1 else None,
            access_token_secret=secrets.get("access_token_secret") if self.oauth1 else None,
            return_type=dict,
            # With True a 429 blocks, or recurses for ever without its header.
            wait_on_rate_limit=False,
        )
        api.session = self.transport
        return api

    async def call(
        self, method: Callable[..., Awaitable[Any]], *arguments: Any, writes: bool, **named: Any
    ) -> dict[str, Any]:
        """Call a method of `self.api`. Raises AuthFailed, TemporarilyUnavailable or Rejected."""
        if not self._bearer:
            raise AuthFailed("the account has no access token")
        if self.oauth1 and not (self.api.consumer_key and self.api.consumer_secret):
            raise AuthFailed("an OAuth 1.0a token needs the app's consumer key and secret")
        return await self._answer(method(*arguments, user_auth=self.oauth1, **named), writes=writes)

    async def form(self, path: str, fields: str, headers: Mapping[str, str]) -> str:
        """POST url-encoded `fields` and return the answer's text. Raises like `call`."""
        async with self.transport.request(
            "POST", f"https://api.twitter.com{path}", data=fields, headers=dict(headers)
        ) as response:
            return (await response.read()).decode("utf-8", "replace")

    async def _answer(self, asked: Awaitable[Any], *, writes: bool) -> dict[str, Any]:
        from aiohttp import ClientError
        from tweepy.errors import TweepyException

        try:
            answer = cleaned(await asked)
        except ConnectorError:
            raise
        except (TweepyException, ClientError, TypeError, ValueError, RecursionError) as error:
            # A 2xx whose body is not JSON, or something tweepy did not expect.
            raise TemporarilyUnavailable(
                f"X's answer cannot be read: {type(error).__name__}", outcome_unknown=writes
            ) from error
        if not isinstance(answer, dict):
            raise TemporarilyUnavailable("X's answer is not a JSON object", outcome_unknown=writes)
        return answer

    async def aclose(self) -> None:
        if "transport" in self.__dict__:
            await self.transport.close()
