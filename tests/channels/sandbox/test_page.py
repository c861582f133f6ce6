"""The citizen's page, without a browser and in one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import tweepy
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.channels.sandbox.conftest import Hub, Sandbox, until

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


def test_it_works_without_a_script(sandbox: Sandbox, hub: Hub) -> None:
    form = {"persona": "lucia", "channel": "x", "text": "¿Hola? <script>alert(1)</script>"}
    answer = sandbox.http.post("/say", data=form)
    assert answer.status_code == 303
    page = sandbox.http.get(answer.headers["location"])
    assert "¿Hola? &lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    until(lambda: "delivered to the hub" in sandbox.http.get("/threads?persona=lucia").text)
    assert len(hub.of("x")) == 1
    assert "¿Hola?" not in sandbox.http.get("/threads?persona=wes").text
    assert "¿Hola?" in sandbox.http.get("/threads?persona=wes&show=everyone").text


def test_a_report_by_form(sandbox: Sandbox, hub: Hub) -> None:
    form = {
        "persona": "wes",
        "channel": "open311",
        "service_code": "pothole",
        "address_string": "77 Campus View",
        "text": "It has a name by now.",
    }
    assert sandbox.http.post("/say", data=form).status_code == 303
    until(lambda: hub.filed)
    assert hub.filed[0]["address_string"] == "77 Campus View"


def test_reports_are_about_what_the_hub_offers(sandbox: Sandbox, hub: Hub) -> None:
    assert '<option value="pothole">Pothole</option>' in sandbox.http.get("/").text
    hub.offered = {"owls": "Loud owls"}
    html = sandbox.http.get("/").text
    assert '<option value="owls">Loud owls</option>' in html
    assert "Pothole" not in html


@pytest.mark.parametrize(
    ("form", "trouble"),
    [
        ({"channel": "x", "text": " "}, "text must not be empty"),
        ({"channel": "fax", "text": "x"}, "choose a channel"),
    ],
)
def test_trouble_is_shown(sandbox: Sandbox, form: dict[str, str], trouble: str) -> None:
    answer = sandbox.http.post("/say", data=form)
    assert trouble in sandbox.http.get(answer.headers["location"]).text


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no browser at {CHROMIUM}")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser, sandbox: Sandbox) -> Iterator[Page]:
    context = browser.new_context()
    found = context.new_page()
    problems: list[str] = []
    found.on("pageerror", lambda error: problems.append(str(error)))
    found.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    found.goto(sandbox.url)
    yield found
    context.close()
    assert problems == []


def test_writing_and_the_answer_arriving_in_place(
    page: Page, sandbox: Sandbox, x: tweepy.Client
) -> None:
    page.get_by_text("Marcus Adeyemi").click()
    page.get_by_text("X post", exact=True).click()
    page.get_by_label("What would you like to say?").fill("Is anybody there?")
    page.get_by_role("button", name="Send").click()
    thread = page.locator("article").first
    expect(thread).to_contain_text("Is anybody there?")
    expect(thread).to_contain_text("delivered to the hub")
    expect(page.get_by_label("What would you like to say?")).to_have_value("")

    # Somebody who is writing keeps words and cursor when the answer arrives.
    reply = thread.get_by_label("Reply as Marcus")
    reply.press_sequentially("Hello")
    post = sandbox.threads()[0]["messages"][0]["id"]
    answer = x.create_tweet(text="We are.", in_reply_to_tweet_id=post).data["id"]
    expect(thread.locator(".from-city")).to_contain_text("We are.")
    expect(reply).to_have_value("Hello")
    expect(reply).to_be_focused()
    expect(page.locator("#news")).to_have_text("City Utilities (demo): We are.")

    # The reply goes to the answer, not to one's own post.
    reply.press_sequentially(", thanks")
    reply.press("Control+Enter")
    expect(thread.locator(".message")).to_have_count(3)
    newest = sandbox.threads()[0]["messages"][-1]["id"]
    parent = x.get_tweet(newest, tweet_fields=["referenced_tweets"], user_auth=True).data
    assert str(parent.referenced_tweets[0].id) == answer


def test_a_report_asks_for_its_place(page: Page, hub: Hub) -> None:
    expect(page.get_by_label("Where?")).to_be_hidden()
    page.get_by_text("Wes Tillery").click()
    page.get_by_text("DigiTally report", exact=True).click()
    expect(page.get_by_label("Where?")).to_have_value("77 Campus View, Room 12")
    page.get_by_label("What is it about?").select_option("pothole")
    page.get_by_role("button", name="Power is out").click()
    page.get_by_role("button", name="Send").click()
    expect(page.locator("article")).to_contain_text("open, number 1")
    assert hub.filed[0]["service_code"] == "pothole"


def test_choices_are_buttons(page: Page, sandbox: Sandbox, hub: Hub) -> None:
    sandbox.act("facebook/messages", persona="dolores", text="bill")
    offered = [{"content_type": "text", "title": "Pay my bill", "payload": "pay-my-bill"}]
    sandbox.http.post(
        "/graph/me/messages",
        json={
            "access_token": sandbox.config.facebook_page_token,
            "recipient": {"id": "7100000000000101"},
            "message": {"text": "Which?", "quick_replies": offered},
        },
    )
    page.get_by_role("button", name="Pay my bill").click()
    expect(page.locator(".from-citizen")).to_have_count(2)
    until(lambda: len(hub.of("facebook")) == 3)
    bodies = [body["entry"][0]["messaging"][0]["message"] for body in hub.of("facebook")]
    assert [b["quick_reply"] for b in bodies if "quick_reply" in b] == [{"payload": "pay-my-bill"}]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_and_width(browser: Browser, sandbox: Sandbox, scheme: str) -> None:
    """Text is legible in both schemes (WCAG AA, 4.5), and a phone needs no sideways scroll."""
    sandbox.act("x/posts", persona="dolores", text="w" * 200)
    context = browser.new_context(
        color_scheme=scheme,  # type: ignore[arg-type]
        viewport={"width": 360, "height": 700},
    )
    page = context.new_page()
    page.goto(sandbox.url)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    low = page.evaluate(CONTRAST)
    context.close()
    assert low == []


CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const light = (c) => [0, 1, 2].map((i) => c[i] / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const found = rgba(getComputedStyle(at).backgroundColor);
      if (found[3] === 255) return found;
    }
    return [255, 255, 255, 255];
  };
  const low = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || node.closest(".unseen, .skip") || !node.getClientRects().length) continue;
    const [a, b] = [light(rgba(getComputedStyle(node).color)), light(behind(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) low.push(`${node.tagName}.${node.className}: ${ratio.toFixed(2)}`);
  }
  return low;
}"""
