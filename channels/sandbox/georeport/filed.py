"""DigiTally's side: a report filed at the hub's own server, and its status read back."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from datetime import timedelta

import httpx2

from channels.sandbox.georeport.reports import Report, Reports
from channels.sandbox.georeport.services import SERVICES
from channels.sandbox.outbox import Delivery, Outbox, Platform
from channels.sandbox.world import World

log = logging.getLogger(__name__)

ANSWERS: Mapping[str, Mapping[str, str]] = {
    "damaged-cart": {"attribute[need]": "repair"},
}
"""What DigiTally's users answer where the hub must know more, by service code."""
WATCHED_FOR = timedelta(days=7)
WATCHED_AT_MOST = 50


class FiledReports:
    """What DigiTally does: it files, and asks every few seconds how things stand."""

    def __init__(
        self, world: World, reports: Reports, outbox: Outbox, client: httpx2.AsyncClient
    ) -> None:
        self._world = world
        self._reports = reports
        self._outbox = outbox
        self._client = client

    def file(
        self, service_code: str, description: str, fields: Mapping[str, str], persona: str
    ) -> Report:
        """Queue a report for the hub; it has no id until the hub answered."""
        answers = ANSWERS.get(service_code, {})
        form = {"service_code": service_code, "description": description, **answers, **fields}
        with self._world.database.transaction():
            report = self._reports.add(
                service_code, description, fields, at_hub=True, persona=persona
            )
            body = json.dumps(form).encode()
            self._outbox.put(Platform.OPEN311, "request", f"report:{report.number}", body)
        return report

    def filed(self, delivery: Delivery, row: Mapping[str, object]) -> None:
        """The hub took it: `row` holds its id and what the citizen is told at once."""
        report = self._reports.numbered(int(delivery.subject.partition(":")[2]))
        if report is None:
            return  # forgotten in the meantime
        self._reports.name(report.number, str(row["service_request_id"]))
        if notice := row.get("service_notice"):
            self._reports.note(report, "service_notice", str(notice))

    async def watch(self) -> None:
        """Until cancelled: read the status of what was filed."""
        while True:
            await asyncio.sleep(self._world.config.status_poll_seconds)
            try:
                await self.look()
            except (httpx2.HTTPError, ValueError, LookupError, TypeError, AttributeError) as error:
                log.info("the hub's answer about reports was not understood: %s", error)

    async def look(self) -> None:
        """Ask the hub once about every report of the last days."""
        since = self._world.clock() - WATCHED_FOR
        watched = {
            report.id: report for report in self._reports.filed_at_hub(since, WATCHED_AT_MOST)
        }
        if not watched:
            return
        answer = await self._client.get(
            "/open311/v2/requests.json",
            params={"service_request_id": ",".join(filter(None, watched))},
        )
        if answer.status_code != 200:
            return
        for row in answer.json():
            report = watched.get(str(row["service_request_id"]))
            if report is None:
                continue
            status = "closed" if row["status"] == "closed" else "open"
            notes = str(row.get("status_notes") or "")
            news = notes if notes != (report.status_notes or "") else ""
            if news or status != report.status:
                self._reports.answer(report, status=status, description=news)

    async def services(self) -> list[dict[str, str]]:
        """What can be reported: the hub's own list, or ours while the hub is away."""
        try:
            answer = await self._client.get("/open311/v2/services.json", timeout=2.0)
            return [
                {"code": str(row["service_code"]), "name": str(row["service_name"])}
                for row in answer.raise_for_status().json()
            ]
        except (httpx2.HTTPError, ValueError, LookupError, TypeError):
            return [{"code": service.code, "name": service.name} for service in SERVICES]
