"""A citizen with the chat widget open, for the tests of it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.test_accessibility import violations
from tests.stack import Stack, eventually

SLOWLY = 20_000


class Chat:
    """A citizen with the widget open, and all that went wrong in their page."""

    def __init__(self, page: Page, stack: Stack, lang: str = "en", path: str = "/") -> None:
        self.page = page
        self.stack = stack
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(f"{stack.url}{path}?lang={lang}")
        self.host = page.locator("switchboard-chat")
        self.open()

    def open(self) -> None:
        self.host.locator(".launcher").click()

    @property
    def log(self) -> Any:
        return self.host.get_by_role("log")

    @property
    def box(self) -> Any:
        return self.host.locator(".compose textarea")

    def say(self, text: str) -> None:
        self.box.fill(text)
        self.box.press("Enter")

    def sent(self, text: str) -> None:
        """The hub has it, and it stands there once."""
        line = self.log.locator(".line.you.sent").filter(has_text=text)
        expect(line).to_have_count(1, timeout=SLOWLY)
        expect(self.log.locator(".line").filter(has_text=text)).to_have_count(1)

    def ticket(self, text: str) -> int:
        return int(eventually("the ticket", lambda: self.stack.tickets(q=text))[0]["id"])

    def violations(self) -> list[str]:
        return violations(self.page)
