"""The Open311 connector: pulls requests from a remote endpoint, sends our answers there.

An account without `base_url` has no remote side: its requests are filed at our own server
(`channels.open311.server`), where an answer can be read as the request's status notes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx2

from channels.open311.changes import change_id, is_closed, marked, status_word
from channels.open311.client import GeoReportClient, NotFound
from channels.open311.pulled import PREFIX, moment, request_id
from channels.open311.pulling import Puller, read_pages
from channels.open311.rows import Row
from channels.open311.w3time import format_w3
from hub.ports import (
    Account,
    Capabilities,
    PollBatch,
    Receipt,
    Rejected,
    Reply,
    SavePart,
    SecretField,
    StatusUpdate,
)


def _now() -> datetime:
    return datetime.now(UTC)


def _reply_id(reply: Reply) -> str:
    """Our update_id of a reply: no number alone, which an endpoint may give updates of its own."""
    return f"reply-{reply.key}"


class Open311Connector:
    """One account. Implements Connector, Polls, FindsSent and TakesStatus."""

    secret_fields = (
        SecretField("api_key", "API key", False, "What the endpoint wants to be sent, or ours."),
        SecretField("api_keys", "More API keys", False, "Of further apps: a comma list."),
        SecretField("jurisdiction_id", "Jurisdiction", False, "Where the endpoint serves several."),
    )
    title = "Open311 (GeoReport v2)"
    capabilities = Capabilities(platform="DigiTally", takes_status=True)
    poll_every: float = 60.0

    def __init__(
        self,
        account: Account,
        *,
        clock: Callable[[], datetime] = _now,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._account = account
        self._clock = clock
        self._client = (
            GeoReportClient(
                account.base_url,
                api_key=account.secrets.get("api_key"),
                jurisdiction_id=account.secrets.get("jurisdiction_id"),
                transport=transport,
            )
            if account.base_url
            else None
        )
        self._puller = Puller(account, self._client) if self._client is not None else None

    async def check(self) -> None:
        """The endpoint lists its services. GeoReport has no call that proves a key."""
        if self._client is not None:
            await self._client.services()

    async def aclose(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    def _remote_id(self, conversation: str) -> str | None:
        """The request's id at the endpoint, None where it was filed at our own server."""
        if self._client is None or not conversation.startswith(PREFIX):
            return None
        return conversation.removeprefix(PREFIX)

    async def send(self, reply: Reply, save_part: SavePart) -> Receipt:
        """Comment on the request. `update_id` is the reply's key, so that an endpoint can
        tell a second attempt from a second comment."""
        now = self._clock()
        if reply.sent_parts:
            return Receipt(reply.sent_parts, now)
        remote_id = self._remote_id(reply.conversation)
        external_id = f"reply:{reply.key}"
        if remote_id is not None and self._client is not None:
            # A comment must come with a status, and must not change it.
            status = await self._status(self._client, remote_id)
            await self._post(
                self._client, remote_id, _reply_id(reply), reply.written_at, status, reply.body
            )
            external_id = change_id(remote_id, status, reply.body)
        await save_part(external_id)
        return Receipt((external_id,), self._clock())

    async def push_status(self, update: StatusUpdate) -> None:
        """Say at the endpoint how the ticket fares. What was filed at our own server needs no
        push: whoever filed it reads the status there."""
        remote_id = self._remote_id(update.conversation)
        if remote_id is None or self._client is None:
            return
        notes = update.notes
        if notes is not None and notes.startswith(f"{self._account.name}: "):
            notes = None  # the endpoint's own words, as `changes` tells them to people
        if notes is None and is_closed(await self._status(self._client, remote_id)) != update.open:
            return  # it says so already
        status = "OPEN" if update.open else "CLOSED"
        words = marked(remote_id, is_open=update.open, notes=notes)
        key = f"status-{update.key}"
        if await self._find(self._client, remote_id, key, words, update.at) is not None:
            return
        await self._post(self._client, remote_id, key, update.at, status, words)

    async def find_sent(self, reply: Reply) -> Receipt | None:
        """Look for the comment among the request's updates, by our key or by its words."""
        remote_id = self._remote_id(reply.conversation)
        if remote_id is None or self._client is None:
            # Nothing is sent anywhere: sending again changes nothing.
            return None
        row = await self._find(
            self._client, remote_id, _reply_id(reply), reply.body, reply.written_at
        )
        if row is None:
            return None
        external_id = change_id(remote_id, row.get("status"), reply.body)
        return Receipt((external_id,), moment(row, "updated_datetime") or self._clock())

    async def poll(self, cursor: str | None) -> PollBatch:
        """Requests that are new or changed since `cursor`, overlapping, and what is said of
        them; oldest first."""
        if self._puller is None:
            return PollBatch((), cursor)
        return await self._puller.pull(cursor, self._clock())

    async def _status(self, client: GeoReportClient, remote_id: str) -> str:
        try:
            rows = await client.requests({"service_request_id": remote_id})
        except Rejected:
            return "OPEN"
        row = next((row for row in rows if request_id(row) == remote_id), None)
        return status_word(row.get("status") if row is not None else None).upper()

    async def _post(
        self,
        client: GeoReportClient,
        remote_id: str,
        key: str,
        at: datetime | None,
        status: str,
        words: str,
    ) -> None:
        try:
            await client.post_update(
                {
                    "service_request_id": remote_id,
                    "update_id": key,
                    "updated_datetime": format_w3(at or self._clock()),
                    "status": status,
                    "description": words,
                }
            )
        except NotFound as error:
            raise Rejected(
                f"The endpoint takes no comment on request {remote_id} ({error.reason})."
            ) from None

    async def _find(
        self, client: GeoReportClient, remote_id: str, key: str, words: str, at: datetime | None
    ) -> Row | None:
        """The update of the request that has our key or our words."""
        now = self._clock()
        params = {
            "service_request_id": remote_id,
            "start_date": format_w3((at or now - timedelta(days=1)) - timedelta(minutes=10)),
            "end_date": format_w3(now + timedelta(minutes=10)),
        }
        try:
            rows, _ = await read_pages(client.updates, params, "update_id")
        except Rejected:
            # It lists no updates: the key in `update_id` is what keeps a resend single.
            return None
        said = words.split()
        for row in rows:
            if request_id(row) == remote_id and (
                key in (row.get("update_id"), row.get("client_update_id"))
                or (row.get("description") or "").split() == said
            ):
                return row
        return None
