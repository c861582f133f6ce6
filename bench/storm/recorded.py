"""Recorded Facebook bodies, made unique, and the table of what each should cause.

The table was written by reading the files, not by asking the connector; a file that is new in the
folder is read by `role_of`. In the recordings the
page and the writers often have one id (somebody made them anonymous), so each body is sent in
two ways: as recorded, where such a comment is the page's own, and with a citizen as its writer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from bench.storm.expected import Expected, Fate, Webhook, edited_words, mark

PLATFORM = "facebook"


class Role(StrEnum):
    """What a file's event is about."""

    MESSAGE = "message"
    EDIT = "edit"
    DELETE = "delete"
    HIDE = "hide"
    ECHO = "echo"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the table; `of` is the file whose message an edit, deletion… speaks of."""

    role: Role
    of: str | None = None


TABLE: dict[str, Entry] = {
    "feed-comment-add-211": Entry(Role.MESSAGE),
    "feed-comment-add-25": Entry(Role.MESSAGE),
    "feed-comment-add-with-photo": Entry(Role.MESSAGE),
    "feed-comment-edited-25": Entry(Role.EDIT, "feed-comment-add-25"),
    "feed-comment-hide": Entry(Role.HIDE, "feed-comment-add-with-photo"),
    "feed-comment-remove-25": Entry(Role.DELETE, "feed-comment-add-211"),
    "feed-post-add-25": Entry(Role.MESSAGE),
    "feed-post-edit": Entry(Role.EDIT, "feed-post-add-25"),
    "feed-post-remove-25": Entry(Role.DELETE, "feed-status-add-25"),
    "feed-reaction-add": Entry(Role.OTHER),
    "feed-status-add-25": Entry(Role.MESSAGE),
    "feed-two-entries-25": Entry(Role.OTHER),
    "mention-comment-add": Entry(Role.MESSAGE),
    "mention-post-add": Entry(Role.MESSAGE),
    "messaging-delivery-basic": Entry(Role.OTHER, "messaging-message-basic"),
    "messaging-message-basic": Entry(Role.MESSAGE),
    "messaging-message-basic-echo": Entry(Role.ECHO),
    "messaging-message-edits": Entry(Role.EDIT, "messaging-message-basic"),
    "messaging-message-isdeleted": Entry(Role.DELETE, "messaging-message-reply-1"),
    "messaging-message-isunsupported": Entry(Role.MESSAGE),
    "messaging-message-location-attachment": Entry(Role.MESSAGE),
    "messaging-message-media-attachment": Entry(Role.MESSAGE),
    "messaging-message-quickreply": Entry(Role.MESSAGE),
    "messaging-message-reply-1": Entry(Role.MESSAGE),
    "messaging-message-sticker": Entry(Role.MESSAGE),
    "messaging-pass-thread-control": Entry(Role.OTHER),
    "messaging-policy-callback-block": Entry(Role.OTHER),
    "messaging-postback-basic": Entry(Role.MESSAGE),
    "messaging-reaction-1": Entry(Role.OTHER, "messaging-message-media-attachment"),
    "messaging-read-basic": Entry(Role.OTHER),
    "messaging-take-thread-control": Entry(Role.OTHER),
    "standby-message-basic-echo": Entry(Role.ECHO),
    "unknown-change-value": Entry(Role.OTHER),
}

_WRITTEN = frozenset({"comment", "post", "status", "photo", "video", "share", "link", "note"})
_VERBS = {
    "add": Role.MESSAGE,
    "edit": Role.EDIT,
    "edited": Role.EDIT,
    "remove": Role.DELETE,
    "delete": Role.DELETE,
    "hide": Role.HIDE,
}
_EDITED_AFTER = 60
"""Seconds from a message to what edits, deletes or hides it."""
_RECORDED_PAGE = "1234567890321"
_NUMBERS = re.compile(r"\d+")


def read_recorded(folder: Path) -> dict[str, Any]:
    """The recorded bodies by name."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}


def role_of(body: Any) -> Role:
    """What a body is about, read from its own words; OTHER for one of several events."""
    roles = [_feed_role(value) for _, value in _changes(body)]
    roles += [_messenger_role(event) for event in _events(body)]
    return roles[0] if len(roles) == 1 else Role.OTHER


