"""What the bot learns: what is published, and what people labelled."""

from __future__ import annotations

import pytest

from hub.articles.models import Article
from hub.ports import LabelledText, MessageDeleted, MessageEdited
from hub.system import Hub
from hub.training.material import is_held_back, read_material
from hub.training.models import BotExample
from tests.fakes import FakeClock, inbound
from tests.fixtures import messages_of, receive, rows
from tests.hub.training.examples import example

pytestmark = pytest.mark.anyio


async def test_what_is_published_is_learnt(hub: Hub) -> None:
    before = await read_material(hub.database)
    assert len(before.articles) >= 70
    assert [each.slug for each in before.articles] == sorted(each.slug for each in before.articles)
    async with hub.database.write() as session:
        (await session.get_one(Article, "report-outage")).published = None
    after = await read_material(hub.database)
    gone = {each.slug for each in before.articles} - {each.slug for each in after.articles}
    assert gone == {"report-outage"}
    assert after == await read_material(hub.database)


def test_one_of_five_is_held_back() -> None:
    held = [number for number in range(1, 10_001) if is_held_back(number)]
    assert 1_900 < len(held) < 2_100
    assert held[:3] == [number for number in range(1, held[2] + 1) if is_held_back(number)]


async def test_only_what_was_labelled_is_learnt(hub: Hub, clock: FakeClock) -> None:
    await example(hub, "nobody looked")
    await example(hub, "of no use", label="skip")
    await example(hub, "of an article that is gone", label="no-such-article")
    labelled = {}
    for number in range(12):
        label = "out-of-scope" if number % 3 == 0 else "report-outage"
        text = f"labelled {number}"
        labelled[await example(hub, text, label=label, language="es")] = LabelledText(
            text, label, "es"
        )
        clock.advance(seconds=1)
    material = await read_material(hub.database)
    assert list(material.phrases) == [
        text for number, text in labelled.items() if not is_held_back(number)
    ]
    assert list(material.held_back) == [
        text for number, text in labelled.items() if is_held_back(number)
    ]


async def test_what_its_author_took_back_is_not_learnt(hub: Hub, clock: FakeClock) -> None:
    for external_id in ("taken-back", "changed", "left"):
        (ticket_id,) = await receive(
            hub,
            inbound(external_id, external_id, conversation=external_id, address=external_id),
        )
        message = (await messages_of(hub, ticket_id))[0]
        async with hub.database.write() as session:
            session.add(
                BotExample(
                    message_id=message.id, ticket_id=ticket_id, text=external_id, language="en",
                    outcome="answer", label="report-outage", labelled_by="Sam",
                    labelled_at=clock(), created_at=clock(),
                )
            )  # fmt: skip
    clock.advance(minutes=5)
    changed = inbound("changed", "my account is 1", conversation="changed", address="changed")
    await receive(hub, MessageDeleted("taken-back", clock()), MessageEdited(changed, clock()))  # type: ignore[arg-type]
    material = await read_material(hub.database)
    assert [each.text for each in (*material.phrases, *material.held_back)] == ["left"]
    assert len(await rows(hub.database, BotExample)) == 3
