"""Adding the people who work in the console."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from hub.audit.models import AuditEntry
from hub.db.database import Database
from hub.errors import Conflict, Invalid
from hub.events.record import PendingEvent, record
from hub.now import Now
from hub.team.models import Agent, AgentUnit, Role, Unit
from hub.team.passwords import hash_password

MIN_PASSWORD = 12
LANGUAGES = frozenset(("es",))
"""What customers may write in beside English, and so what agents may be chosen for."""


async def add_agent(
    database: Database,
    now: Now,
    *,
    email: str,
    name: str,
    role: str,
    units: Sequence[str],
    password: str,
    languages: Sequence[str] = (),
) -> int:
    """Add an agent; gives their id. `languages`: what they speak beside English.

    Raises Invalid or Conflict.
    """
    email = email.strip().lower()
    if "@" not in email or len(email) > 255:
        raise Invalid.field("email", "is not an e-mail address")
    if not name.strip() or len(name) > 120:
        raise Invalid.field("name", "must have 1 to 120 characters")
    if role not in list(Role):
        raise Invalid.field("role", f"must be one of {', '.join(Role)}")
    if len(password) < MIN_PASSWORD:
        raise Invalid.field("password", f"must have at least {MIN_PASSWORD} characters")
    strange = sorted(set(languages) - LANGUAGES)
    if strange:
        raise Invalid.field("language", f"{', '.join(strange)} is not one the bot speaks")
    hashed = await hash_password(password)
    async with database.write() as session:
        known = set(await session.scalars(select(Unit.slug)))
        unknown = sorted(set(units) - known)
        if unknown:
            raise Invalid.field("unit", f"there is no unit {', '.join(unknown)}")
        if await session.scalar(select(Agent.id).where(func.lower(Agent.email) == email)):
            raise Conflict(f"{email} signs in already")
        agent = Agent(
            email=email,
            name=name.strip(),
            role=role,
            password_hash=hashed,
            languages=sorted(set(languages)),
            created_at=now(),
        )
        session.add(agent)
        await session.flush()
        session.add_all(AgentUnit(agent_id=agent.id, unit=unit) for unit in sorted(set(units)))
        session.add(
            AuditEntry(
                at=now(),
                actor="system:command line",
                action="agent added",
                detail={"agent_id": agent.id, "role": role},
            )
        )
        record(session, PendingEvent("config.changed", now(), {"agent_id": agent.id}))
        return agent.id
