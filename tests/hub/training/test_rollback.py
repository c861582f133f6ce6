"""Going back, taking a worse model, files that are gone, and bots that follow."""

from __future__ import annotations

import pytest

from hub.notices.models import Notice
from hub.ports import TrainingFailed
from hub.system import Hub
from hub.training import keeper as module
from hub.training import register
from hub.training.keeper import ModelKeeper
from hub.training.material import read_material
from hub.training.models import ModelState
from hub.training.wishes import want_model
from tests.fixtures import rows
from tests.hub.training.trainer import (
    FakeTrainer,
    Publish,
    lines,
    models,
    name_of,
    states,
    turn,
    use,
)

pytestmark = pytest.mark.anyio


async def test_a_rollback_is_followed_and_not_undone_by_the_same_model(
    hub: Hub, keeper: ModelKeeper, trainer: FakeTrainer, publish: Publish
) -> None:
    await publish()
    await turn(keeper)
    first, second = await models(hub)
    await use(hub, first.id)
    await turn(keeper)
    assert trainer.running is not None
    assert trainer.running.name == "bot-first"
    assert await states(hub) == ["active", "kept"]
    async with hub.database.write() as session:
        await want_model(session, by="agent:1:Sam", why="Only words", now=hub.now())
    hub.now.advance(seconds=3)  # type: ignore[attr-defined]
    await turn(keeper)
    assert await states(hub) == ["active", "kept", "kept"]
    assert "went back" in (await models(hub))[-1].progress
    await publish("something else")
    await turn(keeper)
    assert await states(hub) == ["kept", "kept", "kept", "active"]
    await use(hub, second.id)
    await turn(keeper)
    assert trainer.running.name == second.name


async def test_a_worse_model_can_be_taken_all_the_same(
    hub: Hub, keeper: ModelKeeper, trainer: FakeTrainer, publish: Publish
) -> None:
    trainer.lines = lines(90, 10)
    await publish()
    await turn(keeper)
    worse = (await models(hub))[-1]
    await use(hub, worse.id)
    await turn(keeper)
    assert await states(hub) == ["kept", "active"]
    assert trainer.used == [worse.name]


@pytest.mark.parametrize("error", [None, TrainingFailed("no"), OSError("the disk is full")])
async def test_a_model_whose_file_is_gone_is_given_up(
    hub: Hub,
    keeper: ModelKeeper,
    trainer: FakeTrainer,
    publish: Publish,
    error: Exception | None,
) -> None:
    await publish()
    await turn(keeper)
    first, second = await models(hub)
    del trainer.kept["bot-first"]
    trainer.error = error
    await use(hub, first.id)
    await turn(keeper)
    first, second = await models(hub)
    assert (first.state, second.state) == ("failed", "active")
    assert "bot-first is gone" in (first.error or "")
    assert trainer.running is not None
    assert trainer.running.name == second.name
    (notice,) = await rows(hub.database, Notice, kind="bot")
    assert "goes on with its model" in notice.text


async def test_a_bot_without_the_file_makes_it_again(
    hub: Hub, keeper: ModelKeeper, trainer: FakeTrainer, publish: Publish
) -> None:
    """Another machine, with models of its own."""
    elsewhere = FakeTrainer()
    other = ModelKeeper(hub.database, elsewhere, hub.now)
    await other.look()
    await publish()
    await turn(keeper)
    await turn(other)
    await other.look()
    assert elsewhere.current() is not None
    assert elsewhere.running.name == trainer.running.name  # type: ignore[union-attr]
    assert len(elsewhere.trained) == 1
    await other.aclose()


async def test_a_bot_that_cannot_follow_stays_as_it_is(
    hub: Hub, keeper: ModelKeeper, trainer: FakeTrainer, publish: Publish
) -> None:
    """An older version of the program beside a newer one: it makes another model of the same."""
    elsewhere = FakeTrainer()
    other = ModelKeeper(hub.database, elsewhere, hub.now)
    await other.look()
    await publish()
    await turn(keeper)
    elsewhere.error = TrainingFailed("another version")
    for _ in range(3):
        await turn(other)
    assert len(elsewhere.trained) == 1
    assert elsewhere.running is not None
    assert elsewhere.running.name == "bot-first"
    assert await states(hub) == ["kept", "active"]
    await other.aclose()


async def test_a_model_that_rasa_refuses_is_given_up(
    hub: Hub, keeper: ModelKeeper, trainer: FakeTrainer, publish: Publish
) -> None:
    await publish("new words")
    trainer.refuses.add(name_of(await read_material(hub.database)))
    for _ in range(module.SWAPS + 1):
        await turn(keeper)
    assert await states(hub) == ["active", "failed"]
    assert trainer.used == []
    assert (await models(hub))[-1].error == "Rasa refused the model"


async def test_a_bot_that_starts_takes_the_model_in_use(
    hub: Hub, keeper: ModelKeeper, trainer: FakeTrainer, publish: Publish
) -> None:
    await publish()
    await turn(keeper)
    late = FakeTrainer()
    late.kept = trainer.kept
    other = ModelKeeper(hub.database, late, hub.now)
    await other.look()
    assert late.current() == trainer.current()
    await other.aclose()


async def test_a_new_version_of_the_bot_brings_its_own_model(
    hub: Hub, keeper: ModelKeeper, trainer: FakeTrainer
) -> None:
    """Nobody can run the old one after an upgrade."""
    newer = FakeTrainer("bot-of-the-new-version")
    other = ModelKeeper(hub.database, newer, hub.now)
    await other.look()
    old, new = await models(hub)
    assert (old.state, new.state, new.name) == ("kept", "active", "bot-of-the-new-version")
    assert len(await rows(hub.database, Notice, kind="bot")) == 1
    await other.aclose()


async def test_nothing_is_begun_before_the_bot_runs(hub: Hub, publish: Publish) -> None:
    trainer = FakeTrainer(None)
    keeper = ModelKeeper(hub.database, trainer, hub.now)
    await publish()
    await turn(keeper)
    assert trainer.trained == []
    assert await states(hub) == [ModelState.WANTED.value]


async def test_the_models_last_used_are_spared(
    hub: Hub, keeper: ModelKeeper, trainer: FakeTrainer, publish: Publish
) -> None:
    for number in range(register.KEPT_MODELS + 2):
        await publish(f"phrase number {number}")
        await turn(keeper)
    await publish("the last")
    await turn(keeper)
    spared = trainer.spared[-1]
    assert len(spared) == register.KEPT_MODELS
    assert "bot-first" not in spared
    assert spared == set(trainer.used[-register.KEPT_MODELS - 1 : -1])
