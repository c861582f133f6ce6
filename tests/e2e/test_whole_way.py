"""One inquiry, the whole way, as the people concerned see it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.stack import Stack, eventually

pytestmark = pytest.mark.timeout(600)

SLOWLY = 20_000
UNKNOWABLE = "My neighbour's drone keeps hovering over the lift station, who signs that off?"


def test_chat_answered_by_the_bot_then_by_a_person(stack: Stack, citizen: Page, seat: Any) -> None:
    agent = seat("Sam Laurent")
    citizen.goto(f"{stack.url}/")
    citizen.get_by_role("button", name="Ask City").click()
    log = citizen.get_by_role("log")
    box = citizen.get_by_role("textbox", name="Your message")

    box.fill("How can I pay my bill?")
    box.press("Enter")
    expect(log).to_contain_text("435 N. Macomb St.", timeout=SLOWLY)
    expect(log).to_contain_text("automated assistant")

    # What it cannot know: it asks back at most once, then brings a person in.
    box.fill(UNKNOWABLE)
    box.press("Enter")
    box.fill("None of these. " + UNKNOWABLE)
    box.press("Enter")
    number = eventually("the ticket", lambda: stack.tickets(q="drone hovering lift station"))[0][
        "id"
    ]
    agent.ticket(f"#{number}").click(timeout=SLOWLY)  # it appeared without a reload
    expect(agent.page.get_by_role("log")).to_contain_text(UNKNOWABLE, timeout=SLOWLY)

    agent.reply("That is the airport's to decide; I have told them, and they will call you.")
    expect(log).to_contain_text("the airport's to decide", timeout=SLOWLY)
    expect(agent.page.get_by_role("log")).to_contain_text("Sent", timeout=SLOWLY)

    # A person has taken over: the bot is silent, whatever is asked.
    box.fill("How can I pay my bill?")
    box.press("Enter")
    expect(agent.page.get_by_role("log")).to_contain_text("How can I pay my bill?")
    citizen.wait_for_timeout(2_000)
    assert log.inner_text().count("435 N. Macomb St.") == 1

    # The page changes, the conversation stays, and stays open.
    citizen.reload()
    expect(citizen.get_by_role("log")).to_contain_text("the airport's to decide", timeout=SLOWLY)


@pytest.mark.parametrize(
    ("channel", "persona"), [("X post", "Marcus Adeyemi"), ("Facebook comment", "Lucía Bermúdez")]
)
def test_social_inquiry_and_back(
    stack: Stack, citizen: Page, seat: Any, channel: str, persona: str
) -> None:
    agent = seat("Sam Laurent")
    text = "Can I talk to a real person please?"
    citizen.goto(stack.sandbox_url)
    citizen.get_by_role("radio", name=persona).check(force=True)
    citizen.get_by_role("radio", name=channel).check(force=True)
    citizen.get_by_role("textbox", name="What would you like to say?").fill(text)
    citizen.get_by_role("button", name="Send", exact=True).click()
    expect(citizen.get_by_text("delivered to the hub").first).to_be_visible(timeout=SLOWLY)

    agent.ticket(persona).first.click(timeout=SLOWLY)
    expect(agent.page.get_by_role("log")).to_contain_text(text, timeout=SLOWLY)
    answer = f"The crane leaves on Friday; I have asked the site to keep the lane open ({channel})."
    agent.reply(answer)
    expect(citizen.get_by_text(answer).first).to_be_visible(timeout=SLOWLY)
    expect(agent.page.get_by_role("log")).to_contain_text("Sent", timeout=SLOWLY)


def test_emergency_reaches_a_person_as_urgent(stack: Stack, citizen: Page, seat: Any) -> None:
    agent = seat("Ava Reyes")
    citizen.goto(f"{stack.url}/")
    citizen.get_by_role("button", name="Ask City").click()
    box = citizen.get_by_role("textbox", name="Your message")
    box.fill("there is a strong smell of gas in my kitchen")
    box.press("Enter")
    expect(citizen.get_by_role("log")).to_contain_text("911", timeout=SLOWLY)
    row = agent.ticket("Emergency").first
    expect(row).to_be_visible(timeout=SLOWLY)
    row.click()
    expect(agent.page.get_by_role("combobox", name="Priority")).to_have_value("urgent")


def test_a_call_is_entered_and_two_agents_see_it(stack: Stack, seat: Any) -> None:
    ava, sam = seat("Ava Reyes"), seat("Sam Laurent")
    ava.page.keyboard.press("c")
    dialog = ava.page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Henrietta Boone")
    dialog.locator("#call-phone").fill("850-555-0142")
    dialog.get_by_role("textbox", name="What is it about?").fill(
        "Wants the meter at 18 Oak Lane read again"
    )
    # Others' tickets fill the queue, and this one is due last: in search it is on top.
    sam.page.keyboard.press("/")
    dialog.get_by_role("button", name="Save").click()
    eventually("entered", lambda: stack.tickets(q="meter at 18 Oak"))
    sam.page.keyboard.type("18 Oak Lane")
    expect(sam.ticket("Henrietta Boone")).to_be_visible(timeout=SLOWLY)
