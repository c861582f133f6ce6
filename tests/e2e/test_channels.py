"""What channels tell beside messages, as agents see it: edits, deletions, two sides of a talk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Seat
from tests.e2e.test_accessibility import violations
from tests.stack import Stack, eventually

pytestmark = pytest.mark.timeout(300)

SLOWLY = 20_000


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A hub without its bot: people answer everything."""
    with Stack(tmp_path_factory.mktemp("channels"), "--no-bot") as running:
        yield running


def ticket_of(stack: Stack, words: str) -> int:
    """The number of the ticket that says `words`, once people have it."""
    found = eventually(words, lambda: stack.tickets(q=words, status="open"))
    return int(found[0]["id"])


def opened(seat: Any, stack: Stack, number: int, who: str = "Sam Laurent") -> Page:
    page: Page = seat(who).page
    page.goto(f"{stack.url}/console/t/{number}")
    page.get_by_role("log").get_by_role("article").first.wait_for()
    return page


def bubble(page: Page, words: str) -> Locator:
    return page.get_by_role("log").get_by_role("article").filter(has_text=words)


def post(stack: Stack, text: str, persona: str = "dolores") -> str:
    """A post on the city's page: a ticket of its own, unlike a second comment below one post."""
    return str(stack.sandbox("facebook/posts", {"persona": persona, "text": text})["id"])


def test_an_edited_post_says_so_and_what_it_said_before(stack: Stack, seat: Any) -> None:
    external = post(stack, "The library opens at nine, your page says")
    page = opened(seat, stack, ticket_of(stack, "library opens at nine"))
    stack.sandbox(
        "facebook/posts/edit", {"id": external, "text": "The library opens at ten, I saw"}
    )
    edited = bubble(page, "library opens at ten")
    expect(edited).to_contain_text("edited", timeout=SLOWLY)
    edited.get_by_role("button", name="Earlier versions").click()
    expect(page.get_by_role("dialog")).to_contain_text("opens at nine")


def test_a_deleted_post_leaves_a_tombstone(stack: Stack, seat: Any) -> None:
    external = post(stack, "My neighbour is a scoundrel and lives at 4 Elm")
    number = ticket_of(stack, "neighbour scoundrel")
    page = opened(seat, stack, number, "Carla Nunes")
    stack.sandbox("facebook/posts/delete", {"id": external})
    log = page.get_by_role("log")
    expect(log).to_contain_text("Deleted by its author on Facebook", timeout=SLOWLY)
    # Neither in the message nor in what was said of it when it was handed to people.
    expect(log).not_to_contain_text("scoundrel")
    expect(log.get_by_role("button", name="What it said")).to_have_count(0)


def test_a_reaction_is_seen(stack: Stack, seat: Any) -> None:
    external = post(stack, "Thank you for the new benches")
    page = opened(seat, stack, ticket_of(stack, "new benches"))
    stack.sandbox("facebook/react", {"persona": "wes", "id": external, "reaction": "love"})
    reactions = page.get_by_role("list", name="Reactions")
    expect(reactions.get_by_role("img", name="love")).to_be_visible(timeout=SLOWLY)


