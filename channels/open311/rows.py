"""Reading what a remote GeoReport endpoint answers, however it spells it.

Servers in the wild send numbers where the standard says strings, numbers with leading zeros
that no JSON parser takes (the standard's own printed sample does), a single object or a
wrapped list where it says an array, and XML where JSON was asked for. All of these become
rows: flat mappings of text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from hub.ports.messages import clean_text

Row = Mapping[str, str | None]
"""One request, service, update or error; blank and missing fields are None or absent."""


class NotRows(Exception):
    """The body is neither JSON nor XML that holds rows."""


# A string, or a number with leading zeros that stands where a value ends.
_STRING_OR_ZEROED = re.compile(
    r'"(?:[^"\\]|\\.)*"|(?<=[:\[,\s])-?0\d[\d.]*(?=\s*[,}\]])', re.DOTALL | re.ASCII
)
_ROW_FIELDS = frozenset({"service_request_id", "token", "service_code", "update_id", "code"})
"""What makes an object a row rather than something around rows."""
_XML_ITEMS = frozenset(
    {
        "request", "service_request", "service", "request_update", "service_request_update",
        "error",
    }
)  # fmt: skip
_XML_ROOTS = frozenset(
    {"service_requests", "requests", "services", "service_request_updates", "errors"}
)


def _quote_zeroed(text: str) -> str:
    """Turn numbers such as 006 into strings: as numbers they would lose their zeros."""

    def quoted(match: re.Match[str]) -> str:
        found = match[0]
        return found if found.startswith('"') else f'"{found}"'

    return _STRING_OR_ZEROED.sub(quoted, text)


def _load(text: str) -> Any:
    # Numbers stay the text they were: an id must not become 6.38344e5, nor 2**64 a float.
    return json.loads(
        text, parse_int=str, parse_float=str, parse_constant=lambda _: None, strict=False
    )


def _from_json(text: str) -> Any:
    try:
        return _load(text)
    except ValueError:
        return _load(_quote_zeroed(text))


def _flat(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return clean_text(value) if value.strip() else None
    if isinstance(value, list):  # of several pictures, or words, the first
        return next((text for one in value if isinstance(one, str) and (text := _flat(one))), None)
    return None


def _flat_row(value: Mapping[str, Any]) -> Row:
    return {name: _flat(one) for name, one in value.items()}


def _json_rows(value: Any, depth: int = 0) -> Iterator[Row]:
    """The objects in an array, in an object that wraps it, or the one object itself."""
    if isinstance(value, list):
        # What is no object cannot be a row, but it must be seen and counted.
        yield from (_flat_row(part) if isinstance(part, dict) else {} for part in value)
    elif isinstance(value, dict):
        wrapped = _wrapped(value)
        if wrapped is not None and depth < 3 and not _ROW_FIELDS & value.keys():
            yield from _json_rows(wrapped, depth + 1)
        elif value:
            yield _flat_row(value)
    elif value is not None:
        raise ValueError("a bare value")


def _wrapped(value: Mapping[str, Any]) -> Any:
    """What an object holds its rows in. Paging, or an empty list of errors, may come before it."""
    parts = {name: part for name, part in value.items() if isinstance(part, list | dict)}

    def likely(name: str) -> tuple[bool, bool, bool, bool]:
        known, listed = name in _XML_ROOTS | _XML_ITEMS, isinstance(parts[name], list)
        return known and bool(parts[name]), listed and bool(parts[name]), known, listed

    return parts[max(parts, key=likely)] if parts else None


def _local_name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _items(element: Element) -> Iterator[Element]:
    """The rows below `element`: what lies within one of them is a field of it."""
    for child in element:
        if _local_name(child) in _XML_ITEMS:
            yield child
        else:
            yield from _items(child)


def _xml_rows(text: str | bytes) -> Iterator[Row]:
    root = fromstring(text, forbid_dtd=True)
    name = _local_name(root)
    bare = name in _XML_ITEMS and any(_local_name(field) in _ROW_FIELDS for field in root)
    items = [root] if bare else list(_items(root))
    if not items and (name not in _XML_ROOTS or any(len(child) for child in root)):
        # A web server's error page is well-formed too, and so are rows by another name: neither
        # is a list without requests.
        raise ValueError("another document")
    for element in items:
        yield {_local_name(field): _flat("".join(field.itertext())) for field in element}


def read_rows(body: bytes) -> tuple[Row, ...]:
    """Every row of an answer, in its order. Raises NotRows."""
    stripped = body.removeprefix(b"\xef\xbb\xbf").strip()
    try:
        if stripped.startswith(b"<"):
            return tuple(_xml_rows(stripped))
        return tuple(_json_rows(_from_json(stripped.decode("utf-8", "replace"))))
    except (ValueError, ParseError, DefusedXmlException, LookupError, RecursionError) as error:
        raise NotRows(f"neither JSON nor XML: {type(error).__name__}") from None


def error_text(rows: tuple[Row, ...]) -> str | None:
    """What an error array says, or None if `rows` are no errors."""
    errors = [row for row in rows if row.get("description") and "service_request_id" not in row]
    if not errors or not all("code" in row for row in errors):
        return None
    return "; ".join(row["description"] or "" for row in errors)[:500]
