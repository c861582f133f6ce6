"""`/articles`: searching by everybody, writing by supervisors, and what either is told."""

from __future__ import annotations

from typing import Any

import pytest

from hub.articles.models import ArticleUse
from tests.fixtures import rows
from tests.hub.api.site import Caller, Site
from tests.hub.articles.texts import TEXT

pytestmark = pytest.mark.anyio

WHY = "Many ask"
BODY: dict[str, Any] = {
    "slug": TEXT.slug,
    "title": TEXT.title,
    "unit": TEXT.unit,
    "confidence": "H",
    "source": TEXT.source,
    "reviewed": "2026-11-01",
    "phrases": list(TEXT.phrases),
    "answer": TEXT.answer,
    "title_es": TEXT.title_es,
    "answer_es": TEXT.answer_es,
    "phrases_es": list(TEXT.phrases_es),
}


@pytest.fixture
async def sam(site: Site) -> Caller:
    return await site.session("sam")


@pytest.fixture
async def ava(site: Site) -> Caller:
    return await site.session("ava")


async def _post(site: Site, caller: Caller, path: str, status: int = 200, **body: Any) -> Any:
    answer = await site.api(caller, "POST", f"/articles{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


async def _published(site: Site, sam: Caller) -> Any:
    await _post(site, sam, "", 201, text=BODY, why=WHY)
    return await _post(site, sam, f"/{TEXT.slug}/publish", version=1, why="It is true")


async def test_an_article_from_its_draft_to_the_public(site: Site, sam: Caller) -> None:
    made = await _post(site, sam, "", 201, text=BODY, why=WHY)
    assert (made["state"], made["version"], made["published"]) == ("draft", 1, None)
    assert made["problems"] == []
    assert made["published_text"] is None
    assert made["text"]["answer"] == TEXT.answer
    await _post(site, sam, f"/{TEXT.slug}/submit", version=1)
    done = await _post(site, sam, f"/{TEXT.slug}/publish", version=1, why="It is true")
    assert (done["state"], done["published"]) == ("published", 1)
    assert done["published_text"] == done["text"]
    found = await site.get(sam, "/articles", q="lost umbrellas", limit=1)
    assert found["items"] == [
        {
            "slug": "lost-umbrella",
            "title": "Lost umbrellas",
            "title_es": "Paraguas perdidos",
            "unit": "walk-in",
            "confidence": "H",
            "answer": "Ask at the front desk.",
            "answer_es": "Pregunte en la entrada.",
        }
    ]
    page = await site.ask(sam, "GET", f"/help/{TEXT.slug}")
    assert "<strong>front desk</strong>" in page.text


async def test_an_edit_is_a_draft_on_the_newest_version(site: Site, sam: Caller) -> None:
    await _published(site, sam)
    edit = {"text": {**BODY, "answer": "Ask at the back door."}, "version": 1, "why": "They moved"}
    answer = await site.api(sam, "PUT", f"/articles/{TEXT.slug}", json=edit)
    assert answer.status_code == 200
    draft = answer.json()
    assert (draft["state"], draft["version"], draft["published"]) == ("draft", 2, 1)
    assert draft["published_text"]["answer"] == TEXT.answer
    late = await site.api(sam, "PUT", f"/articles/{TEXT.slug}", json=edit)
    assert late.status_code == 409
    assert "Sam Laurent has saved version 2 meanwhile" in late.json()["detail"]
    versions = (await site.get(sam, f"/articles/{TEXT.slug}/versions"))["items"]
    assert [(each["number"], each["state"], each["why"], each["by"]) for each in versions] == [
        (2, "draft", "They moved", "Sam Laurent"),
        (1, "published", "Many ask", "Sam Laurent"),
    ]
    first = await site.get(sam, f"/articles/{TEXT.slug}/versions/1")
    assert first["text"]["answer"] == TEXT.answer
    changed = await site.get(sam, f"/articles/{TEXT.slug}/diff", **{"from": 1, "to": 2})
    assert changed == {
        "fields": [
            {
                "field": "answer",
                "lines": [
                    {"op": "removed", "text": TEXT.answer},
                    {"op": "added", "text": "Ask at the back door."},
                ],
            }
        ]
    }
    back = await _post(site, sam, f"/{TEXT.slug}/restore", version=2, number=1, why="Moved back")
    assert (back["version"], back["state"], back["text"]["answer"]) == (3, "draft", TEXT.answer)


async def test_what_is_wrong_is_told_at_its_field(site: Site, sam: Caller) -> None:
    text = {**BODY, "confidence": "M", "answer": "It costs $5.", "answer_es": None, "phrases": []}
    made = await _post(site, sam, "", 201, text=text, why=WHY)
    fields = [each["field"] for each in made["problems"]]
    assert fields == ["phrases", "answer", "answer"]
    refused = await _post(site, sam, f"/{TEXT.slug}/publish", 422, version=1, why="x")
    assert [each["field"] for each in refused["errors"]] == fields
    preview = await _post(site, sam, "/preview", text=text)
    assert preview["problems"] == made["problems"]
    assert preview["html"] == "<p>It costs $5.</p>"
    assert (preview["html_es"], preview["plain_es"]) == (None, None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"slug": "Not A Slug"}, "text.slug"),
        ({"slug": "skip"}, "slug"),
        ({"title": "  "}, "text.title"),
        ({"title": "t" * 161}, "text.title"),
        ({"reviewed": "soon"}, "text.reviewed"),
        ({"reviewed": "9999-12-31"}, "text.reviewed"),
        ({"confidence": "high"}, "text.confidence"),
        ({"phrases": ["p"] * 501}, "text.phrases"),
        ({"phrases": ["p" * 301]}, "text.phrases.0"),
        ({"answer": "a" * 8001}, "text.answer"),
        ({"colour": "blue"}, "text.colour"),
    ],
)
async def test_what_cannot_be_a_draft(house: Site, changes: dict[str, Any], field: str) -> None:
    sam = await house.session("sam")
    refused = await _post(house, sam, "", 422, text={**BODY, **changes}, why=WHY)
    assert [each["field"] for each in refused["errors"]] == [field]


