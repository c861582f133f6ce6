"""The job `send-report`: makes a schedule's report and hands it to the mail server.

Sent once, however often a process restarts, but for one gap no sender can close: where it dies
after the server took the letter and before that is noted, the letter goes out again, with the same
Message-ID, by which mail programs know the copy.

A report goes out only when all that happened in its period is counted. A mail server that is away
is waited for as any other (`hub.jobs.patience`, some five hours); one that refuses is not asked
again. Both are told to supervisors, and kept as the schedule's `last_error` until a report arrives
everywhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from hub.db.database import Database
from hub.jobs.patience import PAUSES, Patient
from hub.jobs.promise import promise
from hub.jobs.queue import Handler, done_with
from hub.mail.errors import MailNotConfigured, MailRefused, MailUnavailable
from hub.mail.message import compose
from hub.mail.sender import Mailer, Refusal, Sent
from hub.notices.models import Audience, Severity
from hub.notices.notices import tell
from hub.now import Now
from hub.ports import TemporarilyUnavailable
from hub.reports.exports import words
from hub.reports.exports.exporter import Exporter, Format
from hub.reports.figures import Dimension, Report, ReportQuery
from hub.reports.schedules.calendar import Period
from hub.reports.schedules.letter import letter, message_id
from hub.reports.schedules.models import ReportSchedule
from hub.settings import Settings

KIND = "send-report"
_AT_A_TIME = 2
_OURS = "the hub could not make it: its log says why"

log = structlog.get_logger(__name__)


def promise_report(
    session: AsyncSession, schedule_id: int, period: Period, at: datetime, *, asked: str = ""
) -> None:
    """A job for one report; `asked`: when somebody wanted it beside the schedule."""
    payload = {
        "schedule_id": schedule_id,
        "start": period.start.isoformat(),
        "end": period.end.isoformat(),
        "asked": asked,
    }
    promise(session, KIND, payload, lane_of(payload), at)


def lane_of(payload: Mapping[str, Any]) -> str:
    """One a report: what waits for the mail server holds up no other."""
    asked = "".join(char for char in payload["asked"] if char.isdigit())
    return f"report-{payload['schedule_id']}-{payload['start']}-{asked}"[:60]


def query_of(schedule: ReportSchedule, start: str, end: str) -> ReportQuery:
    filters = schedule.filters
    return ReportQuery(
        date.fromisoformat(start),
        date.fromisoformat(end),
        Dimension(filters.get("by") or Dimension.UNIT),
        unit=filters.get("unit"),
        channel=filters.get("channel"),
        topic=filters.get("topic"),
        agent_id=filters.get("agent_id"),
    )


def handler(
    database: Database,
    exporter: Exporter,
    mailer: Mailer,
    settings: Settings,
    now: Now,
) -> Handler:
    """`SendReport` with patience."""
    send = SendReport(database, exporter, mailer, settings, now)
    return Patient(KIND, send, lane_of, database, now)


class FiguresBehind(Exception):
    """The period is over, and the facts that figures are read from have not come so far."""


class SendReport:
    """Handles `{"schedule_id", "start", "end", "asked"}`, and `to` (of a second round, those who
    are still to have it) and `tried`."""

    def __init__(
        self,
        database: Database,
        exporter: Exporter,
        mailer: Mailer,
        settings: Settings,
        now: Now,
    ) -> None:
        self._database = database
        self._exporter = exporter
        self._mailer = mailer
        self._settings = settings
        self._now = now
        self._places = asyncio.Semaphore(_AT_A_TIME)

    async def __call__(self, payload: Mapping[str, Any]) -> None:
        async with self._places:
            await self._send(payload)

    async def give_up(self, payload: Mapping[str, Any]) -> None:
        """The server stayed away, or we made a mistake."""
        async with self._database.write() as session:
            schedule = await session.get(ReportSchedule, payload["schedule_id"])
            if schedule is not None:
                waited = int(payload.get("tried", 0)) >= len(PAUSES)
                await self._fail(session, schedule, payload, schedule.last_error, waited=waited)

    async def _send(self, payload: Mapping[str, Any]) -> None:
        async with self._database.read() as session:
            schedule = await session.get(ReportSchedule, payload["schedule_id"])
        if schedule is None or not (schedule.active or payload["asked"]):
            return
        left: Sequence[str] = payload.get("to", schedule.recipients)
        recipients = [address for address in left if address in schedule.recipients]
        if not recipients:
            return
        try:
            sent = await self._hand_over(schedule, payload, recipients)
        except (MailUnavailable, FiguresBehind) as error:
            await self._note(schedule.id, str(error))
            raise TemporarilyUnavailable(str(error)) from None
        except (MailRefused, MailNotConfigured) as error:
            async with self._database.write() as session:
                found = await session.get(ReportSchedule, schedule.id)
                if found is not None:
                    await self._fail(session, found, payload, str(error))
                await done_with(session, self._now())
            return
        await self._sent(payload, sent)

    async def _hand_over(
        self, schedule: ReportSchedule, payload: Mapping[str, Any], recipients: list[str]
    ) -> Sent:
        sender = self._mailer.sender
        if sender is None or not self._mailer.configured:
            raise MailNotConfigured("no mail server is set up (HUB_SMTP_HOST)")
        query = query_of(schedule, payload["start"], payload["end"])
        formats = [Format(one) for one in schedule.formats]
        contents = await self._exporter.read(query, formats)
        self._check_complete(contents.report)
        # Mail is read in many places: what citizens wrote stays in the console.
        files = await self._exporter.make(contents, formats, subjects=False)
        composed = letter(
            schedule,
            contents.report,
            files,
            sender=sender,
            city=self._settings.city,
            zone=self._exporter.zone,
            origin=self._settings.origin,
            limited_to=contents.limited_to,
            message_id=message_id(
                schedule, payload["start"], payload["end"], sender, payload["asked"]
            ),
        )
        message = await asyncio.to_thread(compose, composed, self._now())
        return await self._mailer.send(message, recipients)

    def _check_complete(self, report: Report) -> None:
        """Raises FiguresBehind while what happened in the period is not all counted, as after
        the hub was off."""
        zone = self._exporter.zone
        end = datetime.combine(report.query.end + timedelta(days=1), time(), zone)
        if report.as_of < end:
            raise FiguresBehind(f"counted only until {words.moment(report.as_of, zone)}")

    async def _sent(self, payload: Mapping[str, Any], sent: Sent) -> None:
        now, tried = self._now(), int(payload.get("tried", 0))
        again = tried < len(PAUSES)
        later = [one for one, refusal in sent.refused.items() if refusal.passing and again]
        never = {one: refusal for one, refusal in sent.refused.items() if one not in later}
        log.info(
            "report.sent", schedule=payload["schedule_id"], accepted=len(sent.accepted),
            later=len(later), refused=len(never),
        )  # fmt: skip
        async with self._database.write() as session:
            schedule = await session.get(ReportSchedule, payload["schedule_id"])
            if schedule is not None:
                if sent.accepted:
                    schedule.last_sent_at = now
                if later:
                    rest = {**payload, "to": later, "tried": tried + 1}
                    promise(session, KIND, rest, lane_of(payload), now + PAUSES[tried])
                if never:
                    await self._fail(session, schedule, payload, _refused(never))
                elif sent.refused:
                    schedule.last_error = _short(_refused(sent.refused))
                elif set(sent.accepted) == set(schedule.recipients) or "to" in payload:
                    schedule.last_error = None
            await done_with(session, now)

    async def _note(self, schedule_id: int, error: str) -> None:
        async with self._database.write() as session:
            schedule = await session.get(ReportSchedule, schedule_id)
            if schedule is not None:
                schedule.last_error = _short(error)

    async def _fail(
        self,
        session: AsyncSession,
        schedule: ReportSchedule,
        payload: Mapping[str, Any],
        error: str | None,
        *,
        waited: bool = True,
    ) -> None:
        """Keep the reason and tell the supervisors."""
        error = (error if waited else None) or _OURS
        schedule.last_error = _short(error)
        period = words.period(query_of(schedule, payload["start"], payload["end"]))
        await tell(
            session,
            self._now(),
            "report",
            f"The report “{schedule.name}” about {period} did not arrive: {error}",
            audience=Audience.SUPERVISORS,
            severity=Severity.WARNING,
            detail={"schedule_id": schedule.id, "start": payload["start"], "end": payload["end"]},
        )


def _refused(refused: Mapping[str, Refusal]) -> str:
    return "; ".join(f"{address}: {refusal.words}" for address, refusal in refused.items())


def _short(error: str) -> str:
    return error if len(error) <= 500 else f"{error[:499]}…"
