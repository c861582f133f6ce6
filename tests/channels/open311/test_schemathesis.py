"""Schemathesis against the endpoint: what our OpenAPI document and the standard's Swagger file
allow, and what they do not, is answered without an error of ours and as the document says."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import schemathesis
from defusedxml.ElementTree import fromstring
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from channels.open311 import Open311Server
from channels.open311.openapi import document
from hub.ports import ServiceRequestUpdate
from tests.channels.open311.fakes import API_KEY, NOW, Hub, account
from tests.channels.open311.test_reading import request

ADDRESS = "http://city.example/open311/v2"
OURS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 15
"""Of each operation."""


def _server(hub: Hub) -> TestClient:
    hub.requests += [request(number, conversation=f"filed:{number}") for number in range(1, 4)]
    hub.posted += [ServiceRequestUpdate("m-1", "1", True, "On its way", NOW)]
    return TestClient(
        Open311Server(account(), hub, hub, lambda: NOW), raise_server_exceptions=False
    )


def _operations(loaded: Any) -> list[Any]:
    return [result.ok() for result in loaded.get_all_operations()]


def _try(operation: Any, city: TestClient, checks: list[Any], **known: Any) -> Counter[int]:
    """Make requests of one operation, some of them with what is `known` to be there; gives how
    often each status was answered."""
    seen: Counter[int] = Counter()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    @given(case=operation.as_strategy(), right=st.booleans())
    def once(case: Any, right: bool) -> None:
        if right and isinstance(case.body, dict):
            case.body |= {name: one for name, one in known.items() if name in FORM}
        if right and case.path_parameters:
            named = {name: one for name, one in known.items() if name in case.path_parameters}
            case.path_parameters |= named
        wanted = case.as_transport_kwargs(base_url=ADDRESS)
        wanted.pop("cookies", None)
        prepared = requests.Request(**wanted).prepare()
        assert prepared.method is not None
        assert prepared.url is not None
        parts = urlsplit(prepared.url)
        body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
        answer = city.request(
            prepared.method,
            f"{parts.path.removeprefix('/open311/v2')}?{parts.query}",
            headers=dict(prepared.headers),
            content=body,
        )
        seen[answer.status_code] += 1
        case.validate_response(answer, checks=checks)
        if parts.path.endswith(".xml"):
            fromstring(answer.content)
        if answer.status_code >= 400:
            assert str(answer.status_code) in answer.text

    once()
    return seen


FORM = frozenset({"api_key", "service_code", "service_request_id", "address_string", "description"})
KNOWN = {
    "api_key": API_KEY,
    "service_code": "pothole",
    "service_request_id": "1",
    "token": "1",
    "token_id": "1",
    "response_format": "json",
    "address_string": "400 Invented Ave",
    "description": "A hole",
}


def test_our_own_document(hub: Hub) -> None:
    city = _server(hub)
    served = city.get("/openapi.json").json()
    assert served["openapi"] == "3.0.3"
    assert served["servers"] == [{"url": "http://testserver"}]
    assert city.get("/openapi.xml").status_code == 404
    loaded = schemathesis.openapi.from_dict(json.loads(json.dumps(document(ADDRESS))))
    loaded.validate()
    seen = {one.label: _try(one, city, OURS, **KNOWN) for one in _operations(loaded)}
    assert len(seen) == 9
    assert all(statuses[200] for statuses in seen.values()), seen
    assert all(
        statuses[400] or statuses[403] for label, statuses in seen.items() if "POST" in label
    )
    assert hub.messages


def test_the_standards_own_document(hub: Hub, shared: Path) -> None:
    """The recorded Swagger file has the fields of a POST in the address and one path of its own:
    we follow the text of the standard, and answer such requests in its terms."""
    city = _server(hub)
    path = shared / "fixtures" / "open311" / "georeport-v2-swagger.json"
    loaded = schemathesis.openapi.from_dict(json.loads(path.read_text()))
    checks = [not_a_server_error, content_type_conformance]
    seen = {one.label: _try(one, city, checks, **KNOWN) for one in _operations(loaded)}
    assert len(seen) >= 6
    read = [label for label in seen if label.startswith("GET") and "/request/" not in label]
    assert all(seen[label][200] for label in read), seen