async def test_what_is_empty_is_none(site: Site, sam: Caller) -> None:
    text = {**BODY, "answer": " \n ", "unit": "", "phrases": ["one", " ", "two\x00"]}
    made = await _post(site, sam, "", 201, text=text, why=WHY)
    assert (made["text"]["answer"], made["text"]["unit"]) == (None, None)
    assert made["text"]["phrases"] == ["one", "two\ufffd"]


async def test_why_is_to_be_said(site: Site, sam: Caller) -> None:
    await _post(site, sam, "", 422, text=BODY, why=" ")
    await _post(site, sam, "", 201, text=BODY, why=WHY)
    refused = await _post(site, sam, f"/{TEXT.slug}/publish", 422, version=1, why="")
    assert [each["field"] for each in refused["errors"]] == ["why"]


async def test_all_articles_with_their_figures(site: Site, sam: Caller, ava: Caller) -> None:
    await _published(site, sam)
    ticket = await site.ticket()
    await _post(site, ava, f"/{TEXT.slug}/used", 204, ticket_id=ticket)
    lines = (await site.get(sam, "/articles/all"))["items"]
    line = next(each for each in lines if each["slug"] == TEXT.slug)
    assert line["figures"] == {"shown": 1, "helpful": 0, "unhelpful": 0, "person": 0}
    assert (line["overdue"], line["review_due"]) == (False, "2027-05-01T00:00:00Z")
    (use,) = await rows(site.hub.database, ArticleUse)
    assert (use.place, use.language, use.ticket_id) == ("agent", "en", ticket)
    await _post(site, sam, "", 201, text={**BODY, "slug": "another"}, why=WHY)
    drafts = (await site.get(sam, "/articles/all", state="draft"))["items"]
    assert [each["slug"] for each in drafts] == ["another"]
    assert (await site.get(sam, "/articles/all", overdue=True))["items"] == []
    site.clock.advance(days=200)
    sam = await site.session("sam")
    due = (await site.get(sam, "/articles/all", overdue=True))["items"]
    assert len(due) == len(lines)
    assert all(each["overdue"] for each in due)
    fresh = (await site.get(sam, "/articles/all", overdue=False))["items"]
    assert [each["slug"] for each in fresh] == ["another"]


async def test_a_review_and_the_archive(site: Site, sam: Caller) -> None:
    await _published(site, sam)
    looked = await _post(site, sam, f"/{TEXT.slug}/reviewed", version=1, why="")
    assert (looked["version"], looked["text"]["reviewed"]) == (2, "2026-11-18")
    gone = await _post(site, sam, f"/{TEXT.slug}/archive", version=2, why="No more umbrellas")
    assert (gone["state"], gone["published"]) == ("archived", None)
    found = await site.get(sam, "/articles", q="lost umbrellas")
    assert TEXT.slug not in [each["slug"] for each in found["items"]]
    refused = await _post(site, sam, "/gas-leak/archive", 409, version=1, why="x")
    assert "emergency rules" in refused["detail"]


async def test_what_fits_a_ticket(site: Site, ava: Caller) -> None:
    ticket = await site.ticket(body="My street light is out")
    found = await site.get(ava, "/articles", ticket_id=ticket, limit=3)
    assert found["items"][0]["slug"] == "streetlight-out"
    asked = await site.get(ava, "/articles", ticket_id=ticket, q="pay a bill", limit=1)
    assert [each["slug"] for each in asked["items"]] == ["pay-my-bill"]


async def test_somebody_elses_ticket_is_not_there(site: Site, ava: Caller) -> None:
    theirs = await site.ticket("billing")
    for answer in (
        await site.api(ava, "GET", "/articles", params={"ticket_id": theirs}),
        await site.api(ava, "POST", "/articles/pay-my-bill/used", json={"ticket_id": theirs}),
    ):
        assert answer.status_code == 404
    assert await rows(site.hub.database, ArticleUse) == []


async def test_a_draft_is_used_by_nobody(site: Site, sam: Caller) -> None:
    await _post(site, sam, "", 201, text=BODY, why=WHY)
    await _post(site, sam, f"/{TEXT.slug}/used", 404, ticket_id=await site.ticket())


async def test_a_key_makes_an_article_once(site: Site, sam: Caller) -> None:
    again = sam.saying(idempotency_key="umbrella-1")
    first = await site.api(again, "POST", "/articles", json={"text": BODY, "why": WHY})
    second = await site.api(again, "POST", "/articles", json={"text": BODY, "why": WHY})
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    plain = await site.api(sam, "POST", "/articles", json={"text": BODY, "why": WHY})
    assert plain.status_code == 409


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/nothing/versions", "/nothing/versions/1", "/nothing/diff?from=1&to=1",
     "/pay-my-bill/versions/9", "/pay-my-bill/diff?from=1&to=9"],
)  # fmt: skip
async def test_what_is_not_there(house: Site, path: str) -> None:
    sam = await house.session("sam")
    assert (await house.api(sam, "GET", f"/articles{path}")).status_code == 404
