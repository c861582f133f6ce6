"""python-facebook-api, called in a thread and understood.

The library is synchronous (requests), so each call runs in a worker thread. Its generic
calls alone are used (`get_object`, `get_connection`, `post_object`): its resource classes
keep the last answer on the class, which threads would share. The dicts it is given are made
anew for each call, because it writes the access token into them.

Importing this module loads the library: the connector does so with its first call.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
import requests
import urllib3.exceptions
from pyfacebook import FacebookError, GraphAPI, LibraryError
from pyfacebook.ratelimit import RateLimit

from channels.facebook.refusals import refusal
from channels.facebook.usage import Usage, regain_seconds
from channels.payload import cleaned
from hub.ports import Account, AuthFailed, TemporarilyUnavailable

VERSION = "v26.0"
TIMEOUT_SECONDS = 15
CALLS_AT_ONCE = 4


class UsageHeaders(RateLimit):  # type: ignore[misc]
    """Reads an answer's usage headers, and never fails.

    The library's own raises TypeError on a key it does not know, after the request was
    carried out: a sent answer would look like a failed one.
    """

    def __init__(self, usage: Usage) -> None:
        super().__init__()
        self._usage = usage
        # A call and what we make of its answer happen in one thread.
        self._local = threading.local()

    @property
    def regain_seconds(self) -> float | None:
        """Until this thread's last answer said that access comes back."""
        seconds: float | None = getattr(self._local, "seconds", None)
        return seconds

    def forget(self) -> None:
        """Before a call: it may get no answer."""
        self._local.seconds = None

    def set_limit(self, headers: Mapping[str, str]) -> None:
        self._local.seconds = regain_seconds(headers.get("x-business-use-case-usage"))
        self._usage.note(headers)


class GraphClient:
    """The Graph API for one page."""

    def __init__(self, account: Account, usage: Usage) -> None:
        self.account = account
        self._api: GraphAPI | None = None
        self._headers = UsageHeaders(usage)
        self._limiter: anyio.CapacityLimiter | None = None

    async def post(
        self, object_id: str, connection: str | None, data: Mapping[str, str]
    ) -> dict[str, Any]:
        """POST to an object, or to its edge. Raises AuthFailed, TemporarilyUnavailable or
        Rejected."""
        fields = dict(data)
        return await self._run(
            lambda api: api.post_object(object_id, connection, data=fields), writes=True
        )

    async def list(self, object_id: str, connection: str, **query: str) -> dict[str, Any]:
        """GET an edge. Raises like `post`."""
        return await self._run(
            lambda api: api.get_connection(object_id, connection, **query), writes=False
        )

    async def get(self, object_id: str, fields: str, **query: str) -> dict[str, Any]:
        """GET an object. Raises like `post`."""
        return await self._run(
            lambda api: api.get_object(object_id, fields=fields, **query), writes=False
        )

    async def aclose(self) -> None:
        if self._api is not None:
            self._api.session.close()
            self._api = None

    async def _run(self, call: Callable[[GraphAPI], Any], *, writes: bool) -> dict[str, Any]:
        api = self._connected()
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(CALLS_AT_ONCE)
        answer = await anyio.to_thread.run_sync(
            partial(self._call, api, call, writes), limiter=self._limiter
        )
        if not isinstance(answer, dict):
            raise TemporarilyUnavailable(
                "Facebook's answer is not a JSON object", outcome_unknown=writes
            )
        return answer

    def _connected(self) -> GraphAPI:
        if self._api is None:
            token = self.account.secrets.get("access_token")
            if not token:
                raise AuthFailed("the account has no access token")
            base = self.account.base_url
            self._api = GraphAPI(
                access_token=token,
                # With the secret every call carries a proof of it.
                app_secret=self.account.secrets.get("app_secret"),
                base_url=base.rstrip("/") + "/" if base else None,
                version=VERSION,
                timeout=TIMEOUT_SECONDS,
                # A thread that sleeps on a limit helps nobody: the outbox waits.
                sleep_on_rate_limit=False,
            )
            self._api.rate_limit = self._headers
            # A proxy from the environment is for the real Facebook, never for the sandbox.
            self._api.session.trust_env = not base
        return self._api

    def _call(self, api: GraphAPI, call: Callable[[GraphAPI], Any], writes: bool) -> Any:
        """In the worker thread: make the call, and turn what it raises into the hub's errors."""
        self._headers.forget()
        try:
            return cleaned(call(api))
        except FacebookError as error:
            raise refusal(
                vars(error), writes=writes, regain_seconds=self._headers.regain_seconds
            ) from error
        except LibraryError as error:
            # Neither JSON nor a picture: a gateway's error page.
            raise TemporarilyUnavailable(
                "Facebook's answer cannot be read", outcome_unknown=writes
            ) from error
        except requests.RequestException as error:
            raise TemporarilyUnavailable(
                f"Facebook cannot be reached: {type(error).__name__}",
                outcome_unknown=writes and not _never_sent(error),
            ) from None  # its words have the address, and that has the access token
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
            # The library trips over an answer without a content type, or an odd error body.
            raise TemporarilyUnavailable(
                f"Facebook's answer cannot be read: {type(error).__name__}",
                outcome_unknown=writes,
            ) from error


def _never_sent(error: requests.RequestException) -> bool:
    """True where no connection was made, so nothing can have been carried out."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", None)
    return isinstance(reason, urllib3.exceptions.NewConnectionError)
