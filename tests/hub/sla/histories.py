"""Histories to test with: entries of an invented ticket on one working day."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hub.sla import (
    BotMessage,
    BusinessHours,
    Created,
    CustomerMessage,
    DeliveryRefused,
    Entry,
    Facts,
    PrivateNote,
    PublicReply,
    Rules,
    SlaPolicy,
    StatusChanged,
    TicketStatus,
)

OFFICE = BusinessHours.from_dict(
    {
        "timezone": "America/New_York",
        "weekly_hours": {day: [["08:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    }
)
POLICY = SlaPolicy(
    id=1,
    name="Ordinary",
    first_response=timedelta(hours=1),
    next_response=timedelta(minutes=30),
    resolution=timedelta(hours=4),
)
RULES = Rules.of(POLICY, OFFICE)
FACEBOOK = Facts(channel="facebook", unit="billing")
PHONE = Facts(channel="phone", unit="call-center")


def at(text: str) -> datetime:
    """`10:30` on Wednesday 18 November 2026 in New York, or `20 10:30` on the 20th."""
    day, _, clock = text.rpartition(" ")
    reading = datetime.fromisoformat(f"2026-11-{day or '18'} {clock}")
    return reading.replace(tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)


def opened(text: str, facts: Facts = FACEBOOK, status: str = "open") -> list[Entry]:
    """A ticket made of a customer's message."""
    when = at(text)
    return [
        Created(at=when, facts=facts, status=TicketStatus(status)),
        CustomerMessage(at=when),
    ]


def story(*lines: str) -> list[Entry]:
    """`"10:00 customer"`, `"10:05 reply"`, `"10:06 resolved no_reply_needed"`, one a line."""
    entries: list[Entry] = []
    for line in lines:
        words = line.split()
        day = [words.pop(0)] if ":" not in words[0] else []
        when = at(" ".join([*day, words[0]]))
        match words[1:]:
            case ["customer"]:
                entries.append(CustomerMessage(at=when))
            case ["reply"]:
                entries.append(PublicReply(at=when))
            case ["note"]:
                entries.append(PrivateNote(at=when))
            case ["bot-message"]:
                entries.append(BotMessage(at=when))
            case ["refused"]:
                entries.append(DeliveryRefused(at=when))
            case [status, *reason]:
                entries.append(
                    StatusChanged(
                        at=when,
                        status=TicketStatus(status),
                        reason=reason[0] if reason else None,
                    )
                )
    return entries
