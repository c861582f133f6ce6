"""The life of an article: who may do what when, and what is told of it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest

from hub.articles.editing import RESERVED, Editing
from hub.articles.models import Article, ArticleVersion
from hub.articles.telling import KIND
from hub.audit.models import AuditEntry
from hub.errors import Conflict, Invalid, NotFound
from hub.ports import Confidence
from hub.system import Hub
from hub.training.models import BotModel
from tests.fixtures import events_of, rows
from tests.hub.articles.texts import SAM, TEXT, TODAY, editing, published, said, stored

pytestmark = pytest.mark.anyio

Step = Callable[[Editing, Article], Awaitable[Any]]


async def _states(hub: Hub) -> list[str]:
    return [each.state for each in await rows(hub.database, ArticleVersion, slug=TEXT.slug)]


async def _step(hub: Hub, version: int, step: Step) -> Article:
    async with editing(hub) as edit:
        await step(edit, await edit.locked(TEXT.slug, version))
    return await stored(hub, TEXT.slug)


async def _act(name: str, edit: Editing, article: Article) -> None:
    await getattr(edit, name)(article, "x")


async def test_from_a_draft_to_the_archive(hub: Hub) -> None:
    async with editing(hub) as edit:
        await edit.make(TEXT, "Many ask")
    article = await stored(hub, TEXT.slug)
    assert (article.state, article.version, article.published) == ("draft", 1, None)
    assert await hub.rooms.knowledge.article(TEXT.slug) is None
    await _step(hub, 1, lambda edit, each: edit.submit(each, "Please read"))
    article = await _step(hub, 1, lambda edit, each: edit.publish(each, "It is true"))
    assert (article.state, article.published) == ("published", 1)
    view = await hub.rooms.knowledge.article(TEXT.slug)
    assert view is not None
    assert (view.answer, view.answer_es) == ("Ask at the front desk.", "Pregunte en la entrada.")
    article = await _step(hub, 1, lambda edit, each: edit.archive(each, "No more umbrellas"))
    assert (article.state, article.published) == ("archived", None)
    assert await hub.rooms.knowledge.article(TEXT.slug) is None
    audit = [row for row in await rows(hub.database, AuditEntry) if "article" in row.action]
    assert [(row.actor, row.action, row.detail["why"]) for row in audit] == [
        (str(SAM), "article make", "Many ask"),
        (str(SAM), "article submit", "Please read"),
        (str(SAM), "article publish", "It is true"),
        (str(SAM), "article archive", "No more umbrellas"),
    ]
    told = [json.loads(event.data)["state"] for event in await events_of(hub, kind=KIND)]
    assert told == ["draft", "review", "published", "archived"]


async def test_a_draft_leaves_in_use_what_is_published(hub: Hub) -> None:
    await published(hub)
    draft = replace(TEXT, title="Umbrellas", answer="Ask at the back door.")
    article = await _step(hub, 1, lambda edit, each: edit.edit(each, draft, "They moved"))
    assert (article.state, article.version, article.published) == ("draft", 2, 1)
    view = await hub.rooms.knowledge.article(TEXT.slug)
    assert view is not None
    assert view.title == "Lost umbrellas"
    await _step(hub, 2, lambda edit, each: edit.publish(each, "They moved"))
    view = await hub.rooms.knowledge.article(TEXT.slug)
    assert view is not None
    assert (view.title, view.answer) == ("Umbrellas", "Ask at the back door.")
    assert await _states(hub) == ["archived", "published"]


async def test_a_version_is_restored_as_a_draft(hub: Hub) -> None:
    await published(hub)
    draft = replace(TEXT, title="Umbrellas")
    await _step(hub, 1, lambda edit, each: edit.edit(each, draft, "Shorter"))
    article = await _step(hub, 2, lambda edit, each: edit.restore(each, 1, "It was better"))
    assert (article.state, article.version, article.published) == ("draft", 3, 1)
    assert await said(hub, TEXT.slug, 3) == TEXT
    with pytest.raises(NotFound):
        await _step(hub, 3, lambda edit, each: edit.restore(each, 9, "x"))


async def test_what_was_archived_comes_back_as_a_draft(hub: Hub) -> None:
    await published(hub)
    await _step(hub, 1, lambda edit, each: edit.archive(each, "x"))
    await _step(hub, 1, lambda edit, each: edit.restore(each, 1, "Asked again"))
    article = await _step(hub, 2, lambda edit, each: edit.publish(each, "Asked again"))
    assert (article.state, article.published) == ("published", 2)


async def test_who_is_late_is_told_so(hub: Hub) -> None:
    await published(hub)
    await _step(hub, 1, lambda edit, each: edit.edit(each, TEXT, "x"))
    with pytest.raises(Conflict, match="Sam Laurent has saved version 2 meanwhile"):
        await _step(hub, 1, lambda edit, each: edit.edit(each, TEXT, "y"))
    with pytest.raises(NotFound):
        async with editing(hub) as edit:
            await edit.locked("nothing", 1)


@pytest.mark.parametrize(
    ("before", "step"),
    [
        ([], lambda edit, each: edit.submit(each, "x")),
        ([], lambda edit, each: edit.publish(each, "x")),
        (["archive"], lambda edit, each: edit.archive(each, "x")),
        (["archive"], lambda edit, each: edit.publish(each, "x")),
        (["archive"], lambda edit, each: edit.mark_reviewed(each, "x")),
        (["edit"], lambda edit, each: edit.mark_reviewed(each, "x")),
        (["edit", "submit"], lambda edit, each: edit.submit(each, "x")),
    ],
)
async def test_steps_that_do_not_follow(hub: Hub, before: list[str], step: Step) -> None:
    """What is published cannot be published again, and so on."""
    await published(hub)
    version = 1
    for name in before:
        if name == "edit":
            await _step(hub, version, lambda edit, each: edit.edit(each, TEXT, "x"))
            version += 1
        else:
            act: Step = partial(_act, name)
            await _step(hub, version, act)
    as_it_was = (await stored(hub, TEXT.slug)).as_row()
    with pytest.raises(Conflict):
        await _step(hub, version, step)
    assert (await stored(hub, TEXT.slug)).as_row() == as_it_was


async def test_every_problem_is_told_at_its_field(hub: Hub) -> None:
    async with editing(hub) as edit:
        wrong = replace(
            TEXT,
            confidence=Confidence.MEDIUM,
            answer="It costs $5.",
            phrases=("one", "/two"),
            reviewed=date(2026, 11, 19),
            unit="umbrellas",
        )
        await edit.make(wrong, "x")
    with pytest.raises(Invalid) as caught:
        await _step(hub, 1, lambda edit, each: edit.publish(each, "x"))
    assert {each.field for each in caught.value.errors} == {
        "answer", "answer_es", "phrases", "unit", "reviewed",
    }  # fmt: skip
    assert (await stored(hub, TEXT.slug)).published is None


async def test_a_phrase_belongs_to_one_article(hub: Hub) -> None:
    await published(hub)
    twin = replace(TEXT, slug="brollies", phrases=(*TEXT.phrases[:4], "gamp", "Where's my brolly?"))
    async with editing(hub) as edit:
        await edit.make(replace(twin, phrases=("a b", "b c", "c d", "d e", "Umbrella  FOUND")), "x")
    with pytest.raises(Invalid, match="'Umbrella  FOUND' is a phrase of “Lost umbrellas”, too"):
        async with editing(hub) as edit:
            await edit.publish(await edit.locked("brollies", 1), "x")


async def test_emergencies_stay_what_the_rules_take_them_for(hub: Hub) -> None:
    gas = await hub.rooms.knowledge.text("gas-leak")
    assert gas is not None
    with pytest.raises(Conflict, match="emergency rules"):
        async with editing(hub) as edit:
            await edit.archive(await edit.locked("gas-leak", 1), "x")
    async with editing(hub) as edit:
        calm = replace(gas, emergency=False)
        await edit.edit(await edit.locked("gas-leak", 1), calm, "x")
    with pytest.raises(Invalid) as caught:
        async with editing(hub) as edit:
            await edit.publish(await edit.locked("gas-leak", 2), "x")
    assert [each.field for each in caught.value.errors] == ["emergency"]


async def test_slugs_that_no_article_can_have(hub: Hub) -> None:
    for slug in (*sorted(RESERVED), "a--b", "ends-"):
        with pytest.raises(Invalid) as caught:
            async with editing(hub) as edit:
                await edit.make(replace(TEXT, slug=slug), "x")
        assert [each.field for each in caught.value.errors] == ["slug"], slug


async def test_a_slug_is_taken_once_and_stays(hub: Hub) -> None:
    await published(hub)
    with pytest.raises(Conflict):
        async with editing(hub) as edit:
            await edit.make(TEXT, "x")
    with pytest.raises(Invalid, match="stays lost-umbrella"):
        await _step(hub, 1, lambda edit, each: edit.edit(each, replace(TEXT, slug="new"), "x"))


async def test_a_review_is_a_version_with_todays_date(hub: Hub) -> None:
    article = await published(hub)
    assert article.review_due == datetime(2027, 5, 1, tzinfo=UTC)
    article = await _step(hub, 1, lambda edit, each: edit.mark_reviewed(each, "Asked the desk"))
    assert (article.state, article.version, article.published) == ("published", 2, 2)
    assert article.review_due == datetime(2027, 5, 18, tzinfo=UTC)
    assert await said(hub, TEXT.slug, 2) == replace(TEXT, reviewed=TODAY)
    assert await _states(hub) == ["archived", "published"]


async def test_the_bot_learns_what_it_is_trained_on(hub: Hub) -> None:
    await published(hub)
    (model,) = await rows(hub.database, BotModel)
    assert (model.state, model.why, model.by) == ("wanted", "Published “Lost umbrellas”", str(SAM))
    other = replace(TEXT, answer="Ask at the back door.")
    await _step(hub, 1, lambda edit, each: edit.edit(each, other, "x"))
    await _step(hub, 2, lambda edit, each: edit.publish(each, "x"))
    await _step(hub, 2, lambda edit, each: edit.mark_reviewed(each, "x"))
    (model,) = await rows(hub.database, BotModel)
    assert model.why == "Published “Lost umbrellas”", "an answer is looked up, not learnt"
    await _step(hub, 3, lambda edit, each: edit.archive(each, "x"))
    (model,) = await rows(hub.database, BotModel)
    assert model.why == "Published “Lost umbrellas”; Archived “Lost umbrellas”"
