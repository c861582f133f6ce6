"""Asking who many connections are in one go: a thousand consoles ask every few seconds."""

from __future__ import annotations

import asyncio

from hub.api.access import Credential
from hub.system import Hub
from hub.team.access import Principal
from hub.team.tokens import principals_of_tokens

_AT_ONCE = 1_000
"""Credentials a query: both databases take far more parameters."""


class Identities:
    """Gathers those who ask within a moment and answers them together."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._asked: dict[Credential, asyncio.Future[Principal | None]] = {}
        self._due: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def of(self, credential: Credential, patience: float) -> Principal | None:
        """Whom `credential` stands for now, None for nobody; asked within `patience` seconds.

        Raises what the database raises.
        """
        loop = asyncio.get_running_loop()
        answer = self._asked.get(credential)
        if answer is None:
            answer = self._asked[credential] = loop.create_future()
        at = loop.time() + patience
        if self._due is None or at < self._due.when():
            if self._due is not None:
                self._due.cancel()
            self._due = loop.call_at(at, self._ask)
        # Shielded: others wait for the same answer.
        return await asyncio.shield(answer)

    def _ask(self) -> None:
        asked, self._asked, self._due = self._asked, {}, None
        waiting = list(asked.items())
        for start in range(0, len(waiting), _AT_ONCE):
            task = asyncio.create_task(self._answer(dict(waiting[start : start + _AT_ONCE])))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answer(self, asked: dict[Credential, asyncio.Future[Principal | None]]) -> None:
        try:
            cookies = [credential.secret for credential in asked if not credential.bearer]
            tokens = [credential.secret for credential in asked if credential.bearer]
            by_cookie = await self._hub.sessions.principals(cookies) if cookies else {}
            by_token = await principals_of_tokens(self._hub.database, tokens) if tokens else {}
        except Exception as error:
            for answer in asked.values():
                if not answer.done():
                    answer.set_exception(error)
                    answer.exception()  # whoever asked may have gone
            return
        for credential, answer in asked.items():
            found = by_token if credential.bearer else by_cookie
            if not answer.done():
                answer.set_result(found.get(credential.secret))
