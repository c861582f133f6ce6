"""Clocks as rows: a ticket that opens like an earlier one has the clocks it would have alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from hub.intake.batch import TicketDraft
from hub.sla.clockwork import Clockwork
from hub.sla.defaults import city_hours, city_policies
from hub.sla.entries import Rules
from tests.fakes import NOON

STATUSES = ("bot", "open", "pending_customer", "snoozed", "resolved")


def _clockwork() -> Clockwork:
    return Clockwork(Rules.of(city_policies(), city_hours()))


def _ticket(at: datetime, **facts: Any) -> TicketDraft:
    row: dict[str, Any] = {
        "id": None,
        "created_at": at,
        "status": "bot",
        "channel": "facebook",
        "unit": "billing",
        "priority": "normal",
        "topic": None,
        "visibility": "private",
        "emergency": False,
        "callback_due_at": None,
        "resolution_reason": None,
        "sla": {},
    }
    return TicketDraft(row | facts, [])


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(
    "facts", [{}, {"channel": "phone"}, {"emergency": True}, {"topic": "gas-leak"}]
)
@pytest.mark.parametrize("heard_after", [timedelta(0), timedelta(minutes=-3), timedelta(hours=2)])
def test_like_an_earlier_one(status: str, facts: dict[str, Any], heard_after: timedelta) -> None:
    """Also across a week's end and the change of clocks, where due times jump."""
    used = _clockwork()
    used.opened(_ticket(NOON, status=status, **facts), NOON)
    for hours in (0, 9, 60, 24 * 40, 24 * 90):
        at = NOON + timedelta(hours=hours, microseconds=7)
        ticket, alone = (_ticket(at, status=status, **facts) for _ in range(2))
        used.opened(ticket, at + heard_after)
        _clockwork().opened(alone, at + heard_after)
        assert ticket == alone
        assert [row["kind"] for row in ticket.entries] == ["created"]


def test_two_tickets_share_no_row() -> None:
    clockwork = _clockwork()
    first, second, third = _ticket(NOON), _ticket(NOON), _ticket(NOON)
    clockwork.opened(first, NOON)
    clockwork.opened(second, NOON)
    assert first.clocks == second.clocks
    first.row["status"] = "resolved"
    clockwork.status_changed(first, NOON + timedelta(hours=1))
    assert all(row["met_at"] is None for row in second.clocks)
    clockwork.opened(third, NOON)
    assert third.clocks == second.clocks


def test_a_second_question_changes_no_clock() -> None:
    clockwork = _clockwork()
    ticket = _ticket(NOON)
    clockwork.opened(ticket, NOON)
    before = [dict(row) for row in ticket.clocks]
    clockwork.heard(ticket, NOON + timedelta(minutes=5))
    assert ticket.clocks == before
    assert [row["kind"] for row in ticket.entries] == ["created", "customer"]
    assert not ticket.stale
