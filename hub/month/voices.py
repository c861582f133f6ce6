"""The customers' messages as channels hand them to the hub."""

from __future__ import annotations

from datetime import datetime

from hub.month.case import Act, Case, Step
from hub.month.people import Citizen
from hub.month.topics import PLACES
from hub.ports import Author, InboundMessage, Location, Visibility
from hub.team.access import Actor

_PUBLIC = frozenset({"post", "comment", "request"})
_SILENT = frozenset({"request", "call", "visit"})
"""A person must see it first."""
_MIDDLE = (30.44, -84.28)


def inbound(case: Case, step: Step, at: datetime, entered_by: Actor | None) -> InboundMessage:
    """What arrives; `entered_by` is the agent who took a call or a walk-in."""
    form = case.arrival.form.name
    number = case.steps.index(step) if step.act is Act.WRITES else 0
    request = form == "request"
    return InboundMessage(
        external_id=f"{case.key}:{case.number}:{number}",
        conversation=case.key,
        author=_author(case, form),
        body=step.text,
        sent_at=at,
        visibility=Visibility.PUBLIC if form in _PUBLIC else Visibility.PRIVATE,
        subject=_service(case) if request else None,
        unit=case.topic.unit if request and case.topic else None,
        topic=case.arrival.topic if request else None,
        skip_bot=form in _SILENT,
        can_reply=form not in ("call", "visit"),
        location=_location(case) if request else None,
        context={} if entered_by is None else {"entered_by": entered_by.name},
    )


def _author(case: Case, form: str) -> Author:
    who = case.citizen
    match form:
        case "post" | "direct":
            return Author("x", _address(case, who), who.name, who.handle)
        case "comment" | "messenger":
            return Author("facebook", _address(case, who), who.name)
        case "form":
            return Author("email", f"{who.handle}@{case.key.split(':')[1]}.month.example", who.name)
        case "call":
            return Author("phone", f"850555{who.number:07d}{case.key.split(':')[1]}", who.name)
        case "chat":
            return Author("web", case.key, who.name)
        case "request":
            return Author("open311", f"anonymous:{case.key}", who.name)
    return Author("counter", case.key, who.name)


def _address(case: Case, who: Citizen) -> str:
    """The seed is part of it: another month has other people."""
    return f"month:{case.key.split(':')[1]}:{who.number}"


def _service(case: Case) -> str:
    topic = case.arrival.topic or "other"
    return f"{topic.replace('-', ' ').capitalize()} – {case.arrival.place}"


def _location(case: Case) -> Location:
    """Somewhere in its part of town."""
    place = PLACES.index(case.arrival.place)
    spread = case.number % 97 / 9_700
    latitude = _MIDDLE[0] + place % 4 * 0.02 + spread
    return Location(latitude, _MIDDLE[1] + place // 4 * 0.03 - spread, case.arrival.place)
