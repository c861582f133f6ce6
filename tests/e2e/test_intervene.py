"""Intervening from the console: the bell, whispers, many tickets at once, incidents."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_accessibility import violations
from tests.e2e.test_console import inquire
from tests.stack import Stack, eventually

pytestmark = pytest.mark.timeout(300)

SLOWLY = 20_000


def agent_id(stack: Stack, name: str) -> int:
    agents = stack.api("GET", "/directory")["agents"]
    return next(int(agent["id"]) for agent in agents if agent["name"] == name)


def searched(page: Page, words: str) -> Any:
    """The queue's rows that a search finds."""
    page.get_by_role("searchbox", name="Search tickets").fill(words)
    rows = page.get_by_role("option").filter(has_text=words)
    expect(rows.first).to_be_visible(timeout=SLOWLY)
    return rows


def test_many_tickets_at_once_and_back_again(stack: Stack, seat: Any) -> None:
    numbers = [inquire(stack, f"The pothole of Bulk Street, part {part}") for part in "ABC"]
    page: Page = seat("Sam Laurent").page
    rows = searched(page, "Bulk Street")
    expect(rows).to_have_count(3)
    page.get_by_role("listbox").focus()
    page.keyboard.press("Home")
    page.keyboard.press("x")
    page.keyboard.press("End")
    page.keyboard.press("Shift+X")
    bar = page.get_by_role("region", name="Selected tickets")
    expect(bar).to_contain_text("3 selected")
    expect(page.get_by_role("option", checked=True)).to_have_count(3)
    page.keyboard.press("Escape")
    expect(bar).to_have_count(0)
    page.keyboard.press("Control+a")
    expect(bar).to_contain_text("Select all 3 that match this search", timeout=SLOWLY)
    bar.get_by_role("button", name="Select all 3 that match").click()
    bar.get_by_role("button", name="Priority").click()
    page.get_by_role("button", name="Urgent").click()
    result = page.get_by_role("group", name="What was changed")
    expect(result).to_contain_text("3 changed: set to urgent priority", timeout=SLOWLY)
    told = {stack.api("GET", f"/tickets/{number}")["priority"] for number in numbers}
    assert told == {"urgent"}
    result.get_by_role("button", name="Undo").click()
    expect(result).to_contain_text("3 as before", timeout=SLOWLY)
    told = {stack.api("GET", f"/tickets/{number}")["priority"] for number in numbers}
    assert "urgent" not in told


def test_a_refused_one_stops_no_other_and_says_why(stack: Stack, seat: Any) -> None:
    kept, gone = (inquire(stack, f"The pothole of Merge Road, part {part}") for part in "AB")
    page: Page = seat("Sam Laurent").page
    rows = searched(page, "Merge Road")
    expect(rows).to_have_count(2)
    page.get_by_role("listbox").focus()
    page.keyboard.press("Control+a")
    # Somebody is quicker.
    stack.api("POST", f"/tickets/{gone}/merge", json={"into": kept})
    bar = page.get_by_role("region", name="Selected tickets")
    bar.get_by_role("button", name="Status").click()
    page.get_by_role("button", name="Wait for the customer").click()
    result = page.get_by_role("group", name="What was changed")
    expect(result).to_contain_text("1 changed, 1 refused", timeout=SLOWLY)
    result.get_by_role("button", name="Show why").click()
    expect(result.get_by_role("link", name=f"#{gone}")).to_be_visible()


def test_a_whisper_reaches_the_one_who_has_the_ticket(stack: Stack, seat: Any) -> None:
    number = inquire(stack, "The pothole on Whisper Way eats bicycles")
    stack.api("POST", f"/tickets/{number}/assign", json={"agent_id": agent_id(stack, "Ava Reyes")})
    ava: Page = seat("Ava Reyes").page
    sam: Page = seat("Sam Laurent").page
    sam.goto(f"{stack.url}/console/t/{number}")
    sam.get_by_role("button", name="Whisper to Ava Reyes").click()
    sam.get_by_role("textbox", name="Whisper").fill("The crew is there already.")
    sam.keyboard.press("Control+Enter")
    expect(sam.get_by_text("Whisper to Ava Reyes").first).to_be_visible(timeout=SLOWLY)
    toast = ava.get_by_text("Whisper from Sam Laurent: “The crew is there already.”")
    expect(toast).to_be_visible(timeout=SLOWLY)
    ava.get_by_role("button", name=re.compile(r"Notices: \d+ new")).wait_for()
    ava.keyboard.press("g")
    ava.keyboard.press("n")
    ava.get_by_role("link", name=f"Ticket #{number}").first.click()
    expect(ava).to_have_url(re.compile(rf"/console/t/{number}$"))
    note = ava.get_by_role("article", name="Whisper to Ava Reyes by Sam Laurent")
    expect(note).to_be_visible(timeout=SLOWLY)
    expect(ava.get_by_role("button", name="Notices", exact=True)).to_be_visible()
    assert [message["direction"] for message in stack.messages(number)][-1] == "note"


