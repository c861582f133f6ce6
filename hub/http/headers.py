"""The headers every answer carries, whoever makes it."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders

_CSP = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; "
    "object-src 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


_RAW = tuple(
    (name.lower().encode(), value.encode("latin-1")) for name, value in SECURITY_HEADERS.items()
)


def secure(headers: MutableHeaders) -> None:
    """Add what is not said yet: an answer may know better."""
    # Every answer passes here: as bytes it takes a tenth of five `setdefault`.
    said = {name for name, _ in headers.raw}
    headers.raw.extend(header for header in _RAW if header[0] not in said)
