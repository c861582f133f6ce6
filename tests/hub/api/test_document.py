"""The OpenAPI document: valid, told the truth, and answered as it says.

Schemathesis reads the document, makes requests of it, and calls the app with an admin's token:
no answer may be a 5xx, of a status or type that is not documented, or unlike its schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jsonschema
import pytest
import requests
import schemathesis
from anyio.from_thread import BlockingPortal, start_blocking_portal
from httpx2 import Response
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from channels.open311.services import SERVICES
from hub.api.app import create_api
from hub.api.exports import MEDIA_TYPES as REPORT_TYPES
from hub.ports.files import MEDIA_TYPES
from hub.team.models import Role
from tests.fixtures import Databases
from tests.hub.api.site import NOBODY, ORIGIN, Caller, Site, open_site
from tests.hub.api.test_roles import CALLS

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
API_KEY = "the key that files requests"
SERVICE_CODES = [service.code for service in SERVICES[:4]]
FILES = "/messages/{message_id}/attachments/{index}"
EXPORT = "/reports/export"
"""What answers with other things than JSON."""
EXAMPLES = 20
"""Of each operation."""


@pytest.mark.anyio
async def test_the_document_is_valid(house: Site) -> None:
    answer = await house.api(NOBODY, "GET", "/openapi.json")
    assert answer.status_code == 200
    document = answer.json()
    schemathesis.openapi.from_dict(document).validate()
    assert document["openapi"].startswith("3.1")
    again = (await house.api(NOBODY, "GET", "/openapi.json")).json()
    assert again == document, "asked twice, told twice the same"


@pytest.mark.anyio
async def test_every_operation_says_what_may_go_wrong(house: Site) -> None:
    document = create_api(house.hub).openapi()
    assert document["security"] == [{"token": []}, {"session": []}]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    for path, item in document["paths"].items():
        for method, operation in item.items():
            where = f"{method} {path}"
            assert {"401", "404", "422", "503"} <= operation["responses"].keys(), where
            for status, answer in operation["responses"].items():
                if path == FILES and status in ("200", "206", "304", "416"):
                    assert answer.get("content", {}).keys() <= MEDIA_TYPES, where
                    continue
                if path == EXPORT and status == "200":
                    assert answer["content"].keys() == REPORT_TYPES, where
                    continue
                if status == "204":
                    assert "content" not in answer, where
                    continue
                kind = "application/json" if status < "400" else "application/problem+json"
                assert list(answer["content"]) == [kind], f"{where}: {status}"
            assert operation["responses"].keys() & {"200", "201", "202", "204"}, where


@pytest.mark.anyio
async def test_the_schemas_are_schemas(house: Site) -> None:
    for name, schema in create_api(house.hub).openapi()["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        for field in schema.get("properties", {}):
            assert field.islower(), f"{name}.{field}"


class Bench:
    """A site that synchronous code may call: Hypothesis drives it from this thread."""

    def __init__(self, portal: BlockingPortal, site: Site, caller: Caller) -> None:
        self.portal = portal
        self.site = site
        self.caller = caller

    def ask(self, method: str, path: str, **more: Any) -> Response:
        async def go() -> Response:
            return await self.site.ask(self.caller, method, path, bugs=False, **more)

        return self.portal.call(go)


@pytest.fixture
def bench(databases: Databases, tmp_path: Path) -> Iterator[Bench]:
    """A site for one test alone: what an admin is made to do may switch an account off."""
    with databases.prepared("sqlite") as url, start_blocking_portal() as portal:
        opened = open_site(url, tmp_path, open311_api_key=API_KEY)
        with portal.wrap_async_context_manager(opened) as site:

            async def fill() -> Caller:
                for unit in ("call-center", "billing"):
                    await site.ticket(unit)
                return await site.token(Role.ADMIN)

            yield Bench(portal, site, portal.call(fill))


def _bounded(examples: int) -> settings:
    """So many examples, the same ones every time, without a database of failures."""
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )


def _statuses_of(operation: Any, bench: Bench) -> set[int]:
    """Make requests of one operation and check every answer; gives the statuses seen."""
    seen: set[int] = set()

    @_bounded(EXAMPLES)
    @given(case=operation.as_strategy())
    def try_it(case: Any) -> None:
        wanted = case.as_transport_kwargs(base_url=f"{ORIGIN}/api/v1")
        wanted.pop("cookies", None)
        wanted["headers"] = {**wanted["headers"], **bench.caller.headers}
        request = requests.Request(**wanted).prepare()
        assert request.method is not None
        assert request.url is not None
        answer = bench.ask(
            request.method,
            request.url.removeprefix(ORIGIN),
            headers=dict(request.headers),
            content=request.body,
        )
        seen.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    try_it()
    return seen


def test_schemathesis_finds_nothing(bench: Bench) -> None:
    schema = schemathesis.openapi.from_dict(create_api(bench.site.hub).openapi())
    found: list[Any] = list(schema.get_all_operations())
    operations = [result.ok() for result in found]
    assert len(operations) == len(CALLS)
    statuses: dict[str, set[int]] = {}
    for operation in operations:
        statuses[operation.label] = _statuses_of(operation, bench)
    # It got through to the calls themselves, and not only to what checks their parameters.
    for label in ("GET /tickets", "POST /tickets", "GET /contacts", "GET /reports/live"):
        assert statuses[label] & {200, 201}, (label, statuses)


FIELDS = (
    "service_code", "lat", "long", "address_string", "address_id", "email", "device_id",
    "account_id", "first_name", "last_name", "phone", "description", "media_url", "api_key",
    "jurisdiction_id", "attribute[A]", "attribute[B][]",
)  # fmt: skip


@st.composite
def filings(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Forms that are nearly right, and forms that are nothing at all."""
    names = st.one_of(st.sampled_from(FIELDS), st.text(max_size=12))
    odd = st.text(max_size=60)
    numbers = st.one_of(
        st.floats().map(str), st.integers().map(str), st.sampled_from(["30.4", "-84.2"])
    )
    pairs = draw(st.lists(st.tuples(names, st.one_of(odd, numbers)), max_size=12))
    if draw(st.booleans()):
        pairs += [
            ("service_code", draw(st.sampled_from(SERVICE_CODES))),
            ("address_string", draw(odd)),
            ("description", draw(st.text(max_size=200))),
            ("api_key", API_KEY),
        ]
    return pairs


