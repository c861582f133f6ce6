"""`/sla`: policies and calendars as one document, saved as a version; previews of a draft."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.api.access import Supervisor, TheHub
from hub.api.idempotency import IdempotentRoute
from hub.api.schemas import Asked
from hub.api.sla_schemas import (
    DraftRequest,
    HolidayPage,
    PreviewRequest,
    PreviewView,
    Problems,
    RestoreRequest,
    RulesView,
    SaveRequest,
    VersionPage,
    VersionView,
)
from hub.errors import Invalid, NotFound
from hub.sla.draft import Draft, Known, read_draft
from hub.sla.editing import as_draft, newest_version, save_rules
from hub.sla.errors import SlaError
from hub.sla.holiday_calendar import HolidayCalendar
from hub.sla.models import HoursRow, PolicyRow, RulesVersion
from hub.sla.policy import PRIORITIES, VISIBILITIES, Facts
from hub.sla.preview import preview
from hub.sla.reach import Names
from hub.sla.recompute import progress
from hub.system import Hub

router = APIRouter(prefix="/sla", tags=["service times"], route_class=IdempotentRoute)
VersionNumber = Annotated[int, Path(ge=1, lt=2**53)]


@router.get("", response_model=RulesView)
async def read_rules(hub: TheHub, principal: Supervisor) -> dict[str, Any]:
    """The rules in force, how far open tickets follow them, and what they may name."""
    async with hub.database.read() as session:
        version = await newest_version(session)
        return {
            **await _version_view(session, version),
            "recompute": progress(version),
            "choices": await _choices(hub),
        }


@router.put("", response_model=RulesView)
async def write_rules(hub: TheHub, principal: Supervisor, wanted: SaveRequest) -> dict[str, Any]:
    """Save all of them as a new version; open clocks follow in the background."""
    draft = await _draft(hub, wanted)
    async with hub.database.write() as session:
        await save_rules(
            session,
            draft,
            wanted.base_version,
            principal.actor,
            hub.now(),
            " ".join(wanted.comment.split()),
        )
    hub.directory.forget()
    return await read_rules(hub, principal)


@router.post("/check", response_model=Problems)
async def check_rules(hub: TheHub, principal: Supervisor, wanted: DraftRequest) -> dict[str, Any]:
    """What saving this draft would be refused for."""
    draft = await _draft(hub, wanted)
    return {"errors": [{"field": p.field, "message": p.message} for p in draft.problems]}


@router.post("/preview", response_model=PreviewView)
async def preview_rules(
    hub: TheHub, principal: Supervisor, wanted: PreviewRequest
) -> dict[str, Any]:
    """When a message would be due under this draft."""
    draft = await _draft(hub, wanted)
    if draft.problems:
        raise Invalid("the draft has problems", tuple(draft.problems))
    facts = Facts(**wanted.facts.model_dump())
    try:
        found = preview(draft.rules(), facts, wanted.at)
    except SlaError as error:  # a moment at the ends of the calendar
        raise Invalid.field("at", error.reason) from None
    policy = found.terms.policy
    named = None if policy is None else draft.policies[int(policy.id)]
    calendar = next((c for c in draft.calendars if named and c.key == named.calendar), None)
    return {
        "policy": None if policy is None else {"index": policy.id, "name": policy.name},
        "calendar": None if calendar is None else {"key": calendar.key, "name": calendar.name},
        "metrics": [
            {
                "metric": one.metric.value,
                "target": one.target.total_seconds(),
                "due_at": one.due_at,
                "warn_at": one.warn_at,
            }
            for one in found.metrics
        ],
        "sentence": found.sentence,
    }


@router.get("/versions", response_model=VersionPage)
async def list_versions(hub: TheHub, principal: Supervisor) -> dict[str, Any]:
    """The last hundred, the newest first."""
    async with hub.database.read() as session:
        found = await session.scalars(
            select(RulesVersion).order_by(RulesVersion.id.desc()).limit(100)
        )
        return {
            "items": [
                {
                    "version": row.id,
                    "at": row.at,
                    "actor": row.actor,
                    "comment": row.comment,
                    "calendars": len(row.definition["calendars"]),
                    "policies": len(row.definition["policies"]),
                    "recompute": progress(row),
                }
                for row in found
            ]
        }


@router.get("/versions/{number}", response_model=VersionView)
async def read_version(hub: TheHub, principal: Supervisor, number: VersionNumber) -> dict[str, Any]:
    async with hub.database.read() as session:
        return await _version_view(session, await _version(session, number))


@router.post("/versions/{number}/restore", response_model=RulesView)
async def restore_version(
    hub: TheHub, principal: Supervisor, number: VersionNumber, wanted: RestoreRequest
) -> dict[str, Any]:
    """Save an earlier version anew, as a version of its own."""
    async with hub.database.read() as session:
        earlier = await _version_view(session, await _version(session, number))
    document = SaveRequest(
        base_version=wanted.base_version,
        comment=f"Version {number} restored",
        calendars=earlier["calendars"],
        policies=earlier["policies"],
    )
    return await write_rules(hub, principal, document)


@router.get("/holidays", response_model=HolidayPage)
async def list_holidays(
    hub: TheHub,
    principal: Supervisor,
    year: Annotated[int, Query(ge=1970, le=2100)],
    country: Annotated[Asked, Query(max_length=3)] = "US",
    subdivision: Annotated[Asked | None, Query(max_length=6)] = None,
) -> dict[str, Any]:
    """The public holidays a calendar can take, observed days among them."""
    try:
        calendar = HolidayCalendar(country, subdivision)
    except SlaError as error:
        raise Invalid.field(error.field.rpartition(".")[2], error.reason) from None
    days = sorted(calendar.in_year(year).items())
    return {"items": [{"date": day, "name": name} for day, name in days]}


async def _draft(hub: Hub, wanted: DraftRequest) -> Draft:
    source = wanted.model_dump()
    known = await _known(hub)
    return read_draft(source["calendars"], source["policies"], known, hub.now())


async def _known(hub: Hub) -> Known:
    choices = await _choices(hub)
    return Known(
        Names(
            channels=frozenset(choices["channels"]),
            units=frozenset(unit["slug"] for unit in choices["units"]),
            topics=frozenset(choices["topics"]),
        ),
        frozenset(agent["email"] for agent in choices["agents"]),
    )


async def _choices(hub: Hub) -> dict[str, Any]:
    directory = await hub.directory.get()
    articles = await hub.rooms.knowledge.articles()
    named = [p.conditions.topic or () for p in directory.clockwork.rules.policies]
    topics = {article.slug for article in articles}.union(*named)
    channels = {kind.kind for kind in hub.rooms.kinds()}
    channels |= {account.kind for account in directory.accounts.values()}
    return {
        "units": [{"slug": u.slug, "name": u.name} for u in directory.units.values()],
        "channels": sorted(channels),
        "topics": sorted(topics),
        "priorities": list(PRIORITIES),
        "visibilities": list(VISIBILITIES),
        "agents": [{"email": a.email, "name": a.name} for a in directory.agents.values()],
    }


async def _version(session: AsyncSession, number: int) -> RulesVersion:
    found = await session.get(RulesVersion, number)
    if found is None:
        raise NotFound(f"there is no version {number} of the rules")
    return found


async def _version_view(session: AsyncSession, version: RulesVersion) -> dict[str, Any]:
    known = {
        "calendars": set(await session.scalars(select(HoursRow.id))),
        "policies": set(await session.scalars(select(PolicyRow.id).where(~PolicyRow.retired))),
    }
    return {
        "version": version.id,
        "at": version.at,
        "actor": version.actor,
        "comment": version.comment,
        **as_draft(version.definition, known),
    }
