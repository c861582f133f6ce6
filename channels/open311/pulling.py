"""Pulling requests and their changes from a remote endpoint, however it counts its pages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from channels.open311.changes import is_closed, read_change, read_update, status_word
from channels.open311.client import GeoReportClient
from channels.open311.pulled import moment, read_request, text_of
from channels.open311.rows import Row
from channels.open311.window import MOST_REPORTED, OVERLAP, Cursor, UpdateWindow, Window
from hub.ports import (
    Account,
    Ignored,
    InboundItem,
    InboundMessage,
    PollBatch,
    Rejected,
    Unreadable,
)

PAGE_SIZE = 200
MAX_PAGES = 50
# What the standard lets an endpoint return at once; one that stops there may have more.
ROW_CAP = 1_000
SMALLEST_WINDOW = timedelta(minutes=1)

Fetch = Callable[[Mapping[str, str]], Awaitable[tuple[Row, ...]]]


async def read_pages(
    fetch: Fetch, params: Mapping[str, str], known_by: str = "service_request_id"
) -> tuple[list[Row], bool]:
    """Every row there is, each by its field `known_by` once, and whether that is certain to be
    all of them.

    Pages are read until one brings nothing new: servers cap the page size as they like,
    and one that does not know pages sends the same rows again.
    """
    rows: list[Row] = []
    seen: set[object] = set()
    for page in range(1, MAX_PAGES + 1):
        try:
            found = await fetch({**params, "page": str(page), "page_size": str(PAGE_SIZE)})
        except Rejected:
            if page == 1:
                raise
            # Some servers refuse the page after the last.
            return rows, len(rows) < ROW_CAP
        fresh = [row for row in found if _identity(row, known_by) not in seen]
        seen.update(_identity(row, known_by) for row in fresh)
        rows.extend(fresh)
        if not found:
            return rows, True
        if not fresh:
            return rows, len(rows) < ROW_CAP
    return rows, False


def _identity(row: Row, known_by: str) -> object:
    known = text_of(row, known_by)
    return known or tuple(sorted((name, value or "") for name, value in row.items()))


@dataclass(slots=True)
class _Found:
    """What a poll brought so far."""

    requests: list[InboundMessage] = field(default_factory=list)
    changes: dict[str, InboundMessage] = field(default_factory=dict)
    """By external id: two places may tell the same."""
    bare: dict[tuple[str, str], InboundMessage] = field(default_factory=dict)
    """Changes of status without a word, by conversation and status: an update may say more."""
    ignored: list[Ignored] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)

    def batch(self, cursor: Cursor, *, more: bool) -> PollBatch:
        """Requests come first, so that what is said of them finds them."""
        self.requests.sort(key=lambda message: message.sent_at)
        told = {message.external_id: message for message in self.bare.values()} | self.changes
        changes = sorted(told.values(), key=lambda message: message.sent_at)
        items: tuple[InboundItem, ...] = (*self.requests, *changes, *self.ignored)
        unreadable = {hashlib.sha256(one.raw).hexdigest()[:12]: one for one in self.unreadable}
        news = {name: one for name, one in unreadable.items() if name not in cursor.reported}
        cursor = replace(cursor, reported=(*cursor.reported, *news)[-MOST_REPORTED:])
        return PollBatch(items, cursor.dump(), more=more, unreadable=tuple(news.values()))


class Puller:
    """Reads on from a cursor, for one account."""

    def __init__(self, account: Account, client: GeoReportClient) -> None:
        self._account = account
        self._client = client

    async def pull(self, cursor: str | None, now: datetime) -> PollBatch:
        """Requests that are new, and what is said of those we have, since `cursor`.

        The cursor is JSON (`channels.open311.window`). An endpoint that ignores or refuses
        `updated_after` is asked by requested_datetime from then on, and now and then for the
        whole of the last 90 days, since older requests change, too.
        """
        found = _Found()
        at, window, rows, complete = await self._requests(Cursor.read(cursor, now), now)
        self._sort_out(rows, at, found, now)
        if not complete:
            found.ignored.append(
                Ignored("open311: the endpoint holds back part of what was asked for")
            )
        after = at.after(window)
        if not window.to_now:
            return found.batch(after, more=True)
        if after.sweep_is_due(now):
            swept, _ = await read_pages(self._client.requests, Window.of_all(now).params())
            self._sort_out(swept, at, found, now)
            after = replace(after, swept=now)
        after, more = await self._updates(after, found, now)
        return found.batch(after, more=more)

    async def _requests(self, at: Cursor, now: datetime) -> tuple[Cursor, Window, list[Row], bool]:
        """The rows of the next window, the window, the cursor it was made of, and whether
        that is all."""
        window = at.window(now)
        try:
            rows, complete = await self._read(window)
        except Rejected:
            if window.mode != "updated":
                raise
            rows, complete = [], False
        if window.mode == "updated" and not (complete and _honoured(window, rows)):
            at = at.by_request()
            window = at.window(now)
            rows, complete = await self._read(window)
        while not complete and _honoured(window, rows) and _can_halve(window.start, window.end):
            window = window.first_half()
            rows, complete = await self._read(window)
        return at, window, rows, complete

    async def _read(self, window: Window) -> tuple[list[Row], bool]:
        return await read_pages(self._client.requests, window.params())

    def _sort_out(self, rows: list[Row], at: Cursor, found: _Found, now: datetime) -> None:
        known = {message.external_id for message in found.requests}
        for row in rows:
            request = read_request(row, self._account, now)
            if isinstance(request, Unreadable):
                found.unreadable.append(request)
                continue
            if isinstance(request, Ignored):
                found.ignored.append(request)
                continue
            if request.external_id not in known and not _long_done(row, at):
                found.requests.append(request)
            change = read_change(row, self._account, now)
            if change is not None and text_of(row, "status_notes") is None:
                status = status_word(text_of(row, "status"))
                found.bare[(change.conversation, status)] = change
            elif change is not None:
                found.changes[change.external_id] = change

    async def _updates(self, cursor: Cursor, found: _Found, now: datetime) -> tuple[Cursor, bool]:
        """Read `servicerequestupdates`, where the endpoint has it; gives the cursor to save and
        whether there is more."""
        window = cursor.update_window(now)
        if window is None:
            return cursor, False
        try:
            rows, complete = await self._read_updates(window)
            while not complete and _bounded(window, rows) and _can_halve(window.start, window.end):
                window = window.first_half()
                rows, complete = await self._read_updates(window)
        except Rejected:
            # It has no such call, or not for us: most endpoints do not.
            return cursor.without_updates(now), False
        for row in rows:
            at = moment(row, "updated_datetime")
            if at is not None and at < window.start:
                continue  # an endpoint that knows no bounds sends everything each time
            update = read_update(row, self._account, now)
            if update is None:
                raw = json.dumps(row).encode()
                found.unreadable.append(Unreadable(raw, "open311: an update of no request"))
            elif isinstance(update, Ignored):
                found.ignored.append(update)
            else:
                found.changes[update.external_id] = update
                found.bare.pop((update.conversation, status_word(text_of(row, "status"))), None)
        return cursor.after_updates(window), not window.to_now

    async def _read_updates(self, window: UpdateWindow) -> tuple[list[Row], bool]:
        rows, complete = await read_pages(self._client.updates, window.params(), "update_id")
        if any("requested_datetime" in row for row in rows):
            raise Rejected("what the endpoint calls updates are requests")
        return rows, complete


def _long_done(row: Row, at: Cursor) -> bool:
    """Closed, and filed before what we have read already: either we have it, or it was dealt
    with before we came. It must not become a ticket now because somebody touched it, nor at
    first because the endpoint does not know the filter by status."""
    if not is_closed(text_of(row, "status")):
        return False
    requested = moment(row, "requested_datetime")
    return at.mode == "first" or (requested is not None and requested < at.since - OVERLAP[at.mode])


def _honoured(window: Window, rows: list[Row]) -> bool:
    return not any(
        window.is_foreign(moment(row, "requested_datetime"), moment(row, "updated_datetime"))
        for row in rows
    )


def _bounded(window: UpdateWindow, rows: list[Row]) -> bool:
    moments = [moment(row, "updated_datetime") for row in rows]
    return not any(window.is_foreign(at) for at in moments if at is not None)


def _can_halve(start: datetime, end: datetime) -> bool:
    return end - start > SMALLEST_WINDOW
