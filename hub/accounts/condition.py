"""How an account fares, judged from its row: up, degraded or down, and why, in words.

Early: a token that ends in three days and a platform that has not answered for three beats are
said before a citizen notices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from hub.accounts.budget import open_budgets
from hub.accounts.connectors import AccountBroken, ConnectorPool
from hub.accounts.models import Account, RateBudgetRow
from hub.db.database import Database
from hub.now import Now
from hub.ports import Connector, PartHealth, PartState, Polls, RenewsAccess

BEATS = 3
"""Polls that may be missing before it is said."""
DOWN_AFTER = timedelta(minutes=15)
"""Without a poll that worked, and more than ten beats: down."""
ENDS_SOON = timedelta(days=3)
_RENEWAL_LATE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Condition:
    state: PartState
    detail: str = ""


UP = Condition(PartState.UP)


def condition(
    account: Account,
    connector: Connector,
    budgets: Sequence[RateBudgetRow],
    now: datetime,
    since: datetime,
) -> Condition:
    """The worst that can be said of `account`. `since`: when this process began to look; what
    was missed while nobody ran is no failure."""
    if not account.enabled:
        return Condition(PartState.DOWN, "switched off")
    if account.stopped:
        return Condition(PartState.DOWN, account.notice or account.last_error or "stopped")
    if account.access_expires_at is not None and account.access_expires_at <= now:
        return Condition(PartState.DOWN, f"access ended at {_say(account.access_expires_at)}")
    found = [
        *(
            [_poll(account, connector.poll_every, now, since)]
            if isinstance(connector, Polls)
            else []
        ),
        Condition(PartState.DEGRADED, account.notice) if account.notice else UP,
        _access(account, isinstance(connector, RenewsAccess), now),
        *(
            Condition(
                PartState.DEGRADED,
                f"the limit on {one.name} is used up until {_say(one.resets_at)}",
            )
            for one in budgets
            if one.remaining <= 0 and one.resets_at > now
        ),
    ]
    for state in (PartState.DOWN, PartState.DEGRADED):
        said = [one.detail for one in found if one.state is state]
        if said:
            return Condition(state, "; ".join(said))
    return UP


def _poll(account: Account, every: float, now: datetime, since: datetime) -> Condition:
    beat = timedelta(seconds=every)
    read_at = account.last_poll_at
    failing = account.last_error_at is not None and (
        read_at is None or account.last_error_at > read_at
    )
    silent = now - max(since, read_at or since)
    if failing and silent > BEATS * beat:
        when = f"since {_say(read_at)}" if read_at else "ever"
        worst = silent > max(DOWN_AFTER, 10 * beat)
        return Condition(
            PartState.DOWN if worst else PartState.DEGRADED,
            f"could not be read {when}: {account.last_error}",
        )
    due = account.poll_due_at
    if due is not None and now - max(since, due) > BEATS * beat:
        return Condition(PartState.DEGRADED, f"no worker has asked since {_say(due)}")
    return UP


def _access(account: Account, renews: bool, now: datetime) -> Condition:
    ends = account.access_expires_at
    if ends is None or ends - now > (_RENEWAL_LATE if renews else ENDS_SOON):
        return UP
    return Condition(PartState.DEGRADED, f"access ends at {_say(ends)}: authorise it again")


def _say(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


class Conditions:
    """Looks at every account. One a process: it remembers when it began."""

    def __init__(self, database: Database, connectors: ConnectorPool, now: Now) -> None:
        self._database = database
        self._connectors = connectors
        self._now = now
        self._since = now()

    async def look(self) -> list[tuple[Account, Condition]]:
        """Every account, in order, also those that are switched off."""
        now = self._now()
        async with self._database.read() as session:
            accounts = list(await session.scalars(select(Account).order_by(Account.id)))
            budgets = await open_budgets(session, now)
        return [(one, self.judge(one, budgets.get(one.id, []))) for one in accounts]

    def judge(self, account: Account, budgets: Sequence[RateBudgetRow]) -> Condition:
        try:
            connector = self._connectors.of(account)
        except AccountBroken as error:
            return Condition(PartState.DOWN, str(error))
        return condition(account, connector, budgets, self._now(), self._since)

    async def parts(self) -> list[PartHealth]:
        """The accounts that are on and not well, as parts of the system."""
        return [
            PartHealth(
                f"{account.kind}/{account.slug}", found.state, f"{account.name}: {found.detail}"
            )
            for account, found in await self.look()
            if account.enabled and found.state is not PartState.UP
        ]
