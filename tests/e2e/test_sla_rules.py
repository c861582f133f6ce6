"""Service times: policies and calendars edited with a preview, refused, saved, compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_accessibility import violations
from tests.stack import Stack, eventually

pytestmark = pytest.mark.timeout(300)

SLOWLY = 20_000
FRIDAY = "2027-03-05T16:50"


@pytest.fixture
def stack(tmp_path: Any) -> Iterator[Stack]:
    """A hub of its own for every test: each begins with the rules of a new city."""
    with Stack(tmp_path, "--no-bot") as running:
        yield running


def rules_page(seat: Any, stack: Stack, who: str = "Sam Laurent", **options: Any) -> Page:
    page: Page = seat(who, **options).page
    page.goto(f"{stack.url}/console/sla")
    page.get_by_role("heading", name="Service times", level=1).wait_for()
    page.get_by_role("article").first.wait_for()
    return page


def rule(page: Page, name: str) -> Any:
    """The policy or calendar of that name, as its card."""
    heading = page.get_by_role("heading", name=name, level=2)
    return page.get_by_role("article").filter(has=heading)


def opened(page: Page, name: str) -> Any:
    card = rule(page, name)
    card.get_by_role("button", name=name, exact=False).first.click()
    card.get_by_label("Name", exact=True).wait_for()
    return card


def calendar(page: Page, name: str = "City offices") -> Any:
    page.get_by_role("tab", name="Calendars").click()
    return opened(page, name)


def order(page: Page) -> list[str]:
    """The policies as they are listed."""
    names: list[str] = page.locator("[data-policy]").all_inner_texts()
    return [re.sub(r"^\d+\.\s*", "", name).strip() for name in names]


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def saved(page: Page) -> None:
    save(page)
    expect(page.get_by_role("form", name="Unsaved changes")).to_have_count(0, timeout=SLOWLY)


def preview(page: Page) -> Any:
    return page.get_by_role("complementary", name="Preview")


def put(stack: Stack, comment: str, **change: Any) -> dict[str, Any]:
    """Save as somebody else would: the first policy changed."""
    rules = stack.api("GET", "/sla")
    rules["policies"][0].update(change)
    body = {name: rules[name] for name in ("calendars", "policies")}
    body |= {"base_version": rules["version"], "comment": comment}
    found: dict[str, Any] = stack.api("PUT", "/sla", json=body)
    return found


def test_a_draft_is_previewed_as_it_is_written(stack: Stack, seat: Any) -> None:
    page = rules_page(seat, stack)
    shown = preview(page)
    shown.get_by_label("on", exact=True).fill(FRIDAY)
    shown.get_by_label("through").select_option("x")
    expect(shown).to_contain_text("16:50 would be due on Monday, Mar 8", timeout=SLOWLY)
    expect(shown).to_contain_text("08:50")
    expect(shown).to_contain_text("4. Social media")

    card = opened(page, "Social media")
    card.get_by_label("First response, hours").fill("2")
    expect(shown).to_contain_text("09:50", timeout=SLOWLY)
    expect(shown).to_contain_text("before it is saved")
    expect(card).to_contain_text("a first answer within 2 h")
    # Nothing of it is in force.
    social = stack.api("GET", "/sla")["policies"][3]
    assert social["first_response"] == 3600

    shown.get_by_label("an emergency").check()
    expect(shown).to_contain_text("1. Emergency", timeout=SLOWLY)
    page.get_by_role("button", name="Undo").click()
    expect(card).to_contain_text("a first answer within 1 h")
    expect(page.get_by_role("form", name="Unsaved changes")).to_have_count(0)


def test_policies_are_ordered_by_hand_and_by_keyboard(stack: Stack, seat: Any) -> None:
    page = rules_page(seat, stack)
    before = order(page)
    up = page.get_by_role("button", name="Move Web chat up")
    up.focus()
    page.keyboard.press("Enter")
    expect(up).to_be_focused()
    page.keyboard.press("Enter")
    assert order(page)[2] == "Web chat"
    expect(page.get_by_text("Web chat is now 3rd of 8.")).to_be_attached()
    rule(page, "Web chat").get_by_role("button", name="Web chat").first.focus()
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("Alt+ArrowDown")
    assert order(page) == before
    grip = rule(page, "Social media").get_by_title("Drag to another place")
    grip.drag_to(rule(page, "Gas problem"), target_position={"x": 200, "y": 8})
    assert order(page)[:3] == ["Emergency", "Social media", "Gas problem"]
    page.get_by_text("1 change not saved").click()
    expect(page.get_by_role("form", name="Unsaved changes")).to_contain_text(
        "“Social media”: moved from 4th to 2nd"
    )
    saved(page)
    assert [policy["name"] for policy in stack.api("GET", "/sla")["policies"]] == order(page)


def test_a_policy_is_made_duplicated_and_removed(stack: Stack, seat: Any) -> None:
    page = rules_page(seat, stack)
    page.get_by_role("button", name="Add policy").click()
    # Below it the one for every ticket is never reached, as long as it has no conditions.
    expect(rule(page, "Everything else")).to_contain_text("is never reached", timeout=SLOWLY)
    card = rule(page, "New policy")
    name = card.get_by_label("Name", exact=True)
    expect(name).to_be_focused()
    name.fill("Complaints of the public")
    card = rule(page, "Complaints of the public")
    card.get_by_role("group", name="Unit").get_by_label("Quality control").check()
    card.get_by_label("Public", exact=True).check()
    card.get_by_label("Find a topic").fill("compl")
    card.get_by_label("Complaint", exact=True).check()
    card.get_by_label("Resolution, hours").locator("..").locator("..").get_by_label(
        "No target"
    ).uncheck()
    card.get_by_label("Resolution, hours").fill("20")
    card.get_by_label("Some time before").check()
    card.get_by_label("Before it is due, minutes").fill("20")
    card.get_by_role("button", name="Add action: When missed").click()
    card.get_by_label("When missed, action 2", exact=True).select_option("move")
    card.get_by_label("When missed, action 2, to").select_option("billing")
    expect(card).to_contain_text("20 min before it notifies the unit")
    expect(card).to_contain_text("moves it to Billing")
    expect(rule(page, "Everything else")).not_to_contain_text("never reached", timeout=SLOWLY)

    page.get_by_role("button", name="Duplicate Web chat").click()
    expect(rule(page, "Web chat").last).to_contain_text("is never reached", timeout=SLOWLY)
    page.get_by_role("button", name="Remove Web chat (copy)").click()
    page.get_by_role("button", name="Remove Service requests").click()
    page.get_by_label("Comment").fill("Complaints come first")
    saved(page)
    listed = {policy["name"]: policy for policy in stack.api("GET", "/sla")["policies"]}
    assert "Service requests" not in listed
    made = listed["Complaints of the public"]
    assert made["conditions"] == {
        "unit": ["quality-control"],
        "topic": ["complaint"],
        "visibility": ["public"],
    }
    assert (made["resolution"], made["warn_before"], made["warn_share"]) == (72_000, 1200, None)
    assert made["on_breach"][1] == {"kind": "move", "target": "billing"}
    assert stack.api("GET", "/sla/versions")["items"][0]["comment"] == "Complaints come first"


def test_what_cannot_be_is_refused_at_its_field(stack: Stack, seat: Any) -> None:
    page = rules_page(seat, stack)
    card = calendar(page)
    zone = card.get_by_label("Time zone")
    zone.fill("America/Tallahassee")
    expect(zone).to_have_attribute("aria-invalid", "true", timeout=SLOWLY)
    expect(zone).to_have_accessible_description(re.compile("no time zone"))
    assert "put right what is marked" in preview(page).inner_text()
    zone.fill("America/New_York")
    expect(zone).to_have_attribute("aria-invalid", "false", timeout=SLOWLY)

    card.get_by_role("button", name="Add hours to Monday").click()
    begins = card.get_by_label("Monday, interval 2, from")
    expect(begins).to_be_focused()
    begins.fill("11 am")
    begins.press("Tab")
    expect(begins).to_have_value("11:00")
    card.get_by_label("Monday, interval 2, to").fill("19:00")
    card.get_by_label("Monday, interval 2, to").press("Tab")
    expect(begins).to_have_accessible_description(re.compile("verlaps"), timeout=SLOWLY)
    # A refused save leads to the field, also from another part of the page.
    page.get_by_role("tab", name="Policies").click()
    save(page)
    expect(page.get_by_label("Monday, interval 2, from")).to_be_focused(timeout=SLOWLY)
    assert stack.api("GET", "/sla")["version"] == 1

    card = rule(page, "City offices")
    card.get_by_role("button", name="Remove interval 2 of Monday").click()
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"):
        card.get_by_role("button", name=f"Remove interval 1 of {day}").click()
    expect(card).to_contain_text("no working time", timeout=SLOWLY)
    save(page)
    expect(card.get_by_role("button", name="Add hours to Monday")).to_be_focused(timeout=SLOWLY)
    card.get_by_label("Always open").check()
    expect(card).not_to_contain_text("no working time", timeout=SLOWLY)
    saved(page)
    assert stack.api("GET", "/sla")["calendars"][0]["definition"]["always_open"]


def test_a_week_and_dated_days_are_written(stack: Stack, seat: Any) -> None:
    page = rules_page(seat, stack)
    page.get_by_role("tab", name="Calendars").click()
    page.get_by_role("button", name="Add calendar").click()
    card = rule(page, "New calendar")
    card.get_by_label("Name", exact=True).fill("Night desk")
    card = rule(page, "Night desk")
    card.get_by_label("Monday, interval 1, from").fill("22")
    card.get_by_label("Monday, interval 1, to").fill("6")
    card.get_by_label("Monday, interval 1, to").press("Tab")
    expect(card).to_contain_text("next day")
    card.get_by_role("button", name="Copy Monday’s hours").click()
    page.get_by_role("button", name="Every day").click()
    expect(card).to_contain_text("56 h a week")
    card.get_by_role("button", name="Remove interval 1 of Sunday").click()
    expect(card).to_contain_text("Mon–Sat 22:00–06:00; closed Sun")
    expect(card.get_by_text("Thanksgiving").first).to_be_visible(timeout=SLOWLY)

    card.get_by_role("button", name="Add a closed day").click()
    card.get_by_label("Closed day 1").fill("2027-12-24")
    card.get_by_role("button", name="Add a day with other hours").click()
    dated = card.get_by_label("Day 1 with other hours")
    expect(dated).to_be_focused()
    dated.fill("2027-12-31")
    card.get_by_role("button", name="Add hours to Fri, Dec 31, 2027").click()
    page.get_by_role("tab", name="Policies").click()
    opened(page, "Web chat").get_by_label("Calendar", exact=True).select_option("Night desk")
    saved(page)
    rules = stack.api("GET", "/sla")
    made = rules["calendars"][1]
    definition = made["definition"]
    assert definition["weekly_hours"]["mon"] == [["22:00", "06:00"]]
    assert "sun" not in definition["weekly_hours"]
    assert definition["holidays"] == ["2027-12-24"]
    assert definition["exceptions"] == {"2027-12-31": [["08:00", "17:00"]]}
    assert definition["holiday_calendar"] == {"country": "US", "subdivision": "FL"}
    web_chat = next(policy for policy in rules["policies"] if policy["name"] == "Web chat")
    assert web_chat["calendar"] == made["key"]


def test_open_clocks_follow_and_versions_are_kept(stack: Stack, seat: Any) -> None:
    stack.sandbox("x/dms", {"persona": "wes", "text": "My bill doubled, why is that"})
    ticket = int(eventually("the ticket", lambda: stack.tickets(q="bill doubled"))[0]["id"])
    page = rules_page(seat, stack)
    card = opened(page, "Social media")
    card.get_by_label("First response, hours").fill("3")
    page.get_by_label("Comment").fill("Winter staff")
    saved(page)
    told = page.get_by_role("status").filter(has_text=re.compile("recomput", re.IGNORECASE))
    expect(told).to_contain_text("1 ticket recomputed", timeout=SLOWLY)
    clocks = stack.api("GET", f"/tickets/{ticket}/timeline")["clocks"]
    assert {clock["target"] for clock in clocks if clock["metric"] == "first_response"} == {10_800}

    page.get_by_role("tab", name="Versions").click()
    row = page.get_by_role("row").filter(has_text="Winter staff")
    expect(row).to_contain_text("Sam Laurent")
    expect(row).to_contain_text("In force")
    row.get_by_role("button", name="Look at version 2").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("first response: 1 h → 3 h", timeout=SLOWLY)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Look at version 1").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Since then, up to version 2", timeout=SLOWLY)
    dialog.get_by_role("button", name="Put it in force again").click()
    eventually(
        "version 1 in force again",
        lambda: stack.api("GET", "/sla")["policies"][3]["first_response"] == 3600,
    )
    expect(page.get_by_role("row").filter(has_text="In force")).to_contain_text("3", timeout=SLOWLY)


def test_somebody_saved_meanwhile(stack: Stack, seat: Any) -> None:
    page = rules_page(seat, stack)
    card = opened(page, "Web chat")
    card.get_by_label("First response, minutes").fill("25")
    card.get_by_label("First response, minutes").press("Tab")
    put(stack, "Meanwhile", first_response=600)
    conflict = page.get_by_role("alert").filter(has_text="saved version 2 meanwhile")
    expect(conflict).to_be_visible(timeout=SLOWLY)
    conflict.get_by_text("Look at theirs").click()
    expect(conflict).to_contain_text("first response: 15 min → 10 min")
    expect(card).to_contain_text("a first answer within 25 min")
    conflict.get_by_role("button", name="Keep mine").click()
    page.get_by_text("changes not saved").click()
    # It is said that theirs would be gone.
    expect(page.get_by_role("form", name="Unsaved changes")).to_contain_text(
        "“Emergency”: first response: 10 min → 15 min"
    )
    saved(page)
    policies = stack.api("GET", "/sla")["policies"]
    assert (policies[0]["first_response"], policies[4]["first_response"]) == (900, 1500)


def test_unsaved_work_is_not_left_behind(stack: Stack, seat: Any) -> None:
    page = seat("Sam Laurent").page
    page.get_by_role("link", name="Service times").click()
    opened(page, "Web chat").get_by_label("Name", exact=True).fill("Chat")
    page.get_by_role("link", name="Queue").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Stay here").click()
    expect(rule(page, "Chat")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("link", name="Queue").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep the draft and leave").click()
    expect(page.get_by_role("heading", name="Queue", level=1)).to_be_attached()
    page.get_by_role("link", name="Service times").click()
    expect(page.get_by_role("form", name="Unsaved changes")).to_be_visible()
    # Also a closed tab loses nothing.
    page.once("dialog", lambda asked: asked.accept())
    page.reload()
    expect(page.get_by_text("Your unsaved changes from before are back")).to_be_visible()
    expect(page.get_by_text("1 change not saved")).to_be_visible()
    page.get_by_role("link", name="Queue").click()
    page.get_by_role("dialog").get_by_role("button", name="Discard and leave").click()
    page.get_by_role("link", name="Service times").click()
    expect(rule(page, "Web chat")).to_be_visible()
    expect(page.get_by_role("form", name="Unsaved changes")).to_have_count(0)


def test_agents_do_not_see_the_page(stack: Stack, seat: Any) -> None:
    page = seat("Ben Okafor").page
    page.goto(f"{stack.url}/console/sla")
    expect(page.get_by_role("alert")).to_contain_text("supervisors and administrators")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_tickets_clocks_are_explained(stack: Stack, seat: Any, scheme: str) -> None:
    stack.sandbox("x/dms", {"persona": "wes", "text": "The street light on Elm is out"})
    ticket = int(eventually("the ticket", lambda: stack.tickets(q="street light Elm"))[0]["id"])
    page = seat("Ava Reyes", color_scheme=scheme).page
    stack.api("POST", f"/tickets/{ticket}/assign", json={"unit": "call-center"})
    page.goto(f"{stack.url}/console/t/{ticket}")
    page.get_by_role("button", name="First response").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Social media: 1 h of business time", timeout=SLOWLY)
    expect(dialog.get_by_role("heading", name="What happened")).to_be_visible()
    assert violations(page) == []
    # It is told anew when something happens.
    stack.api("POST", f"/tickets/{ticket}/reply", json={"body": "We are on it."})
    expect(dialog.locator("li").filter(has_text="First response").first).to_contain_text(
        "Met", timeout=SLOWLY
    )
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="First response")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(stack: Stack, seat: Any, scheme: str) -> None:
    page = rules_page(seat, stack, color_scheme=scheme, reduced_motion="reduce")
    expect(preview(page)).to_contain_text("would be due", timeout=SLOWLY)
    assert violations(page) == []
    card = opened(page, "Social media")
    card.get_by_role("button", name="Show all").click()
    name = page.get_by_label("Name", exact=True)
    name.fill("")
    expect(name).to_have_attribute("aria-invalid", "true", timeout=SLOWLY)
    assert violations(page) == []
    calendar(page).get_by_text("Thanksgiving").first.wait_for()
    assert violations(page) == []
    put(stack, "Meanwhile", first_response=600)
    page.get_by_role("alert").filter(has_text="meanwhile").wait_for()
    assert violations(page) == []
    page.get_by_role("tab", name="Versions").click()
    page.get_by_role("button", name="Look at version 1").click()
    page.get_by_role("dialog").get_by_text("The first version").wait_for()
    assert violations(page) == []
