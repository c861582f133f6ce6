"""What a new hub starts with: units, hours, policies, one account a channel, demo people.

Everything is found again by its natural key, so seeding twice changes nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from pydantic import SecretStr
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.accounts.models import Account
from hub.db.database import Database
from hub.events.record import PendingEvent, record
from hub.now import Now
from hub.ports import ChannelKind
from hub.secrets import Seal
from hub.settings import Settings, is_loopback
from hub.sla.defaults import city_hours, city_policies
from hub.sla.models import HoursRow, PolicyRow, RulesVersion
from hub.sla.rules_document import write_document
from hub.team.access import SYSTEM
from hub.team.models import Agent, AgentUnit, Role, Unit
from hub.team.passwords import hash_password

UNITS: Mapping[str, str] = {
    "call-center": "Call center",
    "walk-in": "Walk-in",
    "commercial": "Commercial",
    "billing": "Billing",
    "energy-services": "Energy services",
    "social-media": "Social media",
    "quality-control": "Quality control",
}

_LOCK = 0x5357_5345
DEMO_PASSWORD = "switchboard-demo"  # noqa: S105 - published, and refused off loopback


@dataclass(frozen=True, slots=True)
class DemoAgent:
    email: str
    name: str
    role: Role
    units: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


DEMO_AGENTS = (
    DemoAgent("ava@demo.example", "Ava Reyes", Role.AGENT, ("call-center", "walk-in"), ("es",)),
    DemoAgent("ben@demo.example", "Ben Okafor", Role.AGENT, ("billing", "commercial")),
    DemoAgent("carla@demo.example", "Carla Nunes", Role.AGENT, ("energy-services", "social-media")),
    DemoAgent("dana@demo.example", "Dana Whitfield", Role.AGENT, ("quality-control",)),
    DemoAgent("sam@demo.example", "Sam Laurent", Role.SUPERVISOR, tuple(UNITS)),
    DemoAgent("alex@demo.example", "Alex Moreno", Role.ADMIN, tuple(UNITS)),
)


class DemoNotAllowed(Exception):
    """Demo accounts and the sandbox have published secrets: they exist only on loopback."""


def refuse_exposed_demo(settings: Settings) -> None:
    """Raises DemoNotAllowed where others could reach demo accounts or a sandbox's hub."""
    what = []
    if settings.demo:
        what.append("demo accounts have published passwords")
    if settings.sandbox_url is not None:
        what.append("the sandbox lets anybody write as anybody")
        if not is_loopback(urlsplit(settings.sandbox_url).hostname or ""):
            raise DemoNotAllowed(
                f"HUB_SANDBOX_URL={settings.sandbox_url} is not on this machine: replies to "
                "real people would go there"
            )
    where = None
    if not settings.is_loopback:
        where = f"HUB_HOST={settings.host}"
    elif not is_loopback(urlsplit(settings.origin).hostname or ""):
        where = f"HUB_PUBLIC_URL={settings.public_url}"
    if what and where:
        raise DemoNotAllowed(f"{' and '.join(what)}: that does not go with {where}")


def derived_secret(settings: Settings, name: str) -> str:
    """A secret nobody chose, the same at every start: what the sandbox and the hub share."""
    key = settings.sealing_key.encode()
    return hmac.new(key, f"sandbox:{name}".encode(), hashlib.sha256).hexdigest()


def shared_secret(settings: Settings, name: str) -> str:
    """The setting of that name, or the one derived for the sandbox."""
    value: SecretStr | None = getattr(settings, name)
    return value.get_secret_value() if value else derived_secret(settings, name)


async def seed(database: Database, settings: Settings, seal: Seal, now: Now) -> None:
    """Bring the database to what `settings` describe. Raises DemoNotAllowed."""
    refuse_exposed_demo(settings)
    password_hash = await hash_password(DEMO_PASSWORD) if settings.demo else ""
    async with database.write() as session:
        if not database.is_sqlite:  # processes that start together take turns
            await session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        await _seed_units(session)
        await _seed_sla(session, now())
        changed = await _seed_accounts(session, settings, seal)
        if settings.demo:
            changed |= await _seed_agents(session, password_hash, now())
        if changed:
            record(session, PendingEvent("config.changed", now(), {}))


async def is_seeded(database: Database) -> bool:
    async with database.read() as session:
        return await session.scalar(select(Unit.slug).limit(1)) is not None


async def _seed_units(session: AsyncSession) -> None:
    known = set(await session.scalars(select(Unit.slug)))
    session.add_all(
        Unit(slug=slug, name=name, auto_assign=False)
        for slug, name in UNITS.items()
        if slug not in known
    )
    await session.flush()


async def _seed_sla(session: AsyncSession, now: datetime) -> None:
    if await session.scalar(select(RulesVersion.id).limit(1)) is not None:
        return
    if await session.scalar(select(HoursRow.id).limit(1)) is None:
        hours = HoursRow(name="City offices", definition=city_hours().to_dict())
        session.add(hours)
        await session.flush()
        for rank, policy in enumerate(city_policies(), 1):
            definition = policy.to_dict()
            definition.pop("id")
            session.add(PolicyRow(rank=rank, definition=definition, hours_id=hours.id))
        await session.flush()
    # Also for a hub from before versions were kept.
    calendars = await session.scalars(select(HoursRow).order_by(HoursRow.id))
    policies = await session.scalars(select(PolicyRow).order_by(PolicyRow.rank))
    session.add(
        RulesVersion(
            at=now,
            actor=str(SYSTEM),
            comment="What a new hub starts with",
            definition=write_document(calendars.all(), policies.all()),
            finished_at=now,
        )
    )


