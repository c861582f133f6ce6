"""Service times: business hours, policies, and the clocks of a ticket.

    due = BusinessHours.from_dict({...}).due(start, working_time)
    times = evaluate(timeline, Rules.of(policies, hours), now)

All of it is pure; the rows and the sweep that act on it live in `models`, `service` and `sweep`.
"""

from hub.sla.business_hours import BusinessHours
from hub.sla.clocks import Clock, ClockState, Ended, Standing
from hub.sla.entries import (
    BotMessage,
    ClassificationChanged,
    Created,
    CustomerMessage,
    DeliveryRefused,
    Entry,
    PrivateNote,
    PublicReply,
    Rules,
    RulesChanged,
    StatusChanged,
    Terms,
    TicketStatus,
)
from hub.sla.errors import (
    BadDate,
    BadField,
    BadInstant,
    BadTime,
    BadTimeline,
    CalendarError,
    NoWorkingTime,
    OverlappingHours,
    PolicyError,
    SlaError,
    UnknownHolidays,
    UnknownTimeZone,
    UnreachablePolicy,
)
from hub.sla.holiday_calendar import HolidayCalendar
from hub.sla.policy import (
    Action,
    ActionKind,
    Conditions,
    Facts,
    Metric,
    SlaPolicy,
    choose,
)
from hub.sla.reach import Names, check_policies
from hub.sla.ticket_clocks import TicketClocks, advance, open_clocks
from hub.sla.timeline import TicketTimes, as_of, evaluate

__all__ = [
    "Action",
    "ActionKind",
    "BadDate",
    "BadField",
    "BadInstant",
    "BadTime",
    "BadTimeline",
    "BotMessage",
    "BusinessHours",
    "CalendarError",
    "ClassificationChanged",
    "Clock",
    "ClockState",
    "Conditions",
    "Created",
    "CustomerMessage",
    "DeliveryRefused",
    "Ended",
    "Entry",
    "Facts",
    "HolidayCalendar",
    "Metric",
    "Names",
    "NoWorkingTime",
    "OverlappingHours",
    "PolicyError",
    "PrivateNote",
    "PublicReply",
    "Rules",
    "RulesChanged",
    "SlaError",
    "SlaPolicy",
    "Standing",
    "StatusChanged",
    "Terms",
    "TicketClocks",
    "TicketStatus",
    "TicketTimes",
    "UnknownHolidays",
    "UnknownTimeZone",
    "UnreachablePolicy",
    "advance",
    "as_of",
    "check_policies",
    "choose",
    "evaluate",
    "open_clocks",
]
