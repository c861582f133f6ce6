"""The chat widget in a browser: both languages, files, cut lines, page changes, closed offices.

People answer here: the assistant is switched off, and the office never closes but where a test
says so to the page.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebSocketRoute, expect

from tests.e2e.chat import SLOWLY, Chat
from tests.stack import Stack

pytestmark = pytest.mark.timeout(300)

LARGEST = 10_000
"""Bytes of the widget, compressed."""
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
CLOSED = {"open": False, "opens_at": "2099-01-05T13:00:00Z"}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A hub without a bot whose office is open at any hour."""
    data = tmp_path_factory.mktemp("people")
    with Stack(data, "--no-bot", "--no-sandbox") as stack:
        rules = stack.api("GET", "/sla")
        draft = {name: rules[name] for name in ("calendars", "policies")}
        for calendar in draft["calendars"]:
            calendar["definition"]["always_open"] = True
        stack.api("PUT", "/sla", json={"base_version": rules["version"], **draft})
        yield stack


Opens = Callable[..., Chat]


@pytest.fixture
def opens(people: Stack, browser: Browser) -> Iterator[Opens]:
    """Opens the widget in a browser of its own; whatever went wrong in it fails the test."""
    chats: list[Chat] = []
    contexts: list[BrowserContext] = []

    def open_chat(
        lang: str = "en", *, prepare: Callable[[Page], None] = lambda _: None, **options: Any
    ) -> Chat:
        context = browser.new_context(**({"viewport": {"width": 1000, "height": 800}} | options))
        contexts.append(context)
        page = context.new_page()
        prepare(page)
        chats.append(Chat(page, people, lang))
        return chats[-1]

    yield open_chat
    for context in contexts:
        context.close()
    assert [chat.errors for chat in chats] == [[] for _ in chats]


