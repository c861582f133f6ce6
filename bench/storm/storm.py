"""One storm from its beginning to its verdict."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import httpx2

from bench.storm.activity import Activity, recorded_words
from bench.storm.agents import Agents
from bench.storm.breakers import Breakers
from bench.storm.citizens import REMOTE, Citizens
from bench.storm.expected import Webhook, marks_in
from bench.storm.filings import Filings
from bench.storm.ledger import Ledger
from bench.storm.observer import Observer
from bench.storm.plan import RECORDED, Plan
from bench.storm.recorded import Recordings, read_recorded
from bench.storm.senders import Senders
from bench.storm.stored import HubDatabase, shown_on_platforms, waiting_webhooks
from bench.storm.town import Town, town
from bench.storm.verdict import (
    Verdict,
    judge_events,
    judge_inquiries,
    judge_replica,
    judge_replies,
    judge_rest,
)
from bench.storm.visitors import Visitor

Json = dict[str, Any]
Say = Callable[[str], None]
_MENTIONS = "x_api_v2/test_client_get_users_mentions.json"
_HANDLE = "CityUtilitiesDemo"
"""The sandbox's name for the account."""


def storm(plan: Plan, say: Say = lambda _: None) -> Verdict:
    """Build the town, let everything loose on it, and judge.

    Raises DidNotStart, ServerMissing, FileNotFoundError without the recordings.
    """
    ledger = Ledger()
    began = time.monotonic()
    with town(plan) as built:
        say(f"storm: {plan.form}, seed {plan.seed}, up after {time.monotonic() - began:.0f} s")
        return asyncio.run(_Storm(plan, built, ledger, say).run())


def webhooks_of(plan: Plan, page_id: str, x_user_id: str, ledger: Ledger) -> list[Webhook]:
    """Every round's bodies; what they should cause is put down in the ledger."""
    now = datetime.now(UTC)
    recordings = Recordings(
        read_recorded(RECORDED / "facebook_webhooks"), page_id, int(now.timestamp()) - 3600
    )
    words = recorded_words(json.loads((RECORDED / _MENTIONS).read_text()))
    activity = Activity(words, x_user_id, _HANDLE, now - timedelta(hours=1))
    found: list[Webhook] = []
    for number in range(1, plan.rounds + 1):
        for webhooks, expected in (recordings.round(number), activity.round()):
            found += webhooks
            ledger.expected += expected
    return found


class _TakesPart(Protocol):
    """Somebody who is done when everything of theirs was heard."""

    async def run(self) -> None: ...


