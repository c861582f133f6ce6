"""The survey's page by anybody: plain forms, two languages, kind words where there is nothing."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response

from agent_console.survey import preferred
from agent_console.survey_words import WORDS
from hub.surveys.answering import MAX_COMMENT
from hub.surveys.asking import ANSWERABLE
from hub.surveys.models import Survey
from hub.team.tokens import hash_secret, new_secret
from tests.fixtures import rows, ticket_of
from tests.hub.api.site import NOBODY, ORIGIN, Site

pytestmark = pytest.mark.anyio

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Origin": ORIGIN}


async def _asked(site: Site, language: str = "en") -> tuple[int, str]:
    """A ticket that was asked about, and its link's path."""
    ticket_id, token = await site.ticket(), new_secret()
    ticket = await ticket_of(site.hub, ticket_id)
    now = site.hub.now()
    async with site.hub.database.write() as session:
        session.add(
            Survey(
                ticket_id=ticket_id,
                contact_id=ticket.contact_id,
                token_hash=hash_secret(token),
                language=language,
                asked_at=now,
                expires_at=now + ANSWERABLE,
            )
        )
    return ticket_id, f"/survey/{token}"


async def _look(site: Site, path: str, accept: str = "en-US,en;q=0.8") -> Response:
    return await site.ask(NOBODY, "GET", path, headers={"Accept-Language": accept})


async def _post(site: Site, path: str, body: str | bytes) -> Response:
    return await site.ask(NOBODY, "POST", path, headers=FORM, content=body)


async def _stored(site: Site, ticket_id: int) -> Survey:
    (survey,) = await rows(site.hub.database, Survey, ticket_id=ticket_id)
    found: Survey = survey
    return found


def _text(answer: Response) -> str:
    return html.unescape(answer.text)


async def test_one_tap_saves_and_thanks(site: Site) -> None:
    ticket_id, path = await _asked(site)
    page = await _look(site, path)
    assert page.status_code == 200
    assert WORDS["en"]["question"] in _text(page)
    assert re.findall(r'type="submit" name="score" value="(\d)"', page.text) == list("12345")
    assert "<script" not in page.text
    assert (await _stored(site, ticket_id)).score is None
    saved = await _post(site, path, "score=5")
    assert (saved.status_code, saved.headers["location"]) == (303, path)
    assert (await _stored(site, ticket_id)).score == 5
    thanks = await _look(site, path)
    assert "Thank you!" in thanks.text
    assert "Very satisfied (5 of 5)" in thanks.text


async def test_looking_saves_nothing(site: Site) -> None:
    """Platforms and mail scanners fetch links; some with HEAD, some with what they find in it."""
    ticket_id, path = await _asked(site)
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"):
        for query in ("", "?score=1"):
            answer = await site.ask(NOBODY, method, path + query)
            assert answer.status_code in (200, 405)
    assert (await site.ask(NOBODY, "GET", f"{path}/comment")).status_code == 405
    survey = await _stored(site, ticket_id)
    assert (survey.score, survey.answered_at) == (None, None)


async def test_a_comment_and_a_change(site: Site) -> None:
    ticket_id, path = await _asked(site)
    await _post(site, path, "score=2")
    saved = await _post(site, f"{path}/comment", "comment=It+took+%3Cb%3Eweeks%3C%2Fb%3E")
    assert (saved.status_code, saved.headers["location"]) == (303, path)
    page = await _look(site, path)
    assert "&lt;b&gt;weeks" in page.text
    assert "<b>weeks" not in page.text
    assert "Your comment is saved, too." in page.text
    await _post(site, path, "score=4")
    survey = await _stored(site, ticket_id)
    assert (survey.score, survey.comment) == (4, "It took <b>weeks</b>")
    assert 'aria-current="true"' in (await _look(site, path)).text


@pytest.mark.parametrize(
    "body", ["", "score=", "score=6", "score=0", "score=five", "score=%00", "x"]
)
async def test_what_is_no_score_is_said(site: Site, body: str) -> None:
    ticket_id, path = await _asked(site)
    answer = await _post(site, path, body)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert WORDS["en"]["error_score"] in answer.text
    assert (await _stored(site, ticket_id)).score is None


@pytest.mark.parametrize("body", ["", "score=9", "score=5"])
async def test_a_tap_where_there_is_nothing_is_answered_with_a_page(site: Site, body: str) -> None:
    ticket_id, path = await _asked(site)
    site.clock.advance(days=15)
    for address, status in ((path, 410), (f"/survey/{new_secret()}", 404)):
        answer = await _post(site, address, body)
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("text/html"), address
    assert (await _stored(site, ticket_id)).score is None


async def test_what_is_too_long_is_kept_for_its_writer(site: Site) -> None:
    ticket_id, path = await _asked(site)
    await _post(site, path, "score=3")
    words = "w" * (MAX_COMMENT + 1)
    answer = await _post(site, f"{path}/comment", f"comment={words}")
    assert answer.status_code == 422
    assert words in answer.text
    assert 'aria-invalid="true"' in answer.text
    huge = await _post(site, f"{path}/comment", b"comment=" + b"w" * 300_000)
    assert huge.status_code == 413
    assert (await _stored(site, ticket_id)).comment is None


