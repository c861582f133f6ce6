"""The supervisor's live figures against the same figures counted one by one in plain Python."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.audit.models import AuditEntry
from hub.system import Hub
from hub.tickets import actions, replies
from hub.tickets.models import Message, Status, Ticket
from tests.fakes import FakeClock, ScriptedResponder, inbound
from tests.fixtures import Work, agent, change, receive, rows
from tests.hub.reports.live_history import ZONE, History, report_of

pytestmark = pytest.mark.anyio

ACTIVE = ("open", "pending_customer")


def _figures(tickets: Iterable[Ticket], now: datetime, today: datetime) -> dict[str, Any]:
    every = list(tickets)
    active = [one for one in every if one.status in ACTIVE]
    seconds = [
        (one.first_response_met_at - one.created_at).total_seconds()
        for one in every
        if one.first_response_met_at is not None
        and one.first_response_met_at >= today
        and one.channel not in ("phone", "walk-in")
    ]
    waiting = [one.waiting_since for one in active if one.waiting_since is not None]
    coming = [one.due_at for one in active if one.due_at is not None and not one.overdue]
    coming = [due for due in coming if due >= now]
    return {
        "open": len(active),
        "waiting": len(waiting),
        "due_soon": sum(due <= now + timedelta(minutes=60) for due in coming),
        "breached": sum(one.overdue for one in active),
        "unassigned": sum(one.assignee_id is None for one in active),
        "oldest_waiting_at": min(waiting, default=None),
        "next_due_at": min(coming, default=None),
        "median_first_response_seconds": median(seconds) if seconds else None,
    }


async def _expected(hub: Hub, only: str | None = None) -> dict[str, Any]:
    now = hub.now()
    local = now.astimezone(ZoneInfo(ZONE))
    today = local.replace(hour=0, minute=0, second=0, microsecond=0)
    everywhere: list[Ticket] = await rows(hub.database, Ticket)
    tickets = [one for one in everywhere if only in (None, one.unit)]
    own = {one.id for one in tickets}
    directory = await hub.directory.get()
    bot = await rows(hub.database, Message, author_kind="bot")
    audits = await rows(hub.database, AuditEntry, action="hand off")

    totals = _figures(tickets, now, today) | {
        "waiting_bot": sum(one.status == "bot" for one in tickets),
        "resolved_today": sum(
            one.status == "resolved" and one.resolved_at is not None and one.resolved_at >= today
            for one in tickets
        ),
    }
    channels = {}
    for name in {one.channel for one in tickets}:
        figures = _figures((one for one in tickets if one.channel == name), now, today)
        if figures["open"] or figures["median_first_response_seconds"] is not None:
            channels[name] = figures
    agents = {}
    for entry in directory.agents.values():
        theirs = [t for t in everywhere if t.assignee_id == entry.id and t.status in ACTIVE]
        if only is None or only in entry.units:
            agents[entry.id] = {
                "name": entry.name,
                "presence": entry.presence,
                "open": len(theirs),
                "capacity": entry.capacity,
                "waiting": sum(one.waiting_since is not None for one in theirs),
                "overdue": sum(one.overdue for one in theirs),
            }
    return {
        "totals": totals,
        "units": {
            unit: _figures((one for one in tickets if one.unit == unit), now, today)
            for unit in ([only] if only else directory.units)
        },
        "channels": channels,
        "agents": agents,
        "bot": {
            "answered_today": len(
                {m.ticket_id for m in bot if m.articles and m.created_at >= today} & own
            ),
            "handed_over_today": len({one.ticket_id for one in audits if one.at >= today} & own),
        },
    }


def _shape(report: dict[str, Any]) -> dict[str, Any]:
    def without(name: str, listed: list[dict[str, Any]]) -> dict[str, Any]:
        return {one[name]: {k: v for k, v in one.items() if k != name} for one in listed}

    return {
        "totals": report["totals"],
        "units": without("unit", report["by_unit"]),
        "channels": without("channel", report["by_channel"]),
        "agents": without("id", report["agents"]),
        "bot": report["bot"],
    }


@pytest.mark.parametrize("seed", [311, 8, 2026])
async def test_the_figures_are_those_of_the_tickets(
    hub: Hub, work: Work, clock: FakeClock, responder: ScriptedResponder, seed: int
) -> None:
    clock.at = datetime(2026, 11, 17, 14, tzinfo=UTC)
    history = History(hub, work, clock, responder, seed)
    for _ in range(3):
        await history.run(14)
        for unit in (None, "billing", "call-center"):
            report = await report_of(hub, unit)
            assert _shape(report) == await _expected(hub, unit), unit
            assert (report["at"], report["unit"]) == (clock(), unit)
    totals = (await report_of(hub))["totals"]
    for name in ("open", "waiting", "breached", "unassigned"):
        assert totals[name] > 0, name


async def test_yesterday_does_not_count(
    hub: Hub, work: Work, clock: FakeClock, responder: ScriptedResponder
) -> None:
    clock.at = datetime(2026, 11, 17, 14, tzinfo=UTC)
    await History(hub, work, clock, responder, 311).run(30)
    report = await report_of(hub)
    assert report["totals"]["resolved_today"] > 0
    assert report["totals"]["median_first_response_seconds"] is not None
    assert report["bot"]["answered_today"] > 0
    clock.at = datetime(2026, 12, 1, 7, tzinfo=UTC)
    hub.directory.forget()
    report = await report_of(hub)
    assert _shape(report) == await _expected(hub)
    assert report["totals"]["resolved_today"] == 0
    assert report["totals"]["median_first_response_seconds"] is None
    assert report["bot"] == {"answered_today": 0, "handed_over_today": 0}


async def test_an_empty_city_has_empty_figures(hub: Hub) -> None:
    report = await report_of(hub)
    assert report["totals"] == {
        "open": 0, "waiting": 0, "due_soon": 0, "breached": 0, "unassigned": 0,
        "oldest_waiting_at": None, "next_due_at": None, "median_first_response_seconds": None,
        "waiting_bot": 0, "resolved_today": 0,
    }  # fmt: skip
    assert {one["unit"] for one in report["by_unit"]} == set((await hub.directory.get()).units)
    assert (report["by_channel"], report["at_risk"], report["notices"], report["incidents"]) == (
        [], [], [], [],
    )  # fmt: skip


async def test_today_begins_at_the_citys_midnight(hub: Hub, work: Work, clock: FakeClock) -> None:
    """04:30 UTC is half past eleven in the evening there: still yesterday."""
    ava = await agent(hub, "ava")
    evening = datetime(2026, 11, 18, 4, 30, tzinfo=UTC)
    for n, at in enumerate((evening, evening + timedelta(hours=1))):
        clock.at = at
        (ticket_id,) = await receive(
            hub, inbound(f"m-{n}", conversation=f"c-{n}", skip_bot=True, sent_at=at)
        )
        clock.advance(minutes=2 + n)
        await change(hub, ticket_id, ava, replies.reply, "On it")
        await work.deliver()
        await change(hub, ticket_id, ava, actions.set_status, Status.RESOLVED)
    totals = (await report_of(hub))["totals"]
    assert (totals["resolved_today"], totals["median_first_response_seconds"]) == (1, 180.0)


async def test_late_first_responses_are_in_the_median(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    ava = await agent(hub, "ava")
    tickets = await receive(
        hub, *(inbound(f"m-{n}", conversation=f"c-{n}", skip_bot=True) for n in range(3))
    )
    for ticket_id, minutes in zip(tickets, (10, 20, 150), strict=True):
        clock.advance(minutes=minutes)
        await change(hub, ticket_id, ava, replies.reply, "On it")
        await work.deliver()
    report = await report_of(hub)
    assert report["totals"]["median_first_response_seconds"] == 30 * 60
    by_unit = {one["unit"]: one for one in report["by_unit"]}
    assert by_unit["social-media"]["median_first_response_seconds"] == 30 * 60
    assert by_unit["billing"]["median_first_response_seconds"] is None
