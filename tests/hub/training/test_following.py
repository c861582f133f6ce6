"""Which articles `hub bot` learns, and that a hub with a bot of its own keeps its model."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.runtime import BotRuntime
from hub.app import build_hub, kept_bot
from hub.cli import bot as module
from hub.cli.bot import _published
from hub.db.database import Database
from hub.system import Hub
from hub.training import register
from tests.fixtures import settings_for

pytestmark = pytest.mark.anyio


async def test_without_a_database_there_is_none_to_follow(tmp_path: Path) -> None:
    async with _published(settings_for(tmp_path)) as database:
        assert database is None
    assert list(tmp_path.iterdir()) == []


async def test_a_database_is_followed(hub: Hub, tmp_path: Path) -> None:
    url = hub.settings.database_url
    async with _published(settings_for(tmp_path, url)) as database:
        assert isinstance(database, Database)
        runtime, _ = kept_bot(hub.settings, database, lambda line: None)
        assert len((await runtime._read()).articles) >= 70
        assert await runtime._preferred() is None


async def test_one_that_is_not_ready_is_waited_for_and_then_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "DATABASE_WAITS", 1)
    (tmp_path / "hub.db").touch()
    async with _published(settings_for(tmp_path)) as database:
        assert database is not None
        with pytest.raises(Exception, match="bot_models"):
            await register.preferred_model(database)
    assert "no such table" in capsys.readouterr().err


@pytest.mark.parametrize("bot", ["managed", "off"])
async def test_a_hub_knows_the_bot_it_runs(tmp_path: Path, bot: str) -> None:
    hub = build_hub(settings_for(tmp_path, bot=bot))
    assert isinstance(hub.rooms.trainer, BotRuntime) is (bot == "managed")
    await hub.rooms.responder.aclose()
    await hub.database.aclose()
