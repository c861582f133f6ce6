"""Two public Open311 clients against the server, over loopback."""

from __future__ import annotations

import importlib
import itertools
import socket
import threading
import warnings
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from channels.open311 import Open311Server
from tests.channels.open311.fakes import API_KEY, Hub


@pytest.fixture
def address(server: Open311Server) -> Iterator[str]:
    """The server's address on a free loopback port."""
    app = Starlette(routes=[Mount("/open311/v2", app=server)])
    listener = socket.create_server(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/open311/v2"
    running.should_exit = True
    thread.join(10)
    listener.close()


def file_two(address: str) -> None:
    three = load_three()
    client = three.Three(address, api_key=API_KEY)
    for street in ("400 Invented Ave", "7 Imagined Ct"):
        (answer,) = client.post(
            "pothole", address=street, name="Pat Doe", phone="850-555-0100", description="A hole."
        )
        assert answer["service_request_id"]
    client.session.close()


def load_three() -> ModuleType:
    """The `three` package, which on Python 3 needs a name that Python 2 had."""
    if not hasattr(itertools, "ifilter"):
        itertools.ifilter = filter  # type: ignore[attr-defined]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module("three")


def load_georeport() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module("georeport").GeoReport


def test_three_posts_and_reads(address: str, hub: Hub) -> None:
    file_two(address)
    assert [message.author.address for message in hub.messages] == ["+18505550100"] * 2
    client = load_three().Three(address, api_key=API_KEY)
    assert client.discovery()["endpoints"][0]["url"] == address
    assert len(client.services()) > 20
    assert client.services("pothole")["service_code"] == "pothole"
    assert [row["service_request_id"] for row in client.requests()] == ["2", "1"]
    assert client.requests("graffiti") == []
    assert client.request("1")[0]["address"] == "400 Invented Ave"
    assert client.token("1") == [{"service_request_id": "1", "token": "1"}]
    (refused,) = client.post("pothole", description="where?")
    assert refused["code"] == 400
    client.session.close()


@pytest.mark.parametrize("output_format", ["json", "xml"])
def test_georeport_reads(address: str, output_format: str) -> None:
    file_two(address)
    client = load_georeport()(address, output_format=output_format)
    services = client.get_service_list()
    assert services[0]["service_code"] == "street-light-out"
    assert client.get_service_definition("pothole")["service_code"] == "pothole"
    rows = client.get_service_requests(status="open", service_code="pothole")
    assert [row["service_request_id"] for row in rows] == ["2", "1"]
    assert client.get_service_request("2")["address"] == "7 Imagined Ct"
    single = client.get_service_requests(service_request_id="1")
    # In XML this client cannot tell a list of one from the one.
    row = single if output_format == "xml" else single[0]
    assert row["status"] == "open"
