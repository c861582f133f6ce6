"""One message on its way through Rasa: its tracker is built for it and forgotten after it.

Rasa is a pure function of the hub's state and a message. So that concurrent messages cannot mix,
whatever their sender is called, each is a call of its own in its own task's context, with a
conversation id of its own.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Iterator, List, Optional
from uuid import uuid4

from rasa.shared.core.constants import (
    ACTION_LISTEN_NAME,
    ACTION_SESSION_START_NAME,
    REQUESTED_SLOT,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from dialogue.form import Form
from dialogue.reading import Reading
from dialogue.state import Open
from dialogue.value import Value


@dataclass
class Call:
    """`failure` is an error of one of our actions, which Rasa itself only logs."""

    tracker: DialogueStateTracker
    failure: Optional[BaseException] = None

    @property
    def conversation(self) -> str:
        return str(self.tracker.sender_id)


_CALL: ContextVar[Optional[Call]] = ContextVar("call", default=None)


def current_call() -> Optional[Call]:
    return _CALL.get()


@contextmanager
def calling(tracker: DialogueStateTracker) -> Iterator[Call]:
    """Rasa works on `tracker` until the block ends."""
    token = _CALL.set(Call(tracker))
    try:
        made = _CALL.get()
        assert made is not None
        yield made
    finally:
        _CALL.reset(token)


def tracker_before(
    domain: Domain,
    opened: Optional[Open],
    reading: Reading,
    *,
    language: str,
    today: date,
    idle: bool,
) -> DialogueStateTracker:
    """A conversation that stands where `opened` says, about to hear the message."""
    events: List[Event] = [
        ActionExecuted(ACTION_SESSION_START_NAME),
        SessionStarted(),
        ActionExecuted(ACTION_LISTEN_NAME),
        SlotSet("language", language),
        SlotSet("today", today.isoformat()),
        SlotSet("idle", idle),
        SlotSet("aside", reading.aside),
    ]
    if opened is not None and reading.within:
        events += [
            SlotSet(name, value.as_json())
            for name, value in opened.values.items()
            if name not in reading.clear
        ]
        events += [
            SlotSet("tries", opened.tries),
            SlotSet("last", opened.last if opened.last not in reading.clear else None),
            SlotSet("days", [day.isoformat() for day in opened.days]),
            ActiveLoop(opened.form.name),
            SlotSet(REQUESTED_SLOT, opened.ask),
        ]
    return DialogueStateTracker.from_events(uuid4().hex, events, slots=domain.slots, domain=domain)


def open_after(tracker: DialogueStateTracker, form: Form) -> Open:
    """Where the conversation stands in the open form."""
    return Open(
        form=form,
        ask=tracker.get_slot(REQUESTED_SLOT),
        values=values_after(tracker, form),
        tries=int(tracker.get_slot("tries") or 0),
        last=tracker.get_slot("last"),
        days=tuple(date.fromisoformat(day) for day in tracker.get_slot("days") or ()),
    )


def values_after(tracker: DialogueStateTracker, form: Form) -> "dict[str, Value]":
    found = {name: tracker.get_slot(name) for name in form.slots}
    return {name: Value(**value) for name, value in found.items() if value is not None}
