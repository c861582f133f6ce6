"""API tokens and session ids: random, shown once, stored as hashes."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

from sqlalchemy import select

from hub.db.database import Database
from hub.directory import Directory
from hub.now import Now
from hub.team.access import Actor, Principal
from hub.team.models import ApiToken, ApiTokenUnit, Role

PREFIX = "swb_"


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """A random secret needs no slow hash: there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()


class UnknownUnit(ValueError):
    """A token was asked for with a unit that does not exist."""


async def create_token(
    database: Database,
    now: Now,
    directory: Directory,
    role: Role,
    name: str,
    units: Sequence[str] = (),
) -> str:
    """Make a token and return it; it cannot be read again. Raises UnknownUnit."""
    unknown = sorted(set(units) - set(directory.units))
    if unknown:
        raise UnknownUnit(f"there is no unit {', '.join(unknown)}")
    token = PREFIX + new_secret()
    async with database.write() as session:
        row = ApiToken(name=name, role=role.value, token_hash=hash_secret(token), created_at=now())
        session.add(row)
        await session.flush()
        session.add_all(ApiTokenUnit(token_id=row.id, unit=unit) for unit in sorted(set(units)))
    return token


async def principal_of_token(database: Database, token: str) -> Principal | None:
    """Who a bearer token stands for, or None."""
    async with database.read() as session:
        row = await session.scalar(
            select(ApiToken).where(
                ApiToken.token_hash == hash_secret(token), ApiToken.revoked_at.is_(None)
            )
        )
        if row is None:
            return None
        units = await session.scalars(
            select(ApiTokenUnit.unit).where(ApiTokenUnit.token_id == row.id)
        )
        seen = frozenset(units)
    role = Role(row.role)
    limited = role is Role.AGENT and seen
    return Principal(Actor("token", row.id, row.name), role, seen if limited else None)
