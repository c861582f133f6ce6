"""The supervisor's live figures against the same figures counted one by one in plain Python."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.api.system_schemas import LiveReport
from hub.audit.models import AuditEntry
from hub.ports import Answer, ChannelKind, Decision, Rejected
from hub.reports.live import live_report
from hub.system import Hub
from hub.tickets import actions, replies
from hub.tickets.models import Message, Status, Ticket
from tests.fakes import FakeClock, FakeConnector, ScriptedResponder, handoff, inbound
from tests.fixtures import Work, account_id, agent, change, receive, rows

pytestmark = pytest.mark.anyio

ZONE = "America/New_York"


async def _report(hub: Hub) -> dict[str, Any]:
    directory = await hub.directory.get()
    async with hub.database.read() as session:
        report = await live_report(session, directory, hub.now(), ZONE)
    LiveReport.model_validate(report)
    return report


def _figures(tickets: Iterable[Ticket], now: datetime, today: datetime) -> dict[str, Any]:
    every = list(tickets)
    active = [one for one in every if one.status in ("open", "pending_customer")]
    seconds = [
        (one.first_response_met_at - one.created_at).total_seconds()
        for one in every
        if one.first_response_met_at is not None
        and one.first_response_met_at >= today
        and one.channel not in ("phone", "walk-in")
    ]
    waiting = [one.waiting_since for one in active if one.waiting_since is not None]
    return {
        "open": len(active),
        "due_soon": sum(
            one.due_at is not None
            and now <= one.due_at <= now + timedelta(minutes=60)
            and not one.overdue
            for one in active
        ),
        "breached": sum(one.overdue for one in active),
        "unassigned": sum(one.assignee_id is None for one in active),
        "oldest_waiting_at": min(waiting, default=None),
        "median_first_response_seconds": median(seconds) if seconds else None,
    }


async def _expected(hub: Hub) -> dict[str, Any]:
    now = hub.now()
    local = now.astimezone(ZoneInfo(ZONE))
    today = local.replace(hour=0, minute=0, second=0, microsecond=0)
    tickets: list[Ticket] = await rows(hub.database, Ticket)
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
    units = {
        unit: _figures((one for one in tickets if one.unit == unit), now, today)
        for unit in directory.units
    }
    channels = {}
    for name in {one.channel for one in tickets}:
        figures = _figures((one for one in tickets if one.channel == name), now, today)
        if figures["open"] or figures["median_first_response_seconds"] is not None:
            channels[name] = figures
    return {
        "totals": totals,
        "units": units,
        "channels": channels,
        "load": {
            entry.id: sum(
                one.assignee_id == entry.id and one.status in ("open", "pending_customer")
                for one in tickets
            )
            for entry in directory.agents.values()
        },
        "bot": {
            "answered_today": len(
                {m.ticket_id for m in bot if m.articles and m.created_at >= today}
            ),
            "handed_over_today": len({one.ticket_id for one in audits if one.at >= today}),
        },
    }


def _shape(report: dict[str, Any]) -> dict[str, Any]:
    def without(name: str, listed: list[dict[str, Any]]) -> dict[str, Any]:
        return {one[name]: {k: v for k, v in one.items() if k != name} for one in listed}

    return {
        "totals": report["totals"],
        "units": without("unit", report["by_unit"]),
        "channels": without("channel", report["by_channel"]),
        "load": {one["id"]: one["open"] for one in report["agents"]},
        "bot": report["bot"],
    }


async def test_the_figures_are_those_of_the_tickets(
    hub: Hub, work: Work, clock: FakeClock, responder: ScriptedResponder
) -> None:
    """A day of inquiries on four channels, some answered, late, refused, resolved."""
    chance = random.Random(311)
    clock.at = datetime(2026, 11, 17, 14, tzinfo=UTC)
    people = [await agent(hub, name) for name in ("ava", "ben", "carla")]
    kinds = [ChannelKind.X, ChannelKind.FACEBOOK, ChannelKind.WEBCHAT, ChannelKind.PHONE]
    units = (None, "billing", "energy-services")
    tickets: list[int] = []
    connector = await hub.connectors.of_account(await account_id(hub, ChannelKind.FACEBOOK))
    assert isinstance(connector, FakeConnector)
    for n in range(36):
        clock.advance(minutes=chance.choice((1, 10, 20, 30)))
        kind = chance.choice(kinds)
        decisions: list[Decision] = [
            Answer("A map is online.", ("outage-map",)),
            Answer("Hello!", ()),
            handoff(topic=chance.choice((None, "high-bill"))),
        ]
        responder.decisions.append(chance.choice(decisions))
        message = inbound(
            f"m-{n}", f"inquiry {n}", conversation=f"c-{n}", address=f"u-{n}", kind=kind.value,
            unit=chance.choice(units), skip_bot=kind is ChannelKind.PHONE,
            sent_at=clock() - timedelta(seconds=chance.randrange(60)),
        )  # fmt: skip
        tickets += await receive(hub, message, kind=kind)
        await work.jobs()
        who, one = chance.choice(people), chance.choice(tickets)
        match chance.randrange(5):
            case 0 | 1:
                stored = await rows(hub.database, Ticket, id=one)
                if stored[0].can_reply:
                    if chance.random() < 0.2:
                        connector.outcomes.append(Rejected("no"))
                    await change(hub, one, who, replies.reply, "On it")
            case 2:
                await change(hub, one, who, actions.assign, who.id)
            case 3:
                await change(hub, one, who, actions.set_status, Status.RESOLVED)
            case 4:
                await change(hub, one, who, actions.set_status, Status.PENDING_CUSTOMER)
        await work.deliver()
        await work.sweep.run()
    report, expected = await _report(hub), await _expected(hub)
    assert _shape(report) == expected
    assert report["at"] == clock()
    totals = report["totals"]
    for name in ("open", "breached", "unassigned", "waiting_bot", "resolved_today"):
        assert totals[name] > 0, name
    assert totals["median_first_response_seconds"] is not None
    assert report["bot"]["answered_today"] > 0
    # Nothing was answered "today" a few hours after midnight of the next day.
    clock.at = datetime(2026, 12, 1, 7, tzinfo=UTC)
    hub.directory.forget()
    report = await _report(hub)
    assert _shape(report) == await _expected(hub)
    assert report["totals"]["resolved_today"] == 0
    assert report["totals"]["median_first_response_seconds"] is None
    assert report["bot"] == {"answered_today": 0, "handed_over_today": 0}


async def test_an_empty_city_has_empty_figures(hub: Hub) -> None:
    report = await _report(hub)
    assert report["totals"] == {
        "open": 0, "due_soon": 0, "breached": 0, "unassigned": 0, "oldest_waiting_at": None,
        "median_first_response_seconds": None, "waiting_bot": 0, "resolved_today": 0,
    }  # fmt: skip
    assert {one["unit"] for one in report["by_unit"]} == set((await hub.directory.get()).units)
    assert report["by_channel"] == []


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
    totals = (await _report(hub))["totals"]
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
    report = await _report(hub)
    assert report["totals"]["median_first_response_seconds"] == 30 * 60
    by_unit = {one["unit"]: one for one in report["by_unit"]}
    assert by_unit["social-media"]["median_first_response_seconds"] == 30 * 60
    assert by_unit["billing"]["median_first_response_seconds"] is None
