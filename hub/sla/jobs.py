"""The jobs that clocks cause, with whoever does them."""

from __future__ import annotations

from collections.abc import Mapping

from hub.db.database import Database
from hub.directory import DirectoryCache
from hub.jobs.queue import Handler
from hub.now import Now
from hub.sla.escalation import Escalate
from hub.sla.promises import ESCALATE, RECOUNT
from hub.sla.recompute import RECOMPUTE, RecomputeClocks
from hub.sla.recount import RecountClocks


def clock_jobs(database: Database, directory: DirectoryCache, now: Now) -> Mapping[str, Handler]:
    return {
        ESCALATE: Escalate(database, directory, now),
        RECOUNT: RecountClocks(database, directory, now),
        RECOMPUTE: RecomputeClocks(database, directory, now),
    }
