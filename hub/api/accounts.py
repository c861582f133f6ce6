"""`/accounts`, `/account-kinds`: channels added, changed, authorised, and how they fare."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Coroutine, Sequence
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Path
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from hub.accounts import actions
from hub.accounts.actions import checked_secrets, get_account, made_up, merged
from hub.accounts.budget import Cost, costs, open_budgets
from hub.accounts.condition import Condition
from hub.accounts.connectors import AccountBroken
from hub.accounts.health import resume_account, stop_account
from hub.accounts.models import Account, RateBudgetRow
from hub.accounts.trial import Said, Trial, try_account, try_check
from hub.api.access import Admin, Supervisor, TheHub
from hub.api.account_schemas import (
    AccountChecked,
    AccountKindView,
    AccountPage,
    AccountPatch,
    AccountRequest,
    AccountView,
    AuthoriseRequest,
)
from hub.errors import Invalid
from hub.http.webhooks import read_body
from hub.ports import Account as PortAccount
from hub.ports import AccountKind
from hub.settings import is_loopback
from hub.system import Hub

MAX_BODY = 131_072


class BoundedRoute(APIRoute):
    """Reads a body up to a limit. Not the repeatable kind: an answer that shows a secret once
    must not be kept to be given again."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def bounded(request: Request) -> Response:
            if request.method != "GET":
                request._body = await read_body(request, MAX_BODY)
            return await handle(request)

        return bounded


router = APIRouter(tags=["accounts"], route_class=BoundedRoute)

AccountId = Annotated[int, Path(ge=1, lt=2**53)]


@router.get("/account-kinds", response_model=list[AccountKindView])
async def list_kinds(hub: TheHub, principal: Supervisor) -> list[dict[str, Any]]:
    """The kinds of account that can be added, and what each needs."""
    return [
        {
            "kind": kind.kind,
            "title": kind.title,
            "secrets": [
                {
                    "name": field.name,
                    "title": field.title,
                    "required": field.required,
                    "help": field.help,
                    "generated": field.generated,
                }
                for field in kind.secrets
            ],
            "webhook": kind.webhook,
            "several": kind.several,
            "base_url": kind.base_url,
            "installed": kind.installed,
        }
        for kind in hub.rooms.kinds()
    ]


@router.get("/accounts", response_model=AccountPage)
async def list_accounts(hub: TheHub, principal: Supervisor) -> dict[str, Any]:
    """Every account and how it fares."""
    found = await hub.conditions.look()
    return {"items": await _views(hub, found)}


@router.post("/accounts", response_model=AccountChecked, status_code=201)
async def add_account(hub: TheHub, principal: Admin, asked: AccountRequest) -> dict[str, Any]:
    """Add an account. What the platform refuses is not stored, unless `force` is given."""
    kind = _kind(hub, asked.kind)
    given = checked_secrets(kind, dict(asked.secrets), complete=True)
    generated = made_up(kind, given)
    secrets = merged({}, {**given, **generated})
    sandbox = _check_address(hub, kind, asked.base_url)
    account = Account(
        kind=kind.kind,
        slug=asked.slug,
        name=asked.name,
        external_id=asked.external_id,
        unit=asked.unit,
        base_url=asked.base_url,
        enabled=asked.enabled,
        sandbox=sandbox,
        stopped=False,
        access_expires_at=asked.access_expires_at,
        secrets=hub.seal.seal_secrets(secrets) if secrets else None,
    )
    await actions.check_new(hub.database, kind, account)
    trial = await _try(hub, _port(account, 0, secrets), force=asked.force)
    if trial.said is not Said.OK:
        account.stopped = trial.said is Said.REFUSED
        account.last_error = trial.detail
        account.last_error_at = hub.now()
    number = await actions.add_account(
        hub.database, account, principal.actor, sorted(secrets), hub.now()
    )
    return await _changed(hub, number, trial, generated)


@router.patch("/accounts/{account_id}", response_model=AccountView)
async def change_account(
    hub: TheHub, principal: Admin, account_id: AccountId, asked: AccountPatch
) -> dict[str, Any]:
    """Rename it, give its tickets to another unit, switch it on or off.

    What is switched off takes nothing in (its webhooks answer 404), sends nothing and is not
    polled.
    """
    changes = asked.model_dump(exclude_none=True)
    await actions.change_account(hub.database, account_id, changes, principal.actor, hub.now())
    return await _changed(hub, account_id)


@router.post("/accounts/{account_id}/authorise", response_model=AccountChecked)
async def authorise_account(
    hub: TheHub, principal: Admin, account_id: AccountId, asked: AuthoriseRequest
) -> dict[str, Any]:
    """Replace secrets and ask the platform. What it refuses is not stored, unless `force` is
    given; what it could not be asked about is."""
    account = await get_account(hub.database, account_id)
    kind = _kind(hub, account.kind)
    given = checked_secrets(kind, dict(asked.secrets), complete=False)
    known = hub.seal.open_secrets(account.secrets)
    after = {**known, **given}
    generated = made_up(kind, after)
    given = {**given, **generated}
    if asked.leave_sandbox:
        account.base_url = None
    trial = await _try(hub, _port(account, account.id, merged(known, given)), force=asked.force)
    await actions.authorise_account(
        hub.database, hub.seal, account_id, given, principal.actor, hub.now(), trial=trial,
        expires_at=asked.access_expires_at, leave_sandbox=asked.leave_sandbox,
    )  # fmt: skip
    return await _changed(hub, account_id, trial, generated)


