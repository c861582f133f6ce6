"""The reports page: figures, the tickets behind them, charts, files and schedules."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.test_accessibility import violations
from tests.stack import ROOT, Stack

pytestmark = pytest.mark.timeout(300)

SLOWLY = 20_000
TICKETS = 400
SERVICE = re.compile(r"/api/v1/reports/service")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A hub with a month of invented inquiries, without its bot."""
    data: Path = tmp_path_factory.mktemp("reports")
    command = (sys.executable, "-m", "hub", "seed", "--month", "--tickets", str(TICKETS))
    subprocess.run([*command, "--data", str(data)], cwd=ROOT, check=True, capture_output=True)
    with Stack(data, "--no-bot") as running:
        yield running


def reports(seat: Any, stack: Stack, search: str = "", **options: Any) -> Page:
    page: Page = seat("Sam Laurent", **options).page
    page.goto(f"{stack.url}/console/reports{search}")
    page.get_by_role("heading", name="Reports", level=1).wait_for()
    if "tab=" not in search:
        page.get_by_role("region", name="First response", exact=True).wait_for(timeout=SLOWLY)
    return page


def asked(page: Page) -> dict[str, str]:
    """What the address says."""
    return {name: values[0] for name, values in parse_qs(urlparse(page.url).query).items()}


def number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def test_every_figure_opens_as_many_tickets_as_it_counts(stack: Stack, seat: Any) -> None:
    page = reports(seat, stack)
    report = stack.api("GET", "/reports/service")
    card = page.get_by_role("region", name="First response", exact=True)
    drawer = page.get_by_role("dialog")
    for outcome, words in (("within", None), ("late", "late"), ("overdue", "overdue")):
        count = report["totals"]["first_response"][outcome]
        pattern = rf"^{count:,}$" if words is None else rf"^{count:,} {words}$"
        card.get_by_role("button", name=re.compile(pattern)).click()
        heading = drawer.get_by_role("heading", level=2)
        expect(heading).to_contain_text(f"{count:,}", timeout=SLOWLY)
        expect(drawer).not_to_contain_text("since then it has become")
        rows = drawer.get_by_role("listitem")
        expect(rows).to_have_count(min(count, 50))
        page.keyboard.press("Escape")
        expect(drawer).to_have_count(0)


def test_a_ticket_opens_in_the_queue_and_back_leads_to_the_list(stack: Stack, seat: Any) -> None:
    page = reports(seat, stack)
    table = page.get_by_role("table", name=re.compile("By unit"))
    table.get_by_role("button", name=re.compile(r"^Came in, (?!all)")).first.click()
    drawer = page.get_by_role("dialog")
    ticket = drawer.get_by_role("link").first
    subject = ticket.inner_text()
    found = re.search(r"#(\d+)", subject)
    assert found
    ticket.click()
    expect(page).to_have_url(re.compile(rf"/console/t/{found[1]}$"))
    page.go_back()
    expect(drawer.get_by_role("link").first).to_contain_text(found[0], timeout=SLOWLY)
    page.go_back()
    expect(drawer).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/console/reports$"))


def test_a_link_shows_the_same_report(stack: Stack, seat: Any) -> None:
    page = reports(seat, stack)
    page.get_by_label("Period").select_option("90d")
    page.get_by_label("Grouped by").select_option("channel")
    page.get_by_label("Channel", exact=True).select_option("webchat")
    page.get_by_role("button", name="Calendar time", exact=True).click()
    expect(page.get_by_role("heading", name="By channel", exact=True)).to_be_visible()
    assert asked(page) == {
        "period": "90d",
        "by": "channel",
        "channel": "webchat",
        "time": "calendar",
    }
    card = page.get_by_role("region", name="First response", exact=True)
    expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=SLOWLY)
    words = card.inner_text()
    again = reports(seat, stack, f"?{urlparse(page.url).query}")
    expect(again.get_by_label("Channel", exact=True)).to_have_value("webchat")
    expect(again.get_by_role("region", name="First response", exact=True)).to_have_text(
        re.compile(r"\s*".join(map(re.escape, words.split())))
    )


def test_an_old_answer_is_dropped(stack: Stack, seat: Any) -> None:
    page = reports(seat, stack)
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        if "by=agent" in route.request.url:
            waiting.append(route)
        else:
            route.continue_()

    page.route(SERVICE, hold)
    page.get_by_label("Grouped by").select_option("agent")
    expect(page.locator("[aria-busy=true]").first).to_be_attached()
    page.get_by_label("Grouped by").select_option("weekday")
    expect(page.get_by_role("heading", name="By day of the week", exact=True)).to_be_visible()
    assert waiting
    page.unroute(SERVICE)
    expect(page.get_by_role("heading", name="By agent", exact=True)).to_have_count(0)
    expect(page.get_by_role("rowheader", name="Monday")).to_be_visible()


