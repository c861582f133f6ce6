"""What a file is by its content, and what it may be called.

The sender's word for the type and the name's ending say nothing: an HTML page called
`photo.jpg` would run in an agent's browser.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

import filetype  # type: ignore[import-untyped]

from hub.ports import FileRefused
from hub.ports.files import MAX_FILE, MEDIA_TYPES

MAX_NAME = 100
ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/ogg": ".ogg",
    "application/pdf": ".pdf",
}
"""How the name of a file of each kept type ends."""
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_UNSAFE = re.compile(r'[<>:"/\\|?*%\x00-\x1f\x7f]')


def media_type_of(content: bytes) -> str:
    """The media type of `content`, one of `MEDIA_TYPES`. Raises FileRefused."""
    if not content:
        raise FileRefused("the file is empty")
    if len(content) > MAX_FILE:
        raise FileRefused(too_large(len(content)))
    found: str | None = filetype.guess_mime(content)
    if found not in MEDIA_TYPES:
        known = f"({found})" if found else "(neither image, video, audio nor PDF)"
        raise FileRefused(f"files of this type are not kept {known}")
    return found


def too_large(size: int | None = None) -> str:
    """The words for a file over the limit; `size` in bytes where it is known."""
    limit = f"more than {MAX_FILE // 2**20} MB are not kept"
    return f"the file is too large: {limit}" + (f", it has {size:,} bytes" if size else "")


def plain_name(name: str | None) -> str | None:
    """A sender's name for a file without folders, control and invisible characters; None where
    nothing is left."""
    if name is None:
        return None
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    # Cf holds the marks that turn the reading direction: `photo‮gpj.exe` reads as a picture.
    seen = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    plain = _UNSAFE.sub("_", seen).strip(" .")
    if len(plain) > MAX_NAME:
        path = PurePosixPath(plain)
        ending = path.suffix[:10]
        plain = plain[: MAX_NAME - len(ending)] + ending
    return plain or None


def name_to_save(name: str | None, media_type: str, otherwise: str) -> str:
    """A file's name for whoever saves it: it ends as the content's type does, whatever the sender
    called it, so that opening it never runs it. `otherwise` is used for files without a name."""
    ending = ENDINGS[media_type]
    plain = plain_name(name) or otherwise
    alike = {".jpg": (".jpg", ".jpeg"), ".mp4": (".mp4", ".m4v")}.get(ending, (ending,))
    for candidate in (plain, _ENDING.sub("", plain)):
        if candidate.lower().endswith(alike):
            return candidate
    return f"{candidate or otherwise}{ending}"
