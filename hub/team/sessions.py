"""Signing in and out: sessions in the database, throttled by address and by e-mail."""

from __future__ import annotations

from collections.abc import Collection
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
        return (await self.principals([cookie])).get(cookie)

    async def principals(self, cookies: Collection[str]) -> dict[str, Principal]:
        """Who the cookies stand for, by cookie; those that are no longer good are left out."""
        by_hash = {hash_secret(cookie): cookie for cookie in cookies}
        async with self._database.read() as session:
            found = (
                await session.execute(
                    select(Session.id_hash, Session.csrf_token, Agent.id, Agent.name, Agent.role)
                    .join(Agent, Agent.id == Session.agent_id)
                    .where(
                        Session.id_hash.in_(by_hash),
                        Session.expires_at > self._now(),
                        Agent.active,
                    )
                )
            ).all()
            if not found:
                return {}
            units: dict[int, set[str]] = {row.id: set() for row in found}
            for agent_id, unit in await session.execute(
                select(AgentUnit.agent_id, AgentUnit.unit).where(AgentUnit.agent_id.in_(units))
            ):
                units[agent_id].add(unit)
        principals: dict[str, Principal] = {}
        for row in found:
            role = Role(row.role)
            seen = frozenset(units[row.id]) if role is Role.AGENT else None
            actor = Actor("agent", row.id, row.name)
            principals[by_hash[row.id_hash]] = Principal(actor, role, seen, row.csrf_token)
        return principals

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