async def test_a_comment_before_a_score_asks_for_one(site: Site) -> None:
    _, path = await _asked(site)
    answer = await _post(site, f"{path}/comment", "comment=Hello")
    assert answer.status_code == 422
    assert WORDS["en"]["error_score"] in answer.text


@pytest.mark.parametrize("body", [b"\xff\xfe", b"--x\r\nbroken", b"score=5&" * 50, b'{"score": 5}'])
async def test_other_bodies_are_no_bugs(site: Site, body: bytes) -> None:
    _, path = await _asked(site)
    for kind in ("application/json", "multipart/form-data; boundary=x", "multipart/form-data"):
        headers = {**FORM, "Content-Type": kind}
        answer = await site.ask(NOBODY, "POST", path, headers=headers, content=body)
        assert answer.status_code == 422
        assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    "token", ["x", "a" * 43, "%00" * 30, "%22%3E%3Cscript%3E" * 4, "%C3%A9" * 30]
)
async def test_unknown_addresses(site: Site, token: str) -> None:
    await _asked(site)
    path = f"/survey/{token}"
    for answer in (
        await _look(site, path),
        await _post(site, path, "score=5"),
        await _post(site, f"{path}/comment", "comment=Hello"),
    ):
        assert answer.status_code == 404
        assert WORDS["en"]["unknown"] in _text(answer)
        assert "<script" not in answer.text


async def test_after_two_weeks_it_is_closed(site: Site) -> None:
    ticket_id, path = await _asked(site)
    await _post(site, path, "score=4")
    site.clock.advance(ANSWERABLE + timedelta(seconds=1))
    for answer in (
        await _look(site, path),
        await _post(site, path, "score=1"),
        await _post(site, f"{path}/comment", "comment=Hello"),
    ):
        assert answer.status_code == 410
        assert WORDS["en"]["expired"] in _text(answer)
    assert (await _stored(site, ticket_id)).score == 4


@pytest.mark.parametrize(
    ("wrote_in", "accept", "query", "shown"),
    [
        ("en", "en-US", "", "en"),
        ("en", "es-MX,es;q=0.9,en;q=0.4", "", "es"),
        ("es", "en-US", "", "es"),
        ("es", "en-US", "?lang=en", "en"),
        ("en", "en-US", "?lang=es", "es"),
        ("en", "fr", "?lang=fr", "en"),
    ],
)
async def test_the_language(site: Site, wrote_in: str, accept: str, query: str, shown: str) -> None:
    _, path = await _asked(site, wrote_in)
    page = await _look(site, path + query, accept)
    assert f'<html lang="{shown}">' in page.text
    assert page.headers["content-language"] == shown
    assert WORDS[shown]["question"] in _text(page)
    other = "en" if shown == "es" else "es"
    assert f'href="{path}?lang={other}"' in page.text


async def test_a_language_that_was_chosen_stays(site: Site) -> None:
    _, path = await _asked(site)
    saved = await _post(site, f"{path}?lang=es", "score=1")
    assert saved.headers["location"] == f"{path}?lang=es"
    assert f'action="{path}/comment?lang=es"' in (await _look(site, f"{path}?lang=es")).text


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"),
        ("es", "es"),
        ("es;q=0.5, en", "en"),
        ("en;q=0.1,es-419;q=0.2", "es"),
        ("es;q=lots", "en"),
        ("de, fr;q=0.9", "en"),
        ("es ; q=0.9 , en ; q=0.3", "es"),
    ],
)
def test_what_a_browser_prefers(accept: str, language: str) -> None:
    assert preferred(accept) == language


def test_both_languages_say_everything() -> None:
    assert WORDS["en"].keys() == WORDS["es"].keys()
    for words in WORDS.values():
        assert all(each.strip() for each in words.values())


async def test_a_network_that_asks_too_often_waits(site: Site) -> None:
    ticket_id, path = await _asked(site)
    statuses = [(await _post(site, path, f"score={1 + n % 5}")).status_code for n in range(25)]
    assert statuses == [303] * 20 + [429] * 5
    score = (await _stored(site, ticket_id)).score
    words = await _post(site, f"{path}/comment", "comment=Kept+for+me")
    assert words.status_code == 429
    assert "Kept for me" in words.text
    assert (await _stored(site, ticket_id)).score == score
    seen = [await _look(site, path) for _ in range(65)]
    assert {answer.status_code for answer in seen[:50]} == {200}
    assert seen[-1].status_code == 429
    assert seen[-1].headers["retry-after"] == "60"


async def test_nothing_of_it_is_kept_or_found_by_others(site: Site) -> None:
    ticket_id, path = await _asked(site)
    page = await _look(site, path)
    headers: Any = page.headers
    assert "no-store" in headers["cache-control"]
    assert "noindex" in headers["x-robots-tag"]
    assert headers["referrer-policy"] == "same-origin"
    assert "script-src" not in headers["content-security-policy"]
    ticket = await ticket_of(site.hub, ticket_id)
    assert ticket.contact_name not in page.text
    assert ticket.subject not in page.text
