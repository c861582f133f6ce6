"""Reading a service discovery: where a city's GeoReport endpoint is, and what it speaks.

An account may be given the address of a discovery instead of an endpoint's: cities move their
endpoints, and the discovery is where they say so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from channels.open311.answers import Format
from channels.open311.filing import web_address

_DISCOVERY = re.compile(r"/discovery(?:\.(?:xml|json))?/?$", re.IGNORECASE)


class NoEndpoint(Exception):
    """The discovery names no GeoReport v2 endpoint, or cannot be read."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    url: str
    specification: str
    type: str
    """`production`, `test`, or what else a city writes."""
    formats: tuple[str, ...]

    @property
    def format(self) -> Format:
        """JSON where it is offered; XML every endpoint has."""
        return "json" if any("json" in one for one in self.formats) else "xml"


def is_discovery(address: str) -> bool:
    return _DISCOVERY.search(urlsplit(address).path) is not None


def read_discovery(body: bytes, address: str) -> Endpoint:
    """The endpoint to use: GeoReport v2, in production before any other. Raises NoEndpoint.

    From https we are not sent to http: what we send has the key in it.
    """
    try:
        found = list(_endpoints(body))
    except (ValueError, ParseError, DefusedXmlException, RecursionError) as error:
        raise NoEndpoint(f"the discovery cannot be read: {type(error).__name__}") from None
    secure = urlsplit(address).scheme == "https"
    usable = [
        one
        for one in found
        if web_address(one.url) is not None
        and not (secure and urlsplit(one.url).scheme != "https")
        and "georeport_v2" in one.specification.lower().replace(" ", "_")
    ]
    if not usable:
        raise NoEndpoint("the discovery names no GeoReport v2 endpoint that can be used")
    return min(usable, key=lambda one: one.type != "production")


def _endpoints(body: bytes) -> Iterator[Endpoint]:
    stripped = body.removeprefix(b"\xef\xbb\xbf").strip()
    if stripped.startswith(b"<"):
        yield from map(_from_xml, _named(fromstring(stripped, forbid_dtd=True), "endpoint"))
        return
    for one in _objects(json.loads(stripped.decode("utf-8", "replace"))):
        yield Endpoint(
            str(one["url"]).strip(),
            str(one.get("specification", "")),
            str(one.get("type", "")).strip().lower(),
            tuple(_strings(one.get("formats"))),
        )


def _from_xml(element: Element) -> Endpoint:
    def text(name: str) -> str:
        return next(("".join(one.itertext()).strip() for one in _named(element, name)), "")

    formats = tuple("".join(one.itertext()).strip() for one in _named(element, "format"))
    return Endpoint(text("url"), text("specification"), text("type").lower(), formats)


def _named(root: Element, name: str) -> Iterator[Element]:
    """Every element below `root` of that name, whatever its namespace."""
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag.rpartition("}")[2] == name:
            yield element


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """The objects that have a url, wherever they are."""
    if isinstance(value, dict):
        if isinstance(value.get("url"), str):
            yield value
        for part in value.values():
            yield from _objects(part)
    elif isinstance(value, list):
        for part in value:
            yield from _objects(part)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
