"""axe finds nothing, in light and in dark, on any page people see."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import axe_source
from tests.stack import Stack, eventually

pytestmark = pytest.mark.timeout(300)

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


def violations(page: Page) -> list[str]:
    """What axe objects to, as `rule: selector`."""
    # Not by add_script_tag: the pages' own policy forbids scripts of others, rightly.
    page.evaluate(axe_source())
    found = page.evaluate("rules => axe.run(document, rules)", RULES)
    return [
        f"{violation['id']}: {' '.join(map(str, node['target']))}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@pytest.fixture(scope="module")
def a_ticket(stack: Stack) -> int:
    """A ticket with a bot's answer, a person's reply and a note."""
    stack.sandbox("x/dms", {"persona": "wes", "text": "I smell gas in the hallway"})
    number = int(eventually("the ticket", lambda: stack.tickets(q="smell gas hallway"))[0]["id"])
    stack.api("POST", f"/tickets/{number}/note", json={"body": "Called the crew."})
    stack.api("POST", f"/tickets/{number}/reply", json={"body": "A crew is on its way."})
    return number


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_console(stack: Stack, seat: Any, a_ticket: int, scheme: str) -> None:
    page = seat("Sam Laurent", color_scheme=scheme).page
    page.goto(f"{stack.url}/console/t/{a_ticket}")
    page.get_by_text("A crew is on its way.").first.wait_for()
    assert violations(page) == []
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_supervisors_page(stack: Stack, seat: Any, a_ticket: int, scheme: str) -> None:
    page = seat("Sam Laurent", color_scheme=scheme).page
    page.goto(f"{stack.url}/console/supervisor")
    page.get_by_role("table").first.wait_for()
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_public_pages(stack: Stack, browser: Browser, scheme: str) -> None:
    # Without motion: what is still fading in has no contrast yet.
    context = browser.new_context(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{stack.url}/console/sign-in")
    assert violations(page) == []
    page.goto(f"{stack.url}/")
    page.get_by_role("button", name="Ask City").click()
    page.get_by_role("log").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Close chat").last.click()
    page.get_by_role("textbox", name="What is it about?").fill("The hydrant on Elm leaks")
    page.get_by_role("button", name="Send").first.click()
    page.get_by_text("The hydrant on Elm leaks").wait_for()
    assert violations(page) == []
    page.goto(stack.sandbox_url)
    assert violations(page) == []
    context.close()
