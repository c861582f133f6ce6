"""Where a pull stands: the cursor, and the stretch of time the next poll asks for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from channels.open311.w3time import format_w3, parse_w3

Mode = Literal["first", "updated", "requested"]

# GeoReport spans at most 90 days; a minute less is inside it however the server rounds.
LOOK_BACK = timedelta(days=90) - timedelta(minutes=1)
OVERLAP: Mapping[Mode, timedelta] = {
    "first": timedelta(0),
    # Clocks differ, and a row may be committed after one with a later time.
    "updated": timedelta(minutes=10),
    # A request may be published long after it was filed, once it has been moderated.
    "requested": timedelta(days=1),
}
SWEEP_EVERY = timedelta(hours=1)
ASK_FOR_UPDATES_EVERY = timedelta(days=1)
MOST_REPORTED = 200
_FURTHER = ("updates", "no_updates_until", "swept")
# Wider than any clock or any time written without its zone is off.
_FOREIGN = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Everything up to `since` has been read.

    The `first` pull asks by requested_datetime for open requests alone, so that a city's
    past does not become a queue of overdue tickets. After it the extension `updated_after`
    is used (`updated`), or, where the endpoint has shown that it does not know it, the
    standard's own window on requested_datetime (`requested`).
    """

    since: datetime
    mode: Mode = "updated"
    updates: datetime | None = None
    """Service request updates have been read up to here."""
    no_updates_until: datetime | None = None
    """The endpoint has no such call: it is asked again then."""
    swept: datetime | None = None
    """When an endpoint without `updated_after` was last asked for everything."""
    reported: tuple[str, ...] = ()
    """Digests of rows that could not be read and were handed over: windows overlap."""

    @classmethod
    def read(cls, text: str | None, now: datetime) -> Cursor:
        """The saved cursor; a missing or unreadable one starts again, 90 days back."""
        start = cls(now - LOOK_BACK, "first")
        if text is None:
            return start
        try:
            saved = json.loads(text)
            since = parse_w3(saved["since"])
            mode = saved["mode"]
            known = mode in OVERLAP
            further = {
                name: moment
                for name in _FURTHER
                if (moment := parse_w3(saved.get(name) or "")) is not None
            }
            reported = tuple(str(one) for one in saved.get("reported", ()))
        except (ValueError, TypeError, KeyError, AttributeError):
            return start
        if since is None or not known:
            return start
        # A clock that was once wrong must not hide what comes until it is right again.
        latest = {"no_updates_until": now + ASK_FOR_UPDATES_EVERY}
        bounded = {name: min(at, latest.get(name, now)) for name, at in further.items()}
        return cls(min(since, now), mode, reported=reported, **bounded)

    def dump(self) -> str:
        further = {name: getattr(self, name) for name in _FURTHER}
        saved: dict[str, object] = {"since": format_w3(self.since), "mode": self.mode}
        saved |= {name: format_w3(at) for name, at in further.items() if at is not None}
        if self.reported:
            saved["reported"] = self.reported
        return json.dumps(saved)

    def window(self, now: datetime) -> Window:
        start = self.since - OVERLAP[self.mode]
        end = now if self.mode == "updated" else min(start + LOOK_BACK, now)
        return Window(self.mode, start, end, to_now=end == now)

    def by_request(self) -> Cursor:
        """The same place, by requested_datetime from now on."""
        return replace(self, mode="requested")

    def after(self, window: Window) -> Cursor:
        """The cursor to save once all of `window` has been read."""
        mode = self.mode
        if mode == "first" and window.to_now:
            mode = "updated"
        return replace(self, since=window.end, mode=mode)

    def sweep_is_due(self, now: datetime) -> bool:
        """Whether an endpoint that cannot be asked for changes is to be asked for everything."""
        return self.mode == "requested" and (self.swept is None or now - self.swept >= SWEEP_EVERY)

    def update_window(self, now: datetime) -> UpdateWindow | None:
        """The updates to read next; None while the endpoint is known to have none."""
        if self.no_updates_until is not None and now < self.no_updates_until:
            return None
        start = now - LOOK_BACK
        if self.updates is not None:
            start = self.updates - OVERLAP["updated"]
        end = min(start + LOOK_BACK, now)
        return UpdateWindow(start, end, to_now=end == now)

    def after_updates(self, window: UpdateWindow) -> Cursor:
        return replace(self, updates=window.end, no_updates_until=None)

    def without_updates(self, now: datetime) -> Cursor:
        return replace(self, no_updates_until=now + ASK_FOR_UPDATES_EVERY)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time to ask for. `to_now` is False where more must follow."""

    mode: Mode
    start: datetime
    end: datetime
    to_now: bool

    @classmethod
    def of_all(cls, now: datetime) -> Window:
        """Everything the standard lets one ask for at once."""
        return cls("requested", now - LOOK_BACK, now, to_now=True)

    def params(self) -> Mapping[str, str]:
        """The filters of `GET requests` for it."""
        if self.mode == "updated":
            # No upper bound: a row that changes while pages are read would leave the window
            # and move the next one up across a page's edge, unseen.
            return {"updated_after": format_w3(self.start)}
        params = {"start_date": format_w3(self.start), "end_date": format_w3(self.end)}
        return params | {"status": "open"} if self.mode == "first" else params

    def first_half(self) -> Window:
        return replace(self, end=self.start + (self.end - self.start) / 2, to_now=False)

    def is_foreign(self, requested: datetime | None, updated: datetime | None) -> bool:
        """Whether an endpoint that honours this window would not have sent such a row."""
        if self.mode == "updated":
            changed = updated or requested
            return changed is not None and changed < self.start - _FOREIGN
        return requested is not None and not (
            self.start - _FOREIGN <= requested <= self.end + _FOREIGN
        )


@dataclass(frozen=True, slots=True)
class UpdateWindow:
    """A stretch of time whose updates are asked for, at most 90 days."""

    start: datetime
    end: datetime
    to_now: bool

    def params(self) -> Mapping[str, str]:
        """The filters of `GET servicerequestupdates` for it."""
        return {"start_date": format_w3(self.start), "end_date": format_w3(self.end)}

    def first_half(self) -> UpdateWindow:
        return UpdateWindow(self.start, self.start + (self.end - self.start) / 2, to_now=False)

    def is_foreign(self, updated: datetime) -> bool:
        """Whether an endpoint that honours this window would not have sent such a row."""
        return not self.start - _FOREIGN <= updated <= self.end + _FOREIGN
