"""A remote GeoReport endpoint in memory, with the habits of servers in the wild."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import httpx2

from channels.open311.answers import to_xml
from channels.open311.w3time import format_w3, parse_w3
from tests.channels.open311.fakes import NOW

BASE = "https://311.example/open311/v2"

Override = Callable[[httpx2.Request], httpx2.Response | None]


def row(number: int, at: datetime = NOW, **changes: Any) -> dict[str, Any]:
    return {
        "service_request_id": str(number),
        "status": "open",
        "service_name": "Pothole",
        "service_code": "006",
        "description": f"Hole {number}",
        "requested_datetime": format_w3(at),
        "updated_datetime": format_w3(at),
        "address": "400 Invented Ave",
        "lat": 30.44,
        "long": -84.28,
        **changes,
    }


@dataclass
class Endpoint:
    """Answers newest first, as the standard's servers do."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    json_too: bool = True
    knows_updates: bool = True
    """Honours `updated_after`; else it ignores the parameter."""
    lists_updates: bool = True
    """Has `GET servicerequestupdates`."""
    own_ids: bool = True
    """Gives updates ids of its own; else it keeps the sender's."""
    knows_pages: bool = True
    page_cap: int = 1000
    override: Override | None = None
    calls: list[httpx2.Request] = field(default_factory=list)
    posted: list[dict[str, str]] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    """Of the city itself."""

    @property
    def transport(self) -> httpx2.MockTransport:
        return httpx2.MockTransport(self._answer)

    def queries(self) -> list[dict[str, str]]:
        return [dict(call.url.params) for call in self.calls if "/requests." in call.url.path]

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.calls.append(request)
        if self.override is not None:
            response = self.override(request)
            if response is not None:
                return response
        path = request.url.path.removeprefix("/open311/v2/")
        name, _, ending = path.rpartition(".")
        if ending == "json" and not self.json_too:
            return httpx2.Response(404, text="<html><body>Not here</body></html>")
        if name == "services":
            return self._say(ending, "services", [{"service_code": "006", "service_name": "Hole"}])
        if name == "requests":
            return self._say(ending, "service_requests", self._found(request))
        if name == "servicerequestupdates" and request.method == "POST":
            posted = dict(parse_qsl(request.content.decode(), keep_blank_values=True))
            self.posted.append(posted)
            row = {"update_id": self._update_id(len(self.posted) - 1)}
            return self._say(ending, "service_request_updates", [row])
        if name == "servicerequestupdates" and self.lists_updates:
            return self._say(ending, "service_request_updates", self._updates())
        return httpx2.Response(404, json=[{"code": 404, "description": "no such call"}])

    def _update_id(self, index: int) -> str:
        return str(5_001 + index) if self.own_ids else self.posted[index]["update_id"]

    def _updates(self) -> list[dict[str, Any]]:
        return self.updates + [
            {
                "update_id": self._update_id(index),
                "service_request_id": int(one["service_request_id"]),
                "status": one["status"],
                "description": one["description"],
                "updated_datetime": one["updated_datetime"],
            }
            for index, one in enumerate(self.posted)
        ]

    def take_over(self) -> None:
        """What was posted becomes the requests' status and notes, as many servers do it."""
        for one in self.posted:
            for row in self.rows:
                if row["service_request_id"] == one["service_request_id"]:
                    row["status"] = one["status"].lower()
                    row["status_notes"] = one["description"]
                    row["updated_datetime"] = one["updated_datetime"]

    def _found(self, request: httpx2.Request) -> list[dict[str, Any]]:
        params = request.url.params
        if wanted := params.get("service_request_id"):
            return [one for one in self.rows if one["service_request_id"] == wanted]
        by_updates = self.knows_updates and "updated_after" in params
        low = parse_w3(params.get("updated_after" if by_updates else "start_date", ""))
        high = parse_w3(params.get("end_date", ""))
        if low is None and not by_updates:
            low = NOW - timedelta(days=90)
        name = "updated_datetime" if by_updates else "requested_datetime"

        def fits(one: dict[str, Any]) -> bool:
            at = parse_w3(str(one.get(name)), zone_required=False)
            return at is None or ((low is None or at >= low) and (high is None or at <= high))

        found = [
            one
            for one in self.rows
            if fits(one) and params.get("status", one["status"]) == one["status"]
        ]
        found.sort(key=lambda one: str(one.get("requested_datetime")), reverse=True)
        size = min(int(params.get("page_size", self.page_cap)), self.page_cap)
        if not self.knows_pages:
            return found[: self.page_cap]
        start = (int(params.get("page", 1)) - 1) * size
        return found[start : start + size]

    def _say(self, ending: str, root: str, rows: list[dict[str, Any]]) -> httpx2.Response:
        if ending == "json":
            return httpx2.Response(200, content=json.dumps(rows).encode())
        return httpx2.Response(200, content=to_xml(root, rows))
