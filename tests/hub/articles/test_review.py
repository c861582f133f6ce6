"""When an article must be looked at again, and who is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from hub.articles.review import ReviewWatch, review_due
from hub.notices.models import Notice
from hub.ports import Confidence
from hub.system import Hub
from kb.rules import CONFIRM
from tests.fakes import FakeClock
from tests.fixtures import events_of, rows
from tests.hub.articles.texts import TEXT, editing, published


@pytest.mark.parametrize(
    ("reviewed", "confidence", "due"),
    [
        (date(2026, 11, 1), Confidence.HIGH, datetime(2027, 5, 1, tzinfo=UTC)),
        (date(2026, 11, 1), Confidence.MEDIUM, datetime(2027, 2, 1, tzinfo=UTC)),
        (date(2026, 11, 30), Confidence.NONE, datetime(2027, 2, 28, tzinfo=UTC)),
        (date(2027, 8, 31), Confidence.HIGH, datetime(2028, 2, 29, tzinfo=UTC)),
        (date(2026, 6, 15), Confidence.HIGH, datetime(2026, 12, 15, tzinfo=UTC)),
    ],
)
def test_what_is_less_certain_is_looked_at_more_often(
    reviewed: date, confidence: Confidence, due: datetime
) -> None:
    assert review_due(replace(TEXT, reviewed=reviewed, confidence=confidence)) == due


async def _told(hub: Hub) -> list[Notice]:
    await ReviewWatch(hub.database, hub.now).run()
    return await rows(hub.database, Notice, kind="review")


@pytest.mark.anyio
async def test_supervisors_are_told_once_a_due_time(hub: Hub, clock: FakeClock) -> None:
    await published(
        hub, confidence=Confidence.MEDIUM, answer=CONFIRM, answer_es=None, reviewed=date(2026, 9, 1)
    )
    assert await _told(hub) == []
    clock.at = datetime(2026, 12, 1, tzinfo=UTC)
    (notice,) = await _told(hub)
    assert notice.text == "1 article is due for review: “Lost umbrellas”."
    assert (notice.audience, notice.detail) == ("supervisors", {"slugs": ["lost-umbrella"]})
    assert len(await events_of(hub, kind="notice.created")) == 1
    assert len(await _told(hub)) == 1
    # Looked at, and due again three months after.
    async with editing(hub) as edit:
        await edit.mark_reviewed(await edit.locked(TEXT.slug, 1), "Still true")
    assert len(await _told(hub)) == 1
    clock.at = datetime(2027, 2, 18, tzinfo=UTC)
    told = await _told(hub)
    assert [notice.detail["slugs"].count("lost-umbrella") for notice in told] == [1, 1]


@pytest.mark.anyio
async def test_many_that_are_due_are_one_notice(hub: Hub, clock: FakeClock) -> None:
    clock.at = datetime(2040, 1, 1, tzinfo=UTC)
    (notice,) = await _told(hub)
    assert len(notice.detail["slugs"]) == len(await hub.rooms.knowledge.articles())
    assert " and " in notice.text
    assert len(notice.text) <= 500


@pytest.mark.anyio
async def test_what_is_not_in_use_is_not_due(hub: Hub, clock: FakeClock) -> None:
    async with editing(hub) as edit:
        await edit.make(replace(TEXT, reviewed=date(2025, 1, 1)), "x")
    assert await _told(hub) == []
