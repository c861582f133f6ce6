"""What supervisors do with incidents: make, open, edit, dismiss, answer and close them.

Each is one transaction on the incident's own row, with its audit entry and its event. What is to
happen to its tickets is promised as a job (`hub.incidents.jobs`): an incident is never held while
a ticket is waited for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.audit.models import AuditEntry
from hub.directory import Directory
from hub.errors import Conflict, Invalid, NotFound
from hub.incidents.models import Incident, IncidentAnswer, IncidentState
from hub.incidents.tickets import is_open
from hub.incidents.view import tell_incident
from hub.incidents.words import as_term
from hub.jobs.promise import promise
from hub.ports.messages import clean_text
from hub.team.access import Actor
from hub.tickets.models import Ticket

GATHER = "incident-gather"
"""Attach what matches, and tell it the automatic answer."""
ANSWER = "incident-answer"
"""Say something to every open ticket."""
RESOLVE = "incident-resolve"
"""Resolve what remains."""
MAX_TERMS = 20
MAX_TERM = 60
_MATCHING = ("topic", "terms", "unit", "answer", "answer_es", "auto_answer")
EDITABLE = ("title", *_MATCHING)


def lane(incident_id: int) -> str:
    """What happens to one incident's tickets happens one after another."""
    return f"incident:{incident_id}"


