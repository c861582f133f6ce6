"""The one-line forms of a message: a ticket's subject and its preview in the queue."""

from __future__ import annotations

_SUBJECT = 80
_PREVIEW = 160


def _line(text: str, limit: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def subject_of(subject: str | None, body: str) -> str:
    """What the channel named it, else the beginning of what was written."""
    return _line(subject or "", 200) or _line(body, _SUBJECT) or "(no text)"


def preview_of(body: str) -> str:
    return _line(body, _PREVIEW)
