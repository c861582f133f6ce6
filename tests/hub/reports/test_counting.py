"""What counts as what: the cases an auditor would ask about."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub.api.changing import both_changes
from hub.ports import Answer, ChannelKind
from hub.reports.figures import ReportQuery, ReportRow
from hub.sla.draft import read_draft
from hub.sla.editing import newest_version, save_rules
from hub.sla.models import Breach
from hub.system import Hub
from hub.tickets import actions, merging, replies
from hub.tickets.models import Status
from tests.fakes import FakeClock, ScriptedResponder, handoff, inbound
from tests.fixtures import Work, agent, change, principal, receive, rows, ticket_of
from tests.hub.reports.test_report import caught_up, report_of
from tests.hub.sla.drafts import ANYTHING, document_of

pytestmark = pytest.mark.anyio


async def _totals(hub: Hub) -> ReportRow:
    await caught_up(hub)
    today = hub.now().date()
    return (await report_of(hub, ReportQuery(today - timedelta(days=20), today))).totals


async def _open(hub: Hub, n: int = 1, kind: ChannelKind = ChannelKind.X) -> int:
    message = inbound(f"m-{n}", conversation=f"c-{n}", address=f"u-{n}", skip_bot=True)
    (ticket_id,) = await receive(hub, message, kind=kind)
    return ticket_id


async def _save(hub: Hub, **social: Any) -> None:
    """Other targets for social media."""
    async with hub.database.write() as session:
        newest = await newest_version(session)
        document = document_of(newest)
        for policy in document["policies"]:
            if policy["name"] == "Social media":
                policy |= social
        draft = read_draft(**document, known=ANYTHING, now=hub.now())
        await save_rules(session, draft, newest.id, await agent(hub, "sam"), hub.now())
    hub.directory.forget()


async def _answered_by_bot(hub: Hub, work: Work, responder: ScriptedResponder) -> int:
    responder.decisions.append(Answer("A map is online.", ("outage-map",)))
    (ticket_id,) = await receive(hub, inbound())
    await work.all()
    assert (await ticket_of(hub, ticket_id)).status == Status.BOT
    return ticket_id


async def test_what_the_bot_alone_resolved_is_neither_in_time_nor_late(
    hub: Hub, work: Work, clock: FakeClock, responder: ScriptedResponder
) -> None:
    """It rests for a day, which is longer than its resolution may take; the rules change
    meanwhile."""
    ticket_id = await _answered_by_bot(hub, work, responder)
    clock.advance(hours=23)
    await _save(hub, resolution=3600)
    await work.jobs()
    assert await rows(hub.database, Breach) == []
    clock.advance(hours=2)
    await work.sweep.run()
    ticket = await ticket_of(hub, ticket_id)
    assert (ticket.resolution_reason, ticket.resolution_breached) == ("answered_by_bot", False)
    assert await rows(hub.database, Breach) == []
    totals = await _totals(hub)
    assert (totals.resolved, totals.contained) == (1, 1)
    for figures in (totals.first_response, totals.resolution):
        assert (figures.answered_by_bot, figures.decided) == (1, 0)
        assert figures.calendar.median is None


async def test_what_was_missed_counts_once_a_person_has_it(
    hub: Hub, work: Work, clock: FakeClock, responder: ScriptedResponder
) -> None:
    """While the bot's answer rested the rules made it late; the customer asks on, and it is."""
    ticket_id = await _answered_by_bot(hub, work, responder)
    clock.advance(hours=23)
    await _save(hub, resolution=3600)
    await work.jobs()
    await change(hub, ticket_id, await agent(hub, "carla"), replies.reply, "Let me look")
    assert {one.metric for one in await rows(hub.database, Breach)} >= {"resolution"}
    assert (await _totals(hub)).resolution.overdue == 1


