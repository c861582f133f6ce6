"""A keeper beside a bot with a model of its own, and an editor who publishes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from hub.articles.content import from_content, to_content
from hub.articles.models import Article, ArticleVersion
from hub.system import Hub
from hub.training import keeper as module
from hub.training.keeper import ModelKeeper
from hub.training.wishes import want_model
from tests.fakes import FakeClock
from tests.hub.training.trainer import FakeTrainer, Publish


@pytest.fixture
def trainer() -> FakeTrainer:
    return FakeTrainer()


@pytest.fixture
async def keeper(
    hub: Hub, trainer: FakeTrainer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[ModelKeeper]:
    """One that has begun beside a bot with a model of its own."""
    monkeypatch.setattr(module, "TELL_EVERY", 0.01)
    made = ModelKeeper(hub.database, trainer, hub.now)
    await made.look()
    yield made
    await made.aclose()


@pytest.fixture
def publish(hub: Hub, clock: FakeClock) -> Publish:
    """Publishes a new phrase of an article, as the editor does it; then the pause is over."""

    async def do(phrase: str = "my lights went out", wait: float = 3) -> None:
        async with hub.database.write() as session:
            article = await session.get_one(Article, "report-outage")
            version = await session.scalar(
                select(ArticleVersion).where(
                    ArticleVersion.slug == article.slug, ArticleVersion.number == article.version
                )
            )
            assert version is not None
            text = from_content(version.content)
            article.version = article.published = article.version + 1
            session.add(
                ArticleVersion(
                    slug=article.slug,
                    number=article.version,
                    content=to_content(replace(text, phrases=(*text.phrases, phrase))),
                    state="published",
                    by="agent:1:Sam",
                    at=hub.now(),
                )
            )
            await want_model(session, by="agent:1:Sam", why="Published “Outage”", now=hub.now())
        clock.advance(seconds=wait)

    return do
