"""The bot as a colleague: a form on the ticket, a suggested answer, a ticket given back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.stack import Stack, eventually

pytestmark = pytest.mark.timeout(300)

SLOWLY = 20_000


def chat(page: Page, stack: Stack) -> tuple[Locator, Locator]:
    """The widget's log and the field one writes into."""
    page.goto(f"{stack.url}/")
    page.get_by_role("button", name="Ask City").click()
    return page.get_by_role("log"), page.get_by_role("textbox", name="Your message")


def ticket_of(stack: Stack, number: int) -> Any:
    return stack.api("GET", f"/tickets/{number}")


def say(box: Locator, log: Locator, text: str, answer: str | re.Pattern[str]) -> None:
    """Write something, and wait for what the bot says to it."""
    box.fill(text)
    box.press("Enter")
    expect(log).to_contain_text(answer, timeout=SLOWLY)


def test_a_form_in_spanish_becomes_a_request(stack: Stack, citizen: Page, seat: Any) -> None:
    agent = seat("Sam Laurent")
    log, box = chat(citizen, stack)
    say(box, log, "no recogieron mi basura esta semana", re.compile("asistente automático"))
    say(box, log, "sí, por favor", re.compile("dirección"))
    say(box, log, "1420 Calle Roble", re.compile(r"recog\w+|basura"))
    # Whatever else it asks, a person can be had, with what there is.
    say(box, log, "quiero hablar con una persona", re.compile("persona"))
    ticket = eventually("the ticket", lambda: stack.tickets(q="no recogieron mi basura"))[0]["id"]
    eventually("a person has it", lambda: ticket_of(stack, ticket)["status"] == "open")
    assert ticket_of(stack, ticket)["language"] == "es"
    agent.page.goto(f"{stack.url}/console/t/{ticket}")
    details = agent.page.get_by_role("complementary", name="Contact and details")
    expect(details).to_contain_text("1420 Calle Roble", timeout=SLOWLY)
    expect(details).to_contain_text("not complete")
    expect(agent.page.get_by_title("The customer writes in Spanish")).to_be_visible()


def test_an_answer_is_suggested_sent_and_the_ticket_given_back(
    stack: Stack, citizen: Page, seat: Any
) -> None:
    agent = seat("Sam Laurent")
    log, box = chat(citizen, stack)
    say(box, log, "Can I talk to a real person about my lost cat mug?", re.compile("person"))
    ticket = eventually("the ticket", lambda: stack.tickets(q="lost cat mug"))[0]["id"]
    eventually("a person has it", lambda: ticket_of(stack, ticket)["status"] == "open")
    agent.page.goto(f"{stack.url}/console/t/{ticket}")
    box.fill("And how does budget billing work?")
    box.press("Enter")
    suggested = agent.page.get_by_role("group", name="Suggested answers")
    expect(suggested).to_contain_text("Budget billing", timeout=SLOWLY)
    agent.page.get_by_role("log").click()
    agent.page.keyboard.press("i")
    reply = agent.page.get_by_role("textbox", name="Reply")
    expect(reply).to_have_value(re.compile("12 months"))
    reply.press("End")
    reply.press_sequentially(" Your mug waits at the desk.")
    reply.press("Control+Enter")
    expect(log).to_contain_text("Your mug waits at the desk.", timeout=SLOWLY)

    agent.page.get_by_role("button", name="Give back to the bot").click()
    expect(agent.page.get_by_role("status").filter(has_text="The bot has")).to_be_visible()
    eventually("the bot has it", lambda: ticket_of(stack, ticket)["status"] == "bot")
    say(box, log, "where can I pay my bill in person", re.compile("435 N. Macomb St."))
