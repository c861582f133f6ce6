"""Saving rules: one new version of all policies and calendars, or nothing.

The open clocks follow in the background (`hub.sla.recompute`); new tickets at once.
"""

from __future__ import annotations

from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.audit.models import AuditEntry
from hub.errors import Conflict, Invalid, NotFound
from hub.events.record import PendingEvent, record
from hub.jobs.promise import promise
from hub.sla.draft import Calendar, Draft, Policy
from hub.sla.models import HoursRow, PolicyRow, RulesVersion
from hub.sla.recompute import RECOMPUTE, progress
from hub.sla.rules_document import write_document
from hub.team.access import Actor
from hub.tickets.models import Status, Ticket


async def save_rules(
    session: AsyncSession,
    draft: Draft,
    base_version: int,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> RulesVersion:
    """Raises Invalid where the draft has problems, Conflict where `base_version` is not the
    newest."""
    if draft.problems:
        told = "; ".join(f"{problem.field}: {problem.message}" for problem in draft.problems[:3])
        raise Invalid(told, tuple(draft.problems))
    newest = await newest_version(session, lock=True)
    if newest.id != base_version:
        raise Conflict(
            f"{newest.actor.rpartition(':')[2]} has saved version {newest.id} meanwhile; "
            f"this was written on version {base_version}"
        )
    hours = await _store_calendars(session, draft.calendars)
    policies = await _store_policies(session, draft.policies, hours)
    await _remove_unused(session, set(hours.values()))
    return await _new_version(session, list(hours.values()), policies, actor, now, comment)


async def newest_version(session: AsyncSession, *, lock: bool = False) -> RulesVersion:
    """The version in force. Raises NotFound in a database that was never seeded."""
    query = select(RulesVersion).order_by(RulesVersion.id.desc()).limit(1)
    if lock:
        # Whoever waited for this row looks again: another one may be the newest by then.
        await session.execute(query.with_for_update())
    found = await session.scalar(query)
    if found is None:
        raise NotFound("there are no rules yet: run `hub seed`")
    return found


async def _store_calendars(session: AsyncSession, calendars: list[Calendar]) -> dict[str, HoursRow]:
    """The rows by the draft's keys, in its order."""
    known = {row.id: row for row in await session.scalars(select(HoursRow))}
    for row in known.values():  # names are unique, and may be swapped
        row.name = token_hex()
    await session.flush()
    stored: dict[str, HoursRow] = {}
    for index, calendar in enumerate(calendars):
        if calendar.id is not None and calendar.id not in known:
            raise Invalid.field(f"calendars.{index}.id", "there is no such calendar")
        row = HoursRow() if calendar.id is None else known.pop(calendar.id)
        row.name = calendar.name
        row.definition = calendar.hours.to_dict()
        session.add(row)
        stored[calendar.key] = row
    await session.flush()
    return stored


async def _store_policies(
    session: AsyncSession, policies: list[Policy], hours: dict[str, HoursRow]
) -> list[PolicyRow]:
    rows = (await session.scalars(select(PolicyRow))).all()
    known = {row.id: row for row in rows if not row.retired}
    for row in rows:  # ranks are unique: first everybody makes room
        row.rank = -row.id
    await session.flush()
    stored = []
    for rank, policy in enumerate(policies, 1):
        if policy.id is not None and policy.id not in known:
            raise Invalid.field(f"policies.{rank - 1}.id", "there is no such policy")
        row = PolicyRow() if policy.id is None else known.pop(policy.id)
        definition = policy.policy.to_dict()
        definition.pop("id")
        row.rank, row.definition, row.hours_id = rank, definition, hours[policy.calendar].id
        session.add(row)
        stored.append(row)
    for row in known.values():
        row.retired = True
    common = next(iter(hours.values()))
    for row in rows:  # a retired one counts in no calendar any more
        if row.retired:
            row.hours_id = common.id
    await session.flush()
    return stored


async def _remove_unused(session: AsyncSession, used: set[HoursRow]) -> None:
    for row in await session.scalars(select(HoursRow)):
        if row not in used:
            await session.delete(row)


async def _new_version(
    session: AsyncSession,
    hours: list[HoursRow],
    policies: list[PolicyRow],
    actor: Actor,
    now: datetime,
    comment: str,
) -> RulesVersion:
    still_open = select(func.count()).where(Ticket.status != Status.RESOLVED.value)
    version = RulesVersion(
        at=now,
        actor=str(actor),
        comment=comment,
        definition=write_document(hours, policies),
        total=await session.scalar(still_open.select_from(Ticket)) or 0,
        done=0,
        reached=0,
    )
    session.add(version)
    await session.flush()
    promise(session, RECOMPUTE, {"version": version.id}, RECOMPUTE, now)
    session.add(
        AuditEntry(at=now, actor=str(actor), action="service times", detail={"version": version.id})
    )
    record(session, PendingEvent("config.changed", now, {"sla_version": version.id}))
    record(session, PendingEvent("sla.changed", now, progress(version)))
    return version


def as_draft(document: dict[str, Any], known: dict[str, set[int]]) -> dict[str, Any]:
    """A stored document as the API takes and gives it. Ids that are gone become new ones."""
    hours, policies = known["calendars"], known["policies"]
    return {
        "calendars": [
            {**row, "key": str(row["id"]), "id": row["id"] if row["id"] in hours else None}
            for row in document["calendars"]
        ],
        "policies": [
            {
                **{name: row[name] for name in row if name != "hours_id"},
                "id": row["id"] if row["id"] in policies else None,
                "calendar": str(row["hours_id"]),
            }
            for row in document["policies"]
        ],
    }
