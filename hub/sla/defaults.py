"""What a new city utility starts with; a supervisor edits it from there.

The city's own targets: electric outage response under 40 minutes, gas problem under 30; social
media 60 minutes in hours. The other numbers are common ones.
"""

from __future__ import annotations

from datetime import timedelta

from hub.ports import ChannelKind
from hub.sla.business_hours import BusinessHours
from hub.sla.entries import Rules
from hub.sla.policy import Action, ActionKind, Conditions, SlaPolicy

CITY_TIME_ZONE = "America/New_York"

WORKING_DAY = timedelta(hours=9)
"""08:00 to 17:00."""

_TELL_UNIT = Action(ActionKind.NOTIFY, "unit")
_TELL_SUPERVISORS = Action(ActionKind.NOTIFY, "supervisors")
_RAISE = Action(ActionKind.RAISE_PRIORITY)


def city_hours() -> BusinessHours:
    """Monday to Friday 08:00 to 17:00, closed on the holidays of Florida."""
    return BusinessHours.from_dict(
        {
            "timezone": CITY_TIME_ZONE,
            "weekly_hours": {
                day: [["08:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")
            },
            "holiday_calendar": {"country": "US", "subdivision": "FL"},
        }
    )


def city_policies() -> tuple[SlaPolicy, ...]:
    """In order; the last one takes every ticket that no other does. Ids are 1, 2, 3, …"""
    return (
        _urgent(
            1, "Emergency", Conditions(emergency=True), first=15, resolution=timedelta(hours=4)
        ),
        _urgent(
            2,
            "Gas problem",
            Conditions(topic=frozenset({"gas-leak"})),
            first=30,
            resolution=timedelta(hours=8),
        ),
        _urgent(
            3,
            "Power outage",
            Conditions(topic=frozenset({"report-outage", "outage-restoration-time"})),
            first=40,
            resolution=timedelta(hours=24),
        ),
        _in_hours(
            4,
            "Social media",
            _on(ChannelKind.X, ChannelKind.FACEBOOK),
            first=timedelta(minutes=60),
            next_=timedelta(minutes=60),
            resolution=2 * WORKING_DAY,
        ),
        _in_hours(
            5,
            "Web chat",
            _on(ChannelKind.WEBCHAT),
            first=timedelta(minutes=15),
            next_=timedelta(minutes=15),
            resolution=WORKING_DAY,
        ),
        _in_hours(
            6,
            "Calls and walk-ins",
            _on(ChannelKind.PHONE, ChannelKind.WALK_IN),
            # Met when the call is taken; the target only says that there is one.
            first=timedelta(minutes=15),
            next_=timedelta(hours=4),
            resolution=3 * WORKING_DAY,
        ),
        _in_hours(
            7,
            "Service requests",
            _on(ChannelKind.OPEN311),
            first=WORKING_DAY,
            next_=WORKING_DAY,
            resolution=5 * WORKING_DAY,
        ),
        _in_hours(
            8,
            "Everything else",
            Conditions(),
            first=timedelta(hours=4),
            next_=timedelta(hours=4),
            resolution=3 * WORKING_DAY,
        ),
    )


def city_rules() -> Rules:
    return Rules(city_policies(), city_hours())


def _on(*channels: ChannelKind) -> Conditions:
    return Conditions(channel=frozenset(kind.value for kind in channels))


def _urgent(
    id: int, name: str, conditions: Conditions, *, first: int, resolution: timedelta
) -> SlaPolicy:
    return SlaPolicy(
        id=id,
        name=name,
        conditions=conditions,
        first_response=timedelta(minutes=first),
        next_response=timedelta(minutes=first),
        resolution=resolution,
        calendar_time=True,
        warn_share=0.5,
        on_warning=(_TELL_UNIT,),
        on_breach=(_TELL_UNIT, _TELL_SUPERVISORS, _RAISE),
    )


def _in_hours(
    id: int,
    name: str,
    conditions: Conditions,
    *,
    first: timedelta,
    next_: timedelta,
    resolution: timedelta,
) -> SlaPolicy:
    return SlaPolicy(
        id=id,
        name=name,
        conditions=conditions,
        first_response=first,
        next_response=next_,
        resolution=resolution,
        warn_share=0.75,
        on_warning=(_TELL_UNIT,),
        on_breach=(_TELL_SUPERVISORS, _RAISE),
    )
