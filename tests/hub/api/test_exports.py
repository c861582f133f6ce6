"""`/reports/export` and `/report-schedules`."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from openpyxl import load_workbook
from sqlalchemy import update

from hub.audit.models import AuditEntry
from hub.jobs.models import Job
from hub.reports.keeper import Keeper
from hub.reports.schedules.job import KIND
from hub.team.models import Agent
from tests.fixtures import Databases, agent, rows
from tests.hub.api.site import Site, open_site

pytestmark = pytest.mark.anyio

WEEKLY: dict[str, Any] = {
    "name": "Monday report",
    "frequency": "weekly",
    "recipients": ["director@city.example"],
}


@pytest.fixture
async def posting(databases: Databases, database_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    """A site with a mail server that nobody asks here."""
    settings: dict[str, Any] = {"smtp_host": "127.0.0.1", "smtp_port": 1, "smtp_security": "none"}
    async with open_site(
        database_url, tmp_path, mail_from="reports@city.example", **settings
    ) as site:
        yield site


async def _count(site: Site) -> None:
    hub = site.hub
    keeper = Keeper(hub.database, hub.directory, hub.now, hub.settings.timezone)
    while await keeper.run():
        pass


async def _filled(site: Site) -> None:
    for unit in ("call-center", "call-center", "billing"):
        await site.ticket(unit, "=HYPERLINK(1) Sin luz en Ñandú")
    await _count(site)


async def test_csv_agrees_with_the_report(site: Site) -> None:
    await _filled(site)
    sam = await site.session("sam")
    report = await site.get(sam, "/reports/service", by="unit")
    answer = await site.api(sam, "GET", "/reports/export", params={"format": "csv", "by": "unit"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    start, end = report["query"]["start"], report["query"]["end"]
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="service-report-{start}-to-{end}.csv"'
    )
    assert answer.headers["cache-control"] == "private, no-store"
    text = io.StringIO(answer.content.decode("utf-8-sig"), newline="")
    lines = {line["unit"]: line for line in csv.DictReader(text)}
    assert {key: int(line["created"]) for key, line in lines.items()} == {
        row["key"]: row["created"] for row in report["rows"]
    }
    assert int(lines["call-center"]["created"]) == 2
    for row in report["rows"]:
        for name in ("within", "late", "overdue", "unanswered", "pending"):
            line = lines[row["key"]]
            assert int(line[f"first_response_{name}"]) == row["first_response"][name]


async def test_xlsx_has_the_tickets_the_filters_let_through(site: Site) -> None:
    await _filled(site)
    sam = await site.session("sam")
    for filters, number in (({}, 3), ({"unit": "billing"}, 1), ({"channel": "phone"}, 0)):
        params = {"format": "xlsx", **filters}
        answer = await site.api(sam, "GET", "/reports/export", params=params)
        assert answer.status_code == 200
        book = load_workbook(io.BytesIO(answer.content))
        tickets = list(book["Tickets"].iter_rows(min_row=2, values_only=True))
        report = await site.get(sam, "/reports/service", **filters)
        assert len(tickets) == number == report["totals"]["created"]
        if tickets:
            assert "=HYPERLINK(1) Sin luz en Ñandú" in tickets[0]
            assert str(tickets[0][-1]).startswith(f"{site.hub.settings.origin}/console/t/")


async def test_pdf_is_of_what_was_asked(site: Site) -> None:
    await _filled(site)
    sam = await site.session("sam")
    params = {"format": "pdf", "unit": "billing", "start": "2026-11-16", "end": "2026-11-22"}
    answer = await site.api(sam, "GET", "/reports/export", params=params)
    assert answer.headers["content-type"] == "application/pdf"
    document = pypdfium2.PdfDocument(answer.content)
    page = document[0].get_textpage()
    text = " ".join(page.get_text_bounded().split())
    page.close()
    document.close()
    assert "November 16 – 22, 2026" in text
    assert "Only: unit Billing" in text
    assert "Inquiries 1 0 before" in text


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({}, "format"),
        ({"format": "docx"}, "format"),
        ({"format": "csv", "by": "color"}, "by"),
        ({"format": "csv", "start": "2026-12-01", "end": "2026-11-01"}, "start"),
        ({"format": "csv", "start": "2020-01-01", "end": "2026-11-01"}, "start"),
        ({"format": "csv", "unit": "nowhere"}, "unit"),
        ({"format": "csv", "agent_id": "0"}, "agent_id"),
    ],
)
async def test_what_cannot_be_exported(house: Site, params: dict[str, str], field: str) -> None:
    sam = await house.session("sam")
    answer = await house.api(sam, "GET", "/reports/export", params=params)
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json()["errors"]]


async def test_only_supervisors(house: Site) -> None:
    ava = await house.session("ava")
    for method, path in (
        ("GET", "/reports/export?format=csv"),
        ("GET", "/report-schedules"),
        ("POST", "/report-schedules"),
        ("PATCH", "/report-schedules/1"),
        ("DELETE", "/report-schedules/1"),
        ("POST", "/report-schedules/1/send"),
    ):
        assert (await house.api(ava, method, path, json={})).status_code == 403, path


async def test_the_life_of_a_schedule(posting: Site) -> None:
    sam = await posting.session("sam")
    made = await posting.api(sam, "POST", "/report-schedules", json=WEEKLY)
    assert made.status_code == 201, made.text
    schedule = made.json()
    assert schedule == {
        "id": schedule["id"],
        "name": "Monday report",
        "frequency": "weekly",
        "day": 0,
        "hour": 7,
        "filters": {"by": "unit", "unit": None, "channel": None, "topic": None, "agent_id": None},
        "formats": ["pdf"],
        "recipients": ["director@city.example"],
        "active": True,
        "next_at": "2026-11-23T12:00:00Z",
        "last_sent_at": None,
        "last_error": None,
        "created_by": "Sam Laurent",
    }
    page = await posting.get(sam, "/report-schedules")
    assert page["items"] == [schedule]
    assert page["mail"] == {"configured": True, "from": "reports@city.example"}

    path = f"/report-schedules/{schedule['id']}"
    changed = await posting.api(sam, "PATCH", path, json={"hour": 9, "filters": {"by": "topic"}})
    assert changed.json()["next_at"] == "2026-11-23T14:00:00Z"
    assert changed.json()["filters"]["by"] == "topic"
    assert changed.json()["recipients"] == ["director@city.example"]
    monthly = await posting.api(sam, "PATCH", path, json={"frequency": "monthly"})
    assert (monthly.json()["day"], monthly.json()["next_at"]) == (1, "2026-12-01T14:00:00Z")
    off = await posting.api(sam, "PATCH", path, json={"active": False})
    assert off.json()["next_at"] is None

    sent = await posting.api(sam, "POST", f"{path}/send")
    assert sent.status_code == 202
    (job,) = await rows(posting.hub.database, Job, kind=KIND)
    assert (job.payload["start"], job.payload["end"]) == ("2026-10-01", "2026-10-31")

    assert (await posting.api(sam, "DELETE", path)).status_code == 204
    assert (await posting.get(sam, "/report-schedules"))["items"] == []
    for method, further in (("PATCH", ""), ("DELETE", ""), ("POST", "/send")):
        answer = await posting.api(sam, method, path + further, json={})
        assert answer.status_code == 404
    actions = [entry.action for entry in await rows(posting.hub.database, AuditEntry)]
    assert actions == [
        "report schedule added",
        *["report schedule changed"] * 3,
        "report sent by hand",
        "report schedule removed",
    ]


async def test_without_a_mail_server_it_is_said(site: Site) -> None:
    sam = await site.session("sam")
    made = (await site.api(sam, "POST", "/report-schedules", json=WEEKLY)).json()
    page = await site.get(sam, "/report-schedules")
    assert page["mail"] == {"configured": False, "from": None}
    answer = await site.api(sam, "POST", f"/report-schedules/{made['id']}/send")
    assert answer.status_code == 409
    assert "HUB_SMTP_HOST" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "a\r\nBcc: x@evil.example"}, "name"),
        ({"frequency": "hourly"}, "frequency"),
        ({"day": 7}, "day"),
        ({"day": 29, "frequency": "monthly"}, "day"),
        ({"day": 0, "frequency": "monthly"}, "day"),
        ({"day": 3, "frequency": "daily"}, "day"),
        ({"hour": 24}, "hour"),
        ({"formats": []}, "formats"),
        ({"formats": ["pdf", "exe"]}, "formats.1"),
        ({"recipients": []}, "recipients"),
        ({"recipients": ["a@city.example", "nobody"]}, "recipients.1"),
        ({"recipients": ["a@city.example\nBcc: x@evil.example"]}, "recipients.0"),
        ({"recipients": ["Ann <a@city.example>"]}, "recipients.0"),
        ({"recipients": [f"a{n}@city.example" for n in range(21)]}, "recipients"),
        ({"filters": {"unit": "nowhere"}}, "filters.unit"),
        ({"filters": {"agent_id": 4711}}, "filters.agent_id"),
        ({"filters": {"channel": "telegraph"}}, "filters.channel"),
        ({"filters": {"by": "color"}}, "filters.by"),
        ({"surprise": 1}, "surprise"),
    ],
)
async def test_what_is_no_schedule(house: Site, change: dict[str, Any], field: str) -> None:
    sam = await house.session("sam")
    before = (await house.get(sam, "/report-schedules"))["items"]
    answer = await house.api(sam, "POST", "/report-schedules", json={**WEEKLY, **change})
    assert answer.status_code == 422, answer.text
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert (await house.get(sam, "/report-schedules"))["items"] == before


async def test_a_change_that_does_not_fit_changes_nothing(site: Site) -> None:
    sam = await site.session("sam")
    made = (await site.api(sam, "POST", "/report-schedules", json=WEEKLY)).json()
    path = f"/report-schedules/{made['id']}"
    answer = await site.api(sam, "PATCH", path, json={"name": "New", "day": 9})
    assert answer.status_code == 422
    assert (await site.get(sam, "/report-schedules"))["items"] == [made]


async def test_the_same_address_and_format_count_once(site: Site) -> None:
    sam = await site.session("sam")
    wanted = {
        **WEEKLY,
        "recipients": ["A@City.example", "b@city.example", "a@city.example"],
        "formats": ["pdf", "csv", "pdf"],
    }
    made = (await site.api(sam, "POST", "/report-schedules", json=wanted)).json()
    assert made["recipients"] == ["A@city.example", "b@city.example"]
    assert made["formats"] == ["pdf", "csv"]


async def test_a_report_about_someone_who_has_left_says_their_name(site: Site) -> None:
    ben = await agent(site.hub, "ben")
    async with site.hub.database.write() as session:
        await session.execute(update(Agent).where(Agent.id == ben.id).values(active=False))
    site.hub.directory.forget()
    sam = await site.session("sam")
    asked = {"format": "xlsx", "agent_id": ben.id}
    answer = await site.api(sam, "GET", "/reports/export", params=asked)
    book = load_workbook(io.BytesIO(answer.content))
    said = [
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    ]
    assert any(f"agent {ben.name}" in text for text in said)
