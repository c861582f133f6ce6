"""The accounts page: added, authorised, switched off, and what could not be read."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from hub.seed import shared_secret
from hub.settings import Settings
from tests.e2e.test_accessibility import violations
from tests.stack import Stack

pytestmark = pytest.mark.timeout(300)

SLOWLY = 20_000


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A hub without its bot: none of this needs it."""
    with Stack(tmp_path_factory.mktemp("accounts"), "--no-bot") as running:
        yield running


def secret(stack: Stack, name: str) -> str:
    """What the hub and its sandbox share."""
    return shared_secret(Settings(data=stack.data), name)


def accounts_page(seat: Any, stack: Stack, who: str = "Alex Moreno", **options: Any) -> Page:
    page: Page = seat(who, **options).page
    page.goto(f"{stack.url}/console/accounts")
    page.get_by_role("heading", name="Accounts", level=1).wait_for()
    return page


def card(page: Page, name: str) -> Any:
    return page.get_by_role("article", name=name, exact=True)


def test_every_channel_is_there_and_can_be_checked(stack: Stack, seat: Any) -> None:
    page = accounts_page(seat, stack)
    facebook = card(page, "Facebook")
    expect(facebook).to_contain_text("Working")
    expect(facebook).to_contain_text(f"{stack.url}/webhooks/facebook/main")
    facebook.get_by_role("button", name="Check now").click()
    expect(facebook.get_by_role("status")).to_contain_text("It works", timeout=SLOWLY)


def test_a_second_account_is_added_and_works(stack: Stack, seat: Any) -> None:
    page = accounts_page(seat, stack)
    page.get_by_role("button", name="Add account").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Kind").select_option("open311")
    dialog.get_by_role("button", name="Add account").click()
    name = dialog.get_by_label("Name", exact=True)
    expect(name).to_have_attribute("aria-invalid", "true")
    name.fill("Wakulla County")
    expect(dialog.get_by_label("Short name")).to_have_value("wakulla-county")
    dialog.get_by_label("The platform’s number for it").fill("wakulla")
    expect(dialog.get_by_label("It lives in the sandbox")).to_be_checked()
    dialog.get_by_label("key").first.fill(secret(stack, "open311_api_key"))
    dialog.get_by_role("button", name="Add account").click()
    county = card(page, "Wakulla County")
    expect(county).to_contain_text("Working", timeout=SLOWLY)
    found = _account(stack, "wakulla-county")
    assert found is not None
    assert found["sandbox"]
    assert secret(stack, "open311_api_key") not in str(found)


def test_credentials_that_are_refused_are_not_stored_unless_somebody_insists(
    stack: Stack, seat: Any
) -> None:
    page = accounts_page(seat, stack)
    page.get_by_role("button", name="Add account").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Kind").select_option("x")
    dialog.get_by_label("Name", exact=True).fill("City Parks")
    dialog.get_by_label("The platform’s number for it").fill("1460000000000000077")
    for title in ("Consumer key", "Consumer secret", "Access token", "Access token secret"):
        dialog.get_by_label(title).first.fill("mistyped")
    dialog.get_by_role("button", name="Add account").click()
    expect(dialog.get_by_role("alert")).to_contain_text("refuses", timeout=SLOWLY)
    assert _account(stack, "city-parks") is None
    dialog.get_by_role("button", name="Add it all the same").click()
    expect(dialog).to_contain_text("/webhooks/x/city-parks", timeout=SLOWLY)
    dialog.get_by_role("button", name="Done").click()

    parks = card(page, "City Parks")
    expect(parks).to_contain_text("Stopped")
    # Everybody is told, and who can see to it is led here.
    page.goto(f"{stack.url}/console")
    banner = page.get_by_role("status").filter(has_text="City Parks")
    banner.get_by_role("link", name="See to it").first.click(timeout=SLOWLY)
    parks.get_by_role("button", name="Switch off").click()
    expect(parks).to_contain_text("Switched off", timeout=SLOWLY)
    expect(banner).to_have_count(0, timeout=SLOWLY)


