"""What cannot be saved or computed, with the field it is about.

SlaError (ValueError)
├── CalendarError
│   ├── NoWorkingTime         a calendar that never opens
│   ├── OverlappingHours      two intervals share time, also across midnight
│   ├── UnknownTimeZone
│   ├── UnknownHolidays       a country or subdivision nobody lists
│   ├── BadTime               not a time of day, or an interval without length
│   ├── BadDate
│   └── BadField              unknown, missing or of the wrong shape
├── PolicyError
│   └── UnreachablePolicy     no ticket can match it
├── BadInstant                a naive datetime, an end before its start, negative time
└── BadTimeline               history that cannot have happened
"""

from __future__ import annotations


class SlaError(ValueError):
    """`field` is a dotted path into what was given (`weekly_hours.mon.1`), `reason` for people."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class CalendarError(SlaError):
    """A calendar that cannot be."""


class NoWorkingTime(CalendarError):
    pass


class OverlappingHours(CalendarError):
    pass


class UnknownTimeZone(CalendarError):
    pass


class UnknownHolidays(CalendarError):
    pass


class BadTime(CalendarError):
    pass


class BadDate(CalendarError):
    pass


class BadField(CalendarError):
    pass


class PolicyError(SlaError):
    """A policy that cannot be."""


class UnreachablePolicy(PolicyError):
    pass


class BadInstant(SlaError):
    """An argument of `due` or `elapsed` that has no answer."""


class BadTimeline(SlaError):
    """A timeline without its creation, or with two."""
