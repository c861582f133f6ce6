"""Reading a report and making files of it: the same for a download and for a letter."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from hub.db.database import Database
from hub.directory import Directory, DirectoryCache
from hub.now import Now
from hub.reports.exports import csv_file, words
from hub.reports.exports.tickets import TicketList, read_tickets
from hub.reports.figures import Report, ReportQuery
from hub.reports.names import agent_names
from hub.settings import Settings

_MAKERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="report-file")
"""Files are made beside the event loop, two at a time in a process: more would only wait."""


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"


class ReadReport(Protocol):
    async def __call__(
        self,
        session: AsyncSession,
        directory: Directory,
        query: ReportQuery,
        now: datetime,
        timezone: str,
    ) -> Report: ...


@dataclass(frozen=True, slots=True)
class ReportFile:
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Contents:
    report: Report
    tickets: TicketList
    """Read where a format lists them."""
    limited_to: str
    """The filters in words."""


class Exporter:
    """Makes files of what `read` reads."""

    def __init__(
        self,
        database: Database,
        directory: DirectoryCache,
        now: Now,
        settings: Settings,
        read: ReadReport,
    ) -> None:
        self._database = database
        self._directory = directory
        self._now = now
        self._settings = settings
        self._read = read
        self.zone = ZoneInfo(settings.timezone)

    async def read(self, query: ReportQuery, formats: Sequence[Format]) -> Contents:
        """What files of these formats are made of."""
        directory = await self._directory.get()
        tickets = TicketList()
        async with self._database.read() as session:
            report = await self._read(
                session, directory, query, self._now(), self._settings.timezone
            )
            agents = await agent_names(session, directory)
            if Format.XLSX in formats:
                tickets = await read_tickets(session, directory, query)
        return Contents(report, tickets, words.filters(query, directory, agents))

    async def make(
        self, contents: Contents, formats: Sequence[Format], *, subjects: bool = True
    ) -> list[ReportFile]:
        """A file of each format. `subjects`: the list of tickets has them."""

        def make() -> list[ReportFile]:
            return [self._make(one, contents, subjects=subjects) for one in formats]

        return await asyncio.get_running_loop().run_in_executor(_MAKERS, make)

    def _make(self, wanted: Format, contents: Contents, *, subjects: bool) -> ReportFile:
        report, limited_to = contents.report, contents.limited_to
        # Imported when they are first needed: the hub starts without the libraries they take.
        city, name = self._settings.city, f"{words.stem(report)}.{wanted}"
        match wanted:
            case Format.CSV:
                return ReportFile(name, csv_file.MEDIA_TYPE, csv_file.to_csv(report))
            case Format.XLSX:
                from hub.reports.exports import xlsx_file

                content = xlsx_file.to_xlsx(
                    report,
                    contents.tickets,
                    self.zone,
                    city,
                    limited_to=limited_to,
                    origin=self._settings.origin,
                    subjects=subjects,
                )
                return ReportFile(name, xlsx_file.MEDIA_TYPE, content)
            case Format.PDF:
                from hub.reports.exports import pdf_file

                content = pdf_file.to_pdf(report, self.zone, city, limited_to=limited_to)
                return ReportFile(name, pdf_file.MEDIA_TYPE, content)
