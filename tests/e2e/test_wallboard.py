"""The screen on the wall: live by events, honest when it is not, readable for everybody."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_accessibility import violations
from tests.e2e.test_console import inquire
from tests.stack import Stack

pytestmark = pytest.mark.timeout(300)

SLOWLY = 20_000
FIGURES = "/reports/live"


def wall(stack: Stack, seat: Any, search: str = "", **options: Any) -> Page:
    """The wallboard as Sam has it, with its figures."""
    page: Page = seat("Sam Laurent", **options).page
    page.goto(f"{stack.url}/console/wallboard{search}")
    page.get_by_role("list", name="Now").wait_for()
    return page


def waiting(page: Page) -> Any:
    return page.get_by_role("list", name="Now").get_by_role("listitem").first


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("search", ["", "?density=desk"])
def test_axe_finds_nothing(stack: Stack, seat: Any, scheme: str, search: str) -> None:
    page = seat("Sam Laurent", color_scheme=scheme).page
    page.evaluate(f"localStorage.setItem('switchboard.scheme', '{scheme}')")
    page.goto(f"{stack.url}/console/wallboard{search}")
    page.get_by_role("list", name="Now").wait_for()
    assert violations(page) == []
    background = page.locator("main").evaluate("main => getComputedStyle(main).backgroundColor")
    assert background == ("rgb(244, 246, 245)" if scheme == "light" else "rgb(16, 21, 20)")


def test_it_is_dark_unless_light_was_chosen(stack: Stack, seat: Any) -> None:
    page = wall(stack, seat, color_scheme="light")
    background = page.locator("main").evaluate("main => getComputedStyle(main).backgroundColor")
    assert background == "rgb(16, 21, 20)"


def test_an_event_changes_it_without_a_reload(stack: Stack, seat: Any) -> None:
    page = wall(stack, seat)
    page.evaluate("window.stillHere = true")
    before = stack.api("GET", FIGURES)["totals"]["waiting"]
    inquire(stack, "The pothole on the square swallowed a whole bicycle")
    after = stack.api("GET", FIGURES)["totals"]["waiting"]
    assert after > before
    # Sooner than the page would read without an event.
    expect(waiting(page)).to_contain_text(str(after), timeout=10_000)
    assert page.evaluate("window.stillHere")


def test_it_reads_only_when_something_happens(stack: Stack, seat: Any) -> None:
    page = wall(stack, seat)
    page.wait_for_timeout(3_000)
    calls: list[str] = []
    page.on(
        "request", lambda request: calls.append(request.url) if FIGURES in request.url else None
    )
    page.wait_for_timeout(6_000)
    # A target may have passed, and the hub may have noticed something; no loop does this.
    assert len(calls) <= 3
    page.goto(f"{stack.url}/console")
    page.get_by_role("status").filter(has_text="Live").wait_for()
    calls.clear()
    inquire(stack, "The pothole by the fountain has a pothole of its own")
    page.wait_for_timeout(2_000)
    assert calls == []


def test_a_cut_line_is_said_at_once_and_caught_up(stack: Stack, seat: Any) -> None:
    page = wall(stack, seat)
    lost = page.get_by_text(re.compile(r"Not live since \d"))
    expect(lost).to_have_count(0)
    page.context.set_offline(True)
    page.evaluate("window.dispatchEvent(new Event('offline'))")
    expect(lost).to_be_visible(timeout=5_000)
    greyed = page.locator("main .board").evaluate("board => getComputedStyle(board).filter")
    assert greyed == "grayscale(1)"
    inquire(stack, "The pothole at the ferry took my hubcap and my patience")
    after = stack.api("GET", FIGURES)["totals"]["waiting"]
    page.context.set_offline(False)
    expect(lost).to_have_count(0, timeout=40_000)
    expect(waiting(page)).to_contain_text(str(after), timeout=SLOWLY)


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 720)])
def test_it_fills_the_screen_and_is_read_from_four_metres(
    stack: Stack, seat: Any, width: int, height: int
) -> None:
    page = wall(stack, seat, viewport={"width": width, "height": height})
    box = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    assert box == [width, height]
    smallest, big = page.evaluate(
        """() => {
            const size = (node) => parseFloat(getComputedStyle(node).fontSize);
            const shown = [...document.querySelectorAll('main .board *')].filter((node) =>
                [...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim()) &&
                !node.closest('.unseen, .controls'));
            const values = [...document.querySelectorAll('.big .value')];
            return [Math.min(...shown.map(size)), Math.min(...values.map(size))];
        }"""
    )
    assert smallest >= height * 0.02
    assert big >= height * 0.06
    # Nothing is cut off at the bottom: the channels are the last thing.
    channels = page.get_by_role("list", name="Channels").bounding_box()
    assert channels is not None
    assert channels["y"] + channels["height"] <= height


def test_one_unit_alone(stack: Stack, seat: Any) -> None:
    inquire(stack, "The pothole on Billing Lane is not about a bill")
    page = wall(stack, seat, "?unit=billing")
    expect(page.get_by_role("table", name="Units").get_by_role("row")).to_have_count(2)
    expected = stack.api("GET", FIGURES, params={"unit": "billing"})["totals"]["waiting"]
    expect(waiting(page)).to_contain_text(str(expected))
    page.goto(f"{stack.url}/console/wallboard?unit=no-such-unit")
    expect(page.get_by_role("alert")).to_contain_text("no unit", timeout=SLOWLY)


def test_it_is_set_up_and_left_by_keyboard(stack: Stack, seat: Any) -> None:
    page = wall(stack, seat)
    page.get_by_role("button", name="Set up the wallboard").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Billing").press("Enter")
    expect(page).to_have_url(re.compile(r"/console/wallboard\?unit=billing$"))
    page.get_by_role("list", name="Now").wait_for()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/console/supervisor$"))


def test_a_supervisor_acts_on_a_ticket_at_risk(stack: Stack, seat: Any) -> None:
    stack.sandbox("x/dms", {"persona": "wes", "text": "I smell gas in the garage, what do I do"})
    page = seat("Sam Laurent").page
    page.goto(f"{stack.url}/console/supervisor")
    row = page.get_by_role("region", name="At risk").get_by_role("listitem")
    mine = row.filter(has_text="smell gas in the garage")
    expect(mine).to_be_visible(timeout=SLOWLY)
    mine.get_by_role("button", name=re.compile("Take over")).click()
    expect(mine).to_contain_text("Sam Laurent", timeout=SLOWLY)
    mine.get_by_role("button", name=re.compile("Reassign")).click()
    page.get_by_role("button", name=re.compile("Ava Reyes")).click()
    expect(mine).to_contain_text("Ava Reyes", timeout=SLOWLY)
    found = stack.tickets(q="smell gas in the garage")[0]
    assert found["assignee_id"] is not None
