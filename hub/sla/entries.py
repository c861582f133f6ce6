"""What can happen to a ticket, as far as its clocks are concerned.

Every entry has `at`, the event's own aware time: the platform's for a customer's message, the
channel's acceptance for a reply. A status that changes because of a message changes at that
message's time (never before the previous status began).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hub.sla.business_hours import BusinessHours
from hub.sla.errors import BadTimeline
from hub.sla.policy import Facts, Metric, SlaPolicy, choose

ALWAYS = BusinessHours.always()
COUNTER_CHANNELS = frozenset({"phone", "walk-in"})
"""Where a person answers while the customer is there."""
_FACTS_KEPT = 1_000
MERGED = "merged"
"""The resolution reason of a ticket that was joined to another: its customer is answered there."""
NOTHING_OWED = frozenset({"no_reply_needed", MERGED})
"""Resolution reasons after which no answer is owed: sarcasm, news and spam, and what was merged."""


class TicketStatus(StrEnum):
    BOT = "bot"
    OPEN = "open"
    PENDING_CUSTOMER = "pending_customer"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Terms:
    """What governs a ticket at a moment, and the calendar its time is counted in."""

    policy: SlaPolicy | None
    hours: BusinessHours

    @property
    def calendar_time(self) -> bool:
        return self.policy is not None and self.policy.calendar_time

    def target(self, metric: Metric) -> timedelta | None:
        return None if self.policy is None else self.policy.target(metric)


@dataclass(frozen=True, slots=True)
class Rules:
    """The policies in order, and the calendars: the common one, and others by policy id."""

    policies: tuple[SlaPolicy, ...]
    calendar: BusinessHours
    calendars: Mapping[int | str, BusinessHours] = field(default_factory=dict)
    _known: dict[Facts, Terms] = field(
        default_factory=dict, init=False, repr=False, compare=False, hash=False
    )

    @classmethod
    def of(cls, policies: SlaPolicy | Sequence[SlaPolicy], calendar: BusinessHours) -> Rules:
        listed = (policies,) if isinstance(policies, SlaPolicy) else tuple(policies)
        return cls(listed, calendar)

    def terms(self, facts: Facts) -> Terms:
        """What governs a ticket of these facts; asked several times a message."""
        terms = self._known.get(facts)
        if terms is None:
            if len(self._known) >= _FACTS_KEPT:
                self._known.clear()
            terms = self._known[facts] = self._choose(facts)
        return terms

    def _choose(self, facts: Facts) -> Terms:
        policy = choose(self.policies, facts)
        if policy is None:
            return Terms(None, self.calendar)
        if policy.calendar_time:
            return Terms(policy, ALWAYS)
        return Terms(policy, self.calendars.get(policy.id, self.calendar))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    at: datetime

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise BadTimeline("at", "must be an aware datetime")
        if isinstance(self, Created | StatusChanged):
            object.__setattr__(self, "status", TicketStatus(self.status))


@dataclass(frozen=True, slots=True, kw_only=True)
class Created(_Entry):
    """The ticket exists. Exactly one per timeline, and first whatever its time."""

    facts: Facts
    status: TicketStatus = TicketStatus.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerMessage(_Entry):
    """`at` is the platform's time; the first may lie before the ticket's creation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicReply(_Entry):
    """A person's reply that the channel accepted at `at`; also staff in the platform's app."""

    written_at: datetime | None = None
    """Kept beside it; no clock looks at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateNote(_Entry):
    """Not a response."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotMessage(_Entry):
    """Not a response; a bot's or any automatic message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRefused(_Entry):
    """A reply that the channel did not take: not a response."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged(_Entry):
    status: TicketStatus
    reason: str | None = None
    """Why it was resolved: `no_reply_needed` is counted apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationChanged(_Entry):
    """Unit, priority, topic, visibility or emergency: another policy may govern from here."""

    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesChanged(_Entry):
    """Policies or calendars were edited: they govern from here."""

    rules: Rules


Entry = (
    Created
    | CustomerMessage
    | PublicReply
    | PrivateNote
    | BotMessage
    | DeliveryRefused
    | StatusChanged
    | ClassificationChanged
    | RulesChanged
)


def in_order(timeline: Sequence[Entry]) -> tuple[Created, list[Entry]]:
    """The creation, and the rest by time as it counts; equal times keep their order.

    Raises BadTimeline without exactly one Created.
    """
    created = [entry for entry in timeline if isinstance(entry, Created)]
    if len(created) != 1:
        raise BadTimeline("timeline", f"has {len(created)} creations, must have one")
    rest = [entry for entry in timeline if not isinstance(entry, Created)]
    first = created[0]
    return first, sorted((placed(entry, first.at) for entry in rest), key=lambda entry: entry.at)


def placed(entry: Entry, created_at: datetime) -> Entry:
    """The entry at the time it counts from: only messages can be older than their ticket."""
    if isinstance(entry, StatusChanged | ClassificationChanged | RulesChanged):
        return replace(entry, at=max(entry.at, created_at))
    return entry