class _Storm:
    def __init__(self, plan: Plan, built: Town, ledger: Ledger, say: Say) -> None:
        self._plan = plan
        self._town = built
        self._ledger = ledger
        self._say = say
        self._database = HubDatabase(built)

    async def run(self) -> Verdict:
        plan, built, ledger = self._plan, self._town, self._ledger
        token = await asyncio.to_thread(built.token)
        settings = built.settings
        webhooks = webhooks_of(plan, settings.facebook_page_id, settings.x_user_id, ledger)
        since = (await asyncio.to_thread(self._database.event_numbers, 0) or [0])[-1]
        observer = Observer(plan, built, ledger, token, since)
        visitors = [Visitor(plan, built, ledger, n) for n in range(1, plan.visitors + 1)]
        watching = asyncio.create_task(observer.run())
        began = time.monotonic()
        taking_part: list[_TakesPart] = [
            Senders(plan, built, ledger, webhooks),
            Citizens(plan, built, ledger),
            Filings(plan, built, ledger),
            Agents(plan, built, ledger, token, observer.replica),
            *visitors,
        ]
        doing = {asyncio.create_task(one.run(), name=type(one).__name__) for one in taking_part}
        breaking = asyncio.create_task(Breakers(plan, built, ledger).run())
        try:
            while not breaking.done():
                waiting = {breaking, *doing, watching}
                done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                doing -= done
                for task in done:
                    task.result()
            self._say(f"storm: calm after {time.monotonic() - began:.0f} s")
            await self._settle(doing, observer)
            self._say(f"storm: settled after {time.monotonic() - began:.0f} s")
            return await self._judge(observer, visitors, token)
        finally:
            left = (watching, breaking, *doing)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def _settle(self, doing: set[asyncio.Task[None]], observer: Observer) -> None:
        """Wait for what was begun, for as long as the plan allows: the verdict tells the rest."""
        deadline = time.monotonic() + self._plan.settle
        if doing:
            done, left = await asyncio.wait(doing, timeout=self._plan.settle)
            for task in done:
                task.result()
            for task in left:
                self._ledger.problem(f"{task.get_name()} are still trying to be heard")
        quiet = 0
        while quiet < 3 and time.monotonic() < deadline:
            before = observer.seen.last
            await asyncio.sleep(1.0)
            busy = sum((await asyncio.to_thread(self._database.under_way)).values())
            busy += await asyncio.to_thread(waiting_webhooks, self._town.sandbox_file)
            busy += await asyncio.to_thread(self._not_polled)
            numbers = await asyncio.to_thread(self._database.event_numbers, observer.seen.last)
            still = observer.seen.last == before and not numbers and not busy
            quiet = quiet + 1 if still else 0

    def _not_polled(self) -> int:
        """How many reports next door are not here yet: they are asked for once a minute."""
        stored = {words for m in self._database.messages() for words in marks_in(m.body)}
        return sum(
            wanted.what == REMOTE and wanted.mark not in stored for wanted in self._ledger.expected
        )

    async def _judge(self, observer: Observer, visitors: list[Visitor], token: str) -> Verdict:
        verdict, ledger, database = Verdict(), self._ledger, self._database
        shown = await asyncio.to_thread(shown_on_platforms, self._town.sandbox_file)
        for visitor in visitors:
            shown += await visitor.shown()
        tickets, messages = await self._snapshot(token)
        stored = await asyncio.to_thread(database.messages)
        recorded = await asyncio.to_thread(database.event_numbers, observer.seen.since)
        judge_inquiries(verdict, ledger, stored, messages)
        judge_replies(verdict, ledger.replies, stored, shown)
        judge_events(verdict, observer.seen.numbers, recorded, observer.seen.resyncs)
        judge_replica(verdict, "ticket", observer.replica.tickets, tickets)
        judge_replica(verdict, "message", observer.replica.messages, messages)
        judge_rest(verdict, ledger, await asyncio.to_thread(database.failed_jobs))
        unreadable = await asyncio.to_thread(database.unreadable)
        verdict.figures["unreadable bodies"] = {reason[:60]: 1 for reason in unreadable}
        return verdict

    async def _snapshot(self, token: str) -> tuple[dict[int, Json], dict[int, Json]]:
        """Every ticket and every message, as somebody who opens a console now gets them."""
        tickets: dict[int, Json] = {}
        messages: dict[int, Json] = {}
        headers = {"Authorization": f"Bearer {token}"}
        base = f"{self._town.hubs[0].url}/api/v1"
        async with httpx2.AsyncClient(
            base_url=base, headers=headers, trust_env=False, timeout=60
        ) as client:
            async for ticket in _pages(client, "/tickets"):
                tickets[ticket["id"]] = ticket
            for number in tickets:
                async for message in _pages(client, f"/tickets/{number}/messages"):
                    messages[message["id"]] = message
        return tickets, messages


async def _pages(client: httpx2.AsyncClient, path: str) -> Any:
    cursor: str | None = None
    while True:
        wanted = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
        answer = await client.get(path.removeprefix("/"), params=wanted)
        answer.raise_for_status()
        page = answer.json()
        for item in page["items"]:
            yield item
        cursor = page["next_cursor"]
        if cursor is None:
            return
