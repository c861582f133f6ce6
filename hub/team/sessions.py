"""Signing in and out: sessions in the database, throttled by address and by e-mail."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from hub.audit.models import AuditEntry
from hub.db.database import Database
from hub.errors import TooMany, Unauthenticated
from hub.now import Now
from hub.ports.messages import clean_text
from hub.team.access import Actor, Principal
from hub.team.models import Agent, AgentUnit, Role, Session, SignInFailure
from hub.team.passwords import verify_password
from hub.team.tokens import hash_secret, new_secret

WINDOW = timedelta(minutes=15)
MAX_PER_EMAIL = 8
MAX_PER_ADDRESS = 40


class Sessions:
    def __init__(self, database: Database, now: Now, lifetime: timedelta) -> None:
        self._database = database
        self._now = now
        self._lifetime = lifetime

    async def sign_in(self, email: str, password: str, address: str) -> str:
        """The new session's cookie. Raises Unauthenticated or TooMany."""
        email = clean_text(email).strip().lower()[:200]
        attempt = await self._attempt(email, address)
        async with self._database.read() as session:
            agent = await session.scalar(
                select(Agent).where(func.lower(Agent.email) == email, Agent.active)
            )
        if not await verify_password(agent.password_hash if agent else None, password[:1024]):
            raise Unauthenticated("the e-mail address or the password is wrong")
        assert agent is not None
        secret = new_secret()
        now = self._now()
        async with self._database.write() as session:
            session.add(
                Session(
                    id_hash=hash_secret(secret),
                    agent_id=agent.id,
                    csrf_token=new_secret(),
                    created_at=now,
                    expires_at=now + self._lifetime,
                )
            )
            session.add(AuditEntry(at=now, actor=_actor(agent).__str__(), action="sign in"))
            await session.execute(delete(Session).where(Session.expires_at < now))
            await session.execute(
                delete(SignInFailure).where(
                    (SignInFailure.subject == f"email:{email}")
                    | SignInFailure.id.in_(attempt)
                    | (SignInFailure.at < now - WINDOW)
                )
            )
        return secret

    async def principal(self, cookie: str) -> Principal | None:
        """Who a session's cookie stands for, or None."""
        async with self._database.read() as session:
            found = (
                await session.execute(
                    select(Session, Agent)
                    .join(Agent, Agent.id == Session.agent_id)
                    .where(
                        Session.id_hash == hash_secret(cookie),
                        Session.expires_at > self._now(),
                        Agent.active,
                    )
                )
            ).one_or_none()
            if found is None:
                return None
            row, agent = found
            units = await session.scalars(
                select(AgentUnit.unit).where(AgentUnit.agent_id == agent.id)
            )
            role = Role(agent.role)
            seen = frozenset(units) if role is Role.AGENT else None
            return Principal(_actor(agent), role, seen, row.csrf_token)

    async def sign_out(self, cookie: str) -> None:
        async with self._database.write() as session:
            await session.execute(
                update(Session)
                .where(Session.id_hash == hash_secret(cookie))
                .values(expires_at=self._now())
            )

    async def _attempt(self, email: str, address: str) -> list[int]:
        """Count an attempt as failed before it is looked at, so that many at once count too;
        gives the rows to take back should it succeed. Raises TooMany."""
        since: datetime = self._now() - WINDOW
        subjects = {f"email:{email}": MAX_PER_EMAIL, f"address:{address}": MAX_PER_ADDRESS}
        async with self._database.write() as session:
            for subject, most in subjects.items():
                failures = await session.scalar(
                    select(func.count())
                    .select_from(SignInFailure)
                    .where(SignInFailure.subject == subject, SignInFailure.at > since)
                )
                if (failures or 0) >= most:
                    raise TooMany(
                        "too many wrong passwords; try again later",
                        retry_after=int(WINDOW.total_seconds()),
                    )
            rows = [SignInFailure(subject=subject, at=self._now()) for subject in subjects]
            session.add_all(rows)
            await session.flush()
            return [row.id for row in rows]


def _actor(agent: Agent) -> Actor:
    return Actor("agent", agent.id, agent.name)
