"""The widget's frames as JSON objects; see `docs/widget.md`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from channels.webchat.desk import MAX_BODY, Words
from channels.webchat.limits import MAX_FILES, MAX_FRAME, MAX_KEY, Refused
from channels.webchat.passes import Passes
from hub.ports import Attachment, Line, Office, Standing

_MAX_CONTACT = 120
_REACHABLE = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|\+?(?:[ ().-]*\d){7,15}")
"""An e-mail address or a telephone number, as people write them."""


def read_frame(text: str | None) -> dict[str, Any] | None:
    """The object in a text frame, or None."""
    if text is None or len(text) > MAX_FRAME:
        return None
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return frame if isinstance(frame, dict) else None


def read_words(frame: Mapping[str, Any], conversation: str, passes: Passes) -> Words:
    """What a `message` or `leave` frame says. Raises Refused."""
    body, key, name = frame.get("body"), frame.get("key"), frame.get("name")
    files = _files(frame.get("files"), conversation, passes)
    left = frame.get("type") == "leave"
    if body is None and files:
        body = ""
    if not isinstance(body, str) or not (body.strip() or files):
        raise Refused("empty", "an empty message is not sent")
    if len(body) > MAX_BODY:
        raise Refused("too-long", f"a message may have {MAX_BODY} characters")
    if not isinstance(key, str) or not 0 < len(key) <= MAX_KEY:
        raise Refused("no-key", "the message has no key")
    if left:
        contact = frame.get("contact")
        contact = contact.strip() if isinstance(contact, str) else ""
        if len(contact) > _MAX_CONTACT or not _REACHABLE.fullmatch(contact):
            raise Refused("no-contact", "an e-mail address or a telephone number is needed")
        # In the text itself: every agent, search and export sees it there, and its writer too.
        body = f"{body.rstrip()}\n\nContact / Contacto: {contact}"
    return Words(key, body, name if isinstance(name, str) else None, files, left)


def _files(handles: object, conversation: str, passes: Passes) -> tuple[Attachment, ...]:
    if handles is None:
        return ()
    if not isinstance(handles, list):
        raise Refused("file-unknown", "files must be a list")
    if len(handles) > MAX_FILES:
        raise Refused("too-many-files", f"a message may have {MAX_FILES} files")
    found = [passes.file(conversation, handle) for handle in handles]
    files = tuple(file for file in found if file is not None)
    if len(files) < len(found):
        raise Refused("file-unknown", "a file was not uploaded here, or too long ago; send it anew")
    return files


def line_view(line: Line, passes: Passes) -> dict[str, Any]:
    return {
        "id": line.id,
        # The visitor's own key for it: they need not see it twice.
        "key": _key_of(line),
        "from": line.by,
        "name": line.name,
        "body": line.body,
        "at": timestamp(line.at),
        "choices": [{"title": choice.title, "value": choice.value} for choice in line.choices],
        "files": [
            {
                "name": file.name,
                "type": file.media_type,
                "url": passes.file_link(line.id, index, file),
            }
            for index, file in enumerate(line.files)
        ],
    }


def _key_of(line: Line) -> str | None:
    """As in `Desk.receive`: kind, hash and key, of which only the key may have further colons."""
    parts = (line.external_id or "").split(":", 2)
    return parts[2] if line.by == "you" and len(parts) == 3 else None


def standing_view(standing: Standing, office: Office, bot: bool) -> dict[str, Any]:
    """What a visitor may expect: who has their question, and whether anybody is there."""
    return {
        "status": standing.status,
        "position": standing.position,
        "agent": standing.agent,
        "open": office.open,
        "opens_at": None if office.opens_at is None else timestamp(office.opens_at),
        "bot": bot,
    }


def refusal(error: Refused, **more: Any) -> dict[str, Any]:
    return {"type": "error", "code": error.code, "detail": error.detail, **more}


def timestamp(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
