"""The console at work: live, honest about the line, and usable without a mouse."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.stack import Stack, eventually

pytestmark = pytest.mark.timeout(300)

SLOWLY = 20_000


def inquire(stack: Stack, words: str, persona: str = "dolores") -> int:
    """A citizen's report that goes straight to people; gives the ticket's number."""
    stack.sandbox(
        "open311/requests",
        {
            "persona": persona,
            "service_code": "pothole",
            "description": words,
            "address_string": "1 Oak Lane",
            "via": "hub",
        },
    )
    return int(eventually(words, lambda: stack.tickets(q=words))[0]["id"])


def test_what_one_agent_does_the_other_sees(stack: Stack, seat: Any) -> None:
    number = inquire(stack, "A deep pothole swallowed my wheel on Oak Lane")
    ava, sam = seat("Ava Reyes"), seat("Sam Laurent")
    for agent in (ava, sam):
        agent.page.goto(f"{stack.url}/console/t/{number}")
        agent.page.get_by_role("log").get_by_text("swallowed my wheel").wait_for()
    ava.page.get_by_role("button", name="Assign to me").click()
    assignee = sam.page.get_by_role("combobox", name="Assignee")
    expect(assignee.locator("option:checked")).to_contain_text("Ava Reyes", timeout=SLOWLY)
    sam.page.get_by_role("button", name="Note", exact=True).click()
    sam.page.get_by_role("textbox", name="Note").fill("Streets crew has it on their list.")
    sam.page.keyboard.press("Control+Enter")
    expect(ava.page.get_by_role("log")).to_contain_text("Streets crew has it", timeout=SLOWLY)
    ava.reply("The crew fills it tomorrow morning.")
    expect(sam.page.get_by_role("log")).to_contain_text("fills it tomorrow", timeout=SLOWLY)
    ava.page.get_by_role("button", name="Resolve", exact=True).click()
    status = sam.page.get_by_role("combobox", name="Status")
    expect(status.locator("option:checked")).to_contain_text("Resolved", timeout=SLOWLY)


def test_not_delivered_is_seen_and_tried_again(stack: Stack, seat: Any) -> None:
    stack.sandbox("x/posts", {"persona": "wes", "text": "Can I talk to a human being, please?"})
    number = eventually(
        "handed over",
        lambda: list(stack.tickets(channel="x", status="open", q="human being")),
    )[0]["id"]
    agent = seat("Sam Laurent")
    agent.page.goto(f"{stack.url}/console/t/{number}")
    agent.page.get_by_role("log").wait_for()
    stack.sandbox("faults", {"x": {"next": [403], "on": "write"}})
    agent.reply("Of course. I am Sam; what is it about?")
    log = agent.page.get_by_role("log")
    expect(log).to_contain_text("Not delivered", timeout=SLOWLY)
    agent.page.get_by_role("button", name="Retry").first.click()
    expect(log.get_by_role("article").last).to_contain_text("Sent", timeout=SLOWLY)


def test_a_cut_line_is_said_and_caught_up(stack: Stack, seat: Any) -> None:
    agent = seat("Sam Laurent")
    expect(agent.page.get_by_role("status").filter(has_text="Live")).to_be_visible()
    agent.page.context.set_offline(True)
    agent.page.evaluate("window.dispatchEvent(new Event('offline'))")
    expect(agent.page.get_by_role("status").filter(has_text="Live")).to_be_hidden(timeout=SLOWLY)
    number = inquire(stack, "The pothole by the library got worse over night")
    agent.page.context.set_offline(False)
    expect(agent.ticket(f"#{number}")).to_be_visible(timeout=40_000)
    expect(agent.page.get_by_role("status").filter(has_text="Live")).to_be_visible(timeout=SLOWLY)


def test_a_ticket_by_keyboard_alone(stack: Stack, seat: Any) -> None:
    number = inquire(stack, "The pothole at the school gate is full of water")
    agent = seat("Ava Reyes")
    page = agent.page
    page.goto(f"{stack.url}/console/t/{number}")
    page.get_by_role("log").get_by_text("school gate").wait_for()
    page.keyboard.press("a")
    assignee = page.get_by_role("combobox", name="Assignee")
    expect(assignee.locator("option:checked")).to_contain_text("Ava", timeout=SLOWLY)
    page.keyboard.press("r")
    expect(page.get_by_role("textbox", name="Reply")).to_be_focused()
    page.keyboard.type("We pump it dry today.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("log")).to_contain_text("Sent", timeout=SLOWLY)
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    status = page.get_by_role("combobox", name="Status")
    expect(status.locator("option:checked")).to_contain_text("Resolved", timeout=SLOWLY)


def test_supervisors_figures_follow(stack: Stack, seat: Any) -> None:
    page = seat("Sam Laurent").page
    page.goto(f"{stack.url}/console/supervisor")
    page.get_by_role("table").first.wait_for()
    before = stack.api("GET", "/reports/live")["totals"]["open"]
    inquire(stack, "The pothole in front of the bakery cracked my axle")
    wanted = str(stack.api("GET", "/reports/live")["totals"]["open"])
    assert int(wanted) > before
    expect(page.locator("main")).to_contain_text(wanted, timeout=SLOWLY)


def test_an_agent_does_not_see_the_supervisors_page(stack: Stack, seat: Any) -> None:
    page = seat("Ben Okafor").page
    expect(page.get_by_role("link", name="Supervisor")).to_have_count(0)
    page.goto(f"{stack.url}/console/supervisor")
    expect(page.get_by_role("table")).to_have_count(0)
