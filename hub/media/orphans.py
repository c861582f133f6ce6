"""Removing files that no message refers to: never sent, or their message was deleted."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from sqlalchemy import Text, delete, select, type_coerce

from hub.db.database import Database
from hub.media.models import File
from hub.tickets.models import Message

KEEP = timedelta(days=1)
EVERY = timedelta(hours=6)
"""All messages that have files are looked through for it."""
_PAGE = 500


class Orphans:
    """Call it now and then: it works when it is due."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._due: datetime | None = None

    async def remove(self, now: datetime) -> int:
        """Remove what nobody refers to and was last kept a day ago; gives the number of files."""
        if self._due is not None and now < self._due:
            return 0
        self._due = now + EVERY
        old = now - KEEP
        async with self._database.read() as session:
            found = await session.scalars(select(File.id).where(File.created_at < old))
            orphans = set(found.all())
        if not orphans:
            return 0
        orphans -= await self._used()
        async with self._database.write() as session:
            for file_id in sorted(orphans):
                # Asked again: it may have been kept once more in the meantime.
                await session.execute(delete(File).where(File.id == file_id, File.created_at < old))
        return len(orphans)

    async def _used(self) -> set[int]:
        """The files that messages refer to."""
        used: set[int] = set()
        text = type_coerce(Message.attachments, Text)
        last = 0
        while True:
            async with self._database.read() as session:
                rows = (
                    await session.execute(
                        select(Message.id, text)
                        .where(Message.id > last, text.like('%"file_id":%'))
                        .order_by(Message.id)
                        .limit(_PAGE)
                    )
                ).all()
            for _, attachments in rows:
                used |= {one["file_id"] for one in json.loads(attachments) if one.get("file_id")}
            if len(rows) < _PAGE:
                return used
            last = rows[-1][0]
