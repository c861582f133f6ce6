"""GeoReport answers as JSON or XML. XML is the mandatory one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET  # only writes; what we read is a form

from starlette.responses import JSONResponse, Response

Row = Mapping[str, object]

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Refused(Exception):
    """The standard's error: 404, 403 for the key, 400 for everything else."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


def rendered(
    rows: Sequence[Row], form: str, root: str, element: str, status: int = 200
) -> Response:
    """`form` is json or xml; `root` and `element` name the XML's tags."""
    if form == "json":
        return JSONResponse(list(rows), status, media_type="application/json; charset=utf-8")
    top = ET.Element(root)
    for row in rows:
        item = ET.SubElement(top, element)
        for name, value in row.items():
            ET.SubElement(item, name).text = _text(value)
    body = ET.tostring(top, encoding="utf-8", xml_declaration=True)
    return Response(body, status, media_type="text/xml; charset=utf-8")


def discovery(found: Row, endpoints: Sequence[Row], form: str) -> Response:
    """A service discovery: what holds for all, and the endpoints, each with its formats."""
    if form == "json":
        body = {**found, "endpoints": list(endpoints)}
        return JSONResponse(body, media_type="application/json; charset=utf-8")
    top = ET.Element("discovery")
    for name, value in found.items():
        ET.SubElement(top, name).text = _text(value)
    listed = ET.SubElement(top, "endpoints")
    for endpoint in endpoints:
        item = ET.SubElement(listed, "endpoint")
        for name, value in endpoint.items():
            field = ET.SubElement(item, name)
            if isinstance(value, list):
                for part in value:
                    ET.SubElement(field, name.removesuffix("s")).text = _text(part)
            else:
                field.text = _text(value)
    content = ET.tostring(top, encoding="utf-8", xml_declaration=True)
    return Response(content, media_type="text/xml; charset=utf-8")


def refused(problem: Refused, form: str) -> Response:
    row = {"code": problem.code, "description": problem.description}
    return rendered([row], form, "errors", "error", problem.code)


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return NOT_XML.sub("", str(value))
