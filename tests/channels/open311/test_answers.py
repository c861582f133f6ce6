"""JSON and XML hold whatever a text holds."""

from __future__ import annotations

import json

from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.open311.answers import Refused, refusal, to_json, to_xml

any_text = st.text(st.characters(codec=None, categories=None))


@settings(deadline=None)
@given(any_text)
def test_any_text_survives_json(text: str) -> None:
    assert json.loads(to_json([{"description": text}])) == [{"description": text}]


@settings(deadline=None)
@given(any_text)
def test_any_text_makes_readable_xml(text: str) -> None:
    root = fromstring(to_xml("service_requests", [{"description": text}]))
    found = root.findtext("request/description") or ""
    # XML parsers turn a carriage return into a line end; everything legal else is kept.
    assert [*found] == [
        one
        for one in text.replace("\r\n", "\n").replace("\r", "\n")
        if one in "\t\n"
        or (one >= " " and not "\ud800" <= one <= "\udfff" and one not in "\ufffe\uffff")
    ]


def test_markup_is_escaped() -> None:
    written = to_xml("service_requests", [{"description": "<script>&amp;"}])
    assert b"<script>" not in written
    assert fromstring(written).findtext("request/description") == "<script>&amp;"


def test_values_become_elements() -> None:
    written = to_xml(
        "services", [{"metadata": False, "group": None, "lat": 30.5, "order": 1, "values": []}]
    )
    assert written.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    service = fromstring(written).find("service")
    assert service is not None
    assert [(field.tag, field.text) for field in service] == [
        ("metadata", "false"),
        ("group", None),
        ("lat", "30.5"),
        ("order", "1"),
        ("values", None),
    ]


def test_refusal_in_both_formats() -> None:
    refused = Refused(403, "api_key is not valid.")
    assert json.loads(bytes(refusal("json", refused).body)) == [
        {"code": 403, "description": "api_key is not valid."}
    ]
    response = refusal("xml", refused)
    root = fromstring(bytes(response.body))
    assert response.status_code == 403
    assert root.tag == "errors"
    assert root.findtext("error/code") == "403"
    assert root.findtext("error/description") == "api_key is not valid."
