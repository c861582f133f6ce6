"""The Open311 connector: pulls requests from a remote endpoint, sends our answers there.

An account without `base_url` has no remote side: its requests are filed at our own server
(`channels.open311.server`), where an answer can be read as the request's status notes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx2

from channels.open311.client import GeoReportClient, NotFound
from channels.open311.pulled import PREFIX, moment, read_request, request_id
from channels.open311.rows import Row
from channels.open311.w3time import format_w3
from channels.open311.window import Cursor, Window
from hub.ports import (
    Account,
    Capabilities,
    Ignored,
    InboundItem,
    InboundMessage,
    PollBatch,
    Receipt,
    Rejected,
    Reply,
    SavePart,
)

PAGE_SIZE = 200
MAX_PAGES = 50
# What the standard lets an endpoint return at once; one that stops there may have more.
ROW_CAP = 1_000
SMALLEST_WINDOW = timedelta(minutes=1)


def _now() -> datetime:
    return datetime.now(UTC)


class Open311Connector:
    """One account. Implements Connector, Polls and FindsSent."""

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

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities()

    async def check(self) -> None:
        """The endpoint lists its services. GeoReport has no call that proves a key."""
        if self._client is not None:
            await self._client.services()

    async def aclose(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    def _remote_id(self, reply: Reply) -> str | None:
        """The request's id at the endpoint, None where it was filed at our own server."""
        if self._client is None or not reply.conversation.startswith(PREFIX):
            return None
        return reply.conversation.removeprefix(PREFIX)

    async def send(self, reply: Reply, save_part: SavePart) -> Receipt:
        """Comment on the request. `update_id` is the reply's key, so that an endpoint can
        tell a second attempt from a second comment."""
        now = self._clock()
        if reply.sent_parts:
            return Receipt(reply.sent_parts, now)
        remote_id = self._remote_id(reply)
        external_id = f"reply:{reply.key}"
        if remote_id is not None and self._client is not None:
            try:
                update_id = await self._client.post_update(
                    {
                        "service_request_id": remote_id,
                        "update_id": reply.key,
                        "updated_datetime": format_w3(reply.written_at or now),
                        "status": "OPEN",
                        "description": reply.body,
                    }
                )
            except NotFound as error:
                raise Rejected(
                    f"The endpoint takes no comment on request {remote_id} ({error.reason})."
                ) from None
            if update_id is not None:
                external_id = f"update:{update_id}"
        await save_part(external_id)
        return Receipt((external_id,), self._clock())

    async def find_sent(self, reply: Reply) -> Receipt | None:
        """Look for the comment among the request's updates, by our key or by its words."""
        remote_id = self._remote_id(reply)
        if remote_id is None or self._client is None:
            # Nothing is sent anywhere: sending again changes nothing.
            return None
        now = self._clock()
        start = (reply.written_at or now - timedelta(days=1)) - timedelta(minutes=10)
        try:
            rows = await self._client.updates(
                {
                    "service_request_id": remote_id,
                    "start_date": format_w3(start),
                    "end_date": format_w3(now + timedelta(minutes=10)),
                }
            )
        except Rejected:
            # It lists no updates: the key in `update_id` is what keeps a resend single.
            return None
        words = reply.body.split()
        for row in rows:
            if request_id(row) != remote_id:
                continue
            update_id = row.get("update_id")
            if update_id == reply.key or (row.get("description") or "").split() == words:
                at = moment(row, "updated_datetime") or now
                return Receipt((f"update:{update_id or reply.key}",), at)
        return None

    async def poll(self, cursor: str | None) -> PollBatch:
        """Requests that are new or changed since `cursor`, overlapping; oldest first.

        The cursor is JSON (`channels.open311.window`). An endpoint that ignores or refuses
        `updated_after` is asked by requested_datetime from then on.
        """
        if self._client is None:
            return PollBatch((), cursor)
        now = self._clock()
        at = Cursor.read(cursor, now)
        window = at.window(now)
        try:
            rows, complete = await self._read(self._client, window)
        except Rejected:
            if window.mode != "updated":
                raise
            rows, complete = [], False
        if window.mode == "updated" and not (complete and _honoured(window, rows)):
            at = at.by_request()
            window = at.window(now)
            rows, complete = await self._read(self._client, window)
        while not complete and _honoured(window, rows) and _can_halve(window):
            window = window.first_half()
            rows, complete = await self._read(self._client, window)
        items: list[InboundItem] = [read_request(row, self._account, now) for row in rows]
        messages = [item for item in items if isinstance(item, InboundMessage)]
        ignored = [item for item in items if isinstance(item, Ignored)]
        if not complete:
            ignored.append(Ignored("open311: the endpoint holds back part of what was asked for"))
        messages.sort(key=lambda message: message.sent_at)
        return PollBatch((*messages, *ignored), at.after(window).dump(), more=not window.to_now)

    async def _read(self, client: GeoReportClient, window: Window) -> tuple[list[Row], bool]:
        """Every row of `window`, and whether that is certain to be all of them.

        Pages are read until one brings nothing new: servers cap the page size as they like,
        and one that does not know pages sends the same rows again.
        """
        rows: list[Row] = []
        seen: set[object] = set()
        for page in range(1, MAX_PAGES + 1):
            params = {**window.params(), "page": str(page), "page_size": str(PAGE_SIZE)}
            try:
                found = await client.requests(params)
            except Rejected:
                if page == 1:
                    raise
                # Some servers refuse the page after the last.
                return rows, len(rows) < ROW_CAP
            fresh = [row for row in found if _identity(row) not in seen]
            seen.update(_identity(row) for row in fresh)
            rows.extend(fresh)
            if not found:
                return rows, True
            if not fresh:
                return rows, len(rows) < ROW_CAP
        return rows, False


def _identity(row: Row) -> object:
    return request_id(row) or tuple(sorted((name, value or "") for name, value in row.items()))


def _honoured(window: Window, rows: list[Row]) -> bool:
    return not any(
        window.is_foreign(moment(row, "requested_datetime"), moment(row, "updated_datetime"))
        for row in rows
    )


def _can_halve(window: Window) -> bool:
    return window.end - window.start > SMALLEST_WINDOW
