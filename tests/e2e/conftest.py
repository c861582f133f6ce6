"""A real browser before the running product: hub, worker, Rasa and sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.stack import MODELS, Stack, eventually

FIRST_TRAINING = 540.0


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium, kept from talking to anything but this machine."""
    return {
        "executable_path": "/usr/bin/chromium",
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
        ],
    }


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Everything `./dev run` starts, once the bot answers."""
    data = tmp_path_factory.mktemp("stack")
    MODELS.mkdir(parents=True, exist_ok=True)
    (data / "models").symlink_to(MODELS)
    with Stack(data) as running:
        eventually("the bot is ready", lambda: _bot_is_up(running), FIRST_TRAINING)
        yield running


def _bot_is_up(stack: Stack) -> bool:
    parts = stack.http.get(f"{stack.url}/healthz").json()["parts"]
    return bool(parts["bot"]["state"] == "up")


class Seat:
    """Somebody signed in to the console."""

    def __init__(self, page: Page, stack: Stack, name: str) -> None:
        self.page = page
        page.goto(f"{stack.url}/console/sign-in")
        page.get_by_role("button", name=f"Sign in as {name}").click()
        page.get_by_role("status").filter(has_text="Live").wait_for()

    def ticket(self, text: str) -> Any:
        """The queue's row that shows `text`."""
        return self.page.get_by_role("option").filter(has_text=text)

    def reply(self, text: str) -> None:
        self.page.get_by_role("textbox", name="Reply").fill(text)
        self.page.keyboard.press("Control+Enter")


@pytest.fixture
def seat(stack: Stack, browser: Browser) -> Iterator[Any]:
    """Signs people in, each in a browser of their own: `seat("Sam Laurent")`."""
    contexts = []

    def sign_in(name: str, **options: Any) -> Seat:
        context = browser.new_context(**({"viewport": {"width": 1440, "height": 900}} | options))
        contexts.append(context)
        return Seat(context.new_page(), stack, name)

    yield sign_in
    for context in contexts:
        context.close()


@pytest.fixture
def citizen(stack: Stack, browser: Browser) -> Iterator[Page]:
    """A citizen's browser."""
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    yield context.new_page()
    context.close()


def axe_source() -> str:
    """axe-core, as the accessibility tests put it into a page."""
    import axe_playwright_python

    folder = Path(axe_playwright_python.__file__).parent
    return next(folder.rglob("axe.min.js")).read_text(encoding="utf-8")
