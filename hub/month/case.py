"""One inquiry of the month, and what becomes of it: the steps that are then written as rows."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hub.month.arrivals import Arrival
from hub.month.people import Citizen
from hub.month.topics import BY_SLUG, SARCASM, Bot, Topic


class Act(StrEnum):
    """What can happen to a ticket. `SPEAKS` has those that are a message."""

    ARRIVES = "arrives"
    WRITES = "writes"
    """The customer, again."""
    BOT_ANSWERS = "bot answers"
    BOT_ASKS = "bot asks"
    HANDS_OFF = "hands off"
    EMERGENCY = "emergency"
    RESTS = "rests"
    """What the bot answered is resolved after a silence."""
    ENTERED = "entered"
    """An agent has entered a call or a walk-in."""
    TAKES = "takes"
    REPLIES = "replies"
    ACCEPTED = "accepted"
    """The channel took the last reply."""
    REFUSED = "refused"
    RETRIES = "retries"
    LOGS = "logs"
    """An answer given elsewhere."""
    NOTES = "notes"
    STATUS = "status"
    WAKES = "wakes"
    TRANSFERS = "transfers"
    PRIORITY = "priority"
    TAGS = "tags"
    SURVEYED = "surveyed"
    """Asked how satisfied they were."""
    SCORES = "scores"


SPEAKS = frozenset({
    Act.ARRIVES, Act.WRITES, Act.BOT_ANSWERS, Act.BOT_ASKS, Act.HANDS_OFF, Act.REPLIES, Act.LOGS,
    Act.NOTES, Act.EMERGENCY, Act.SURVEYED,
})  # fmt: skip
"""Acts that write a message where they have a text."""


@dataclass(slots=True)
class Step:
    at: float
    """Seconds since the month began."""
    act: Act
    worker: int | None = None
    text: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    message_id: int = 0
    """Given once all steps are known, in the order of time."""

    @property
    def speaks(self) -> bool:
        return self.act in SPEAKS and bool(self.text)


@dataclass(slots=True)
class Case:
    number: int
    arrival: Arrival
    dice: random.Random
    citizen: Citizen
    unit: str
    key: str
    """Of its conversation."""
    steps: list[Step] = field(default_factory=list)
    # What follows is where the desk keeps how it stands.
    assignee: int | None = None
    waits: bool = False
    """For a person."""
    since: float = 0.0
    rounds: int = 0
    resolved_at: float | None = None
    answered: bool = False
    """A person has."""
    thanked: bool = False
    """What the customer wrote last needs no answer."""
    surveyed: bool = False
    heard_at: float = 0.0
    """When the customer wrote last."""
    turn: int = 0
    """Raised whenever the customer or a person does something: what was planned before is off."""

    @property
    def topic(self) -> Topic | None:
        return BY_SLUG[self.arrival.topic] if self.arrival.topic else None

    @property
    def counter(self) -> bool:
        return self.arrival.form.channel in ("phone", "walk-in")

    @property
    def urgent(self) -> bool:
        """What the night crew sees to."""
        topic = self.topic
        return topic is not None and (
            topic.bot is Bot.EMERGENCY or topic.slug in ("report-outage", "outage-restoration-time")
        )

    @property
    def emergency(self) -> bool:
        return self.topic is not None and self.topic.bot is Bot.EMERGENCY

    @property
    def begins_at(self) -> float:
        return self.steps[0].at

    def ask(self) -> str:
        """The inquiry itself, in the customer's words."""
        topic = self.topic
        if topic is None:
            return self.say(SARCASM)
        return self.say(topic.pide if self.citizen.spanish and topic.pide else topic.asks)

    def say(self, texts: tuple[str, ...]) -> str:
        return self.dice.choice(texts).format(place=self.arrival.place)