def _feed_role(value: Any) -> Role:
    if value.get("item") not in _WRITTEN:
        return Role.OTHER
    return _VERBS.get(value.get("verb"), Role.OTHER)


def _messenger_role(event: Any) -> Role:
    message = event.get("message")
    if message is None:
        kinds = {"message_edit": Role.EDIT, "postback": Role.MESSAGE}
        return next((role for kind, role in kinds.items() if kind in event), Role.OTHER)
    if message.get("is_deleted"):
        return Role.DELETE
    return Role.ECHO if message.get("is_echo") else Role.MESSAGE


def _entry_of(name: str, body: Any) -> Entry:
    """The table's row, or for a file that nobody has read yet what it says by itself: of which
    message an edit speaks, only a person can tell."""
    if name in TABLE:
        return TABLE[name]
    role = role_of(body)
    return Entry(role if role in (Role.MESSAGE, Role.ECHO) else Role.OTHER)


class Recordings:
    """Makes rounds of bodies, each with ids, people and words of its own."""

    def __init__(self, bodies: dict[str, Any], page_id: str, began: int) -> None:
        """`began` is the Unix time that the first round's messages were written."""
        self._bodies = bodies
        self.table = TABLE | {name: _entry_of(name, body) for name, body in bodies.items()}
        self._page_id = page_id
        self._began = began
        self._marks = 0

    def round(self, number: int) -> tuple[list[Webhook], list[Expected]]:
        """Bodies of one round, in the order in which a platform would send them first."""
        webhooks: list[Webhook] = []
        expected: list[Expected] = []
        for way in ("citizen", "page"):
            made = _Round(self, f"{number}{1 if way == 'citizen' else 2}", way == "page")
            for name, body in self._bodies.items():
                if way == "page" and not _names_the_page(body):
                    continue
                webhooks.append(Webhook(PLATFORM, f"{name}/{way}", made.body(name, body)))
            expected += made.expected()
        return webhooks, expected

    def next_mark(self) -> str:
        self._marks += 1
        return mark("w", self._marks)

    @property
    def page_id(self) -> str:
        return self._page_id

    @property
    def bodies(self) -> dict[str, Any]:
        return self._bodies

    def written_at(self, name: str) -> int:
        late = self.table[name].role in (Role.EDIT, Role.DELETE, Role.HIDE)
        return self._began + (_EDITED_AFTER if late else 0)


def _names_the_page(body: Any) -> bool:
    """Whether the body's writer has the page's own id (feed events only)."""
    return any(
        str(value.get("sender_id", value.get("from", {}).get("id"))) == str(entry["id"])
        for entry, value in _changes(body)
    )


def _changes(body: Any) -> Iterator[tuple[Any, Any]]:
    for entry in body["entry"]:
        for change in entry.get("changes", ()):
            if "value" in change:
                yield entry, change["value"]


def _events(body: Any) -> Iterator[Any]:
    for entry in body["entry"]:
        yield from entry.get("messaging", ())
        yield from entry.get("standby", ())