async def test_nobody_hides_a_miss_behind_the_bots_reason(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    ticket_id = await _open(hub)
    clock.advance(days=7)
    carla = await agent(hub, "carla")
    await change(
        hub, ticket_id, carla, actions.set_status, Status.RESOLVED, reason="answered_by_bot"
    )
    totals = await _totals(hub)
    assert (totals.resolution.late, totals.resolution.answered_by_bot) == (1, 0)
    assert (totals.first_response.unanswered, totals.first_response.answered_by_bot) == (1, 0)


@pytest.mark.parametrize("hours", [0, 30])
async def test_a_first_message_closed_without_an_answer_is_unanswered(
    hub: Hub, work: Work, clock: FakeClock, hours: int
) -> None:
    """At once: it is not waiting for its due time, and after that nothing is still owed."""
    ticket_id = await _open(hub)
    await change(hub, ticket_id, await agent(hub, "carla"), actions.set_status, Status.RESOLVED)
    clock.advance(hours=hours)
    await work.sweep.run()
    first = (await _totals(hub)).first_response
    assert (first.unanswered, first.overdue, first.pending, first.share_within) == (1, 0, 0, 0)
    assert first.business.median_open


async def test_a_reply_on_its_way_when_it_was_resolved_answers_it(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    ticket_id = await _open(hub)
    carla = await agent(hub, "carla")
    await change(hub, ticket_id, carla, replies.reply, "Done")
    await change(hub, ticket_id, carla, actions.set_status, Status.RESOLVED)
    await _totals(hub)
    await work.deliver()
    first = (await _totals(hub)).first_response
    assert (first.within, first.unanswered) == (1, 0)


async def test_a_merged_ticket_counts_in_the_one_it_was_merged_into(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    one, other = await _open(hub, 1), await _open(hub, 2)
    assert (await _totals(hub)).created == 2

    async def join(act: Any) -> None:
        sam = await principal(hub, "sam")
        async with both_changes(hub, sam, one, other) as (source, target):
            await act(source, target)

    await join(merging.merge)
    await change(hub, other, await agent(hub, "carla"), replies.log_reply, "On it")
    clock.advance(days=3)
    await work.sweep.run()
    totals = await _totals(hub)
    assert (totals.created, totals.resolved, totals.open) == (1, 0, 1)
    assert (totals.first_response.within, totals.first_response.decided) == (1, 1)
    await join(merging.unmerge)
    totals = await _totals(hub)
    assert totals.created == 2
    # Nothing was owed while it was merged; from here its customer's question waits again.
    assert (totals.first_response.decided, totals.first_response.no_reply_needed) == (1, 1)
    assert totals.next_response.overdue == 1


async def test_calls_do_not_polish_the_share_of_first_responses(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    for n, kind in enumerate((ChannelKind.PHONE, ChannelKind.WALK_IN, ChannelKind.PHONE)):
        await _open(hub, n, kind)
    await _open(hub, 9)
    clock.advance(days=3)
    totals = await _totals(hub)
    assert (totals.created, totals.resolution.decided + totals.resolution.pending) == (4, 4)
    first = totals.first_response
    assert (first.within, first.decided, first.share_within) == (0, 1, 0.0)


async def test_without_a_target_nothing_is_within_it(
    hub: Hub, work: Work, clock: FakeClock
) -> None:
    await _save(hub, first_response=None, resolution=None)
    ticket_id = await _open(hub)
    clock.advance(days=3)
    carla = await agent(hub, "carla")
    await change(hub, ticket_id, carla, replies.log_reply, "On it")
    await change(hub, ticket_id, carla, actions.set_status, Status.RESOLVED)
    totals = await _totals(hub)
    for figures in (totals.first_response, totals.resolution):
        assert (figures.within, figures.pending, figures.share_within) == (0, 1, None)


@pytest.mark.parametrize("reason", ["answered", "no_reply_needed"])
async def test_what_nobody_answered_was_not_settled_at_first_contact(
    hub: Hub, work: Work, clock: FakeClock, reason: str
) -> None:
    silent, spoken, call = (
        await _open(hub, 1),
        await _open(hub, 2),
        await _open(hub, 3, ChannelKind.PHONE),
    )
    carla = await agent(hub, "carla")
    await change(hub, spoken, carla, replies.log_reply, "It is paid")
    for ticket_id in (silent, spoken, call):
        await change(hub, ticket_id, carla, actions.set_status, Status.RESOLVED, reason=reason)
    totals = await _totals(hub)
    assert (totals.resolved, totals.first_contact) == (3, 2)


async def test_what_the_bot_handed_over_is_not_contained_however_it_was_closed(
    hub: Hub, work: Work, clock: FakeClock, responder: ScriptedResponder
) -> None:
    responder.decisions.append(handoff())
    (ticket_id,) = await receive(hub, inbound())
    await work.all()
    assert (await ticket_of(hub, ticket_id)).status == Status.OPEN
    await change(hub, ticket_id, await agent(hub, "carla"), actions.set_status, Status.RESOLVED)
    totals = await _totals(hub)
    assert (totals.with_bot, totals.resolved, totals.contained) == (1, 1, 0)
