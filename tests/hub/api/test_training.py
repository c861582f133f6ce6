"""`/bot` as supervisors use it: what is in use, training, going back, labelling."""

from __future__ import annotations

from typing import Any

import pytest

from hub.audit.models import AuditEntry
from hub.ports import PartState
from hub.system import Hub
from hub.training.keeper import ModelKeeper
from hub.training.models import BotModel
from tests.fixtures import events_of, rows
from tests.hub.api.site import Caller, Site
from tests.hub.training.examples import example
from tests.hub.training.trainer import FakeTrainer, lines

pytestmark = pytest.mark.anyio

BOTH = pytest.mark.parametrize("dialect", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
async def sam(site: Site) -> Caller:
    return await site.session("sam")


async def keep(site: Site, trainer: FakeTrainer) -> None:
    """One turn of a keeper beside this bot, and the next of one that goes on."""
    keeper = ModelKeeper(site.hub.database, trainer, site.hub.now)
    for _ in range(2):
        await keeper.look()
        await keeper.idle()
        site.clock.advance(seconds=3)
    await keeper.aclose()


def run_here(hub: Hub, trainer: FakeTrainer) -> None:
    """From now on this process has a bot of its own."""
    object.__setattr__(hub.rooms, "trainer", trainer)


async def models(site: Site, caller: Caller) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await site.get(caller, "/bot/models"))["items"]
    return items


@BOTH
async def test_training_and_going_back(site: Site, sam: Caller) -> None:
    trainer = FakeTrainer()
    run_here(site.hub, trainer)
    assert await models(site, sam) == []
    await keep(site, trainer)
    trainer.lines = lines(100)
    asked = await site.api(sam, "POST", "/bot/models", json={"why": "  New phrases "})
    assert asked.status_code == 202, asked.text
    wanted = asked.json()
    assert (wanted["state"], wanted["why"], wanted["active"]) == ("wanted", "New phrases", False)
    assert wanted["usable"] is False
    shown = await site.get(sam, "/bot")
    assert shown["training"]["id"] == wanted["id"]
    assert shown["active"]["name"] == "bot-first"
    site.clock.advance(seconds=3)
    await keep(site, trainer)
    new, first = await models(site, sam)
    assert (new["id"], new["state"], first["state"]) == (wanted["id"], "active", "kept")
    assert new["figures"] == {"seconds": 1.0, "compared": 100}
    assert new["usable"]
    assert first["usable"]
    back = await site.api(sam, "POST", f"/bot/models/{first['id']}/use")
    assert back.status_code == 200, back.text
    assert (back.json()["state"], back.json()["active"]) == ("active", True)
    assert trainer.running is not None
    await keep(site, trainer)
    assert trainer.running.name == "bot-first"
    told = [entry.action for entry in await rows(site.hub.database, AuditEntry)]
    assert told.count("train bot") == told.count("use bot model") == 1
    again = await site.api(sam, "POST", f"/bot/models/{first['id']}/use")
    assert again.status_code == 200


async def test_a_model_that_cannot_be_used(site: Site, sam: Caller) -> None:
    trainer = FakeTrainer()
    await keep(site, trainer)
    async with site.hub.database.write() as session:
        for state in ("kept", "failed"):
            session.add(
                BotModel(state=state, name="bot-gone", by="x", asked_at=site.clock(), progress="")
            )
    failed, kept, _ = await models(site, sam)
    assert (failed["usable"], kept["usable"]) == (False, None)
    answer = await site.api(sam, "POST", f"/bot/models/{failed['id']}/use")
    assert answer.status_code == 409
    run_here(site.hub, trainer)
    answer = await site.api(sam, "POST", f"/bot/models/{kept['id']}/use")
    assert answer.status_code == 409
    assert "its file is gone" in answer.json()["detail"]
    assert (await site.get(sam, "/bot"))["active"]["name"] == "bot-first"


async def test_wishes_that_wait_are_one(site: Site, sam: Caller) -> None:
    first = (await site.api(sam, "POST", "/bot/models")).json()
    second = (await site.api(sam, "POST", "/bot/models", json={"why": "More"})).json()
    assert second["id"] == first["id"]
    assert second["why"] == "Asked for; More"
    (told, _) = await events_of(site.hub, kind="bot.updated")
    assert told.unit == ""


async def test_anybody_sees_how_the_bot_fares(site: Site) -> None:
    ava = await site.session("ava")
    shown = await site.get(ava, "/bot")
    assert shown == {"state": PartState.UP, "detail": "", "active": None, "training": None}


@BOTH
async def test_labelling(site: Site, sam: Caller) -> None:
    number = await example(site.hub, "the power is out", guess="report-outage")
    page = await site.get(sam, "/bot/examples")
    assert (page["open"], page["next_cursor"]) == (1, None)
    (item,) = page["items"]
    assert (item["id"], item["text"], item["label"]) == (number, "the power is out", None)
    assert item["choices"][0]["slug"] == "report-outage"
    assert all(choice["title"] for choice in item["choices"])
    assert len({choice["slug"] for choice in item["choices"]}) == len(item["choices"]) <= 5
    path = f"/bot/examples/{number}"
    answer = await site.api(sam, "PUT", path, json={"label": "report-outage"})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["label"], answer.json()["labelled_by"]) == (
        "report-outage",
        "Sam Laurent",
    )
    assert (await site.get(sam, "/bot/examples"))["items"] == []
    labelled = await site.get(sam, "/bot/examples", state="labelled")
    assert [one["id"] for one in labelled["items"]] == [number]
    assert (await site.api(sam, "PUT", path, json={"label": None})).json()["label"] is None
    assert (await site.get(sam, "/bot/examples"))["open"] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "label"),
        ({"label": ""}, "label"),
        ({"label": "No Slug"}, "label"),
        ({"label": "no-such-article"}, "label"),
        ({"label": "skip", "more": 1}, "more"),
    ],
)
async def test_a_label_that_does_not_fit(
    site: Site, sam: Caller, body: dict[str, Any], field: str
) -> None:
    number = await example(site.hub)
    answer = await site.api(sam, "PUT", f"/bot/examples/{number}", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_guess_that_is_no_article_any_more(site: Site, sam: Caller) -> None:
    await example(site.hub, "¿?", guess="no-such-article")
    (item,) = (await site.get(sam, "/bot/examples"))["items"]
    assert item["guess"] == "no-such-article"
    assert "no-such-article" not in [choice["slug"] for choice in item["choices"]]