def test_what_fails_says_so_and_is_tried_again(stack: Stack, seat: Any) -> None:
    page = reports(seat, stack)
    page.route(SERVICE, lambda route: route.abort())
    page.get_by_label("Period").select_option("7d")
    alert = page.get_by_role("alert").filter(has_text="report could not be loaded")
    expect(alert).to_contain_text("could not be reached")
    page.unroute(SERVICE)
    alert.get_by_role("button", name="Try again").click()
    expect(alert).to_have_count(0)
    expect(page.locator("main")).to_contain_text("(7 days)", timeout=SLOWLY)


def test_days_that_are_no_period_are_refused_at_their_field(stack: Stack, seat: Any) -> None:
    page = reports(seat, stack)
    page.get_by_label("Period").select_option("custom")
    last = page.get_by_label("Last day")
    last.fill("2020-01-01")
    last.blur()
    expect(page.get_by_role("alert")).to_contain_text("lies before the first")
    expect(last).to_have_attribute("aria-invalid", "true")
    page.get_by_label("First day").fill("2020-01-01")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("Nothing came in", timeout=SLOWLY)


def test_a_chart_is_read_with_the_keyboard_and_as_a_table(stack: Stack, seat: Any) -> None:
    page = reports(seat, stack)
    chart = page.get_by_role("slider", name="Within target by unit")
    chart.focus()
    first = chart.get_attribute("aria-valuetext")
    page.keyboard.press("ArrowDown")
    assert first
    expect(chart).not_to_have_attribute("aria-valuetext", first)
    second = chart.get_attribute("aria-valuetext") or ""
    assert "Within target" in second
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text(second.partition(":")[0])
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    region = page.get_by_role("region", name="Volume and backlog", exact=True).first
    region.get_by_role("button", name="as table").click()
    rows = region.get_by_role("row")
    expect(rows).to_have_count(31)


def test_the_table_is_sorted_by_any_column(stack: Stack, seat: Any) -> None:
    page = reports(seat, stack, "?by=topic")
    table = page.get_by_role("table", name=re.compile("By topic"))

    def column() -> list[int]:
        return [
            number(cell) for cell in table.locator("tbody tr td:nth-child(2)").all_inner_texts()
        ]

    largest_first = column()
    assert largest_first == sorted(largest_first, reverse=True)
    header = table.get_by_role("columnheader", name="Came in")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    assert column() == sorted(largest_first)
    total = table.locator("tfoot td").first.inner_text()
    assert number(total) == sum(largest_first)


def overlapping(chart: Locator) -> list[str]:
    """Pairs of a chart's words that touch each other, and words that stick out of it."""
    found: list[str] = chart.evaluate(
        """(svg) => {
          const whole = svg.parentElement.getBoundingClientRect();
          const words = [...svg.querySelectorAll('text')]
            .map((text) => [text.firstChild?.textContent ?? '', text.getBoundingClientRect()])
            .filter(([text]) => text);
          const wrong = [];
          words.forEach(([text, a], at) => {
            if (a.left < whole.left - 2 || a.right > whole.right + 2) wrong.push(`out: ${text}`);
            for (const [other, b] of words.slice(at + 1)) {
              const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
              const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
              if (across > 1 && down > 3) wrong.push(`${text} / ${other}`);
            }
          });
          return wrong;
        }"""
    )
    return found


