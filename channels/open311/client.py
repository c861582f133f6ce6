"""Talking to a remote GeoReport v2 endpoint: what is sent, what comes back, how it fails."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

import httpx2

from channels.open311.answers import Format
from channels.open311.discovery import NoEndpoint, is_discovery, read_discovery
from channels.open311.rows import NotRows, Row, error_text, read_rows
from hub.ports import AuthFailed, ConnectorError, Rejected, TemporarilyUnavailable

MAX_ANSWER_BYTES = 32_000_000
_TIMEOUT = httpx2.Timeout(20.0, connect=5.0)
_MAX_RETRY_AFTER = 3_600.0

# The request has not left us: it cannot have been carried out.
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


class NotFound(Rejected):
    """The endpoint has no such resource, or does not offer the call at all."""


def _retry_after(header: str | None) -> float | None:
    """Seconds to wait by a Retry-After header, which is seconds or an HTTP date."""
    if header is None:
        return None
    header = header.strip()
    if header.isascii() and header.isdigit():
        return min(float(header[:9]), _MAX_RETRY_AFTER)
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return min(max(0.0, (at - datetime.now(UTC)).total_seconds()), _MAX_RETRY_AFTER)


def failure(
    status: int, headers: Mapping[str, str], body: bytes, *, sending: bool
) -> ConnectorError:
    """The hub's error for an answer that is not 2xx."""
    try:
        said = error_text(read_rows(body))
    except NotRows:
        said = None
    reason = f"the endpoint answered {status}" + (f": {said}" if said else "")
    if status in (401, 403):
        return AuthFailed(reason)
    if status in (408, 425, 429):
        retry_after = _retry_after(headers.get("retry-after"))
        return TemporarilyUnavailable(reason, retry_after=retry_after)
    if status >= 500:
        return TemporarilyUnavailable(
            reason,
            retry_after=_retry_after(headers.get("retry-after")),
            outcome_unknown=sending,
        )
    if status in (404, 405, 406, 410):
        return NotFound(reason)
    return Rejected(reason)


class GeoReportClient:
    """One endpoint. Connects at the first call; `aclose` ends it.

    `base_url` is the endpoint's address, or that of a discovery, which is then read once.
    """

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str | None = None,
        jurisdiction_id: str | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._base = base_url.strip().rstrip("/")
        self._discovered = not is_discovery(self._base)
        self._api_key = api_key
        self._jurisdiction_id = jurisdiction_id
        self._transport = transport
        self._http: httpx2.AsyncClient | None = None
        self._format: Format = "json"

    async def aclose(self) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def requests(self, params: Mapping[str, str]) -> tuple[Row, ...]:
        """`GET requests` with these filters."""
        return await self._get("requests", params)

    async def services(self) -> tuple[Row, ...]:
        """`GET services`."""
        return await self._get("services", {})

    async def updates(self, params: Mapping[str, str]) -> tuple[Row, ...]:
        """`GET servicerequestupdates`, the common extension. Raises NotFound without it."""
        return await self._get("servicerequestupdates", params)

    async def post_update(self, fields: Mapping[str, str]) -> str | None:
        """`POST servicerequestupdates`: the update's id at the endpoint, if it says one."""
        await self._discover()
        form = dict(fields)
        if self._api_key is not None:
            form["api_key"] = self._api_key
        status, headers, body = await self._call(
            "POST", f"{self._base}/servicerequestupdates.{self._format}", form
        )
        if not 200 <= status < 300:
            raise failure(status, headers, body, sending=True)
        try:
            rows = read_rows(body)
        except NotRows as error:
            if body.lstrip()[:9].lower().startswith((b"<html", b"<!doctype")):
                # A web page is not the endpoint's own answer: something in between spoke.
                raise TemporarilyUnavailable(
                    f"the endpoint's answer is {error}", outcome_unknown=True
                ) from None
            # It was accepted: an answer that cannot be read does not undo that.
            return None
        return next((row["update_id"] for row in rows if row.get("update_id")), None)

    async def _discover(self) -> None:
        if self._discovered:
            return
        status, headers, body = await self._call("GET", self._base, {})
        if not 200 <= status < 300:
            raise failure(status, headers, body, sending=False)
        try:
            endpoint = read_discovery(body, self._base)
        except NoEndpoint as error:
            raise Rejected(f"The endpoint is not known: {error}.") from None
        self._base = endpoint.url.rstrip("/")
        self._format = endpoint.format
        self._discovered = True

    async def _get(self, resource: str, params: Mapping[str, str]) -> tuple[Row, ...]:
        """Rows in the format the endpoint has: XML is mandatory, JSON is not."""
        await self._discover()
        try:
            return await self._get_in(self._format, resource, params)
        except Rejected as error:
            if self._format == "xml":
                raise
            try:
                rows = await self._get_in("xml", resource, params)
            except ConnectorError:
                raise error from None
        self._format = "xml"
        return rows

    async def _get_in(
        self, fmt: Format, resource: str, params: Mapping[str, str]
    ) -> tuple[Row, ...]:
        status, headers, body = await self._call("GET", f"{self._base}/{resource}.{fmt}", params)
        if not 200 <= status < 300:
            raise failure(status, headers, body, sending=False)
        if status == 204:
            return ()
        try:
            rows = read_rows(body)
        except NotRows as error:
            # Half an answer or a proxy's error page: the next poll reads the same window.
            raise TemporarilyUnavailable(f"the endpoint's answer is {error}") from None
        if (said := error_text(rows)) is not None:
            raise Rejected(f"the endpoint answered with an error: {said}")
        return rows

    async def _call(
        self, method: Literal["GET", "POST"], url: str, fields: Mapping[str, str]
    ) -> tuple[int, Mapping[str, str], bytes]:
        sent = dict(fields)
        if self._jurisdiction_id:
            sent["jurisdiction_id"] = self._jurisdiction_id
        if self._http is None:
            self._http = httpx2.AsyncClient(timeout=_TIMEOUT, transport=self._transport)
        sending = method == "POST"
        try:
            async with self._http.stream(
                method,
                url,
                params=None if sending else sent,
                data=sent if sending else None,
            ) as response:
                body = bytearray()
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > MAX_ANSWER_BYTES:
                        raise TemporarilyUnavailable(
                            "the endpoint's answer is too large", outcome_unknown=sending
                        )
                return response.status_code, response.headers, bytes(body)
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
            raise Rejected(f"the endpoint's address is not valid: {error}") from None
        except _NOT_SENT as error:
            raise TemporarilyUnavailable(
                f"the endpoint cannot be reached: {type(error).__name__}"
            ) from None
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            raise TemporarilyUnavailable(
                f"the endpoint did not answer: {type(error).__name__}", outcome_unknown=sending
            ) from None
