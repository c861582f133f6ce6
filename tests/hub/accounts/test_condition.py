"""How an account is judged: said before a citizen notices, and not when nothing is wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub.accounts.condition import condition
from hub.accounts.models import Account, RateBudgetRow
from hub.ports import Account as PortAccount
from hub.ports import ChannelKind, PartState, RenewedAccess
from hub.system import Hub
from tests.fakes import NOON, FakeClock, FakeConnector, FakePlatforms, PolledConnector
from tests.fixtures import account_id

PORT = PortAccount(1, "x", "X", "1")
LONG_AGO = NOON - timedelta(days=1)


class Renews(FakeConnector):
    async def renew(self) -> RenewedAccess | None:
        return None


def _account(**values: Any) -> Account:
    return Account(**{
        "id": 1, "kind": "x", "slug": "main", "name": "X", "external_id": "1", "unit": "u",
        "enabled": True, "stopped": False, **values,
    })  # fmt: skip


def _judge(
    connector: type[FakeConnector] = PolledConnector,
    budgets: tuple[RateBudgetRow, ...] = (),
    since: Any = LONG_AGO,
    **values: Any,
) -> tuple[str, str]:
    made = connector(PORT, lambda: NOON)
    found = condition(_account(**values), made, budgets, NOON, since)
    return found.state.value, found.detail


def _ago(**parts: float) -> Any:
    return NOON - timedelta(**parts)


def test_well() -> None:
    due = NOON + timedelta(seconds=30)
    assert _judge() == ("up", "")
    assert _judge(FakeConnector) == ("up", "")
    assert _judge(last_poll_at=_ago(seconds=30), poll_due_at=due) == ("up", "")
    old = {"last_error": "503", "last_error_at": _ago(minutes=5)}
    assert _judge(last_poll_at=_ago(seconds=30), poll_due_at=due, **old) == ("up", "")
    assert _judge(access_expires_at=NOON + timedelta(days=4)) == ("up", "")


@pytest.mark.parametrize(
    ("values", "state", "word"),
    [
        ({"enabled": False}, "down", "switched off"),
        ({"stopped": True, "last_error": "401"}, "down", "401"),
        ({"stopped": True, "last_error": "401", "notice": "revoked"}, "down", "revoked"),
        ({"notice": "the page was unpublished"}, "degraded", "unpublished"),
        ({"access_expires_at": NOON}, "down", "access ended"),
        ({"access_expires_at": NOON + timedelta(days=2)}, "degraded", "access ends"),
        (
            {"last_poll_at": _ago(minutes=4), "last_error_at": _ago(seconds=9), "last_error": "E"},
            "degraded",
            "could not be read since 2026-11-18 16:56 UTC: E",
        ),
        (
            {"last_poll_at": _ago(minutes=20), "last_error_at": _ago(seconds=9), "last_error": "E"},
            "down",
            "E",
        ),
        ({"last_error_at": _ago(seconds=9), "last_error": "E"}, "down", "ever"),
        (
            {"last_poll_at": _ago(minutes=9), "poll_due_at": _ago(minutes=4)},
            "degraded",
            "no worker",
        ),
    ],
)
def test_said_in_time(values: dict[str, Any], state: str, word: str) -> None:
    found = _judge(**values)
    assert found[0] == state
    assert word in found[1]


def test_a_pause_of_ours_is_no_failure() -> None:
    """The hub was off over night: the platforms and the workers get three beats first."""
    since = _ago(minutes=2)
    night = {"last_poll_at": _ago(hours=9), "poll_due_at": _ago(hours=9)}
    assert _judge(since=since, **night) == ("up", "")
    failed = {**night, "last_error": "503", "last_error_at": _ago(hours=8)}
    assert _judge(since=since, **failed) == ("up", "")


def test_what_is_renewed_by_itself_is_no_worry_until_it_was_not() -> None:
    assert _judge(Renews, access_expires_at=NOON + timedelta(hours=1)) == ("up", "")
    assert _judge(Renews, access_expires_at=NOON + timedelta(minutes=4))[0] == "degraded"


def test_a_limit_that_is_used_up() -> None:
    used = RateBudgetRow(
        account_id=1, name="posts", remaining=0, resets_at=NOON + timedelta(hours=1), seen_at=NOON
    )
    left = RateBudgetRow(
        account_id=1, name="dms", remaining=1, resets_at=NOON + timedelta(hours=1), seen_at=NOON
    )
    assert _judge(budgets=(left,)) == ("up", "")
    said = "the limit on posts is used up until 2026-11-18 18:00 UTC"
    assert _judge(budgets=(left, used)) == ("degraded", said)
    both = _judge(budgets=(used,), notice="unpublished")
    assert both == ("degraded", f"unpublished; {said}")


@pytest.mark.anyio
async def test_only_those_that_are_on_and_unwell_are_parts(
    hub: Hub, platforms: FakePlatforms, clock: FakeClock
) -> None:
    before = {part.name for part in await hub.health()}
    for kind, changes in (
        (ChannelKind.FACEBOOK, {"notice": "the page was unpublished"}),
        (ChannelKind.WEBCHAT, {"enabled": False}),
        (ChannelKind.X, {"stopped": True, "last_error": "401"}),
    ):
        number = await account_id(hub, kind)
        async with hub.database.write() as session:
            account = await session.get_one(Account, number)
            for name, value in changes.items():
                setattr(account, name, value)
    parts = {part.name: part for part in await hub.health()}
    assert parts.keys() - before == {"facebook/main", "x/main"}
    assert parts["facebook/main"].state is PartState.DEGRADED
    assert parts["x/main"].detail == "X: 401"