class _Round:
    """The bodies of one round that were written in one way."""

    def __init__(self, recordings: Recordings, suffix: str, by_page: bool) -> None:
        self._recordings = recordings
        self._table = recordings.table
        self._names = list(recordings.table)
        self._suffix = suffix
        self._by_page = by_page
        self._marks: dict[str, str] = {}
        self._made: dict[str, str] = {}
        """The platform's id of what each file tells about."""

    def body(self, name: str, recorded: Any) -> bytes:
        made = deepcopy(recorded)
        target = self._table[name].of or name
        seconds = self._recordings.written_at(name)
        for entry in made["entry"]:
            milliseconds = entry["time"] > 10**11
            entry["id"] = type(entry["id"])(self._recordings.page_id)
            entry["time"] = seconds * 1000 if milliseconds else seconds
        for _, value in _changes(made):
            self._feed(name, target, value, seconds)
        for event in _events(made):
            self._messaging(name, target, event, seconds)
        return json.dumps(made).encode()

    def expected(self) -> list[Expected]:
        """What all bodies of this round together should have caused."""
        changed = {
            role: {self._table[name].of for name in self._made if self._table[name].role == role}
            for role in (Role.EDIT, Role.DELETE, Role.HIDE)
        }
        return [
            Expected(
                f"{name}/{'page' if self._by_page else 'citizen'}",
                external,
                self._fate(name),
                self._marks.get(name),
                edited=name in changed[Role.EDIT],
                deleted=name in changed[Role.DELETE],
                hidden=name in changed[Role.HIDE],
            )
            for name, external in self._made.items()
            if self._table[name].role in (Role.MESSAGE, Role.ECHO)
        ]

    def _fate(self, name: str) -> Fate:
        own = self._table[name].role == Role.ECHO or (
            self._by_page and _names_the_page(self._recordings.bodies[name])
        )
        return Fate.ANSWER if own else Fate.INQUIRY

    def _words(self, name: str, target: str) -> str:
        """The mark of the message a file is about, made when it is first spoken of."""
        if target not in self._marks:
            self._marks[target] = self._recordings.next_mark()
        found = self._marks[target]
        return edited_words(found) if self._table[name].role == Role.EDIT else found

    def _feed(self, name: str, target: str, value: Any, seconds: int) -> None:
        spoken_of = self._recordings.bodies.get(target, {"entry": ()})
        shape = next((other for _, other in _changes(spoken_of)), value)
        for key in ("post_id", "parent_id", "comment_id"):
            if key in value:
                value[key] = self._number(str(shape.get(key, value[key])), target)
        if "message" in value:
            value["message"] = f"{value['message']} {self._words(name, target)}"
        if "created_time" in value:
            value["created_time"] = seconds
        if not self._by_page:
            self._give_to_a_citizen(target, value)
        else:
            if "sender_id" in value:
                value["sender_id"] = type(value["sender_id"])(self._recordings.page_id)
            if "from" in value:
                value["from"]["id"] = type(value["from"]["id"])(self._recordings.page_id)
        self._made[name] = value.get("comment_id") or value.get("post_id", "")

    def _give_to_a_citizen(self, target: str, value: Any) -> None:
        citizen = self._person(target)
        if "sender_id" in value:
            value["sender_id"] = type(value["sender_id"])(citizen)
        if "from" in value:
            value["from"]["id"] = type(value["from"]["id"])(citizen)
            value["from"]["name"] = f"Robin Tester {self._suffix}"

    def _messaging(self, name: str, target: str, event: Any, seconds: int) -> None:
        moment = seconds * 1000 + int(self._person(target)[-3:])
        if "sender" in event:
            event["sender"]["id"] = self._person(target)
        event["recipient"]["id"] = self._recordings.page_id
        if "timestamp" in event:
            event["timestamp"] = moment
        mid = f"mid.{target}:{self._suffix}"
        for kind in ("message", "message_edit", "reaction"):
            if "mid" in event.get(kind, {}):
                event[kind]["mid"] = mid
            if "text" in event.get(kind, {}):
                event[kind]["text"] += f" {self._words(name, target)}"
        if event.get("message", {}).get("is_echo"):
            # Really an echo goes from the page to the citizen.
            event["sender"], event["recipient"] = event["recipient"], event["sender"]
        if "delivery" in event:
            event["delivery"]["mids"] = [mid]
        for kind in ("delivery", "read"):
            if kind in event:
                event[kind]["watermark"] = moment
        if "postback" in event:
            event["postback"]["payload"] = f"PAYLOAD {self._words(name, target)}"
            mid = f"postback of {event['sender']['id']}"  # it has no id of its own
        self._made[name] = mid

    def _number(self, recorded: str, target: str) -> str:
        """An id of Facebook's with digits of this round's, and of this target's, at its end;
        the page's own, which begins its posts', becomes our page's."""
        which = self._names.index(target)

        def renamed(found: re.Match[str]) -> str:
            if found[0] == _RECORDED_PAGE:
                return self._recordings.page_id
            return f"{found[0]}{self._suffix}{which:02d}"

        return _NUMBERS.sub(renamed, recorded)

    def _person(self, target: str) -> str:
        return f"71{int(self._suffix):07d}{self._names.index(target):03d}"