def _altered(change: Callable[[dict[str, Any]], None]) -> Callable[[Page], None]:
    """A page whose frames from the hub are changed on the way."""

    def connect(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def pass_on(text: str | bytes) -> None:
            frame = json.loads(text)
            change(frame)
            route.send(json.dumps(frame))

        server.on_message(pass_on)

    return lambda page: page.route_web_socket("**/chat/socket**", connect)


def _closed(frame: dict[str, Any]) -> None:
    if "standing" in frame:
        frame["standing"] |= CLOSED


def test_it_is_small_and_leaks_nothing(people: Stack, browser: Browser) -> None:
    built = Path(str(files("switchboard_web"))) / "widget.js"
    assert len(gzip.compress(built.read_bytes(), 9)) < LARGEST
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{people.url}/inquiry/none")  # a page without it
    before = set(page.evaluate("Object.getOwnPropertyNames(window)"))
    page.evaluate(
        "src => new Promise(done => document.head.append(Object.assign("
        "document.createElement('script'), {src, onload: done})))",
        f"{people.url}/widget.js",
    )
    page.locator("switchboard-chat").wait_for()
    assert set(page.evaluate("Object.getOwnPropertyNames(window)")) - before == set()
    context.close()


@pytest.fixture
def city_page(people: Stack) -> Iterator[str]:
    """A page of another origin that forbids inline styles, eval and untrusted HTML."""
    socket = people.url.replace("http", "ws")
    policy = (
        f"default-src 'none'; script-src {people.url}; connect-src {people.url} {socket};"
        " require-trusted-types-for 'script'; base-uri 'none'; form-action 'none'"
    )
    html = f'<!doctype html><title>City</title><script src="{people.url}/widget.js"></script>'

    class CityPage(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Security-Policy", policy)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode() if self.path == "/" else b"")

        def log_message(self, *args: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), CityPage) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_under_a_strict_policy_of_another_sites_page(
    people: Stack, browser: Browser, city_page: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    page.goto(city_page)
    launcher = page.locator("switchboard-chat .launcher")
    launcher.wait_for()
    assert launcher.evaluate("node => getComputedStyle(node).borderRadius") == "26px"
    launcher.click()
    chat = page.locator("switchboard-chat")
    expect(chat.locator(".intro")).to_contain_text(" ", timeout=SLOWLY)
    chat.locator("input[type=file]").set_input_files(
        {"name": "leak.png", "mimeType": "image/png", "buffer": PNG}
    )
    chat.get_by_role("button", name="Remove leak.png").wait_for()
    chat.get_by_role("button", name="Send").click()
    expect(chat.locator("a.file")).to_have_count(1, timeout=SLOWLY)
    assert wrong == []
    context.close()


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_chat_with_a_person(opens: Opens, people: Stack, lang: str, scheme: str) -> None:
    chat = opens(lang, color_scheme=scheme, viewport={"width": 320, "height": 640})
    assert chat.host.get_attribute("lang") == lang
    text = f"The tree on Oak Lane leans {lang} {scheme}"
    chat.say(text)
    chat.sent(text)
    notice = chat.host.locator(".notice")
    place = "You are (next|number)" if lang == "en" else "Es (su turno|el número)"
    expect(notice).to_contain_text(re.compile(place), timeout=SLOWLY)
    number = chat.ticket(text)
    people.api("POST", f"/tickets/{number}/reply", json={"body": f"We will look ({lang})"})
    expect(chat.log).to_contain_text(f"We will look ({lang})", timeout=SLOWLY)
    expect(notice).to_contain_text(
        "A person is looking after you." if lang == "en" else "Una persona le atiende.",
        timeout=SLOWLY,
    )
    assert chat.violations() == []
    width = chat.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 320, "nothing to scroll sideways"
    # Nothing of it is out of sight either.
    panel = chat.host.locator(".panel").bounding_box()
    assert panel is not None
    assert panel["x"] >= 0
    assert panel["x"] + panel["width"] <= 320


def test_with_the_keyboard_alone(opens: Opens) -> None:
    chat = opens()
    page = chat.page
    focused = "document.activeElement?.shadowRoot?.activeElement?.className ?? ''"
    expect(chat.box).to_be_focused()
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")
    chat.sent("By keyboard")
    page.keyboard.press("Escape")
    expect(chat.host.get_by_role("dialog")).to_be_hidden()
    assert page.evaluate(focused) == "launcher"
    page.keyboard.press("Enter")
    expect(chat.box).to_be_focused()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(focused) == "tool"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "send"
    launcher = chat.host.locator(".launcher")
    expect(launcher).to_have_attribute("aria-expanded", "true")


def test_the_line_is_cut_while_sending(opens: Opens, people: Stack) -> None:
    """Before the hub heard it, after it heard it and before it could say so, and then not."""
    cuts = iter(["before", "after"])
    state = {"cut": ""}

    def connect(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def from_page(text: str | bytes) -> None:
            said = json.loads(text).get("type") == "message"
            state["cut"] = next(cuts, "") if said else ""
            if state["cut"] == "before":
                server.close()
                route.close()
            else:
                server.send(text)

        def from_hub(text: str | bytes) -> None:
            if state["cut"] == "after" and json.loads(text)["type"] == "accepted":
                state["cut"] = ""
                server.close()
                route.close()
            else:
                route.send(text)

        route.on_message(from_page)
        server.on_message(from_hub)

    chat = opens(prepare=lambda page: page.route_web_socket("**/chat/socket**", connect))
    chat.say("Cut and mended")
    chat.sent("Cut and mended")
    chat.say("And once more")
    chat.sent("And once more")
    bodies = [m["body"] for m in people.messages(chat.ticket("Cut and mended"))]
    assert bodies.count("Cut and mended") == 1
    assert bodies.count("And once more") == 1


def test_what_was_written_without_a_line_is_sent_from_the_next_page(
    opens: Opens, people: Stack
) -> None:
    online = {"yes": False}

    def connect(route: WebSocketRoute) -> None:
        if online["yes"]:
            route.connect_to_server()
        else:
            route.close()

    chat = opens(prepare=lambda page: page.route_web_socket("**/chat/socket**", connect))
    chat.say("Written in the lift")
    expect(chat.host.locator(".state")).to_contain_text("Connecting")
    expect(chat.log.locator(".sending")).to_have_count(1)
    online["yes"] = True
    chat.page.goto(f"{people.url}/?lang=en")  # the page changes; the chat was open and stays so
    chat.sent("Written in the lift")
    bodies = [m["body"] for m in people.messages(chat.ticket("Written in the lift"))]
    assert bodies.count("Written in the lift") == 1


def test_another_tab_has_the_same_chat(opens: Opens, people: Stack) -> None:
    chat = opens()
    chat.say("Said in the first tab")
    chat.sent("Said in the first tab")
    tab = Chat(chat.page.context.new_page(), people)
    expect(tab.log).to_contain_text("Said in the first tab", timeout=SLOWLY)
    tab.say("Said in the second tab")
    expect(chat.log).to_contain_text("Said in the second tab", timeout=SLOWLY)
    assert tab.ticket("second tab") == chat.ticket("first tab")


def test_files_and_the_transcript(opens: Opens, people: Stack) -> None:
    chat = opens()
    chat.say("See the leak")
    chat.sent("See the leak")
    picker = chat.host.locator("input[type=file]")
    picker.set_input_files({"name": "notes.exe", "mimeType": "image/png", "buffer": b"MZ\0\0"})
    expect(chat.host.locator(".note")).to_contain_text("Only images")
    picker.set_input_files({"name": "leak.png", "mimeType": "image/png", "buffer": PNG})
    expect(chat.host.get_by_role("button", name="Remove leak.png")).to_be_visible()
    assert chat.violations() == []
    chat.host.get_by_role("button", name="Send").click()
    link = chat.log.get_by_role("link", name="leak.png")
    link.wait_for()
    with chat.page.expect_download() as download:
        link.click()
    assert Path(download.value.path()).read_bytes() == PNG
    assert download.value.suggested_filename == "leak.png"
    (message,) = [m for m in people.messages(chat.ticket("See the leak")) if m["attachments"]]
    assert message["attachments"][0]["name"] == "leak.png"
    with chat.page.expect_download() as download:
        chat.host.get_by_role("link", name="Save the conversation").click()
    text = Path(download.value.path()).read_text()
    assert "See the leak" in text
    assert "File: leak.png" in text


def test_an_agent_types(opens: Opens, people: Stack) -> None:
    chat = opens()
    chat.say("Is anybody there?")
    chat.sent("Is anybody there?")
    number = chat.ticket("Is anybody there?")
    headers = {"Authorization": f"Bearer {people.token()}"}
    url = f"{people.url}/api/v1/tickets/{number}/typing"
    answer = people.http.post(url, json={}, headers=headers)
    assert answer.status_code == 204, answer.text
    typing = chat.host.locator(".typing")
    expect(typing).to_contain_text("is writing…")
    expect(typing).to_be_empty(timeout=8_000)


@pytest.mark.parametrize(("lang", "scheme"), [("en", "light"), ("es", "dark")])
def test_a_message_is_left_when_nobody_is_there(
    opens: Opens, people: Stack, lang: str, scheme: str
) -> None:
    chat = opens(lang, prepare=_altered(_closed), color_scheme=scheme)
    spanish = lang == "es"
    form = chat.host.get_by_role("form", name="Dejar un mensaje" if spanish else "Leave a message")
    expect(form).to_be_visible()  # nobody else would answer
    notice = chat.host.locator(".notice")
    expect(notice).to_contain_text("el lunes, 5 de enero" if spanish else "Monday, January 5")
    assert chat.violations() == []
    send = form.get_by_role("button", name="Enviar" if spanish else "Send")
    send.click()
    expect(form.get_by_role("alert")).to_be_visible()
    expect(form.locator("#contact")).to_be_focused()
    form.locator("#name").fill("Ida Lund")
    form.locator("#contact").fill("850-555-0142")
    form.locator("#body").fill(f"The hydrant leaks {lang}")
    send.click()
    chat.sent(f"The hydrant leaks {lang}")
    expect(form).to_be_hidden()
    expect(notice).to_contain_text("Gracias" if spanish else "Thank you")
    number = chat.ticket(f"hydrant leaks {lang}")
    (message,) = people.messages(number)
    assert message["body"].endswith("850-555-0142")
    assert message["author"]["name"] == "Ida Lund"


def test_after_hours_the_assistant_still_answers(opens: Opens) -> None:
    """Then the form is only offered."""

    def with_a_bot(frame: dict[str, Any]) -> None:
        _closed(frame)
        if "standing" in frame:
            frame["standing"]["bot"] = True

    chat = opens(prepare=_altered(with_a_bot))
    expect(chat.box).to_be_visible()
    expect(chat.log).to_contain_text("automated assistant")
    chat.host.get_by_role("button", name="Leave a message").click()
    expect(chat.host.locator("#name")).to_be_focused()
    chat.host.get_by_role("button", name="Back to the chat").click()
    expect(chat.box).to_be_focused()


def test_an_identity_that_is_not_taken_is_said(opens: Opens) -> None:
    """And a page that then gives none goes on without."""
    chat = opens()
    told = chat.page.evaluate(
        "() => new Promise(done => {"
        " addEventListener('switchboard-identity', () => done(true));"
        " document.querySelector('switchboard-chat').dataset.identity = 'a.b.c'; })"
    )
    assert told
    expect(chat.host.locator(".state")).to_contain_text("sign-in could not be confirmed")
    chat.page.evaluate("delete document.querySelector('switchboard-chat').dataset.identity")
    chat.say("Without it then")
    chat.sent("Without it then")