def _as_form(pairs: list[tuple[str, str]]) -> bytes:
    return urlencode(pairs, errors="surrogatepass").encode()


def test_open311_takes_any_form(bench: Bench) -> None:
    """Filing a request with whatever a form can hold is answered in the standard's terms."""
    seen: set[int] = set()

    right = [
        ("service_code", SERVICE_CODES[0]),
        ("address_string", "300 S Adams St"),
        ("description", "The lamp is out"),
        ("api_key", API_KEY),
    ]

    @_bounded(120)
    @example(content=_as_form(right), ending="json")
    @given(
        content=st.one_of(filings().map(_as_form), st.binary(max_size=200)),
        ending=st.sampled_from(["json", "xml"]),
    )
    def try_it(content: bytes, ending: str) -> None:
        answer = bench.ask(
            "POST",
            f"/open311/v2/requests.{ending}",
            content=content,
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
        seen.add(answer.status_code)
        assert answer.status_code in (200, 400, 403, 404), answer.text
        assert ending in answer.headers["content-type"]
        if answer.status_code == 200:
            bench.ask("GET", f"/open311/v2/requests.{ending}").raise_for_status()

    try_it()
    assert {200, 400} <= seen


def test_open311_takes_any_question(bench: Bench) -> None:
    names = ("service_request_id", "service_code", "start_date", "end_date", "status", "page",
             "page_size", "updated_after", "updated_before", "lat", "long", "radius")  # fmt: skip

    @_bounded(120)
    @given(
        pairs=st.lists(
            st.tuples(
                st.sampled_from(names),
                st.one_of(
                    st.text(max_size=30),
                    st.integers().map(str),
                    st.datetimes().map(lambda at: at.isoformat() + "Z"),
                ),
            ),
            max_size=6,
        ),
        place=st.sampled_from(
            ["requests.json", "requests.xml", "services.json", "requests/1.json"]
        ),
    )
    def try_it(pairs: list[tuple[str, str]], place: str) -> None:
        query = urlencode(pairs, errors="surrogatepass")
        answer = bench.ask("GET", f"/open311/v2/{place}?{query}")
        assert answer.status_code in (200, 400, 404), answer.text

    try_it()
