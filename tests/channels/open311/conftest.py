"""A server over an in-memory hub, and the standard's schemas."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT4
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from channels.open311 import Open311Server
from tests.channels.open311.fakes import API_KEY, NOW, Hub, account


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def server(hub: Hub) -> Open311Server:
    return Open311Server(account(), hub, hub, lambda: NOW)


@pytest.fixture
def city(server: Open311Server) -> Iterator[TestClient]:
    """A client at `/open311/v2`."""
    app = Starlette(routes=[Mount("/open311/v2", app=server)])
    with TestClient(app, base_url="http://city.example/open311/v2/") as client:
        yield client


@pytest.fixture
def form() -> dict[str, str]:
    """A request that is accepted."""
    return {
        "api_key": API_KEY,
        "service_code": "pothole",
        "address_string": "400 Invented Ave",
        "description": "A deep hole by the bus stop.",
    }


Validate = Callable[[str, Any], None]


@pytest.fixture(scope="session")
def validate(shared: Path) -> Validate:
    """Check an answer against a recorded schema of the standard, by the schema's name."""
    folder = shared / "fixtures" / "open311"
    schemas = {
        path.name.removeprefix("georeport-v2-").removesuffix(".schema.json"): json.loads(
            path.read_text()
        )
        for path in folder.glob("*.schema.json")
    }
    registry: Registry[Any] = Registry().with_resources(
        [(f"{name}.json", DRAFT4.create_resource(schema)) for name, schema in schemas.items()]
    )

    def check(name: str, value: Any) -> None:
        Draft4Validator(schemas[name], registry=registry, format_checker=FormatChecker()).validate(
            value
        )

    return check
