"""The server of the city next door, under `/open311/v2`."""

from __future__ import annotations

import hmac
import math
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from channels.sandbox.georeport.render import Refused, Row, discovery, refused, rendered
from channels.sandbox.georeport.reports import Report, Reports, Update
from channels.sandbox.georeport.services import BY_CODE, CITY, SERVICES
from channels.sandbox.world import World

WINDOW = timedelta(days=90)
MOST_ROWS = 1000
LONGEST_DESCRIPTION = 4000

Handler = Callable[[Request, str], Awaitable[Response]]

KEPT_FIELDS = (
    "address_string",
    "address_id",
    "lat",
    "long",
    "media_url",
    "email",
    "phone",
    "first_name",
    "last_name",
    "device_id",
    "account_id",
)


class GeoReport:
    """Services, requests and their updates."""

    def __init__(self, world: World, reports: Reports) -> None:
        self._world = world
        self._reports = reports

    def routes(self) -> list[Route]:
        table: list[tuple[str, str, Handler]] = [
            ("/discovery.{form}", "GET", self.discovery),
            ("/services.{form}", "GET", self.services),
            ("/services/{code}.{form}", "GET", self.service),
            ("/requests.{form}", "GET", self.requests),
            ("/requests.{form}", "POST", self.file),
            ("/requests/{id}.{form}", "GET", self.request),
            ("/servicerequestupdates.{form}", "GET", self.updates),
            ("/servicerequestupdates.{form}", "POST", self.update),
            ("/{rest:path}", "GET", self.nothing),
            ("/{rest:path}", "POST", self.nothing),
        ]
        return [Route(path, self._door(handler), methods=[verb]) for path, verb, handler in table]

    def _door(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            form = request.path_params.get("form", "xml")
            try:
                if form not in ("json", "xml"):
                    raise Refused(404, f"There is no format '{form}'; use xml or json.")
                return await handler(request, form)
            except Refused as problem:
                return refused(problem, "json" if form == "json" else "xml")

        return answer

    async def nothing(self, request: Request, form: str) -> Response:
        raise Refused(404, "There is no such resource.")

    async def discovery(self, request: Request, form: str) -> Response:
        changeset = "2026-11-01T00:00:00Z"
        specification = "http://wiki.open311.org/GeoReport_v2"
        base = str(request.url.replace(query="")).rpartition("/")[0]
        endpoint = {
            "specification": specification,
            "url": base,
            "changeset": changeset,
            "type": "production",
            "formats": ["text/xml", "application/json"],
        }
        # One that is older and one for trying things out: a client has to choose.
        others = [
            endpoint
            | {"specification": "http://wiki.open311.org/GeoReport_v1", "url": f"{base}/v1"},
            endpoint | {"type": "test", "url": f"{base}/test"},
        ]
        found = {
            "changeset": changeset,
            "contact": f"{CITY}: this city does not exist.",
            "key_service": "The key is in the sandbox's settings.",
        }
        return discovery(found, [*others, endpoint], form)

    async def services(self, request: Request, form: str) -> Response:
        rows = [
            {
                "service_code": service.code,
                "service_name": service.name,
                "description": service.description,
                "metadata": False,
                "type": "realtime",
                "keywords": service.name.lower(),
                "group": service.group,
            }
            for service in SERVICES
        ]
        return rendered(rows, form, "services", "service")

    async def service(self, request: Request, form: str) -> Response:
        raise Refused(404, "No service here has attributes (metadata is false for all).")

    async def requests(self, request: Request, form: str) -> Response:
        query = dict(request.query_params)
        ids = query.get("service_request_id", "").replace(",", " ").split()
        if ids:
            found = [self._reports.get(request_id) for request_id in ids]
            rows = [shape(report) for report in found if report is not None]
            if not rows:
                raise Refused(404, "None of these service_request_ids was found.")
            return rendered(rows, form, "service_requests", "request")
        where, values = self._conditions(query)
        size = _whole(query, "page_size", MOST_ROWS, MOST_ROWS)
        page = _whole(query, "page", 1, 100_000)
        reports = self._reports.find(where, values, limit=size, offset=(page - 1) * size)
        return rendered([shape(r) for r in reports], form, "service_requests", "request")

    def _conditions(self, query: Mapping[str, str]) -> tuple[str, list[object]]:
        """The window is on requested_datetime, 90 days unless asked otherwise, never more."""
        now = self._world.clock()
        start, end = _time(query, "start_date"), _time(query, "end_date")
        updated_after, updated_before = (
            _time(query, "updated_after"),
            _time(query, "updated_before"),
        )
        parts: list[str] = []
        values: list[object] = []
        if start or end or not (updated_after or updated_before):
            end = end or (min(start + WINDOW, now) if start else now)
            start = max(start or end - WINDOW, end - WINDOW)
            parts.append("requested_at >= ? AND requested_at <= ?")
            values += [start.timestamp(), end.timestamp()]
        if updated_after:
            parts.append("updated_at >= ?")
            values.append(updated_after.timestamp())
        if updated_before:
            parts.append("updated_at <= ?")
            values.append(updated_before.timestamp())
        for name, column in (("service_code", "service_code"), ("status", "status")):
            wanted = [part.strip() for part in query.get(name, "").split(",") if part.strip()]
            if name == "status" and set(wanted) - {"open", "closed"}:
                raise Refused(400, "status is 'open', 'closed' or both.")
            if wanted:
                parts.append(f"{column} IN ({', '.join('?' * len(wanted))})")
                values += wanted
        return " AND ".join(parts) or "1", values

    async def request(self, request: Request, form: str) -> Response:
        report = self._reports.get(request.path_params["id"])
        if report is None:
            raise Refused(404, "service_request_id was not found.")
        return rendered([shape(report)], form, "service_requests", "request")

    async def file(self, request: Request, form: str) -> Response:
        given = await self._form(request)
        report = self.add(given)
        row = {
            "service_request_id": report.id,
            "service_notice": "Thank you. This is a demonstration; nobody will come.",
            "account_id": given.get("account_id"),
        }
        return rendered([row], form, "service_requests", "request", 201)

    def add(
        self,
        given: Mapping[str, str],
        *,
        persona: str | None = None,
        requested_at: datetime | None = None,
    ) -> Report:
        """Check a request as the standard asks, and keep it. Raises Refused."""
        code = given.get("service_code", "")
        if not code:
            raise Refused(400, "service_code is missing.")
        if code not in BY_CODE:
            raise Refused(404, f"service_code '{code}' was not found.")
        for name, bound in (("lat", 90), ("long", 180)):
            if (value := given.get(name)) and not _is_degrees(value, bound):
                raise Refused(400, f"{name} is not a number of degrees.")
        if not (
            (given.get("lat") and given.get("long"))
            or given.get("address_string")
            or given.get("address_id")
        ):
            raise Refused(400, "A location is missing: lat and long, address_string or address_id.")
        description = given.get("description", "")
        if len(description) > LONGEST_DESCRIPTION:
            raise Refused(400, f"description has more than {LONGEST_DESCRIPTION} characters.")
        fields = {name: value for name in KEPT_FIELDS if (value := given.get(name))}
        return self._reports.add(
            code, description, fields, persona=persona, requested_at=requested_at
        )

    async def updates(self, request: Request, form: str) -> Response:
        """Those of the last day unless asked otherwise; never more than ninety days of them."""
        query = dict(request.query_params)
        end = _time(query, "end_date") or self._world.clock()
        start = max(_time(query, "start_date") or end - timedelta(days=1), end - WINDOW)
        where = "r.at_hub = 0 AND u.updated_at BETWEEN ? AND ?"
        values: list[object] = [start.timestamp(), end.timestamp()]
        wanted = [part for part in query.get("service_request_id", "").split(",") if part]
        if wanted:
            where += f" AND r.id IN ({', '.join('?' * len(wanted))})"
            values += wanted
        size = _whole(query, "page_size", MOST_ROWS, MOST_ROWS)
        page = _whole(query, "page", 1, 100_000)
        found = self._reports.updates(where, values, limit=size, offset=(page - 1) * size)
        rows = [shape_update(row) for row in found]
        return rendered(rows, form, "service_request_updates", "request_update")

    async def update(self, request: Request, form: str) -> Response:
        given = await self._form(request)
        report = self._reports.get(given.get("service_request_id", ""))
        if report is None:
            raise Refused(404, "service_request_id was not found.")
        status = given.get("status", "OPEN").upper()
        description = given.get("description", "")
        if not description and status == report.status.upper():
            raise Refused(400, "description is missing, and the status is what it was.")
        update = self._reports.answer(
            report,
            # Beyond the two of the standard, servers use words of their own for a closed one.
            status="closed" if status in ("CLOSED", "FIXED", "RESOLVED") else "open",
            description=description,
            at=_time(given, "updated_datetime"),
            media_url=given.get("media_url"),
            key=given.get("update_id") or None,
        )
        return rendered(
            [{"update_id": update.key}], form, "service_request_updates", "request_update", 201
        )

    async def _form(self, request: Request) -> dict[str, str]:
        body = (await request.body()).decode("utf-8", "replace")
        given = dict(parse_qsl(body, keep_blank_values=True))
        key = given.get("api_key", "")
        if not hmac.compare_digest(key.encode(), self._world.config.open311_key.encode()):
            raise Refused(403, "api_key is missing or wrong.")
        return given


def w3(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def shape(report: Report) -> Row:
    """A request as the standard lists its fields."""
    fields = report.fields
    return {
        "service_request_id": report.id,
        "status": report.status,
        "status_notes": report.status_notes,
        "service_name": BY_CODE[report.service_code].name,
        "service_code": report.service_code,
        "description": report.description,
        "agency_responsible": CITY,
        "service_notice": None,
        "requested_datetime": w3(report.requested_at),
        "updated_datetime": w3(report.updated_at),
        "expected_datetime": None,
        "address": fields.get("address_string"),
        "address_id": fields.get("address_id"),
        "zipcode": None,
        "lat": float(fields["lat"]) if "lat" in fields else None,
        "long": float(fields["long"]) if "long" in fields else None,
        "media_url": fields.get("media_url"),
    }


def shape_update(update: Update) -> Row:
    return {
        "update_id": update.key,
        "service_request_id": update.request_id,
        "status": update.status.upper(),
        "description": update.description,
        "updated_datetime": w3(update.updated_at),
        "media_url": update.media_url,
    }


def _is_degrees(value: str, bound: int) -> bool:
    try:
        number = float(value)
    except ValueError:
        return False
    return math.isfinite(number) and abs(number) <= bound


def _whole(query: Mapping[str, str], name: str, default: int, most: int) -> int:
    value = query.get(name, "")
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or int(value) < 1:
        raise Refused(400, f"{name} must be a whole number from 1.")
    return min(int(value), most)


def _time(query: Mapping[str, str], name: str) -> datetime | None:
    """A W3C datetime with Z or an offset. A plus sign may have become a space on its way."""
    value = query.get(name, "").strip()
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value.replace(" ", "+") if "T" in value else value)
    except ValueError:
        raise Refused(400, f"{name} is not a W3C date and time.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
