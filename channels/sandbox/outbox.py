"""The webhooks on their way to the hub: kept until the hub said 200.

A platform signs a body when it sends it, so the queue holds bodies and not requests.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from channels.sandbox.world import World, moment

GIVE_UP_AFTER = timedelta(hours=28)
"""How long X tries (Facebook: 36 h)."""


class Platform(StrEnum):
    X = "x"
    FACEBOOK = "facebook"
    OPEN311 = "open311"
    """Reports filed at the hub's own GeoReport server, as DigiTally files them."""


class State(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook; `subject` is the id of what it tells about."""

    id: int
    platform: Platform
    event: str
    subject: str
    body: bytes
    state: State
    attempts: int
    due: datetime
    created_at: datetime
    delivered_at: datetime | None
    detail: str


def _delivery(row: sqlite3.Row) -> Delivery:
    return Delivery(
        id=row["id"],
        platform=Platform(row["platform"]),
        event=row["event"],
        subject=row["subject"],
        body=bytes(row["body"]),
        state=State(row["state"]),
        attempts=row["attempts"],
        due=moment(row["due"]),
        created_at=moment(row["created_at"]),
        delivered_at=moment(row["delivered_at"]) if row["delivered_at"] is not None else None,
        detail=row["detail"],
    )


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))


class Outbox:
    """The queue in the database."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._database = world.database

    def put(self, platform: Platform, event: str, subject: str, body: bytes) -> None:
        """Queue a body; part of the caller's transaction if there is one."""
        at = self._world.clock().timestamp()
        self._database.write(
            "INSERT INTO deliveries (platform, event, subject, body, due, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (platform, event, subject, body, at, at),
        )
        self._world.changed.ring()

    def due(self, platforms: frozenset[Platform], limit: int) -> list[Delivery]:
        """What may be tried now, oldest first."""
        rows = self._database.all(
            f"SELECT * FROM deliveries WHERE state = 'waiting' AND due <= ? "  # noqa: S608
            f"AND platform IN ({_marks(platforms)}) ORDER BY id LIMIT ?",
            (self._world.clock().timestamp(), *platforms, limit),
        )
        return [_delivery(row) for row in rows]

    def next_due(self, platforms: frozenset[Platform], carried: Collection[int]) -> datetime | None:
        """When the next one is due, apart from those being `carried` right now."""
        rows = self._database.all(
            f"SELECT id, due FROM deliveries WHERE state = 'waiting' "  # noqa: S608
            f"AND platform IN ({_marks(platforms)}) ORDER BY due LIMIT ?",
            (*platforms, len(carried) + 1),
        )
        return next((moment(row["due"]) for row in rows if row["id"] not in carried), None)

    def delivered(self, delivery: Delivery) -> None:
        """The hub said 200; whatever else waits for it is tried at once, the hub is back."""
        at = self._world.clock().timestamp()
        with self._database.transaction():
            self._database.write(
                "UPDATE deliveries SET state = 'delivered', attempts = attempts + 1, "
                "delivered_at = ?, detail = '' WHERE id = ?",
                (at, delivery.id),
            )
            self._database.write(
                "UPDATE deliveries SET due = ? WHERE state = 'waiting' AND platform = ? "
                "AND due > ? AND attempts > 0",
                (at, delivery.platform, at),
            )
        self._world.changed.ring()

    def put_off(self, delivery: Delivery, detail: str) -> None:
        """It did not arrive: try again later, with growing pauses, for 28 hours."""
        at = self._world.clock()
        pauses = self._world.config.retry_seconds
        pause = pauses[min(delivery.attempts, len(pauses) - 1)]
        given_up = at - delivery.created_at > GIVE_UP_AFTER
        self._database.write(
            "UPDATE deliveries SET state = ?, attempts = attempts + 1, due = ?, detail = ? "
            "WHERE id = ?",
            (
                State.FAILED if given_up else State.WAITING,
                (at + timedelta(seconds=pause)).timestamp(),
                detail,
                delivery.id,
            ),
        )
        self._world.changed.ring()

    def refused(self, delivery: Delivery, detail: str) -> None:
        """The hub will never take it."""
        self._database.write(
            "UPDATE deliveries SET state = 'failed', attempts = attempts + 1, detail = ? "
            "WHERE id = ?",
            (detail, delivery.id),
        )
        self._world.changed.ring()

    def about(self, subject: str) -> list[Delivery]:
        """Every webhook that tells about `subject`."""
        rows = self._database.all(
            "SELECT * FROM deliveries WHERE subject = ? ORDER BY id", (subject,)
        )
        return [_delivery(row) for row in rows]

    def latest(self, limit: int) -> list[Delivery]:
        rows = self._database.all("SELECT * FROM deliveries ORDER BY id DESC LIMIT ?", (limit,))
        return [_delivery(row) for row in rows]

    def counts(self) -> dict[str, int]:
        """How many are in each state."""
        rows = self._database.all("SELECT state, COUNT(*) AS n FROM deliveries GROUP BY state")
        return {state.value: 0 for state in State} | {row["state"]: row["n"] for row in rows}
