"""API tokens and session ids: random, shown once, stored as hashes."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence

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
    return (await principals_of_tokens(database, [token])).get(token)


async def principals_of_tokens(database: Database, tokens: Collection[str]) -> dict[str, Principal]:
    """Who the tokens stand for, by token; those that are unknown or revoked are left out."""
    by_hash = {hash_secret(token): token for token in tokens}
    async with database.read() as session:
        found = (
            await session.execute(
                select(ApiToken.token_hash, ApiToken.id, ApiToken.name, ApiToken.role).where(
                    ApiToken.token_hash.in_(by_hash), ApiToken.revoked_at.is_(None)
                )
            )
        ).all()
        if not found:
            return {}
        units: dict[int, set[str]] = {row.id: set() for row in found}
        for token_id, unit in await session.execute(
            select(ApiTokenUnit.token_id, ApiTokenUnit.unit).where(ApiTokenUnit.token_id.in_(units))
        ):
            units[token_id].add(unit)
    principals: dict[str, Principal] = {}
    for row in found:
        role = Role(row.role)
        limited = role is Role.AGENT and units[row.id]
        principals[by_hash[row.token_hash]] = Principal(
            Actor("token", row.id, row.name), role, frozenset(units[row.id]) if limited else None
        )
    return principals