@router.post("/accounts/{account_id}/check", response_model=AccountChecked)
async def check_account(hub: TheHub, principal: Admin, account_id: AccountId) -> dict[str, Any]:
    """Ask the platform whether it takes our credentials; stops or resumes the account."""
    account = await get_account(hub.database, account_id)
    try:
        connector = hub.connectors.of(account)
    except AccountBroken as error:
        trial = Trial(Said.FAILED, str(error))
    else:
        async with hub.connectors.using(connector):
            trial = await try_check(connector.check)
    if trial.said is Said.REFUSED and not account.stopped:
        await stop_account(hub.database, account_id, trial.detail, hub.now())
    elif trial.said is Said.OK and account.stopped:
        await resume_account(hub.database, account_id, hub.now())
    return await _changed(hub, account_id, trial, {})


def _kind(hub: Hub, name: str) -> AccountKind:
    for kind in hub.rooms.kinds():
        if kind.kind == name and kind.installed:
            return kind
    raise Invalid.field("kind", f"no connector for {name!r} is installed")


def _check_address(hub: Hub, kind: AccountKind, url: str | None) -> bool:
    """Whether an address is the sandbox's. Raises Invalid for one that cannot be."""
    if url is None:
        return False
    sandbox = hub.settings.sandbox_url
    if sandbox and url.startswith(f"{sandbox.rstrip('/')}/"):
        return True
    if not kind.base_url:
        raise Invalid.field("base_url", f"{kind.title} has its own address")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
        if host and ":" in host:
            ipaddress.ip_address(host)
    except ValueError:
        raise Invalid.field("base_url", "is no web address") from None
    if not host or parts.username is not None or parts.fragment:
        raise Invalid.field("base_url", "is no web address")
    if parts.scheme == "http" and not is_loopback(host):
        raise Invalid.field("base_url", "must begin with https://: secrets go there")
    return False


def _port(account: Account, number: int, secrets: dict[str, str]) -> PortAccount:
    return PortAccount(
        id=number,
        kind=account.kind,
        name=account.name,
        external_id=account.external_id,
        secrets=secrets,
        base_url=account.base_url,
        unit=account.unit,
    )


async def _try(hub: Hub, account: PortAccount, *, force: bool) -> Trial:
    """Raises Invalid where the platform refuses it and nobody insists."""
    try:
        trial = await try_account(hub.connectors, account)
    except AccountBroken as error:
        raise Invalid.field("secrets", str(error)) from error
    if trial.said is Said.REFUSED and not force:
        raise Invalid.field("secrets", f"the platform refuses them: {trial.detail}")
    return trial


async def _changed(
    hub: Hub, account_id: int, trial: Trial | None = None, generated: dict[str, str] | None = None
) -> dict[str, Any]:
    """The account as it is now; this process forgets what it was, others hear of it."""
    hub.directory.forget()
    hub.connectors.forget()
    account = await get_account(hub.database, account_id)
    async with hub.database.read() as session:
        budgets = (await open_budgets(session, hub.now())).get(account_id, [])
    (view,) = await _views(hub, [(account, hub.conditions.judge(account, budgets))])
    if generated is not None:
        view["check"] = {"result": trial.said, "detail": trial.detail} if trial else None
        view["generated"] = generated
    return view


async def _views(hub: Hub, found: Sequence[tuple[Account, Condition]]) -> list[dict[str, Any]]:
    now = hub.now()
    webhooks = {kind.kind for kind in hub.rooms.kinds() if kind.webhook}
    async with hub.database.read() as session:
        budgets = await open_budgets(session, now)
        cost = await costs(session, now)
    return [
        _view(
            hub,
            account,
            condition,
            account.kind in webhooks,
            budgets.get(account.id, []),
            cost.get(account.id, Cost()),
        )
        for account, condition in found
    ]


def _view(
    hub: Hub,
    account: Account,
    condition: Condition,
    webhook: bool,
    budgets: Sequence[RateBudgetRow],
    cost: Cost,
) -> dict[str, Any]:
    at = f"{hub.settings.origin}/webhooks/{account.kind}/{account.slug}"
    return {
        "id": account.id,
        "kind": account.kind,
        "slug": account.slug,
        "name": account.name,
        "external_id": account.external_id,
        "unit": account.unit,
        "enabled": account.enabled,
        "sandbox": account.sandbox,
        "base_url": account.base_url,
        "stopped": account.stopped,
        "notice": account.notice,
        "last_event_at": account.last_event_at,
        "last_poll_at": account.last_poll_at,
        "last_error": account.last_error,
        "last_error_at": account.last_error_at,
        "access_expires_at": account.access_expires_at,
        "secrets": sorted(hub.seal.open_secrets(account.secrets)),
        "webhook_url": at if webhook else None,
        "budgets": [
            {
                "name": one.name,
                "limit": one.quota,
                "remaining": one.remaining,
                "resets_at": one.resets_at,
            }
            for one in budgets
        ],
        "cost": {"today": cost.today / 1e6, "month": cost.month / 1e6},
        "state": condition.state.value,
        "detail": condition.detail,
    }
