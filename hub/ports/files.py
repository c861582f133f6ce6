"""The seam for files that a channel of our own takes in, and gives out again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from hub.ports.messages import Attachment

MAX_FILE = 10 * 1024 * 1024
"""Bytes of one file."""
MEDIA_TYPES = frozenset(
    {
        "image/jpeg", "image/png", "image/gif", "image/webp",
        "video/mp4", "video/quicktime", "audio/mpeg", "audio/mp4", "audio/ogg",
        "application/pdf",
    }
)  # fmt: skip
"""What is kept, by what the content is, whatever its name or sender says."""


class FileRefused(Exception):
    """Too large, empty, or not of a type that is kept: the text says which, for people."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    content: bytes
    media_type: str
    name: str | None


class Files(Protocol):
    async def keep(self, content: bytes, name: str | None) -> Attachment:
        """Store a file; the attachment goes into an InboundMessage. Raises FileRefused."""
        ...

    async def read(self, attachment_url: str) -> KeptFile | None:
        """A kept file by its attachment's `url`, or None."""
        ...
