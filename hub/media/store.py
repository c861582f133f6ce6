"""Files in the database: each content once, however often it is sent."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from hub.db.database import Database
from hub.media.content import media_type_of, plain_name
from hub.media.models import File
from hub.now import Now
from hub.ports import Attachment, KeptFile
from hub.ports.messages import FILE_SCHEME


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What is known of a kept file without reading it."""

    id: int
    media_type: str
    size: int
    """Bytes."""
    sha256: str


class FileStore:
    """Implements `hub.ports.Files`."""

    def __init__(self, database: Database, now: Now) -> None:
        self._database = database
        self._now = now

    async def keep(self, content: bytes, name: str | None) -> Attachment:
        """Store a file; the attachment goes into an InboundMessage within a day, or the file is
        removed. Raises FileRefused."""
        stored = await self.store(content)
        return Attachment(f"{FILE_SCHEME}{stored.id}", stored.media_type, plain_name(name))

    async def read(self, attachment_url: str) -> KeptFile | None:
        """A kept file by its attachment's `url`. Names belong to attachments: it has none."""
        file_id = file_id_of(attachment_url)
        if file_id is None:
            return None
        async with self._database.read() as session:
            file = await session.get(File, file_id)
        return None if file is None else KeptFile(file.content, file.media_type, None)

    async def store(self, content: bytes) -> StoredFile:
        """Store a file, or find it. Raises FileRefused."""
        media_type, digest = await asyncio.to_thread(_look, content)
        async with self._database.write() as session:
            file_id = await _upsert(
                self._database,
                session,
                {
                    "sha256": digest,
                    "media_type": media_type,
                    "size": len(content),
                    "content": content,
                    # Also where it is there already: it is not tidied away before its new
                    # message refers to it.
                    "created_at": self._now(),
                },
            )
        return StoredFile(file_id, media_type, len(content), digest)


def file_id_of(attachment_url: str) -> int | None:
    """The number in the `url` of an attachment that the hub has itself."""
    number = attachment_url.removeprefix(FILE_SCHEME)
    # A longer one is no number of ours, and more than the database takes.
    plain = number.isascii() and number.isdecimal() and len(number) <= 18
    return int(number) if plain and number != attachment_url else None


async def describe(session: AsyncSession, file_id: int) -> StoredFile | None:
    """A kept file without its content."""
    columns = (File.id, File.media_type, File.size, File.sha256)
    row = (await session.execute(select(*columns).where(File.id == file_id))).one_or_none()
    return None if row is None else StoredFile(*row)


def _look(content: bytes) -> tuple[str, str]:
    return media_type_of(content), hashlib.sha256(content).hexdigest()


async def _upsert(database: Database, session: AsyncSession, row: dict[str, object]) -> int:
    again = update(File).where(File.sha256 == row["sha256"]).values(created_at=row["created_at"])
    known: int | None = await session.scalar(again.returning(File.id))
    if known is not None:
        return known
    # Another process may be storing the same at this moment.
    insert = sqlite.insert if database.is_sqlite else postgresql.insert
    new = insert(File).values(**row)
    file_id: int = await session.scalar(  # type: ignore[assignment]
        new.on_conflict_do_update(
            index_elements=["sha256"], set_={"created_at": row["created_at"]}
        ).returning(File.id)
    )
    return file_id