def test_an_account_is_authorised_again(stack: Stack, seat: Any) -> None:
    page = accounts_page(seat, stack)
    x = card(page, "X")
    x.get_by_role("button", name="Re-authorise").click()
    dialog = page.get_by_role("dialog")
    token = dialog.get_by_label("Access token").first
    expect(token).to_have_value("")
    expect(token).to_have_attribute("placeholder", "Stored: leave empty to keep it")
    dialog.get_by_role("button", name="Authorise", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("Enter what has changed")
    token.fill("mistyped")
    dialog.get_by_role("button", name="Authorise", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("refuses", timeout=SLOWLY)
    token.fill(secret(stack, "x_access_token"))
    dialog.get_by_role("button", name="Authorise", exact=True).click()
    expect(dialog).to_have_count(0, timeout=SLOWLY)
    expect(x).to_contain_text("Working")


def _account(stack: Stack, slug: str) -> dict[str, Any] | None:
    items = stack.api("GET", "/accounts")["items"]
    return next((item for item in items if item["slug"] == slug), None)


def test_an_account_is_switched_off_and_on_again(stack: Stack, seat: Any) -> None:
    page = accounts_page(seat, stack)
    form = card(page, "Web form")
    form.get_by_role("button", name="Switch off").click()
    expect(form).to_contain_text("Switched off", timeout=SLOWLY)
    page.get_by_role("button", name="Undo").click()
    expect(form).to_contain_text("Working", timeout=SLOWLY)


def unread(stack: Stack, text: str) -> int:
    """A webhook that proves who it is from and says what nobody knows; its number in the list."""
    body = f'{{"object": "page", "entry": "{text}"}}'.encode()
    key = secret(stack, "facebook_app_secret").encode()
    signature = hmac.new(key, body, hashlib.sha256).hexdigest()
    before = {item["id"] for item in stack.api("GET", "/unreadable")["items"]}
    stack.http.post(
        f"{stack.url}/webhooks/facebook/main",
        content=body,
        headers={
            "Content-Type": "application/json",
            "X-Hub-Signature-256": f"sha256={signature}",
        },
    )
    (made,) = {item["id"] for item in stack.api("GET", "/unreadable")["items"]} - before
    return int(made)


def test_what_could_not_be_read_is_opened_and_dismissed(stack: Stack, seat: Any) -> None:
    number = unread(stack, "my card is 4111 1111 1111 1111, thanks")
    page = accounts_page(seat, stack, "Sam Laurent")
    region = page.get_by_role("region", name="Could not be read")
    expect(region.get_by_role("row").filter(has_text="Facebook").first).to_be_visible()
    region.get_by_role("button", name=f"Open {number}", exact=True).click()
    opened = page.get_by_role("dialog").get_by_role("region", name="The body")
    expect(opened).to_contain_text("my card is")
    expect(opened).not_to_contain_text("4111 1111")
    page.keyboard.press("Escape")
    region.get_by_role("button", name=f"Read {number} again").click()
    expect(page.get_by_role("status").filter(has_text="still cannot be read")).to_be_visible()
    dismiss = region.get_by_role("button", name=f"Dismiss {number}", exact=True)
    dismiss.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Dismiss", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("Say why")
    dialog.get_by_role("textbox").fill("A test of our own")
    dialog.get_by_role("button", name="Dismiss", exact=True).click()
    expect(dismiss).to_have_count(0, timeout=SLOWLY)


def test_agents_do_not_see_the_page_and_supervisors_only_look(stack: Stack, seat: Any) -> None:
    page = seat("Ben Okafor").page
    expect(page.get_by_role("link", name="Accounts")).to_have_count(0)
    page.goto(f"{stack.url}/console/accounts")
    expect(page.get_by_role("alert")).to_contain_text("supervisors and administrators")
    page = accounts_page(seat, stack, "Sam Laurent")
    expect(card(page, "Facebook")).to_be_visible()
    expect(page.get_by_role("button", name="Add account")).to_have_count(0)
    expect(page.get_by_role("button", name="Re-authorise")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(stack: Stack, seat: Any, scheme: str) -> None:
    unread(stack, f"nothing that is known, {scheme}")
    page = accounts_page(seat, stack, color_scheme=scheme)
    page.get_by_role("table").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Add account").click()
    page.get_by_role("dialog").get_by_label("Kind").wait_for()
    assert violations(page) == []
    page.keyboard.press("Escape")
    card(page, "Facebook").get_by_role("button", name="Re-authorise").click()
    page.get_by_role("dialog").get_by_role("button", name="Authorise", exact=True).wait_for()
    assert violations(page) == []
