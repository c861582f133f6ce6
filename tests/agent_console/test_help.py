"""The help centre by anybody: what is published, in two languages, without script."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date

import pytest
from httpx2 import Response

from agent_console.help.topics import topic, with_calls, without_promise
from agent_console.help.words import BRINGS_IN, PATHS, PHONE, UNITS, WORDS, said_day
from hub.articles.models import ArticleUse
from hub.ports import Confidence, view_of
from kb.rules import CITY_PHONE, CONFIRM, CONFIRM_ES
from tests.fakes import EDITORIAL
from tests.fixtures import rows
from tests.hub.api.site import NOBODY, ORIGIN, Site
from tests.hub.articles.texts import TEXT, editing, published

pytestmark = pytest.mark.anyio

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Origin": ORIGIN}
TITLES = {text.slug: (text.title, text.title_es or text.title) for text in EDITORIAL.seed()}


async def _look(site: Site, path: str, **headers: str) -> Response:
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    return await site.ask(NOBODY, "GET", path, headers={"User-Agent": "Mozilla/5.0", **said})


async def _text(site: Site, path: str, status: int = 200) -> str:
    answer = await _look(site, path)
    assert answer.status_code == status, path
    assert answer.headers["content-type"].startswith("text/html")
    return html.unescape(answer.text)


async def _vote(site: Site, path: str, body: str | bytes) -> Response:
    return await site.ask(NOBODY, "POST", path, headers=FORM, content=body)


async def _uses(site: Site) -> list[tuple[str, str, str, str]]:
    found = await rows(site.hub.database, ArticleUse)
    return [(use.slug, use.kind, use.place, use.language) for use in found]


def _main(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


@pytest.mark.parametrize("language", ["en", "es"])
async def test_all_topics_are_listed_once(house: Site, language: str) -> None:
    page = await _text(house, PATHS[language])
    assert f'<html lang="{language}">' in page
    listed = re.findall(rf'href="{PATHS[language]}/([a-z-]+)"', page)
    assert sorted(listed) == [each.slug for each in EDITORIAL.seed() if each.unit is not None]
    for slug in listed:
        assert TITLES[slug][language == "es"] in page
    asked = page[page.index('id="asked"') :]
    for text in EDITORIAL.seed():
        below = f'/{text.slug}"' in asked
        assert below == (text.answer is None), text.slug
    urgent = page[page.index('id="emergency"') : page.index('class="topics"')]
    assert urgent.count("<li>") == sum(text.emergency for text in EDITORIAL.seed())
    assert PHONE in urgent


@pytest.mark.parametrize("language", ["en", "es"])
async def test_every_article_has_its_page(house: Site, language: str) -> None:
    words = WORDS[language]
    for text in EDITORIAL.seed()[:40]:
        answer = await _look(house, f"{PATHS[language]}/{text.slug}")
        if text.unit is None:
            assert answer.status_code == 404
            continue
        page = html.unescape(answer.text)
        assert TITLES[text.slug][language == "es"] in page
        assert (words["no_answer"] in page) == (text.answer is None)
        assert (words["helpful"] in page) == (text.answer is not None)
        shown = re.sub(r"<[^>]+>", "", _main(page))
        if text.confidence is Confidence.MEDIUM:
            assert (CONFIRM_ES if language == "es" else CONFIRM) in shown
        for sentence in BRINGS_IN:
            assert sentence not in shown
        if text.emergency:
            assert words["person_follows"] in page


async def test_a_page_says_what_is_published(site: Site) -> None:
    await published(site.hub)
    page = await _text(site, f"/help/{TEXT.slug}")
    assert "<h1" in page
    assert "Ask at the <strong>front desk</strong>." in page
    assert '<time datetime="2026-11-01">November 1, 2026</time>' in page
    assert f'hreflang="es" href="{ORIGIN}/ayuda/{TEXT.slug}"' in page
    spanish = await _text(site, f"/ayuda/{TEXT.slug}")
    assert "Pregunte en la <strong>entrada</strong>." in spanish
    assert "1 de noviembre de 2026" in spanish
    async with editing(site.hub) as edit:
        other = replace(TEXT, answer="Ask at the back door.")
        await edit.edit(await edit.locked(TEXT.slug, 1), other, "x")
    assert "back door" not in await _text(site, f"/help/{TEXT.slug}")
    async with editing(site.hub) as edit:
        await edit.archive(await edit.locked(TEXT.slug, 2), "x")
    assert WORDS["en"]["missing"] in await _text(site, f"/help/{TEXT.slug}", 404)


async def test_what_is_not_in_spanish_yet_is_shown_in_english(site: Site) -> None:
    await published(site.hub, title_es=None, answer_es=None, phrases_es=())
    page = await _text(site, f"/ayuda/{TEXT.slug}")
    assert '<h1 id="title" lang="en">Lost umbrellas</h1>' in page
    assert WORDS["es"]["other_language"] in page
    assert '<div class="answer" lang="en">' in page


async def test_nothing_that_is_written_becomes_markup(site: Site) -> None:
    bad = "<script>alert(1)</script>"
    await published(
        site.hub,
        title=f"Umbrellas {bad}",
        answer=f"{bad}\n\n[x](javascript:alert(1)) <img src=x onerror=y> [ok](https://example.org)",
    )
    for path in ("/help", f"/help/{TEXT.slug}", "/help?q=umbrellas", f"/help?q={bad}"):
        answer = await _look(site, path)
        assert "<script" not in answer.text, path
        assert "onerror=y>" not in answer.text
        assert 'href="javascript' not in answer.text
    page = await _look(site, f"/help/{TEXT.slug}")
    assert 'href="https://example.org"' in page.text
    assert "script-src" not in page.headers["content-security-policy"]


async def test_search_finds_and_corrects(house: Site) -> None:
    page = await _text(house, "/help?q=pament+plan")
    assert "Answers for “pament plan”" in page
    assert '<a href="/help?q=payment%20plan">payment plan</a>' in page
    results = re.findall(r'<h2><a href="/help/([a-z-]+)"', page)
    assert results[0] == "payment-plan"
    assert 'value="pament plan"' in page
    assert '<meta name="robots" content="noindex">' in page
    spanish = await _text(house, "/ayuda?q=fatcura")
    assert "¿Quiso decir" in spanish
    assert 'href="/ayuda/pay-my-bill"' in spanish
    nothing = await _text(house, "/help?q=zzzzqqqq")
    assert WORDS["en"]["nothing_words"] in nothing
    assert "<ol" not in _main(nothing)
    small_talk = await _text(house, "/help?q=hello+thanks+goodbye")
    assert 'href="/help/thanks"' not in small_talk


@pytest.mark.parametrize("query", ["%00", "%22%3E%3Cb%3E", "a" * 5000, "%F0%9F%94%A5", "%FF"])
async def test_any_words_may_be_searched(house: Site, query: str) -> None:
    answer = await _look(house, f"/help?q={query}")
    assert answer.status_code == 200
    assert "<b>" not in answer.text


async def test_a_card_number_goes_no_further(house: Site) -> None:
    page = await _text(house, "/help?q=my+card+4111+1111+1111+1111+was+charged")
    assert "4111" not in page


async def test_an_emergency_comes_first(house: Site) -> None:
    page = await _text(house, "/help?q=I+smell+gas+at+home")
    assert page.index('class="emergency"') < page.index('class="results"')
    assert 'href="/help/gas-leak"' in page[page.index('class="emergency"') :][:600]
    assert 'class="emergency"' not in await _text(house, "/help?q=pay+my+bill")


async def test_a_look_counts_and_a_machines_does_not(site: Site) -> None:
    path = "/help/pay-my-bill"
    page = await _look(site, path)
    await _look(site, path, User_Agent="Googlebot/2.1")
    await _look(site, path, Sec_Purpose="prefetch;prerender")
    await _look(site, path, Purpose="prefetch")
    await _look(site, path, If_None_Match=page.headers["etag"])
    await site.ask(NOBODY, "HEAD", path)
    await _look(site, "/help")
    await _look(site, "/help?q=pay+my+bill")
    assert await _uses(site) == [("pay-my-bill", "shown", "help", "en")]
    await _look(site, "/ayuda/pay-my-bill")
    assert (await _uses(site))[1:] == [("pay-my-bill", "shown", "help", "es")]


async def test_a_vote_counts_once_and_is_thanked_for(site: Site) -> None:
    saved = await _vote(site, "/help/pay-my-bill/helpful", "helpful=no")
    assert saved.status_code == 303
    assert saved.headers["location"] == "/help/pay-my-bill/thanks?helpful=no"
    thanks = await _text(site, saved.headers["location"])
    assert WORDS["en"]["thanks_no"] in thanks
    assert PHONE in thanks
    assert (await _vote(site, "/help/pay-my-bill/helpful", "helpful=no")).status_code == 303
    await _vote(site, "/ayuda/high-bill/helpful", "helpful=yes")
    assert await _uses(site) == [
        ("pay-my-bill", "unhelpful", "help", "en"),
        ("high-bill", "helpful", "help", "es"),
    ]
    assert WORDS["es"]["thanks_yes"] in await _text(site, "/ayuda/high-bill/thanks?helpful=yes")


@pytest.mark.parametrize(
    "body", ["", "helpful=", "helpful=maybe", "x", b"\xff\xfe", b"helpful=yes" + b"x" * 9000]
)
async def test_what_is_no_vote_is_said(site: Site, body: str | bytes) -> None:
    answer = await _vote(site, "/help/pay-my-bill/helpful", body)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert WORDS["en"]["choose"] in answer.text
    assert await _uses(site) == []


async def test_there_is_no_vote_on_what_has_no_answer(site: Site) -> None:
    for slug in ("deposit", "nothing", "greeting"):
        assert (await _vote(site, f"/help/{slug}/helpful", "helpful=yes")).status_code == 404
    assert await _uses(site) == []


async def test_a_network_that_asks_too_often_waits(site: Site) -> None:
    votes = [
        (await _vote(site, f"/help/{slug}/helpful", "helpful=yes")).status_code
        for slug in ["pay-my-bill"] * 12
    ]
    assert votes == [303] * 10 + [429] * 2
    busy = await _look(site, "/help?q=bill")
    found = [(await _look(site, "/help?q=bill")).status_code for _ in range(31)]
    assert (busy.status_code, found[-1]) == (200, 429)
    refused = await _look(site, "/help?q=bill")
    assert refused.headers["retry-after"] == "60"
    assert WORDS["en"]["busy_words"] in refused.text


async def test_pages_are_kept_for_a_minute_and_known_again(house: Site) -> None:
    page = await _look(house, "/help/garbage-day")
    assert page.headers["cache-control"] == "public, max-age=60"
    same = await _look(house, "/help/garbage-day", If_None_Match=f'"x", {page.headers["etag"]}')
    assert (same.status_code, same.content) == (304, b"")
    other = await _look(house, "/help/garbage-day", If_None_Match='W/"other"')
    assert other.status_code == 200
    missing = await _look(house, "/help/nothing")
    assert missing.headers["cache-control"] == "no-store"


async def test_the_style_is_kept_for_good_by_its_address(house: Site) -> None:
    page = await _look(house, "/help")
    (address,) = re.findall(r'href="(/help/help\.css[^"]+)"', page.text)
    style = await _look(house, address)
    assert style.headers["content-type"].startswith("text/css")
    assert "immutable" in style.headers["cache-control"]
    assert (await _look(house, "/help/help.css?v=old")).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/help", "/help?q=bill", "/help/pay-my-bill", "/help/deposit"])
async def test_the_page_can_be_read_with_other_than_eyes(house: Site, path: str) -> None:
    page = await _text(house, path)
    assert page.count("<main") == page.count("<h1") == 1
    assert '<a class="skip" href="#content">' in page
    assert '<label for="q">' in page
    assert "<script" not in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for name in re.findall(r'aria-(?:labelledby|describedby)="([^"]+)"', page):
        assert name in ids


def test_both_languages_say_everything() -> None:
    assert WORDS["en"].keys() == WORDS["es"].keys()
    assert UNITS["en"].keys() == UNITS["es"].keys()
    assert all(each.strip() for words in WORDS.values() for each in words.values())
    assert PHONE == CITY_PHONE


def test_days_are_said_in_words() -> None:
    assert said_day(date(2026, 2, 3), "en") == "February 3, 2026"
    assert said_day(date(2026, 2, 3), "es") == "3 de febrero de 2026"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Call 850-891-4968.", 'Call <a href="tel:+1-850-891-4968">850-891-4968</a>.'),
        ("1-800-228-8485", '<a href="tel:+1-800-228-8485">1-800-228-8485</a>'),
        ('<a href="tel:850-891-4968">850-891-4968</a>', None),
        ('<a href="/x-850-891-4968">there</a> 12-850-891-49681', None),
    ],
)
def test_numbers_can_be_called(given: str, shown: str | None) -> None:
    assert with_calls(given) == (given if shown is None else shown)


def test_a_page_promises_nobody() -> None:
    """What every emergency closes with in a conversation is not true of a page."""
    for text in EDITORIAL.seed():
        if text.emergency:
            assert text.answer is not None
            assert without_promise(text.answer) != text.answer, text.slug


def test_an_excerpt_is_short() -> None:
    found = topic(view_of(replace(TEXT, answer="word " * 100), EDITORIAL.plain), "en")
    assert len(found.excerpt) < 190
    assert found.excerpt.endswith("word …")