def test_a_post_is_hidden_with_a_reason_and_shown_again(stack: Stack, seat: Any) -> None:
    post(stack, "Call me all of you at 850-555-0161")
    number = ticket_of(stack, "Call me all of you")
    page = opened(seat, stack, number)
    article = bubble(page, "Call me all of you")
    article.get_by_role("button", name="Hide", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Hide it").click()
    expect(dialog.get_by_role("textbox")).to_have_attribute("aria-invalid", "true")
    dialog.get_by_role("button", name="Personal data of somebody").click()
    dialog.get_by_role("button", name="Hide it").click()
    expect(article).to_contain_text("Hidden from the public", timeout=SLOWLY)
    expect(article).to_contain_text("Personal data of somebody")
    (told,) = (m for m in stack.messages(number) if m["direction"] == "inbound")
    assert told["hidden"]
    assert told["moderation"]["state"] == "done"
    article.get_by_role("button", name="Show again").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("It was their own number")
    page.get_by_role("dialog").get_by_role("button", name="Show it again").click()
    expect(article).not_to_contain_text("Hidden from the public", timeout=SLOWLY)


def test_a_private_reply_joins_both_sides_in_one_ticket(stack: Stack, seat: Any) -> None:
    words = "My bill has my sister's name on it"
    stack.sandbox("facebook/comments", {"persona": "wes", "text": words})
    number = ticket_of(stack, "sister's name")
    page = opened(seat, stack, number)
    page.get_by_role("button", name="Private", exact=True).click()
    expect(page.get_by_role("form", name="Write a reply")).to_contain_text("one private reply")
    page.get_by_role("textbox", name="Reply").fill("What is the account number, please?")
    page.keyboard.press("Control+Enter")
    expect(bubble(page, "account number")).to_contain_text("Sent", timeout=SLOWLY)
    stack.sandbox("facebook/messages", {"persona": "wes", "text": "It ends in 0042"})
    expect(bubble(page, "ends in 0042")).to_be_visible(timeout=SLOWLY)
    expect(page.get_by_role("log")).to_contain_text("Goes on in private")
    sides = page.get_by_role("region", name="Conversations")
    expect(sides).to_contain_text("In public")
    expect(sides).to_contain_text("In private")
    # A private message was heard, so its clock runs; the comment can still be answered.
    form = page.get_by_role("form", name="Write a reply")
    expect(form).to_contain_text("Reply within 23 h")
    page.get_by_role("button", name="Public", exact=True).click()
    page.get_by_role("textbox", name="Reply").fill("We are in touch with you in private.")
    page.keyboard.press("Control+Enter")
    expect(bubble(page, "in touch with you")).to_contain_text("Public", timeout=SLOWLY)
    expect(bubble(page, "in touch with you")).to_contain_text("Sent", timeout=SLOWLY)


def test_the_windows_for_an_answer_are_counted_down(stack: Stack, seat: Any) -> None:
    stack.sandbox("facebook/messages", {"persona": "marcus", "text": "Is the pool heated?"})
    number = ticket_of(stack, "pool heated")
    stack.stop()
    _heard(stack, number, datetime.now(UTC) - timedelta(hours=26))
    stack.start()
    page = opened(seat, stack, number)
    form = page.get_by_role("form", name="Write a reply")
    expect(form).to_contain_text("Only a person may answer, until")
    stack.stop()
    _heard(stack, number, datetime.now(UTC) - timedelta(days=8))
    stack.start()
    page = opened(seat, stack, number)
    form = page.get_by_role("form", name="Write a reply")
    expect(form).to_contain_text("The time to answer in private ended")
    page.get_by_role("textbox", name="Reply").fill("It is.")
    expect(form.get_by_role("button", name="Send", exact=True)).to_be_disabled()


def _heard(stack: Stack, number: int, at: datetime) -> None:
    """Let the customer's newest private message be of another time."""
    with sqlite3.connect(stack.data / "hub.db") as database:
        database.execute(
            "UPDATE tickets SET private_heard_at = ? WHERE id = ?",
            (int(at.timestamp() * 1_000_000), number),
        )
    database.close()


def test_an_answer_given_elsewhere_is_logged_with_its_link(stack: Stack, seat: Any) -> None:
    post(stack, "When is bulky waste collected on Pine?")
    number = ticket_of(stack, "bulky waste")
    page = opened(seat, stack, number)
    page.keyboard.press("l")
    page.get_by_role("textbox", name="What was answered").fill("On the second Monday.")
    page.get_by_label("Link to it").fill("https://www.facebook.com/104000000000001/posts/9")
    page.keyboard.press("Control+Enter")
    logged = bubble(page, "second Monday")
    expect(logged).to_contain_text("answered on Facebook by", timeout=SLOWLY)
    expect(logged.get_by_role("link", name="See it there")).to_be_visible()
    ticket = stack.api("GET", f"/tickets/{number}")
    assert ticket["first_response"]["met_at"] is not None


def test_a_dead_letter_says_what_to_do(stack: Stack, seat: Any) -> None:
    post(stack, "Who repairs the fountain on the square?")
    page = opened(seat, stack, ticket_of(stack, "repairs the fountain"))
    stack.sandbox("faults", {"facebook": {"next": [400], "on": "write"}})
    page.get_by_role("textbox", name="Reply").fill("Parks does, next week.")
    page.keyboard.press("Control+Enter")
    letter = page.get_by_role("group", name="Not delivered")
    expect(letter).to_be_visible(timeout=SLOWLY)
    expect(letter.get_by_role("link", name="Open on Facebook")).to_be_visible()
    letter.get_by_role("button", name="Log as answered there").click()
    expect(page.get_by_role("textbox", name="What was answered")).to_have_value(
        "Parks does, next week."
    )
    letter.get_by_role("button", name="Retry").click()
    expect(letter).to_have_count(0, timeout=SLOWLY)
    expect(bubble(page, "Parks does")).to_contain_text("Sent", timeout=SLOWLY)


def test_another_apps_conversation_is_taken_over(stack: Stack, seat: Any) -> None:
    stack.sandbox("facebook/messages", {"persona": "lucia", "text": "Is the depot open today?"})
    number = ticket_of(stack, "depot open")
    page = opened(seat, stack, number)
    stack.sandbox("facebook/control", {"persona": "lucia", "to": "inbox"})
    banner = page.get_by_role("status").filter(has_text="Another app has this conversation")
    expect(banner).to_be_visible(timeout=SLOWLY)
    page.get_by_role("textbox", name="Reply").fill("Until five.")
    send = page.get_by_role("button", name="Send", exact=True)
    expect(send).to_be_disabled()
    banner.get_by_role("button", name="Take over").click()
    expect(banner).to_have_count(0, timeout=SLOWLY)
    send.click()
    expect(bubble(page, "Until five")).to_contain_text("Sent", timeout=SLOWLY)


def file(stack: Stack, words: str, latitude: float) -> int:
    stack.sandbox(
        "open311/requests",
        {
            "persona": "dolores",
            "service_code": "pothole",
            "description": words,
            "address_string": "12 Oak Lane",
            "lat": latitude,
            "long": -84.2807,
            "via": "hub",
        },
    )
    return ticket_of(stack, words)


def test_near_duplicates_are_merged_and_taken_apart_again(stack: Stack, seat: Any) -> None:
    first = file(stack, "A crater opened before the bakery", 30.4383)
    second = file(stack, "Huge hole at the baker's door", 30.4386)
    page = opened(seat, stack, second)
    similar = page.get_by_role("region", name="report like this within")
    expect(similar).to_contain_text(f"#{first}")
    expect(page.get_by_role("region", name="Location")).to_contain_text("30.43860, -84.28070")
    similar.get_by_role("button", name=f"Merge into #{first}").click()
    page.get_by_role("dialog").get_by_role("button", name=f"Merge into #{first}").click()
    expect(page).to_have_url(f"{stack.url}/console/t/{first}")
    assert stack.api("GET", f"/tickets/{second}")["merged_into_id"] == first
    page.get_by_role("button", name="Undo").click()
    expect(page).to_have_url(f"{stack.url}/console/t/{second}")
    again = eventually("open again", lambda: stack.api("GET", f"/tickets/{second}"))
    assert again["merged_into_id"] is None
    assert again["status"] == "open"


def test_a_call_is_entered_promised_and_made_by_keyboard(stack: Stack, seat: Any) -> None:
    agent: Seat = seat("Sam Laurent")
    page = agent.page
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("combobox", name="Name")).to_be_focused()
    page.keyboard.type("Homer Quill")
    page.keyboard.press("Tab")
    page.keyboard.type("850-555-0188")
    page.keyboard.press("Tab")
    page.keyboard.type("Water in the cellar since noon")
    dialog.get_by_role("radio", name="Call back").check()
    page.keyboard.press("Control+Enter")
    expect(dialog).to_have_count(0, timeout=SLOWLY)
    (ticket,) = eventually("entered", lambda: stack.tickets(q="cellar since noon"))
    assert ticket["callback_due_at"] is not None
    assert ticket["status"] == "open"
    assert ticket["resolution"]["met_at"] is None

    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("c")
    calls = page.get_by_role("region", name="Call-backs").first
    row = calls.get_by_role("listitem").filter(has_text="Homer Quill")
    expect(row).to_contain_text("in ")
    row.get_by_role("button", name="No answer").click()
    page.get_by_role("dialog").get_by_role("button", name="Tomorrow, 9 AM").click()
    page.keyboard.press("Control+Enter")
    expect(row).to_contain_text("Tomorrow, 9:00", timeout=SLOWLY)
    row.get_by_role("button", name="Reached").click()
    page.keyboard.type("The pump is on its way.")
    page.keyboard.press("Control+Enter")
    expect(row).to_have_count(0, timeout=SLOWLY)
    done = stack.api("GET", f"/tickets/{ticket['id']}/callbacks")["items"]
    assert [call["outcome"] for call in done] == ["no_answer", "reached"]
    assert stack.messages(ticket["id"])[-1]["body"] == "The pump is on its way."