def test_an_incident_is_answered_once_for_all(stack: Stack, seat: Any) -> None:
    numbers = [inquire(stack, f"Zebra Gardens has a pothole, part {part}") for part in "AB"]
    page: Page = seat("Sam Laurent").page
    page.goto(f"{stack.url}/console/incidents")
    page.get_by_role("button", name="New incident").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Open the incident").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Say what it is")
    dialog.get_by_role("textbox", name="Title").fill("Outage in Zebra Gardens")
    dialog.get_by_role("textbox", name="Words, of which").fill("zebra gardens")
    dialog.get_by_role("button", name="Open the incident").click()
    expect(dialog).to_have_count(0, timeout=SLOWLY)
    mine = page.get_by_role("list", name="Tickets of the incident").get_by_role("listitem")
    expect(mine).to_have_count(2, timeout=SLOWLY)
    page.get_by_role("textbox", name="What the customers are told").fill("A crew is on its way.")
    page.get_by_role("button", name="Answer all 2 open tickets").click()
    expect(dialog).to_contain_text("DigiTally")
    dialog.get_by_role("button", name="Answer 2").click()
    told = page.get_by_role("list", name="Answers sent")
    expect(told).to_contain_text("2 of 2 tickets answered", timeout=SLOWLY)
    for number in numbers:
        bodies = [message["body"] for message in stack.messages(number)]
        assert bodies.count("A crew is on its way.") == 1
    # On the ticket it says so, and leads back.
    page.goto(f"{stack.url}/console/t/{numbers[0]}")
    page.get_by_role("link", name="Part of: Outage in Zebra Gardens").click()
    expect(page.get_by_role("heading", name="Outage in Zebra Gardens")).to_be_visible()


def test_what_was_typed_survives_somebody_elses_change(stack: Stack, seat: Any) -> None:
    made = stack.api("POST", "/incidents", json={"title": "Yak Street", "terms": ["yak street"]})
    page: Page = seat("Sam Laurent").page
    page.goto(f"{stack.url}/console/incidents?incident={made['id']}")
    page.get_by_role("button", name="Edit").click()
    title = page.get_by_role("textbox", name="Title")
    title.fill("Yak Street is mine")
    change = {"version": made["version"], "title": "Yak Street is theirs"}
    stack.api("PATCH", f"/incidents/{made['id']}", json=change)
    expect(page.get_by_text("Changed meanwhile to: Yak Street is theirs")).to_be_visible(
        timeout=SLOWLY
    )
    expect(title).to_have_value("Yak Street is mine")
    page.get_by_role("button", name="Save").click()
    eventually(
        "mine is saved",
        lambda: stack.api("GET", f"/incidents/{made['id']}")["title"] == "Yak Street is mine",
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(stack: Stack, seat: Any, scheme: str) -> None:
    number = inquire(stack, f"The pothole of Axe Alley in the {scheme}")
    stack.api("POST", f"/tickets/{number}/assign", json={"agent_id": agent_id(stack, "Ava Reyes")})
    body = {"title": f"Axe Alley, {scheme}", "ticket_ids": [number], "answer": "We know."}
    made = stack.api("POST", "/incidents", json=body)
    page: Page = seat("Sam Laurent", color_scheme=scheme, reduced_motion="reduce").page
    page.goto(f"{stack.url}/console/incidents?incident={made['id']}")
    page.get_by_role("list", name="Tickets of the incident").wait_for(timeout=SLOWLY)
    page.get_by_role("button", name="Edit").click()
    assert violations(page) == []
    page.get_by_role("button", name="Close incident").click()
    page.get_by_role("dialog").wait_for()
    assert violations(page) == []
    page.goto(f"{stack.url}/console/t/{number}")
    page.get_by_role("button", name="Whisper to Ava Reyes").click()
    page.get_by_role("listbox").focus()
    page.keyboard.press("Control+a")
    page.get_by_role("region", name="Selected tickets").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Assign", exact=True).click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("^Notices")).click()
    page.get_by_role("heading", name="Notices").wait_for()
    assert violations(page) == []
