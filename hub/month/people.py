"""The invented people of the simulated month: those who ask, and those who answer."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass

FIRST = (
    "Ada", "Bruno", "Celia", "Dexter", "Elena", "Felix", "Greta", "Hector", "Imani", "Jonah",
    "Keiko", "Lamar", "Mabel", "Nico", "Odessa", "Pablo", "Quinn", "Rosa", "Silas", "Tamika",
    "Ursula", "Vernon", "Willa", "Xavier", "Yolanda", "Zeke", "Amara", "Bashir", "Corinne",
    "Dmitri",
)  # fmt: skip
LAST = (
    "Abernathy", "Bellweather", "Castellano", "Dunmore", "Everhart", "Fairbanks", "Goldwater",
    "Hollister", "Ibarra", "Jessup", "Kettering", "Lockwood", "Merriweather", "Northcott",
    "Okonjo", "Pennywell", "Quintana", "Ravenel", "Standish", "Thackeray", "Underhill",
    "Villanueva", "Wetherby", "Yancey", "Zamorano",
)  # fmt: skip

MONTH_DOMAIN = "month.example"
"""Of the e-mail addresses of the month's agents: by it they are known."""

NIGHT_UNIT = "call-center"
"""Its line is staffed around the clock."""


@dataclass(frozen=True, slots=True)
class Citizen:
    number: int
    name: str
    spanish: bool

    @property
    def handle(self) -> str:
        return f"{self.name.lower().replace(' ', '_')}_{self.number}"


def citizen(number: int, seed: int) -> Citizen:
    """The same person for the same number and seed."""
    dice = random.Random(f"{seed}:citizen:{number}")
    name = f"{dice.choice(FIRST)} {dice.choice(LAST)}"
    return Citizen(number, name, dice.random() < 0.09)


@dataclass(frozen=True, slots=True)
class Worker:
    """An agent of the month."""

    number: int
    name: str
    email: str
    units: tuple[str, ...]
    """The first is where they belong."""
    shift: str
    """`early`, `late` or `night`."""
    speed: float
    """What they need, as a multiple of the usual time: below 1 is faster."""


def hire(minutes: Mapping[str, float], working_minutes: float, seed: int) -> list[Worker]:
    """Enough agents for `minutes` of work by unit, each with `working_minutes` in the month.

    They are planned to be busy for 72 % of it, so that queues form where more comes at once
    than was planned for, and only there.
    """
    dice = random.Random(f"{seed}:workers")
    workers: list[Worker] = []

    def add(units: tuple[str, ...], shift: str) -> None:
        number = len(workers)
        name = f"{FIRST[number * 7 % len(FIRST)]} {LAST[number * 11 % len(LAST)]}"
        email = f"agent-{number + 1}@{MONTH_DOMAIN}"
        speed = min(max(dice.lognormvariate(0, 0.22), 0.6), 1.8)
        workers.append(Worker(number, name, email, units, shift, round(speed, 3)))

    for unit, wanted in sorted(minutes.items()):
        count = max(1, math.ceil(wanted / (working_minutes * 0.72)))
        for position in range(count):
            # Every third also helps out in the call center.
            helps = (NIGHT_UNIT,) if unit != NIGHT_UNIT and position % 3 == 2 else ()
            add((unit, *helps), "late" if position % 4 == 3 else "early")
    for _ in range(max(2, len(workers) // 12)):
        add((NIGHT_UNIT, "social-media"), "night")
    return workers
