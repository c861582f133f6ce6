"""Trying credentials out: what the platform says to them, in words for whoever entered them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

import structlog

from hub.accounts.connectors import ConnectorPool
from hub.ports import Account as PortAccount
from hub.ports import AuthFailed, ConnectorError, TemporarilyUnavailable

PATIENCE = 20.0
"""Seconds a person waits for a platform."""

log = structlog.get_logger(__name__)


class Said(StrEnum):
    OK = "ok"
    REFUSED = "refused"
    """The credentials are wrong, or another account's."""
    UNAVAILABLE = "unavailable"
    """The platform could not be asked: they may be right."""
    FAILED = "failed"
    """It answered something else."""


@dataclass(frozen=True, slots=True)
class Trial:
    said: Said
    detail: str = ""


async def try_account(connectors: ConnectorPool, account: PortAccount) -> Trial:
    """Ask the platform with a connector made for it. Raises AccountBroken."""
    connector = connectors.build(account)
    try:
        return await try_check(connector.check)
    finally:
        try:
            await connector.aclose()
        except Exception as error:  # the trial is over either way
            log.warning("trial.not_closed", error=str(error))


async def try_check(check: Callable[[], Awaitable[None]]) -> Trial:
    """Never raises but for being cancelled: every answer is one a person can read."""
    try:
        async with asyncio.timeout(PATIENCE):
            await check()
    except AuthFailed as error:
        return Trial(Said.REFUSED, str(error)[:500])
    except TemporarilyUnavailable as error:
        return Trial(Said.UNAVAILABLE, str(error)[:500])
    except TimeoutError:
        return Trial(Said.UNAVAILABLE, f"no answer within {PATIENCE:.0f} seconds")
    except ConnectorError as error:
        return Trial(Said.FAILED, str(error)[:500])
    except Exception as error:
        log.exception("trial.failed")
        return Trial(Said.FAILED, f"{type(error).__name__}: {error}"[:500])
    return Trial(Said.OK)