async def locked(session: AsyncSession, incident_id: int, version: int | None = None) -> Incident:
    """The incident, for a change. Raises NotFound, or Conflict if `version` is not its own."""
    incident = await session.scalar(
        select(Incident)
        .where(Incident.id == incident_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if incident is None:
        raise NotFound(f"there is no incident {incident_id}")
    if version is not None and version != incident.version:
        raise Conflict(
            f"somebody changed it meanwhile: it is version {incident.version}, not {version}"
        )
    return incident


def clean_terms(terms: Sequence[str]) -> list[str]:
    """Words and phrases as they are compared, each once. Raises Invalid."""
    if len(terms) > MAX_TERMS:
        raise Invalid.field("terms", f"at most {MAX_TERMS} words or phrases")
    found: list[str] = []
    for index, text in enumerate(terms):
        term = as_term(clean_text(text))
        if not term:
            raise Invalid.field(f"terms.{index}", "has no word that could be looked for")
        if len(term) > MAX_TERM:
            raise Invalid.field(f"terms.{index}", f"has more than {MAX_TERM} characters")
        if term not in found:
            found.append(term)
    return found


def apply(incident: Incident, values: Mapping[str, Any], directory: Directory) -> list[str]:
    """Set what is given; gives the names of what changed. Raises Invalid."""
    changed = []
    for name in EDITABLE:
        if name not in values:
            continue
        value = clean_terms(values[name]) if name == "terms" else values[name]
        if name == "unit" and value is not None and value not in directory.units:
            raise Invalid.field("unit", f"there is no unit {value!r}")
        if value != getattr(incident, name):
            setattr(incident, name, value)
            changed.append(name)
    if incident.auto_answer and not incident.answer.strip():
        raise Invalid.field("answer", "what should be answered automatically is missing")
    if incident.auto_answer and incident.topic is None and not incident.terms:
        raise Invalid.field(
            "auto_answer", "give a topic or a word first: without them nothing is attached"
        )
    return changed


async def make(
    session: AsyncSession,
    directory: Directory,
    actor: Actor,
    now: datetime,
    values: Mapping[str, Any],
    ticket_ids: Sequence[int] = (),
) -> dict[str, Any]:
    """A new incident, open at once. Raises Invalid."""
    known = set(await session.scalars(select(Ticket.id).where(Ticket.id.in_(ticket_ids))))
    for index, ticket_id in enumerate(ticket_ids):
        if ticket_id not in known:
            raise Invalid.field(f"ticket_ids.{index}", f"there is no ticket {ticket_id}")
    incident = _new(now, values.get("title", ""))
    apply(incident, values, directory)
    incident.state = IncidentState.OPEN.value
    incident.opened_at, incident.opened_by = now, actor.name
    session.add(incident)
    await session.flush()
    _gather(session, incident, now, ticket_ids)
    _audit(session, incident, actor, now, "made")
    return await tell_incident(session, now, incident, "incident.created")


def _new(now: datetime, title: str) -> Incident:
    return Incident(
        state=IncidentState.SUSPECTED.value,
        title=title,
        topic=None,
        terms=[],
        unit=None,
        detected=False,
        evidence={},
        created_at=now,
        answer="",
        answer_es="",
        auto_answer=False,
        version=1,
    )


async def suspect(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    title: str,
    topic: str | None,
    terms: Sequence[str],
    evidence: Mapping[str, Any],
) -> Incident:
    """An incident that the hub noticed, for a supervisor to open or dismiss."""
    incident = _new(now, title[:200])
    incident.topic, incident.terms = topic, list(terms)
    incident.detected, incident.evidence = True, dict(evidence)
    session.add(incident)
    await session.flush()
    _audit(session, incident, actor, now, "suspected", **evidence)
    await tell_incident(session, now, incident, "incident.created")
    return incident


async def open_it(
    session: AsyncSession,
    directory: Directory,
    actor: Actor,
    now: datetime,
    incident: Incident,
    values: Mapping[str, Any],
) -> dict[str, Any]:
    """What matches is attached from now on. Raises Invalid or Conflict."""
    if incident.state not in (IncidentState.SUSPECTED, IncidentState.DISMISSED):
        raise Conflict(f"this incident is {incident.state}")
    apply(incident, values, directory)
    incident.state = IncidentState.OPEN.value
    incident.opened_at, incident.opened_by = now, actor.name
    incident.closed_at = incident.closed_by = None
    _gather(session, incident, now)
    return await _changed(session, incident, actor, now, "open")


async def edit(
    session: AsyncSession,
    directory: Directory,
    actor: Actor,
    now: datetime,
    incident: Incident,
    values: Mapping[str, Any],
) -> dict[str, Any]:
    """Change what is given. Raises Invalid or Conflict."""
    if incident.state not in (IncidentState.SUSPECTED, IncidentState.OPEN):
        raise Conflict(f"this incident is {incident.state}")
    changed = apply(incident, values, directory)
    if incident.state == IncidentState.OPEN and not set(changed).isdisjoint(_MATCHING):
        _gather(session, incident, now)
    return await _changed(session, incident, actor, now, "edit", changed=changed)


async def dismiss(
    session: AsyncSession, actor: Actor, now: datetime, incident: Incident
) -> dict[str, Any]:
    """A false alarm: the same is not noticed again for some hours. Raises Conflict."""
    if incident.state != IncidentState.SUSPECTED:
        raise Conflict(f"this incident is {incident.state}: only a suspected one is dismissed")
    incident.state = IncidentState.DISMISSED.value
    incident.closed_at, incident.closed_by = now, actor.name
    return await _changed(session, incident, actor, now, "dismiss")


async def answer(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    incident: Incident,
    body: str,
    *,
    resolve: bool,
) -> dict[str, Any]:
    """Say `body` to every open ticket that it has now, each once. Raises Conflict."""
    if incident.state != IncidentState.OPEN:
        raise Conflict(f"this incident is {incident.state}")
    await _promise_answer(session, actor, now, incident, body, resolve=resolve)
    return await _changed(session, incident, actor, now, "answer", resolve=resolve)


async def close(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    incident: Incident,
    body: str | None,
    *,
    resolve: bool,
) -> dict[str, Any]:
    """Nothing is attached from now on; what was stays. Raises Conflict."""
    if incident.state != IncidentState.OPEN:
        raise Conflict(f"this incident is {incident.state}")
    incident.state = IncidentState.CLOSED.value
    incident.closed_at, incident.closed_by = now, actor.name
    if body is not None:
        await _promise_answer(session, actor, now, incident, body, resolve=resolve)
    elif resolve:
        payload = {
            "incident_id": incident.id,
            "ticket_ids": await _open_tickets(session, incident),
            "actor": _actor(actor),
        }
        promise(session, RESOLVE, payload, lane(incident.id), now)
    return await _changed(session, incident, actor, now, "close", resolve=resolve)


async def _promise_answer(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    incident: Incident,
    body: str,
    *,
    resolve: bool,
) -> None:
    tickets = await _open_tickets(session, incident)
    said = IncidentAnswer(
        incident_id=incident.id,
        at=now,
        author=actor.name,
        agent_id=actor.id if actor.kind == "agent" else None,
        body=clean_text(body),
        resolve=resolve,
        total=len(tickets),
        done=0,
        refused=0,
    )
    session.add(said)
    await session.flush()
    # These and no others, also when the work is taken up again after a restart.
    payload = {"answer_id": said.id, "ticket_ids": tickets, "actor": _actor(actor)}
    promise(session, ANSWER, payload, lane(incident.id), now)


async def _open_tickets(session: AsyncSession, incident: Incident) -> list[int]:
    found = await session.scalars(
        select(Ticket.id).where(Ticket.incident_id == incident.id, is_open()).order_by(Ticket.id)
    )
    return list(found)


def _gather(
    session: AsyncSession, incident: Incident, now: datetime, ticket_ids: Sequence[int] = ()
) -> None:
    payload = {"incident_id": incident.id, "ticket_ids": list(ticket_ids)}
    promise(session, GATHER, payload, lane(incident.id), now)


def _actor(actor: Actor) -> dict[str, Any]:
    return {"kind": actor.kind, "id": actor.id, "name": actor.name}


def _audit(
    session: AsyncSession,
    incident: Incident,
    actor: Actor,
    now: datetime,
    action: str,
    **detail: Any,
) -> None:
    what = {"incident_id": incident.id, "title": incident.title, **detail}
    session.add(
        AuditEntry(
            at=now, actor=str(actor), action=f"incident {action}", ticket_id=None, detail=what
        )
    )


async def _changed(
    session: AsyncSession,
    incident: Incident,
    actor: Actor,
    now: datetime,
    action: str,
    **detail: Any,
) -> dict[str, Any]:
    incident.version += 1
    _audit(session, incident, actor, now, action, **detail)
    return await tell_incident(session, now, incident)
