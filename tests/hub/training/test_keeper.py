"""From a published article to the model that answers, without Rasa, on both databases."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from hub.jobs.lease import LEASE
from hub.notices.models import Notice
from hub.ports import TrainingFailed
from hub.system import Hub
from hub.training import register
from hub.training.keeper import ModelKeeper
from hub.training.material import read_material
from hub.training.wishes import want_model
from tests.fakes import FakeClock
from tests.fixtures import events_of, rows
from tests.hub.training.trainer import (
    FakeTrainer,
    Publish,
    lines,
    models,
    name_of,
    states,
    turn,
)

pytestmark = pytest.mark.anyio


async def test_the_first_model_is_written_down(
    hub: Hub, keeper: ModelKeeper, trainer: FakeTrainer
) -> None:
    (first,) = await models(hub)
    assert (first.state, first.name, first.ended_at) == ("active", "bot-first", hub.now())
    await keeper.look()
    assert len(await models(hub)) == 1
    assert trainer.trained == []


async def test_what_is_published_reaches_the_bot(
    hub: Hub, keeper: ModelKeeper, trainer: FakeTrainer, publish: Publish
) -> None:
    await publish("no power in my street")
    await turn(keeper)
    first, second = await models(hub)
    assert (first.state, second.state) == ("kept", "active")
    assert "no power in my street" in next(
        each.phrases for each in trainer.trained[0].articles if each.slug == "report-outage"
    )
    assert trainer.current() is not None
    assert second.name == trainer.running.name == trainer.used[-1]  # type: ignore[union-attr]
    assert (second.progress, second.lease_until, second.worse) == ("in use", None, [])
    assert second.figures["compared"] == 100
    assert trainer.spared == [{"bot-first"}]


async def test_how_far_it_is_is_told_to_supervisors(
    hub: Hub, keeper: ModelKeeper, trainer: FakeTrainer, publish: Publish
) -> None:
    trainer.going_on.clear()
    await publish()
    await keeper.look()
    while (await models(hub))[-1].progress != "encoding":
        await keeper.look()
    trainer.going_on.set()
    await keeper.idle()
    told = await events_of(hub, kind="bot.updated")
    assert {event.unit for event in told} == {""}
    data = [json.loads(event.data) for event in told]
    said = [(each["state"], each["progress"]) for each in data]
    assert said[1:3] == [("training", "begun"), ("training", "encoding")]
    assert said[-1] == ("active", "in use")


async def test_five_published_together_are_one_training(
    hub: Hub, keeper: ModelKeeper, trainer: FakeTrainer, publish: Publish
) -> None:
    for number in range(5):
        await publish(f"phrase number {number}", wait=0.3)
        await keeper.look()
    assert trainer.trained == []
    await publish("the last", wait=2)
    await turn(keeper)
    await turn(keeper)
    assert len(trainer.trained) == 1
    assert (await models(hub))[-1].why.count("Published") == 6


async def test_what_is_published_meanwhile_is_trained_next(
    hub: Hub, keeper: ModelKeeper, trainer: FakeTrainer, publish: Publish
) -> None:
    trainer.going_on.clear()
    await publish("one")
    await keeper.look()
    while not trainer.trained:
        await keeper.look()
    await publish("two")
    await keeper.look()
    assert await states(hub) == ["active", "training", "wanted"]
    trainer.going_on.set()
    await keeper.idle()
    await turn(keeper)
    assert await states(hub) == ["kept", "kept", "active"]
    assert trainer.running is not None
    assert trainer.running.name == name_of(await read_material(hub.database))


async def test_a_worse_model_is_not_taken_and_says_why(
    hub: Hub, keeper: ModelKeeper, trainer: FakeTrainer, publish: Publish
) -> None:
    trainer.lines = lines(95, 5)
    await publish()
    await turn(keeper)
    first, second = await models(hub)
    assert (first.state, second.state) == ("active", "worse")
    assert trainer.used == []
    assert second.progress.startswith("not taken: 5 instead of 0 of 100 messages answered wrong")
    assert len(second.worse) == 5
    assert second.worse[0]["text"] == "en 95"
    assert (second.worse[0]["before"], second.worse[0]["now"]) == ("right", "wrong")
    (notice,) = await rows(hub.database, Notice, kind="bot")
    assert notice.audience == "supervisors"
    assert "answered wrong" in notice.text
    assert notice.detail == {"model_id": second.id}


async def test_a_failed_training_leaves_the_old_model(
    hub: Hub, keeper: ModelKeeper, trainer: FakeTrainer, publish: Publish
) -> None:
    trainer.error = TrainingFailed("Rasa ended with status 1: a bad phrase")
    await publish()
    await turn(keeper)
    trainer.error = ZeroDivisionError("a bug")
    await publish()
    await turn(keeper)
    first, second, third = await models(hub)
    assert [first.state, second.state, third.state] == ["active", "failed", "failed"]
    assert second.error == "Rasa ended with status 1: a bad phrase"
    assert third.error == "ZeroDivisionError: a bug"
    assert len(await rows(hub.database, Notice, kind="bot")) == 2
    trainer.error = None
    await publish()
    await turn(keeper)
    assert (await states(hub))[-1] == "active"


async def test_nothing_changed_is_the_same_model(
    hub: Hub, keeper: ModelKeeper, trainer: FakeTrainer, publish: Publish
) -> None:
    await publish()
    await turn(keeper)
    async with hub.database.write() as session:
        await want_model(session, by="agent:1:Sam", why="Only words", now=hub.now())
    hub.now.advance(seconds=3)  # type: ignore[attr-defined]
    await turn(keeper)
    _, second, third = await models(hub)
    assert (second.state, third.state) == ("kept", "active")
    assert second.name == third.name
    assert trainer.used == [third.name]
    assert "nothing changed" in third.progress


async def test_of_two_keepers_one_trains_and_both_follow(
    hub: Hub, keeper: ModelKeeper, trainer: FakeTrainer, publish: Publish
) -> None:
    other_trainer = FakeTrainer()
    other_trainer.kept = trainer.kept  # one folder of models
    other = ModelKeeper(hub.database, other_trainer, hub.now)
    await other.look()
    await publish()
    trainer.going_on.clear()
    other_trainer.going_on = trainer.going_on
    await keeper.look()
    await other.look()
    trainer.going_on.set()
    await keeper.idle()
    await other.idle()
    await keeper.look()
    await other.look()
    assert len(trainer.trained) + len(other_trainer.trained) == 1
    assert trainer.current() == other_trainer.current()
    assert await states(hub) == ["kept", "active"]
    await other.aclose()


async def test_what_a_killed_process_trained_is_taken_up_again(
    hub: Hub, keeper: ModelKeeper, trainer: FakeTrainer, publish: Publish, clock: FakeClock
) -> None:
    trainer.going_on.clear()
    await publish()
    await keeper.look()
    await keeper.aclose()
    trainer.going_on.set()
    other_trainer = FakeTrainer()
    other = ModelKeeper(hub.database, other_trainer, hub.now)
    await turn(other)
    assert other_trainer.trained == []
    clock.advance(LEASE + timedelta(seconds=1))
    await turn(other)
    assert len(other_trainer.trained) == 1
    assert await states(hub) == ["kept", "active"]
    await other.aclose()


async def test_a_lease_is_renewed_while_it_trains(
    hub: Hub, keeper: ModelKeeper, trainer: FakeTrainer, publish: Publish, clock: FakeClock
) -> None:
    trainer.going_on.clear()
    await publish()
    await keeper.look()
    for _ in range(4):
        clock.advance(LEASE / 2)
        until = clock() + LEASE
        while (await models(hub))[-1].lease_until != until:
            await keeper.look()
    trainer.going_on.set()
    await keeper.idle()
    assert await states(hub) == ["kept", "active"]


async def test_who_lost_the_lease_writes_nothing(
    hub: Hub, keeper: ModelKeeper, trainer: FakeTrainer, publish: Publish, clock: FakeClock
) -> None:
    trainer.going_on.clear()
    await publish()
    await keeper.look()
    async with hub.database.write() as session:  # another process took it up
        model = (await register.open_models(session))[-1]
        model.lease_until = clock() + LEASE * 3
    clock.advance(LEASE)
    await keeper.idle()
    model = (await models(hub))[-1]
    assert (model.state, model.lease_until) == ("training", clock() + LEASE * 2)