def test_a_known_person_is_found_by_name(stack: Stack, seat: Any) -> None:
    stack.api(
        "POST",
        "/tickets",
        json={"channel": "phone", "name": "Opal Brandt", "phone": "8505550177", "body": "Hello"},
    )
    page = seat("Sam Laurent").page
    page.keyboard.press("c")
    page.keyboard.type("opal")
    known = page.get_by_role("dialog").get_by_role("option", name="Opal Brandt")
    expect(known).to_be_visible(timeout=SLOWLY)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Phone")).to_have_value("850-555-0177")


def test_one_agent_sees_the_other_write(stack: Stack, seat: Any) -> None:
    post(stack, "Is the market moved to Main street?")
    number = ticket_of(stack, "market moved")
    sam, ava = opened(seat, stack, number), opened(seat, stack, number, "Carla Nunes")
    ava.get_by_role("textbox", name="Reply").press_sequentially("It is, ", delay=20)
    expect(sam.get_by_role("log")).to_contain_text("Carla Nunes is typing", timeout=SLOWLY)
    expect(ava.get_by_role("log")).not_to_contain_text("is typing")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(stack: Stack, seat: Any, scheme: str) -> None:
    external = post(stack, f"The swings at the {scheme} park are broken", "wes")
    number = ticket_of(stack, f"{scheme} park are broken")
    agent: Seat = seat("Sam Laurent", color_scheme=scheme)
    page = agent.page
    page.goto(f"{stack.url}/console/t/{number}")
    stack.sandbox("facebook/posts/edit", {"id": external, "text": "The swings are broken."})
    stack.sandbox("facebook/react", {"persona": "lucia", "id": external, "reaction": "sad"})
    edited = bubble(page, "The swings are broken.")
    expect(edited).to_contain_text("edited", timeout=SLOWLY)
    stack.sandbox("faults", {"facebook": {"next": [400], "on": "write"}})
    page.get_by_role("button", name="Private", exact=True).click()
    agent.reply("Since when?")
    page.get_by_role("group", name="Not delivered").wait_for()
    page.get_by_role("button", name="Promise a call").click()
    assert violations(page) == []
    edited.get_by_role("button", name="Hide", exact=True).click()
    page.get_by_role("dialog").wait_for()
    assert violations(page) == []
    page.keyboard.press("Escape")
    stack.api(
        "POST",
        f"/tickets/{number}/callbacks",
        json={
            "due_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
            "phone": "8505550123",
        },
    )
    page.goto(f"{stack.url}/console/t/{number}?view=callbacks")
    page.get_by_role("button", name="No answer").first.click()
    page.get_by_role("dialog").wait_for()
    assert violations(page) == []
    page.keyboard.press("Escape")
    assert violations(page) == []
    page.keyboard.press("c")
    page.get_by_role("dialog").get_by_role("radio", name="Call back").check()
    assert violations(page) == []


