"""The project's articles as rows: new, followed, and left alone once people have edited them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from hub.articles.content import digest
from hub.articles.index import article_index, mark_of
from hub.articles.models import Article, ArticleVersion
from hub.articles.seeding import FIRST, FOLLOWED, seed_library
from hub.articles.telling import KIND
from hub.ports import ArticleText, Editorial
from hub.system import Hub
from hub.training.models import BotModel
from kb.editorial import KbEditorial
from tests.fakes import EDITORIAL
from tests.fixtures import HubMaker, events_of, rows
from tests.hub.articles.texts import TEXT, editing, stored

pytestmark = pytest.mark.anyio


class Seeds(KbEditorial):
    """The project's rules, and files that the test chooses."""

    def __init__(self, *texts: ArticleText) -> None:
        super().__init__()
        self.texts: Sequence[ArticleText] = texts

    def seed(self) -> Sequence[ArticleText]:
        return self.texts


async def _seed(hub: Hub, *texts: ArticleText) -> int:
    editorial: Editorial = Seeds(*texts)
    return await seed_library(hub.database, editorial, hub.now)


async def test_a_new_hub_has_every_article_published(hub: Hub) -> None:
    seeded = EDITORIAL.seed()
    found: list[Article] = await rows(hub.database, Article)
    assert [article.slug for article in found] == [text.slug for text in seeded]
    assert {(article.state, article.version, article.published) for article in found} == {
        ("published", 1, 1)
    }
    versions: list[ArticleVersion] = await rows(hub.database, ArticleVersion)
    assert {(version.why, version.by) for version in versions} == {(FIRST, "system:Switchboard")}
    assert await rows(hub.database, BotModel) == [], "the bot is trained at its first start"
    assert await hub.rooms.knowledge.texts() == list(seeded)


async def test_seeding_again_changes_nothing(hub: Hub) -> None:
    assert await seed_library(hub.database, EDITORIAL, hub.now) == 0
    assert await events_of(hub, kind=KIND) == []


async def test_an_article_follows_its_file(hub: Hub) -> None:
    assert await _seed(hub, TEXT) == 1
    changed = replace(TEXT, answer="Ask at the **back door**.")
    assert await _seed(hub, changed) == 1
    assert await _seed(hub, changed) == 0
    article = await stored(hub, TEXT.slug)
    assert (article.version, article.published, article.seeded) == (2, 2, digest(changed))
    versions = await rows(hub.database, ArticleVersion, slug=TEXT.slug)
    assert [version.why for version in versions] == [FIRST, FOLLOWED]
    told = [json.loads(event.data)["version"] for event in await events_of(hub, kind=KIND)]
    assert told == [1, 2]


async def test_the_bot_is_to_learn_only_what_it_can_learn(hub: Hub) -> None:
    await _seed(hub, TEXT)
    (wanted,) = await rows(hub.database, BotModel)
    assert wanted.why == "Changed with the project: Lost umbrellas"
    await _seed(hub, replace(TEXT, answer="Ask at the **back door**."))
    (wanted,) = await rows(hub.database, BotModel)
    assert wanted.why.count("Lost umbrellas") == 1
    await _seed(hub, replace(TEXT, phrases=(*TEXT.phrases, "my gamp is gone")))
    (wanted,) = await rows(hub.database, BotModel)
    assert wanted.why.count("Lost umbrellas") == 2


async def test_what_people_have_edited_is_theirs(hub: Hub) -> None:
    await _seed(hub, TEXT)
    async with editing(hub) as edit:
        await edit.edit(await edit.locked(TEXT.slug, 1), replace(TEXT, title="Umbrellas"), "Short")
    assert await _seed(hub, replace(TEXT, title="From the file")) == 0
    article = await stored(hub, TEXT.slug)
    assert (article.title, article.version, article.published) == ("Umbrellas", 2, 1)


async def test_an_article_stays_when_its_file_goes(hub: Hub) -> None:
    await _seed(hub, TEXT)
    assert await _seed(hub) == 0
    assert (await stored(hub, TEXT.slug)).state == "published"


async def test_a_start_mends_the_index(hub: Hub, make_hub: HubMaker) -> None:
    index = article_index(hub.database)
    async with hub.database.write() as session:
        await index.remove(session, "pay-my-bill")
        await index.put(session, TEXT, 3)
        await index.put(session, EDITORIAL.seed()[0], 7)
    again = make_hub()
    await again.prepare()
    async with again.database.read() as session:
        marks = await index.marks(session)
    assert marks == {text.slug: mark_of(1) for text in EDITORIAL.seed()}
    await again.database.aclose()
