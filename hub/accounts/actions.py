"""What an administrator does with accounts: each one transaction with its audit entry and event.

Secrets are sealed before they are stored, and named in the audit, never told.
"""

from __future__ import annotations

import secrets as random_secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from hub.accounts.models import Account
from hub.accounts.trial import Said, Trial
from hub.audit.models import AuditEntry
from hub.db.database import Database
from hub.errors import Conflict, Invalid, NotFound
from hub.events.models import Counter
from hub.events.record import PendingEvent, record
from hub.ports import AccountKind
from hub.secrets import Seal
from hub.team.access import Actor
from hub.team.models import Unit

MAX_SECRET = 8_000


def checked_secrets(
    kind: AccountKind, given: Mapping[str, str | None], *, complete: bool
) -> dict[str, str | None]:
    """`given` without the white space people paste along; None where a secret is to be removed.

    Raises Invalid: for a name the kind does not have, or (`complete`) one that is missing.
    """
    fields = {field.name: field for field in kind.secrets}
    cleaned: dict[str, str | None] = {}
    for name, value in given.items():
        field = fields.get(name)
        if field is None:
            known = ", ".join(fields) or "none"
            raise Invalid.field(f"secrets.{name[:60]}", f"{kind.title} has no such secret: {known}")
        value = (value or "").strip()
        if not value and field.required and not field.generated:
            raise Invalid.field(f"secrets.{name}", "is required")
        if len(value) > MAX_SECRET or not value.isprintable():
            raise Invalid.field(
                f"secrets.{name}", f"must be printable and have at most {MAX_SECRET} characters"
            )
        cleaned[name] = value or None
    for field in kind.secrets:
        wanted = field.required and not field.generated
        if complete and wanted and field.name not in cleaned:
            raise Invalid.field(f"secrets.{field.name}", "is required")
    return cleaned


def made_up(kind: AccountKind, known: Mapping[str, str | None]) -> dict[str, str]:
    """Values for the secrets that are ours to choose and that nobody gave."""
    return {
        field.name: random_secrets.token_urlsafe(24)
        for field in kind.secrets
        if field.generated and not known.get(field.name)
    }


async def check_new(database: Database, kind: AccountKind, account: Account) -> None:
    """Whether `account` may be added, as far as that is known beforehand.

    Raises Invalid or Conflict.
    """
    async with database.read() as session:
        await _check_unit(session, account.unit)
        same = list(await session.scalars(select(Account).where(Account.kind == kind.kind)))
    if same and not kind.several:
        raise Conflict(f"there is a {kind.title} account already, and one is all there can be")
    if any(one.slug == account.slug for one in same):
        raise Conflict(f"there is an account {kind.kind}/{account.slug} already")
    for one in same:
        if one.external_id == account.external_id:
            raise Conflict(
                f"the account {kind.kind}/{one.slug} has the id {account.external_id} already: "
                "every message would come twice"
            )


async def add_account(
    database: Database, account: Account, actor: Actor, names: list[str], now: datetime
) -> int:
    """Store a new account; gives its id. Raises Conflict where another was faster."""
    try:
        async with database.write() as session:
            session.add(account)
            await session.flush()
            _audit(session, actor, "account.added", account, now, secrets=names)
            return account.id
    except IntegrityError as error:
        raise Conflict(
            f"there is an account {account.kind}/{account.slug} already, or its unit is gone"
        ) from error


async def change_account(
    database: Database, account_id: int, changes: Mapping[str, Any], actor: Actor, now: datetime
) -> None:
    """Set `name`, `unit` or `enabled`. Raises NotFound or Invalid."""
    async with database.write() as session:
        account = await _get(session, account_id)
        if "unit" in changes:
            await _check_unit(session, changes["unit"])
        news = {name: value for name, value in changes.items() if getattr(account, name) != value}
        if not news:
            return
        for name, value in news.items():
            setattr(account, name, value)
        if news.get("enabled"):
            account.poll_due_at = None  # what came while it was off is asked for at once
        _audit(session, actor, "account.changed", account, now, **news)


async def authorise_account(
    database: Database,
    seal: Seal,
    account_id: int,
    given: Mapping[str, str | None],
    actor: Actor,
    now: datetime,
    *,
    trial: Trial,
    expires_at: datetime | None,
    leave_sandbox: bool,
) -> None:
    """Put secrets in the place of those of the same names, and let the account work again.

    What the platform refused (an administrator insisted) leaves it stopped. Raises NotFound.
    """
    async with database.write() as session:
        account = await _get(session, account_id, lock=True)
        account.secrets = seal.seal_secrets(merged(seal.open_secrets(account.secrets), given))
        account.access_expires_at = expires_at
        account.stopped = trial.said is Said.REFUSED
        account.notice = None
        account.last_error = trial.detail or None if trial.said is not Said.OK else None
        account.last_error_at = now if trial.said is not Said.OK else account.last_error_at
        account.poll_due_at = None
        if leave_sandbox:
            account.sandbox = False
            account.base_url = None
        # What is known of the old access says nothing about the new.
        old = [f"{name}:{account_id}" for name in ("renew", "renewed", "life")]
        await session.execute(delete(Counter).where(Counter.name.in_(old)))
        _audit(
            session, actor, "account.authorised", account, now,
            secrets=sorted(given), check=trial.said.value,
        )  # fmt: skip


def merged(known: Mapping[str, str], given: Mapping[str, str | None]) -> dict[str, str]:
    """The secrets an account has after `given` were put in: None removes one."""
    after = {**known, **given}
    return {name: value for name, value in after.items() if value is not None}


async def get_account(database: Database, account_id: int) -> Account:
    """Raises NotFound."""
    async with database.read() as session:
        return await _get(session, account_id)


async def _get(session: AsyncSession, account_id: int, *, lock: bool = False) -> Account:
    account = await session.get(Account, account_id, with_for_update=lock)
    if account is None:
        raise NotFound(f"there is no account {account_id}")
    return account


async def _check_unit(session: AsyncSession, slug: str) -> None:
    if await session.get(Unit, slug) is None:
        raise Invalid.field("unit", "is no unit of ours")


def _audit(
    session: AsyncSession, actor: Actor, action: str, account: Account, now: datetime, **detail: Any
) -> None:
    said = {"account_id": account.id, "kind": account.kind, "slug": account.slug, **detail}
    session.add(AuditEntry(at=now, actor=str(actor)[:160], action=action, detail=said))
    record(session, PendingEvent("config.changed", now, {"account_id": account.id}))