def test_a_person_settles_what_nobody_knows(stack: Stack, seat: Any) -> None:
    post(stack, "How deep is the new pond?")
    number = ticket_of(stack, "new pond")
    stack.api("POST", f"/tickets/{number}/reply", json={"body": "Two metres."})
    eventually("sent", lambda: stack.messages(number)[-1]["delivery"]["state"] == "sent")
    stack.stop()
    with sqlite3.connect(stack.data / "hub.db") as database:
        database.execute(
            "UPDATE deliveries SET state = 'unknown' WHERE message_id ="
            " (SELECT max(id) FROM messages WHERE ticket_id = ?)",
            (number,),
        )
    database.close()
    stack.start()
    page = opened(seat, stack, number)
    letter = page.get_by_role("group", name="Outcome unknown")
    expect(letter).to_contain_text("Look on Facebook")
    letter.get_by_role("button", name="It did not").click()
    failed = page.get_by_role("group", name="Not delivered")
    expect(failed.get_by_role("button", name="Retry")).to_be_visible(timeout=SLOWLY)
    assert stack.messages(number)[-1]["delivery"]["state"] == "failed"


def test_a_long_answer_says_in_how_many_parts_it_goes(stack: Stack, seat: Any) -> None:
    stack.sandbox("x/posts", {"persona": "marcus", "text": "What does the drought plan say?"})
    page = opened(seat, stack, ticket_of(stack, "drought plan"))
    form = page.get_by_role("form", name="Write a reply")
    page.get_by_role("textbox", name="Reply").fill("a" * 280)
    expect(form).not_to_contain_text("parts")
    page.get_by_role("textbox", name="Reply").fill("word " * 60)
    expect(form).to_contain_text("sent in 2 parts")


def test_a_file_that_is_not_kept_says_why(stack: Stack, seat: Any) -> None:
    stack.sandbox(
        "open311/requests",
        {
            "persona": "lucia",
            "service_code": "pothole",
            "description": "See the picture of the kerb",
            "address_string": "3 Elm Street",
            "media_url": "http://127.0.0.1:9/kerb.jpg",
            "via": "hub",
        },
    )
    page = opened(seat, stack, ticket_of(stack, "picture of the kerb"))
    files = page.get_by_role("list", name="Attachments")
    expect(files).to_contain_text("not kept", timeout=SLOWLY)
