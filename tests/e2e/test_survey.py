"""The survey's page in a browser: by thumb, by keyboard, without JavaScript, in both schemes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal
from playwright.sync_api import Browser, Page, expect

from hub.surveys.asking import ANSWERABLE
from hub.surveys.models import Survey
from hub.team.tokens import hash_secret, new_secret
from tests.agent_console.test_socket import served
from tests.e2e.test_accessibility import violations
from tests.fixtures import rows, ticket_of
from tests.hub.api.site import open_site, serving

pytestmark = pytest.mark.timeout(120)

PHONE = {"width": 360, "height": 740}


class Desk:
    """A hub that customers can reach, without anything else around it."""

    def __init__(self, portal: Any, site: Any, address: str) -> None:
        self.portal, self.site, self.url = portal, site, f"http://{address}"

    def ask(self, language: str = "en", **more: Any) -> tuple[int, str]:
        """A ticket that was asked about, and the address in the message."""

        async def go() -> tuple[int, str]:
            ticket_id, token, now = await self.site.ticket(), new_secret(), self.site.hub.now()
            ticket = await ticket_of(self.site.hub, ticket_id)
            async with self.site.hub.database.write() as session:
                session.add(
                    Survey(
                        ticket_id=ticket_id,
                        contact_id=ticket.contact_id,
                        token_hash=hash_secret(token),
                        language=language,
                        asked_at=now,
                        expires_at=now + ANSWERABLE,
                        **more,
                    )
                )
            return ticket_id, f"{self.url}/survey/{token}"

        found: tuple[int, str] = self.portal.call(go)
        return found

    def stored(self, ticket_id: int) -> tuple[int | None, str | None]:
        async def go() -> Survey:
            (survey,) = await rows(self.site.hub.database, Survey, ticket_id=ticket_id)
            found: Survey = survey
            return found

        survey = self.portal.call(go)
        return survey.score, survey.comment


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("survey")
    with start_blocking_portal() as portal:
        opened = open_site(f"sqlite:///{folder / 'hub.db'}", folder)
        with (
            portal.wrap_async_context_manager(opened) as site,
            portal.wrap_async_context_manager(serving(served(site), site.hub.settings)) as address,
        ):
            yield Desk(portal, site, address)


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    contexts = []

    def opened(**options: Any) -> Page:
        context = browser.new_context(**({"viewport": PHONE, "reduced_motion": "reduce"} | options))
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


def _answer(page: Page, words: str) -> Any:
    return page.get_by_role("button", name=words)


def test_one_tap_without_javascript(desk: Desk, open_page: Callable[..., Page]) -> None:
    ticket_id, address = desk.ask()
    page = open_page(java_script_enabled=False, has_touch=True)
    page.goto(address)
    _answer(page, "Satisfied 4 of 5").tap()
    expect(page.get_by_role("heading", name="Thank you!")).to_be_visible()
    assert desk.stored(ticket_id) == (4, None)
    page.get_by_label("Would you like to add something?").fill("Fast, and kind")
    page.get_by_role("button", name="Save comment").tap()
    expect(page.get_by_role("status")).to_contain_text("Your comment is saved, too.")
    page.get_by_text("Change the answer").tap()
    _answer(page, "Very satisfied 5 of 5").tap()
    expect(page.get_by_role("status")).to_contain_text("Very satisfied (5 of 5)")
    assert desk.stored(ticket_id) == (5, "Fast, and kind")


def test_by_keyboard(desk: Desk, open_page: Callable[..., Page]) -> None:
    ticket_id, address = desk.ask()
    page = open_page()
    page.goto(address)
    for _ in range(3):  # the other language, then the answers from the first on
        page.keyboard.press("Tab")
    expect(_answer(page, "Dissatisfied 2 of 5")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Thank you!")).to_be_visible()
    assert desk.stored(ticket_id) == (2, None)


def test_targets_are_large_and_nothing_is_cut_off(
    desk: Desk, open_page: Callable[..., Page]
) -> None:
    for language in ("en", "es"):
        _, address = desk.ask(language)
        for width in (320, 360, 768, 1280):
            page = open_page(viewport={"width": width, "height": 800})
            page.goto(address)
            boxes = [button.bounding_box() for button in page.locator("button.score").all()]
            assert len(boxes) == 5
            for box in boxes:
                assert box is not None
                assert min(box["width"], box["height"]) >= 48, (width, box)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (language, width)
            page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_axe_finds_nothing(
    desk: Desk, open_page: Callable[..., Page], scheme: str, language: str
) -> None:
    page = open_page(color_scheme=scheme)
    _, address = desk.ask(language)
    page.goto(address)
    assert violations(page) == []
    _, address = desk.ask(language, score=3, comment="It took a while")
    page.goto(address)
    page.locator("summary").click()
    assert violations(page) == []
    page.evaluate("document.querySelector('textarea').removeAttribute('maxlength')")
    page.get_by_role("textbox").fill("w" * 2001)
    page.locator(".comment button").click()
    page.get_by_role("alert").wait_for()
    assert violations(page) == []
    page.goto(f"{desk.url}/survey/{'x' * 43}")
    assert violations(page) == []


def test_the_other_language_is_one_tap_away(desk: Desk, open_page: Callable[..., Page]) -> None:
    _, address = desk.ask()
    page = open_page(locale="en-US")
    page.goto(address)
    page.get_by_role("link", name="Español").click()
    expect(page.get_by_role("heading", name="¿Cómo le atendimos?")).to_be_visible()
    _answer(page, "Muy satisfecho 5 de 5").click()
    expect(page.get_by_role("heading", name="¡Gracias!")).to_be_visible()
