"""What the GeoReport server answers, as JSON or XML, and how it refuses.

Shapes and roots follow GeoReport v2: `services/service`, `service_definition`,
`service_requests/request`, `errors/error`, and of the common extension
`service_request_updates/request_update`; errors are `[{"code": 403, "description": "…"}]`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Literal
from xml.etree import ElementTree  # only builds XML: reading is defusedxml's

from starlette.responses import Response

Format = Literal["json", "xml"]
Value = str | int | float | bool | None | Mapping[str, "Value"] | Sequence["Value"]

MEDIA_TYPES: Mapping[Format, str] = {
    "json": "application/json; charset=utf-8",
    "xml": "text/xml; charset=utf-8",
}

_ITEMS = {
    "services": "service",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "errors": "error",
    "media_urls": "media_url",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
}
"""The element a list's entries are wrapped in, by the list's own element."""

_ILLEGAL_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Refused(Exception):
    """The request is not carried out: `status` (400, 403, 404…) and why, for its sender.

    `more` are further reasons, each an error of its own.
    """

    def __init__(
        self,
        status: int,
        description: str,
        headers: Mapping[str, str] | None = None,
        *,
        more: Sequence[str] = (),
    ) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.more = tuple(more)
        self.headers = dict(headers or {})


def xml_text(text: str) -> str:
    """`text` without the characters that XML 1.0 cannot hold, not even escaped."""
    return _ILLEGAL_IN_XML.sub("", text)


def _fill(element: ElementTree.Element, value: Value) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        element.text = "true" if value else "false"
    elif isinstance(value, str):
        element.text = xml_text(value)
    elif isinstance(value, int | float):
        element.text = str(value)
    elif isinstance(value, Mapping):
        for name, part in value.items():
            _fill(ElementTree.SubElement(element, name), part)
    else:
        item = _ITEMS[element.tag]
        for part in value:
            _fill(ElementTree.SubElement(element, item), part)


def to_xml(root: str, value: Value) -> bytes:
    """`value` under the element `root`; None becomes an empty element."""
    element = ElementTree.Element(root)
    _fill(element, value)
    written: bytes = ElementTree.tostring(element, encoding="utf-8", xml_declaration=True)
    return written


def to_json(value: Value) -> bytes:
    """ASCII JSON: whatever a text holds, it can be encoded."""
    return json.dumps(value, allow_nan=False).encode("ascii")


def answer(
    fmt: Format,
    root: str,
    value: Value,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    body = to_json(value) if fmt == "json" else to_xml(root, value)
    return Response(
        body,
        status_code=status,
        headers={
            "Content-Type": MEDIA_TYPES[fmt],
            "X-Content-Type-Options": "nosniff",
            # Reading is public and civic apps run in browsers; no cookie is ever read here.
            "Access-Control-Allow-Origin": "*",
            **(headers or {}),
        },
    )


def refusal(fmt: Format, refused: Refused) -> Response:
    """The standard's error array."""
    return answer(
        fmt,
        "errors",
        [
            {"code": refused.status, "description": why}
            for why in (refused.description, *refused.more)
        ],
        status=refused.status,
        headers=refused.headers,
    )