@pytest.mark.parametrize("by", ["unit", "topic", "day", "agent"])
def test_no_label_overlaps_and_no_chart_is_too_wide(stack: Stack, seat: Any, by: str) -> None:
    page = reports(seat, stack, f"?by={by}&metric=resolution&time=calendar")
    for width in (1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        expect(page.get_by_role("slider", name="When inquiries come")).to_be_visible(timeout=SLOWLY)
        charts = page.locator("[role=slider] svg")
        expect(charts.nth(4)).to_be_attached()
        # Drawn again for the new width.
        expect(charts.first).to_have_attribute("width", str(drawn_width(charts.first)))
        assert [words for chart in charts.all() for words in overlapping(chart)] == []
        assert page.evaluate(
            "() => { const m = document.querySelector('main');"
            " return m.scrollWidth <= m.clientWidth; }"
        )


def drawn_width(chart: Locator) -> int:
    return int(chart.evaluate("(svg) => svg.parentElement.clientWidth"))


def test_what_is_shown_is_saved_as_a_file(stack: Stack, seat: Any) -> None:
    page = reports(seat, stack, "?by=channel")
    for name, start in (("CSV", None), ("PDF", b"%PDF"), ("Excel", b"PK")):
        page.get_by_role("button", name="Export").click()
        with page.expect_download(timeout=60_000) as downloading:
            page.get_by_role("button", name=re.compile(name)).click()
        content = Path(downloading.value.path()).read_bytes()
        if start is not None:
            assert content.startswith(start)
            continue
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        groups = page.get_by_role("table", name=re.compile("By channel")).locator("tbody tr")
        assert len(rows) >= groups.count()


def test_a_file_that_cannot_be_made_says_why(stack: Stack, seat: Any) -> None:
    page = reports(seat, stack)
    problem = {"title": "Unavailable", "status": 503, "detail": "The database is away."}
    page.route("**/reports/export?*", lambda route: route.fulfill(status=503, json=problem))
    page.get_by_role("button", name="Export").click()
    page.get_by_role("button", name=re.compile("PDF")).click()
    alert = page.get_by_role("alert").filter(has_text="PDF could not be made")
    expect(alert).to_contain_text("The database is away.")
    page.unroute("**/reports/export?*")
    with page.expect_download(timeout=60_000):
        alert.get_by_role("button", name="Try again").click()
    expect(alert).to_have_count(0)


def test_schedules_are_added_changed_paused_and_deleted(stack: Stack, seat: Any) -> None:
    page = reports(seat, stack, "?tab=schedules&by=topic")
    expect(page.get_by_role("note")).to_contain_text("No mail server is configured")
    page.get_by_role("button", name="Add schedule").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Grouped by")).to_have_value("topic")
    dialog.get_by_role("button", name="Add", exact=True).click()
    name = dialog.get_by_label("Name")
    expect(name).to_have_attribute("aria-invalid", "true")
    name.fill("For the board")
    to = dialog.get_by_label("To", exact=True)
    to.fill("board@example.org, nobody")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("“nobody” is no e-mail address")
    to.fill("board@example.org\nclerk@example.org")
    dialog.get_by_role("button", name="Add", exact=True).click()
    item = page.get_by_role("listitem").filter(has_text="For the board")
    expect(item).to_contain_text("Every Monday at 7 AM", timeout=SLOWLY)
    expect(item).to_contain_text("Next ")
    expect(item.get_by_role("button", name="Send For the board now")).to_be_disabled()

    item.get_by_role("button", name="Pause").click()
    expect(item).to_contain_text("Not sent while it is paused")
    item.get_by_role("button", name="Resume").click()
    expect(item).to_contain_text("Next ")
    item.get_by_role("button", name="Edit").click()
    dialog.get_by_label("How often").select_option("monthly")
    dialog.get_by_label("On day").select_option("12")
    dialog.get_by_role("button", name="Save").click()
    expect(item).to_contain_text("On the 12th of each month")
    (kept,) = stack.api("GET", "/report-schedules")["items"]
    assert (kept["frequency"], kept["day"], kept["filters"]["by"]) == ("monthly", 12, "topic")
    item.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(page.locator("main")).to_contain_text("No report goes out on its own yet")
    assert stack.api("GET", "/report-schedules")["items"] == []


def test_agents_do_not_see_it(stack: Stack, seat: Any) -> None:
    page = seat("Ben Okafor").page
    expect(page.get_by_role("link", name="Reports")).to_have_count(0)
    page.goto(f"{stack.url}/console/reports")
    expect(page.get_by_role("alert").first).to_contain_text("for supervisors")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(stack: Stack, seat: Any, scheme: str) -> None:
    page = reports(seat, stack, color_scheme=scheme, reduced_motion="reduce")
    expect(page.get_by_role("slider", name="When inquiries come")).to_be_visible(timeout=SLOWLY)
    assert violations(page) == []
    for button in page.get_by_role("button", name=re.compile("as table$")).all():
        button.click()
    assert violations(page) == []
    page.get_by_role("button", name=re.compile("What does “First response” mean")).click()
    page.get_by_text("handing over from bot to person").wait_for()
    assert violations(page) == []
    page.keyboard.press("Escape")
    card = page.get_by_role("region", name="Resolution", exact=True)
    card.get_by_role("button", name=re.compile("^Median")).click()
    page.get_by_role("dialog").get_by_role("link").first.wait_for()
    assert violations(page) == []
    page.goto(f"{stack.url}/console/reports?tab=schedules")
    page.get_by_role("button", name="Add schedule").click()
    page.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
    assert violations(page) == []
