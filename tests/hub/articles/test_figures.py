"""Counting what came of an article."""

from __future__ import annotations

import pytest

from hub.articles.figures import KEPT, NONE, WINDOW, figures, record_use, remove_old_uses
from hub.articles.models import ArticleUse, UseKind
from hub.system import Hub
from tests.fakes import FakeClock
from tests.fixtures import rows

pytestmark = pytest.mark.anyio


async def _use(hub: Hub, slug: str, *kinds: UseKind) -> None:
    async with hub.database.write() as session:
        for kind in kinds:
            await record_use(session, slug, kind, "bot", "en", hub.now(), ticket_id=1)


async def test_figures_are_of_the_last_90_days(hub: Hub, clock: FakeClock) -> None:
    await _use(hub, "pay-my-bill", UseKind.SHOWN, UseKind.SHOWN, UseKind.HELPFUL)
    clock.advance(WINDOW)
    await _use(hub, "pay-my-bill", UseKind.PERSON)
    await _use(hub, "deposit", UseKind.UNHELPFUL)
    async with hub.database.read() as session:
        assert await figures(session, hub.now()) == {
            "pay-my-bill": {"shown": 2, "helpful": 1, "unhelpful": 0, "person": 1},
            "deposit": {**NONE, "unhelpful": 1},
        }
        assert (await figures(session, hub.now(), "deposit")).keys() == {"deposit"}
    clock.advance(seconds=1)
    async with hub.database.read() as session:
        counted = await figures(session, hub.now())
    assert counted["pay-my-bill"] == {**NONE, "person": 1}


async def test_old_uses_are_forgotten(hub: Hub, clock: FakeClock) -> None:
    await _use(hub, "pay-my-bill", UseKind.SHOWN)
    clock.advance(KEPT)
    await _use(hub, "deposit", UseKind.SHOWN)
    clock.advance(seconds=1)
    async with hub.database.write() as session:
        await remove_old_uses(session, hub.now())
    assert [use.slug for use in await rows(hub.database, ArticleUse)] == ["deposit"]
