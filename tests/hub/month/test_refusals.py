"""Where a month is not made, and what the command says."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from hub.accounts.models import Account
from hub.cli import app
from hub.month.month import MonthRefused, Plan, make_month, refuse_unfit
from hub.system import Hub
from tests.fakes import inbound
from tests.fixtures import receive


async def _play_platforms(hub: Hub) -> None:
    async with hub.database.write() as session:
        await session.execute(update(Account).values(sandbox=True))


@pytest.mark.anyio
async def test_a_hub_with_a_real_account_is_no_place_for_it(hub: Hub) -> None:
    with pytest.raises(MonthRefused, match=r"X.*Facebook.*--force"):
        await refuse_unfit(hub.database, 1, force=False)
    await refuse_unfit(hub.database, 1, force=True)
    await _play_platforms(hub)
    await refuse_unfit(hub.database, 1, force=False)


@pytest.mark.anyio
async def test_a_hub_that_people_have_written_to(hub: Hub) -> None:
    await _play_platforms(hub)
    await receive(hub, inbound("Is anybody there?"))
    with pytest.raises(MonthRefused, match="not made up"):
        await refuse_unfit(hub.database, 1, force=False)
    await refuse_unfit(hub.database, 1, force=True)


@pytest.mark.anyio
async def test_the_same_month_once(hub: Hub) -> None:
    await _play_platforms(hub)
    plan = Plan(tickets=5, seed=7)
    made = await make_month(hub.database, hub.directory, hub.settings, hub.now, plan)
    assert made.tickets == 5
    assert made.end <= hub.now()
    for force in (False, True):
        with pytest.raises(MonthRefused, match="seed 7"):
            await refuse_unfit(hub.database, 7, force=force)
    await refuse_unfit(hub.database, 70, force=False)


def test_options_that_belong_to_a_month(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["seed", "--data", str(tmp_path), "--force"])
    assert result.exit_code == 1
    assert "go with --month" in result.stderr
