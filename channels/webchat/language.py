"""English or Spanish: which a browser wants, and how dates are said in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from starlette.requests import Request

Language = Literal["en", "es"]

_MONTHS: Mapping[Language, tuple[str, ...]] = {
    "en": (
        *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
        *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    ),
    "es": (
        *("ene", "feb", "mar", "abr", "may", "jun"),
        *("jul", "ago", "sept", "oct", "nov", "dic"),
    ),
}


def language_of(request: Request) -> Language:
    """`?lang=`, else what the browser prefers, else English."""
    asked = request.query_params.get("lang", "").lower()[:2]
    if asked in ("en", "es"):
        return "es" if asked == "es" else "en"
    return preferred(request.headers.get("accept-language", ""))


def preferred(accept: str) -> Language:
    """The better liked of the two in an Accept-Language header (RFC 9110, 12.5.4)."""
    best: dict[str, float] = {}
    for part in accept[:500].split(","):
        tag, _, weight = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        best[language] = max(best.get(language, 0.0), quality)
    return "es" if best.get("es", 0.0) > best.get("en", 0.0) else "en"


def moment(at: datetime, zone: ZoneInfo, language: Language) -> str:
    """Such as `Nov 18, 2026, 12:05 PM EST` or `18 nov 2026, 12:05 EST`: the city's time."""
    local = at.astimezone(zone)
    month = _MONTHS[language][local.month - 1]
    if language == "es":
        return f"{local.day} {month} {local.year}, {local:%H:%M} {local:%Z}"
    hour = local.strftime("%I").lstrip("0")
    return f"{month} {local.day}, {local.year}, {hour}:{local:%M} {local:%p} {local:%Z}"
