"""The supervisors' knowledge base and the bot's pages: an article, its models, its labels."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.test_accessibility import violations
from tests.stack import Stack, eventually

pytestmark = pytest.mark.timeout(180)

SLOWLY = 20_000
SLUG = "budget-billing"
ASKED = ("how can I pay the same every month", "what is the wifi code of the stadium")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A hub with the articles that come with it, and no bot."""
    with Stack(tmp_path_factory.mktemp("knowledge"), "--no-bot") as running:
        yield running


def opened(seat: Any, stack: Stack, path: str) -> Page:
    page: Page = seat("Sam Laurent", reduced_motion="reduce").page
    page.goto(f"{stack.url}/console/{path}")
    return page


def accessible(page: Page) -> None:
    """axe finds nothing in either scheme."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == [], scheme


def answer(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Answer", exact=True)


def insert(stack: Stack, table: str, **values: Any) -> None:
    """A row as the bot would have left it."""
    names, marks = ", ".join(f'"{name}"' for name in values), ", ".join("?" * len(values))
    with closing(sqlite3.connect(stack.data / "hub.db", timeout=10)) as database, database:
        database.execute(f"insert into {table} ({names}) values ({marks})", [*values.values()])


def test_an_article_is_edited_published_and_read(stack: Stack, seat: Any) -> None:
    page = opened(seat, stack, "knowledge")
    page.get_by_role("searchbox", name="Search articles").fill("budget bil")
    row = page.get_by_role("row").filter(has_text="Budget billing")
    expect(page.get_by_role("row")).to_have_count(2, timeout=SLOWLY)
    accessible(page)
    row.get_by_role("link", name="Budget billing").click()
    preview = page.get_by_role("complementary", name="As citizens see it")
    expect(preview).to_contain_text("evens out", timeout=SLOWLY)

    # What cannot be published is said at its field, as it is typed.
    answer(page).fill("")
    expect(answer(page)).to_have_attribute("aria-invalid", "true", timeout=SLOWLY)
    expect(answer(page)).to_have_accessible_description(re.compile("is missing"), timeout=SLOWLY)
    accessible(page)
    page.get_by_role("button", name="Publish…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("has to be put right first", timeout=SLOWLY)
    dialog.get_by_role("button", name="Answer in English").first.click()
    expect(answer(page)).to_be_focused(timeout=SLOWLY)

    answer(page).fill("Ask for **level payments** from March on.")
    expect(preview.locator("strong")).to_have_text("level payments", timeout=SLOWLY)
    page.get_by_role("button", name="Publish…").click()
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(dialog.get_by_label("Why")).to_have_accessible_description(
        re.compile("Say why"), timeout=SLOWLY
    )
    dialog.get_by_label("Why").fill("New rules")
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("“Budget billing” is published.")).to_be_visible(timeout=SLOWLY)
    assert "level payments" in stack.http.get(f"{stack.url}/help/{SLUG}").text

    page.get_by_role("tab", name="Versions").click()
    expect(page.locator("ins")).to_contain_text(["Ask for **level payments**"], timeout=SLOWLY)
    expect(page.get_by_role("listitem").filter(has_text="Version 2")).to_contain_text(
        "In use", timeout=SLOWLY
    )


def test_nothing_typed_is_lost(stack: Stack, seat: Any) -> None:
    """Not when somebody saves first, not on the way to another page."""
    slug = "boil-water-notice"
    page = opened(seat, stack, f"knowledge?article={slug}")
    source = page.get_by_label("Source")
    source.fill("A call with the plant")
    page.get_by_label("Title", exact=True).fill("Boiling water")
    article = stack.api("GET", f"/articles/{slug}")
    text = {**article["text"], "source": "A letter"}
    body = {"text": text, "version": article["version"], "why": "Mail came"}
    stack.api("PUT", f"/articles/{slug}", json=body)
    conflict = page.get_by_role("alert").filter(has_text="meanwhile")
    expect(conflict).to_contain_text("“Mail came”", timeout=SLOWLY)
    expect(source).to_have_value("A call with the plant", timeout=SLOWLY)
    page.get_by_role("button", name="Take theirs").click()
    expect(source).to_have_value("A letter", timeout=SLOWLY)
    page.get_by_label("Why").fill("Clearer")

    page.get_by_role("link", name="Queue").click()
    page.get_by_role("button", name="Keep the draft and leave").click()
    page.get_by_role("link", name="Knowledge").click()
    page.get_by_role("link", name="Boiling water").click()
    expect(page.get_by_label("Why")).to_have_value("Clearer", timeout=SLOWLY)
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Version 3 is a draft")).to_be_visible(timeout=SLOWLY)
    saved = stack.api("GET", f"/articles/{slug}")
    assert (saved["title"], saved["text"]["source"]) == ("Boiling water", "A letter")
    assert saved["published"] == 1


def test_messages_are_labelled_by_keys(stack: Stack, seat: Any) -> None:
    for text in ASKED:
        made = {"channel": "phone", "name": "Ana Ortiz", "phone": "8505550101", "body": text}
        ticket = stack.api("POST", "/tickets", json=made)["id"]
        insert(
            stack,
            "bot_examples",
            message_id=stack.messages(ticket)[0]["id"],
            ticket_id=ticket,
            text=text,
            language="en",
            outcome="ask_back",
            guess=SLUG,
            confidence=0.41,
            created_at=time.time_ns() // 1000,
        )
    page = opened(seat, stack, "bot?show=labels")
    card = page.get_by_role("article", name="Message")
    expect(card).to_contain_text(ASKED[1], timeout=SLOWLY)
    expect(page.get_by_role("heading", name="What is it about?")).to_contain_text(
        "2 left", timeout=SLOWLY
    )
    accessible(page)
    page.keyboard.press("o")
    expect(card).to_contain_text(ASKED[0], timeout=SLOWLY)
    page.keyboard.press("u")
    expect(card).to_contain_text(ASKED[1], timeout=SLOWLY)
    page.keyboard.press("o")
    page.keyboard.press("/")
    page.get_by_role("combobox", name="Search all articles").fill("budg bill")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing waits to be labelled.")).to_be_visible(timeout=SLOWLY)

    def labels() -> dict[str, str] | None:
        page = stack.api("GET", "/bot/examples", params={"state": "labelled"})
        found = {item["text"]: item["label"] for item in page["items"]}
        return found if len(found) == len(ASKED) else None

    assert eventually("the labels", labels) == {ASKED[0]: SLUG, ASKED[1]: "out-of-scope"}


def test_a_worse_model_is_looked_at_and_used(stack: Stack, seat: Any) -> None:
    now = time.time_ns() // 1000
    counts = {"n": 50, "right": 40, "offered": 5, "wrong": 2, "handed": 3}
    loss = {"text": "is my bill late", "slug": SLUG, "language": "en", "said": "late-payment"}
    for state, name, worse in (
        ("active", "bot-one", []),
        ("worse", "bot-two", [loss | {"before": "right", "now": "wrong"}]),
    ):
        figures = {"held_back": {"en": counts}} | ({"reasons": ["3 instead of 2"]} if worse else {})
        insert(
            stack,
            "bot_models",
            state=state,
            name=name,
            why="New articles",
            by="system:Switchboard",
            asked_at=now,
            started_at=now,
            ended_at=now + 40_000_000,
            progress="",
            figures=json.dumps(figures),
            worse=json.dumps(worse),
        )
    page = opened(seat, stack, "bot")
    more = page.get_by_role("button", name="What got worse (1)")
    model = page.get_by_role("listitem").filter(has=more)
    expect(model).to_contain_text("3 instead of 2", timeout=SLOWLY)
    model = page.get_by_role("listitem").filter(has_text="Model 2")
    more.click()
    expect(model).to_contain_text("“is my bill late”", timeout=SLOWLY)
    accessible(page)
    model.get_by_role("button", name="Use this one…").click()
    page.get_by_role("dialog").get_by_role("button", name="Use it").click()
    expect(model).to_contain_text("In use", timeout=SLOWLY)
    active = stack.api("GET", "/bot")["active"]
    assert active["name"] == "bot-two"


def test_agents_do_not_see_the_pages(stack: Stack, seat: Any) -> None:
    page = seat("Ben Okafor").page
    for path in ("knowledge", "bot"):
        page.goto(f"{stack.url}/console/{path}")
        expect(page.get_by_role("alert")).to_contain_text(
            "supervisors and administrators", timeout=SLOWLY
        )
