"""Two public Open311 clients against the server, over loopback."""

from __future__ import annotations

import importlib
import io
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
from tests.channels.open311.test_reading import request


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


def test_three_pages_and_posts_again(address: str, hub: Hub) -> None:
    hub.requests += [request(number, conversation=f"filed:{number}") for number in range(1, 8)]
    client = load_three().Three(address, api_key=API_KEY, jurisdiction="")
    pages = [client.requests("pothole", page=str(page), count="3") for page in range(1, 5)]
    assert [[row["service_request_id"] for row in page] for page in pages] == [
        ["1", "2", "3"],
        ["4", "5", "6"],
        ["7"],
        [],
    ]
    assert len(client.requests(between=["11-18-2026", "11-20-2026"])) == 2
    first, again = (
        client.post("pothole", address="400 Invented Ave", name="Pat Doe", description="A hole.")
        for _ in range(2)
    )
    assert first == again
    assert len(hub.messages) == 1
    closed = client.requests(status="closed")
    assert closed == []
    client.session.close()


def test_three_cannot_send_a_file(address: str, hub: Hub) -> None:
    """It would send it as multipart, which the standard does not have."""
    client = load_three().Three(address, api_key=API_KEY)
    (refused,) = client.post("pothole", address="400 Invented Ave", media=io.BytesIO(b"picture"))
    assert refused["code"] == 400
    assert "x-www-form-urlencoded" in refused["description"]
    assert not hub.messages
    client.session.close()


def test_three_reads_and_posts_updates(address: str, hub: Hub) -> None:
    file_two(address)
    client = load_three().Three(address, api_key=API_KEY)
    said = {"api_key": API_KEY, "service_request_id": "2", "update_id": "a-1", "status": "OPEN"}
    posted = client.session.post(
        client._create_path("servicerequestupdates"), data=said | {"description": "Still there."}
    )
    assert posted.json() == [{"update_id": "3", "account_id": None}]
    (update,) = client.get("servicerequestupdates", service_request_id="2")
    assert (update["description"], update["client_update_id"]) == ("Still there.", "a-1")
    assert client.get("servicerequestupdates", service_request_id="1") == []
    client.session.close()


@pytest.mark.parametrize("output_format", ["json", "xml"])
def test_georeport_reads_windows(address: str, hub: Hub, output_format: str) -> None:
    hub.requests += [request(number) for number in range(1, 6)]
    client = load_georeport()(address, output_format=output_format)
    window = {"start_date": "2026-11-18T00:00:00Z", "end_date": "2026-11-20T23:00:00Z"}
    rows = client.get_service_requests(**window)
    assert [row["service_request_id"] for row in rows] == ["2", "3", "4"]
    assert [row["address"] for row in rows] == ["400 Invented Ave"] * 3
    named = client.get_service_requests(service_request_id="4,5")
    assert [row["service_request_id"] for row in named] == ["4", "5"]