async def _seed_agents(session: AsyncSession, password_hash: str, now: datetime) -> bool:
    known = set(await session.scalars(select(Agent.email)))
    new = [demo for demo in DEMO_AGENTS if demo.email not in known]
    for demo in new:
        agent = Agent(
            email=demo.email,
            name=demo.name,
            role=demo.role.value,
            languages=list(demo.languages),
            password_hash=password_hash,
            demo=True,
            created_at=now,
        )
        session.add(agent)
        await session.flush()
        session.add_all(AgentUnit(agent_id=agent.id, unit=unit) for unit in demo.units)
    return bool(new)


@dataclass(frozen=True, slots=True)
class AccountSeed:
    kind: ChannelKind
    slug: str
    name: str
    external_id: str
    unit: str
    secrets: Mapping[str, str | None]
    sandbox_path: str | None = None
    """Where the sandbox plays its platform; None for channels of our own."""
    base_url: str | None = None
    real: bool = False
    """It has credentials to send with."""
    signed: str | None = None
    """The secret its webhooks are verified with, by name."""

    @property
    def usable(self) -> bool:
        return self.real or (self.signed is not None and self.secrets.get(self.signed) is not None)


def account_seeds(settings: Settings) -> list[AccountSeed]:
    """The first account of each channel, from the settings."""

    def secret(name: str) -> str | None:
        value: SecretStr | None = getattr(settings, name)
        if value is not None:
            return value.get_secret_value()
        return derived_secret(settings, name) if settings.sandbox_url else None

    seeds = [
        AccountSeed(
            ChannelKind.X,
            "main",
            "X",
            settings.x_user_id,
            "social-media",
            {
                "consumer_key": secret("x_consumer_key"),
                "consumer_secret": secret("x_consumer_secret"),
                "access_token": secret("x_access_token"),
                "access_token_secret": secret("x_access_token_secret"),
            },
            sandbox_path="/x",
            signed="consumer_secret",
            real=settings.x_access_token is not None,
        ),
        AccountSeed(
            ChannelKind.FACEBOOK,
            "main",
            "Facebook",
            settings.facebook_page_id,
            "social-media",
            {
                "app_id": settings.facebook_app_id,
                "app_secret": secret("facebook_app_secret"),
                "verify_token": secret("facebook_verify_token"),
                "access_token": secret("facebook_page_token"),
            },
            sandbox_path="/graph/",
            signed="app_secret",
            real=settings.facebook_page_token is not None,
        ),
        AccountSeed(
            ChannelKind.OPEN311,
            "digitally",
            "DigiTally",
            "digitally",
            "call-center",
            {"api_key": secret("open311_api_key")},
            real=True,
        ),
        AccountSeed(ChannelKind.WEBCHAT, "web", "Web chat", "web", "call-center", {}, real=True),
        AccountSeed(ChannelKind.WEBFORM, "web", "Web form", "web", "call-center", {}, real=True),
        AccountSeed(ChannelKind.PHONE, "counter", "Phone", "phone", "call-center", {}, real=True),
        AccountSeed(ChannelKind.WALK_IN, "counter", "Counter", "walk-in", "walk-in", {}, real=True),
    ]
    if settings.open311_remote_url or settings.sandbox_url:
        seeds.append(
            AccountSeed(
                ChannelKind.OPEN311,
                "remote",
                "DigiTally (pulled)",
                "remote",
                "call-center",
                {
                    "api_key": secret("open311_remote_api_key")
                    if settings.open311_remote_url
                    else secret("open311_api_key")
                },
                sandbox_path="/open311/v2",
                base_url=settings.open311_remote_url,
                real=settings.open311_remote_url is not None,
            )
        )
    return seeds


def _digest(settings: Settings, *parts: object) -> str:
    """Tells whether settings are as they were. Keyed: it must not help to guess a secret."""
    key = settings.sealing_key.encode()
    return hmac.new(key, json.dumps(parts).encode(), hashlib.sha256).hexdigest()


async def _seed_accounts(session: AsyncSession, settings: Settings, seal: Seal) -> bool:
    """Settings win where they have changed since they were last applied; else what an
    administrator changed in the console stays. Raises WrongKey."""
    known: dict[tuple[str, str], Account] = {}
    for row in await session.scalars(select(Account)):
        seal.open_secrets(row.secrets)
        known[row.kind, row.slug] = row
    changed = False
    for wanted in account_seeds(settings):
        sandbox = not wanted.real and settings.sandbox_url is not None
        base_url = wanted.base_url
        if sandbox and wanted.sandbox_path:
            base_url = f"{(settings.sandbox_url or '').rstrip('/')}{wanted.sandbox_path}"
        secrets = {name: value for name, value in wanted.secrets.items() if value is not None}
        digest = _digest(settings, base_url, sandbox, wanted.external_id, sorted(secrets.items()))
        account = known.get((wanted.kind.value, wanted.slug))
        if account is None:
            account = Account(
                kind=wanted.kind.value,
                slug=wanted.slug,
                name=wanted.name,
                external_id=wanted.external_id,
                unit=wanted.unit,
                stopped=False,
            )
            session.add(account)
        elif account.seeded == digest:
            continue
        elif (
            account.seeded is None  # of a hub that did not keep it yet
            and (account.base_url, account.sandbox) == (base_url, sandbox)
            and seal.open_secrets(account.secrets) == secrets
        ):
            account.seeded = digest
            continue
        # Without credentials there is nothing to ask or to send, and no webhook to believe.
        account.enabled = wanted.usable or sandbox
        account.base_url = base_url
        account.sandbox = sandbox
        account.external_id = wanted.external_id
        account.secrets = seal.seal_secrets(secrets) if secrets else None
        account.stopped = False
        account.notice = None
        account.access_expires_at = None
        account.poll_due_at = None
        account.seeded = digest
        changed = True
    return changed
