"""The month's rows beside those the hub itself writes when the same things happen to it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from hub.audit.models import AuditEntry
from hub.delivery.models import Delivery
from hub.month.arrivals import span_of
from hub.month.case import Act, Case, Step
from hub.month.month import Plan, make_month
from hub.month.town import Town
from hub.month.voices import inbound
from hub.ports import (
    Answer,
    ArticleView,
    AskBack,
    ChannelKind,
    Choice,
    Confidence,
    Guess,
    Handoff,
    Rejected,
)
from hub.sla.defaults import city_hours
from hub.sla.models import ClockRow, Escalation, TimelineRow
from hub.system import Hub
from hub.team.access import BOT, SYSTEM, Actor
from hub.team.models import Agent
from hub.tickets import actions, replies
from hub.tickets.change import Change
from hub.tickets.models import Message, Priority, Status, Ticket
from hub.triage.actions import bot_answers, bot_asks_back, hand_off, raise_emergency
from tests.fakes import FakeClock, FakePlatforms
from tests.fixtures import Work, account_id, change, receive, rows
from tests.hub.month.months import AFTER, LAST_DAY

pytestmark = pytest.mark.anyio

COUNT = 70
PLAYED = 24
_OURS = ("id", "contact_id", "contact_point_id", "conversation", "ticket_id", "in_reply_to", "key")
_ELSEWHERE = (*_OURS, "external_id", "message_id", "next_at", "sent_parts")
"""Columns in which one row differs from its like."""


async def test_rows_are_as_the_hub_writes_them(
    hub: Hub, work: Work, clock: FakeClock, platforms: FakePlatforms
) -> None:
    clock.at = AFTER
    plan = Plan(COUNT, 5, LAST_DAY)
    await make_month(hub.database, hub.directory, hub.settings, hub.now, plan)
    hours = city_hours()
    span = span_of(AFTER - timedelta(milliseconds=1), ZoneInfo("America/New_York"), hours)
    town = Town(COUNT, span, hours, 5)
    cases = town.run()
    agents = {row.email: row for row in await rows(hub.database, Agent)}
    actors = [Actor("agent", (a := agents[w.email]).id, a.name) for w in town.workers]
    made = await rows(hub.database, Ticket)
    assert len(cases) == len(made) == COUNT
    acted = {row.ticket_id for row in await rows(hub.database, Escalation)}
    keys = Counter(case.key for case in cases)
    player = Player(hub, work, clock, platforms, town, actors)
    acts: set[Act] = set()
    played: list[int] = []
    for case, ticket in zip(cases, made, strict=True):
        those = {step.act for step in case.steps}
        # What the sweep does, and who is asked, have tests of their own.
        if len(played) == PLAYED or ticket.id in acted or keys[case.key] > 1:
            continue
        if Act.SURVEYED in those:
            continue
        again = await player.play(case)
        await _same(hub, ticket.id, again)
        acts |= those
        played.append(again)
    assert len(played) == PLAYED
    assert {Act.BOT_ANSWERS, Act.HANDS_OFF, Act.ENTERED, Act.TAKES, Act.REPLIES,
            Act.ACCEPTED, Act.STATUS} <= acts  # fmt: skip


async def _same(hub: Hub, ticket_id: int, other_id: int) -> None:
    (ticket,) = await rows(hub.database, Ticket, id=ticket_id)
    (other,) = await rows(hub.database, Ticket, id=other_id)
    assert _plain(ticket) == _plain(other)
    for model in (ClockRow, TimelineRow, Message, Delivery):
        ours = [_plain(row) for row in await rows(hub.database, model, ticket_id=ticket_id)]
        theirs = [_plain(row) for row in await rows(hub.database, model, ticket_id=other_id)]
        assert ours == theirs, model.__tablename__
    audited = [_audit(row) for row in await rows(hub.database, AuditEntry, ticket_id=ticket_id)]
    wanted = [_audit(row) for row in await rows(hub.database, AuditEntry, ticket_id=other_id)]
    assert audited == wanted


def _plain(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row.as_row().items() if name not in _ELSEWHERE}


def _audit(row: AuditEntry) -> tuple[Any, ...]:
    detail = {name: value for name, value in row.detail.items() if name != "message_id"}
    return row.at, row.actor, row.action, detail


class Player:
    """Lets a case happen to the hub, as channels, bot and people would."""

    def __init__(
        self,
        hub: Hub,
        work: Work,
        clock: FakeClock,
        platforms: FakePlatforms,
        town: Town,
        actors: list[Actor],
    ) -> None:
        self._hub = hub
        self._work = work
        self._clock = clock
        self._platforms = platforms
        self._town = town
        self._actors = actors

    async def play(self, case: Case) -> int:
        """Gives the ticket's id."""
        again = replace(case, key=f"{case.key}:again")
        again.steps = case.steps
        ticket = 0
        for step in case.steps:
            at = self._clock.at = self._town.moment(step.at)
            actor = SYSTEM if step.worker is None else self._actors[step.worker]
            if step.act in (Act.ARRIVES, Act.WRITES):
                self._clock.advance(milliseconds=200)
                by = None if step.worker is None else actor
                # The same person, who is known by the address of the first time.
                message = inbound(again, step, at, by)
                message = replace(message, author=inbound(case, step, at, by).author)
                (ticket,) = await receive(
                    self._hub, message, kind=ChannelKind(case.arrival.form.channel)
                )
            elif step.act in (Act.ACCEPTED, Act.REFUSED):
                await self._deliver(case, step)
            else:
                await change(self._hub, ticket, actor, self._do, step, ticket)
                if step.speaks and step.worker is None:
                    self._clock.advance(milliseconds=500)
                    assert await self._work.deliver() == 1
        return ticket

    async def _deliver(self, case: Case, step: Step) -> None:
        if step.act is Act.REFUSED:
            kind = ChannelKind(case.arrival.form.channel)
            connector = self._platforms.made[await account_id(self._hub, kind)]
            connector.outcomes.append(Rejected(str(step.detail["reason"])))
        assert await self._work.deliver() == 1

    async def _do(self, opened: Change, step: Step, ticket: int) -> None:
        detail = step.detail
        if step.act in (Act.BOT_ANSWERS, Act.BOT_ASKS, Act.HANDS_OFF, Act.EMERGENCY):
            opened.actor = BOT
            await self._triage(opened, step, ticket)
            return
        match step.act:
            case Act.RESTS:
                await actions.set_status(opened, Status.RESOLVED, reason="answered_by_bot")
            case Act.ENTERED:
                opened.audit("entered", channel=opened.ticket.channel)
                actions.set_priority(opened, Priority(detail["priority"]))
                actions.set_topic(opened, detail["slug"])
                if detail["resolved"]:
                    await actions.set_status(opened, Status.RESOLVED, reason="answered")
            case Act.TAKES:
                await actions.assign(opened, opened.actor.id)
            case Act.REPLIES:
                await replies.reply(opened, step.text)
            case Act.LOGS:
                await replies.log_reply(opened, step.text)
            case Act.NOTES:
                await replies.note(opened, step.text)
            case Act.RETRIES:
                newest = select(Message.id).where(Message.ticket_id == ticket)
                reply = newest.where(Message.author_kind == "agent").order_by(Message.id.desc())
                message_id = await opened.session.scalar(reply.limit(1))
                assert message_id is not None
                await replies.retry(opened, message_id)
            case Act.STATUS:
                await actions.set_status(
                    opened,
                    Status(detail["status"]),
                    until=detail.get("until"),
                    reason=detail.get("reason"),
                )
            case Act.WAKES:
                actions.reopen(opened)
                opened.audit("status", status="open", before="snoozed")
            case Act.TRANSFERS:
                await actions.transfer(opened, detail["unit"])
            case Act.PRIORITY:
                actions.set_priority(opened, Priority(detail["priority"]))
            case Act.TAGS:
                await actions.set_tags(opened, list(detail["tags"]))

    async def _triage(self, opened: Change, step: Step, ticket: int) -> None:
        detail = step.detail
        newest = select(Message).where(Message.ticket_id == ticket, Message.direction == "inbound")
        inquiry = await opened.session.scalar(newest.order_by(Message.id.desc()).limit(1))
        assert inquiry is not None
        slug = detail.get("slug")
        article = None
        if slug is not None:
            title = slug.replace("-", " ")
            answer, _, _ = step.text.partition("\n\n")
            article = ArticleView(
                slug, title, detail["unit"], Confidence.HIGH, False, answer or None
            )
        match step.act:
            case Act.BOT_ANSWERS:
                articles = () if slug is None else (slug,)
                await bot_answers(opened, inquiry, Answer(step.text, articles), article)
            case Act.BOT_ASKS:
                asked = tuple(Choice(g.replace("-", " "), g) for g in detail["guesses"])
                guesses = tuple(Guess(g, 0.4) for g in detail["guesses"])
                await bot_asks_back(opened, inquiry, AskBack(step.text, asked, guesses))
            case Act.HANDS_OFF:
                given = Handoff(detail["reason"], detail["summary"], step.text, slug)
                await hand_off(opened, inquiry, given, article)
            case _:
                await raise_emergency(
                    opened, inquiry, str(slug), article, fence=opened.ticket.takeover
                )
