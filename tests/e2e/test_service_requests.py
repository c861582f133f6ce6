"""Real service requests of two cities, filed with us and pulled from next door."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.channels.open311.categories import service_code_for
from tests.e2e.conftest import Seat
from tests.stack import Stack, eventually

pytestmark = pytest.mark.timeout(300)

KEY = "a-key-for-the-99"


@pytest.fixture(scope="module")
def requests(shared: Path) -> list[dict[str, Any]]:
    lines = (shared / "data" / "service_requests.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_filed_with_us(tmp_path: Path, requests: list[dict[str, Any]], browser: Browser) -> None:
    """99 requests become 99 tickets, routed to units, and agents see them."""
    with Stack(tmp_path / "data", "--no-bot", environ={"HUB_OPEN311_API_KEY": KEY}) as stack:
        for number, request in enumerate(requests):
            answer = stack.http.post(
                f"{stack.url}/open311/v2/requests.json",
                data={
                    "api_key": KEY,
                    "service_code": service_code_for(request["category"]),
                    "description": request["text"],
                    "address_string": f"{100 + number} Meridian Street",
                },
            )
            assert answer.status_code in (200, 201), answer.text
        tickets = stack.tickets(channel="open311")
        assert len(tickets) == len(requests) == 99
        assert Counter(ticket["preview"] for ticket in tickets).total() == 99
        known = {unit["slug"] for unit in stack.api("GET", "/units")["items"]}
        assert {ticket["unit"] for ticket in tickets} <= known
        assert all(ticket["status"] == "open" and ticket["location"] for ticket in tickets)

        context = browser.new_context(viewport={"width": 1440, "height": 900})
        seat = Seat(context.new_page(), stack, "Sam Laurent")
        expect(seat.page.get_by_role("link", name="All open")).to_contain_text("99")
        newest = tickets[-1]
        seat.page.get_by_role("searchbox").fill(newest["preview"].split()[0])
        expect(seat.ticket(f"#{newest['id']}").first).to_be_visible(timeout=20_000)
        context.close()

        read = stack.http.get(f"{stack.url}/open311/v2/requests/{newest['id']}.json").json()
        assert read[0]["status"] == "open"


def test_pulled_twice(tmp_path: Path, requests: list[dict[str, Any]]) -> None:
    """Served by the city next door and pulled twice, they are 99 and not 198."""
    newest = max(datetime.fromisoformat(request["created_at"]) for request in requests)
    into_the_last_60_days = datetime.now(UTC) - timedelta(days=1) - newest
    # A first pull reads 90 days, and must not depend on whether it came before these.
    oldest = datetime.now(UTC) - timedelta(days=80)
    with Stack(tmp_path / "data", "--no-bot") as stack:
        for number, request in enumerate(requests):
            at = datetime.fromisoformat(request["created_at"]) + into_the_last_60_days
            at = max(at, oldest + timedelta(minutes=number))
            stack.sandbox(
                "open311/requests",
                {
                    "service_code": service_code_for(request["category"]),
                    "description": request["text"],
                    "address_string": f"{100 + number} Meridian Street",
                    "at": at.isoformat(),
                },
            )
        for _ in range(2):
            stack.stop()
            _poll_at_start(stack)
            stack.start()
            eventually(
                "the requests are pulled", lambda: len(stack.tickets(channel="open311")) >= 99
            )
        stack.stop()
        _poll_at_start(stack)
        stack.start()
        account = _remote_account(stack)
        polled = eventually("another poll", lambda: _polled_at(stack, account))
        assert polled
        assert len(stack.tickets(channel="open311")) == 99


def _poll_at_start(stack: Stack) -> None:
    """Between a stop and a start: do not wait until the minute since the last poll is over."""
    with sqlite3.connect(stack.data / "hub.db") as database:
        database.execute("UPDATE accounts SET poll_due_at = NULL")


def _remote_account(stack: Stack) -> int:
    accounts = stack.api("GET", "/directory")["accounts"]
    return int(next(a["id"] for a in accounts if a["slug"] == "remote"))


def _polled_at(stack: Stack, account_id: int) -> bool:
    """Whether the account has been polled by the hub that runs now."""
    with sqlite3.connect(stack.data / "hub.db") as database:
        (at,) = database.execute(
            "SELECT last_poll_at FROM accounts WHERE id = ?", (account_id,)
        ).fetchone()
    return bool(at and at / 1e6 > stack.started_at)
