"""The watch: looks at what customers write, and says so when many write about one thing.

Any number of workers may look; what one has noticed, another finds explained.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.db.database import Database
from hub.incidents.baseline import Baseline
from hub.incidents.history import Window, read_baseline
from hub.incidents.incidents import suspect
from hub.incidents.matching import Rule, matches
from hub.incidents.models import Incident, IncidentState
from hub.incidents.spikes import WINDOWS, Inquiry, Spike, find_spikes
from hub.incidents.tickets import rule_of
from hub.incidents.view import Counts, counts_of, tell_incident
from hub.notices.models import Audience, Severity
from hub.notices.notices import tell
from hub.now import Now
from hub.team.access import SYSTEM

QUIET = timedelta(hours=6)
"""How long what was dismissed is not noticed again."""
AFTERWARDS = timedelta(minutes=30)
"""How long after an incident's end what is said of it (`it is back, thanks`) is no new one."""
STALE = timedelta(hours=12)
"""A suspicion that nobody has opened and nobody writes about any more."""
BASELINE_EVERY = timedelta(hours=1)
_LOCK = 0x1D_C1DE_47
"""The advisory lock under which a suspicion is written."""
_LIVE = (IncidentState.SUSPECTED.value, IncidentState.OPEN.value)

log = structlog.get_logger(__name__)


class Watch:
    """`run` every twenty seconds or so; `recount` every few."""

    def __init__(self, database: Database, now: Now, timezone: str) -> None:
        self._database = database
        self._now = now
        self._timezone = ZoneInfo(timezone)
        self._window = Window()
        self._baseline: tuple[datetime, Baseline] | None = None
        self._counted: dict[int, Counts] = {}

    async def run(self) -> int:
        """Look once; gives how many incidents are suspected anew."""
        now = self._now()
        async with self._database.read() as session:
            inquiries = await self._window.read(session, now)
            known = await _explained(session, now)
        await self._follow(inquiries, known, now)
        if not inquiries:
            return 0
        baseline = await self._usual(now)
        rules = [rule_of(incident) for incident in known]
        spikes = await asyncio.to_thread(find_spikes, inquiries, baseline, now, rules)
        return await self._suspect(spikes, known, now) if spikes else 0

    async def recount(self) -> int:
        """Tell of incidents whose tickets are more, or fewer of which wait, than was told last;
        gives how many."""
        async with self._database.read() as session:
            ids = list(await session.scalars(select(Incident.id).where(Incident.state.in_(_LIVE))))
            counts = await counts_of(session, ids) if ids else {}
        known, self._counted = self._counted, {one: counts.get(one, Counts()) for one in ids}
        moved = [one for one in ids if self._counted[one] != known.get(one, self._counted[one])]
        if moved:
            async with self._database.write() as session:
                for incident in await session.scalars(
                    select(Incident).where(Incident.id.in_(moved)).order_by(Incident.id)
                ):
                    await tell_incident(session, self._now(), incident)
        return len(moved)

    async def _usual(self, now: datetime) -> Baseline:
        if self._baseline is None or now - self._baseline[0] >= BASELINE_EVERY:
            async with self._database.read() as session:
                self._baseline = (now, await read_baseline(session, now, self._timezone))
        return self._baseline[1]

    async def _suspect(
        self, spikes: Sequence[Spike], known: Sequence[Incident], now: datetime
    ) -> int:
        async with self._database.write() as session:
            if not self._database.is_sqlite:  # there every writer waits for the one before
                await session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            if {one.id for one in await _explained(session, now)} != {one.id for one in known}:
                return 0  # somebody was faster: the next look takes it into account
            for spike in spikes:
                await _write(session, spike, now)
        return len(spikes)

    async def _follow(
        self, inquiries: Sequence[Inquiry], known: Sequence[Incident], now: datetime
    ) -> None:
        """Keep suspicions' evidence up to date, and let go what nobody speaks of any more."""
        for incident in known:
            if incident.state != IncidentState.SUSPECTED:
                continue
            rule, evidence = rule_of(incident), incident.evidence
            seen = await asyncio.to_thread(_seen, inquiries, rule, evidence, now)
            over = not seen and incident.created_at <= now - STALE
            if over or seen > incident.evidence.get("seen", 0):
                await self._update(incident.id, seen, now, over=over)

    async def _update(self, incident_id: int, seen: int, now: datetime, *, over: bool) -> None:
        async with self._database.write() as session:
            incident = await session.get_one(Incident, incident_id, with_for_update=True)
            if incident.state != IncidentState.SUSPECTED:
                return
            if over:
                incident.state = IncidentState.DISMISSED.value
                incident.closed_at, incident.closed_by = now, SYSTEM.name
                incident.version += 1
            else:
                incident.evidence = {**incident.evidence, "seen": seen}
            await tell_incident(session, now, incident)


async def _explained(session: AsyncSession, now: datetime) -> list[Incident]:
    """The incidents whose inquiries are no news."""
    found = await session.scalars(
        select(Incident)
        .where(
            or_(
                Incident.state.in_(_LIVE),
                and_(
                    Incident.state == IncidentState.DISMISSED.value,
                    Incident.closed_at > now - QUIET,
                ),
                and_(
                    Incident.state == IncidentState.CLOSED.value,
                    Incident.closed_at > now - AFTERWARDS,
                ),
            )
        )
        .order_by(Incident.id)
    )
    return list(found)


def _seen(
    inquiries: Sequence[Inquiry], rule: Rule, evidence: dict[str, object], now: datetime
) -> int:
    """How many different customers have written about it in the window it was noticed in."""
    minutes = evidence.get("minutes")
    since = now - timedelta(minutes=minutes if isinstance(minutes, int) else max(WINDOWS))
    return len({one.customer for one in inquiries if one.at > since and matches(rule, one.seen)})


async def _write(session: AsyncSession, spike: Spike, now: datetime) -> None:
    evidence = {"seen": spike.seen, "expected": spike.expected, "minutes": spike.minutes}
    incident = await suspect(session, SYSTEM, now, spike.title, spike.topic, spike.terms, evidence)
    text = (
        f"{spike.title}: {spike.seen} customers in {spike.minutes} minutes,"
        f" where {spike.expected:g} are usual. Is it an incident?"
    )
    await tell(
        session,
        now,
        "incident",
        text,
        audience=Audience.SUPERVISORS,
        severity=Severity.WARNING,
        incident_id=incident.id,
        detail=evidence,
    )
    log.info("incident.suspected", incident=incident.id, title=spike.title, **evidence)
