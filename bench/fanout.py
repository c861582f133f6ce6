"""One event to many console sockets: processor time a delivery, memory a socket."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench import child
from bench.child import Child, ChildFailed
from bench.hub_process import (
    APP_SECRET,
    PAGE_ID,
    create_token,
    free_port,
    hub_process,
    prepare,
)
from bench.ingest import mark
from bench.machine import cpu_seconds, percentile, resident_bytes
from bench.options import Options
from bench.result import Line, Measurement, at_most

NAME = "fanout"
TITLE = "one event to every console of a process"


@dataclass(frozen=True, slots=True)
class Cost:
    """What a fan-out cost its server."""

    cpu_micros: float
    """Processor time a delivery."""
    bytes_each: float
    """Memory a socket."""
    frame: int
    """Bytes a frame."""
    p99: float
    """ms from the post to a delivery."""
    idle: float
    """Share of a core while nothing happens."""


def measure(options: Options) -> Measurement:
    product = _product(options)
    limits = {kind: _limit(kind, product.frame, options) for kind in ("own", "websockets")}
    own = limits["own"]
    ratio = product.cpu_micros / own.cpu_micros if own.cpu_micros else 0.0
    kilobytes = product.bytes_each / 1024
    return Measurement(
        NAME,
        TITLE,
        [
            Line("limit: own protocol, frame built once", own.cpu_micros, "µs/delivery"),
            Line(
                "`websockets` broadcast()",
                limits["websockets"].cpu_micros,
                "µs/delivery",
                f"{limits['websockets'].cpu_micros / own.cpu_micros:.2f} × limit"
                if own.cpu_micros
                else "",
            ),
            Line(
                "the hub",
                product.cpu_micros,
                "µs/delivery",
                f"{ratio:.2f} × limit",
                at_most(ratio, 1.8, "≤ 1.8 × limit"),
            ),
            Line("post to delivery p99", product.p99, "ms", f"limit {own.p99:.1f} ms"),
            Line(
                "memory a socket",
                kilobytes,
                "kB",
                f"limit {own.bytes_each / 1024:.1f} kB",
                at_most(kilobytes, 40, "≤ 40 kB"),
            ),
            Line("idle with all sockets open", product.idle * 100, "% of a core"),
        ],
        [
            f"{options.sockets} sockets, {options.frames} events, frames of {product.frame} bytes. "
            "The hub's share of storing the webhook that causes an event is in it.",
            "Sockets and webhooks come from one other process over loopback.",
        ],
    )


def _product(options: Options) -> Cost:
    data = options.folder / NAME
    prepare(data)
    token = create_token(data)
    with hub_process(data) as hub:
        hub.settle()
        sockets = {"port": hub.port, "path": "/console/socket", "token": token}
        webhooks = {"secret": APP_SECRET, "page_id": PAGE_ID}
        return _cost(hub.pid, sockets, hub.port, webhooks, hub.settle, options)


def _limit(kind: str, size: int, options: Options) -> Cost:
    port, trigger = free_port(), free_port()
    config = {"kind": kind, "port": port, "trigger": trigger, "size": size}
    with child.child("bench.broadcast", config) as server:
        server.hear()
        sockets = {"port": port, "path": "/"}
        return _cost(server.pid, sockets, trigger, None, lambda: None, options)


def _cost(
    server: int,
    sockets: dict[str, Any],
    trigger: int,
    webhooks: dict[str, str] | None,
    settle: Callable[[], None],
    options: Options,
) -> Cost:
    empty = resident_bytes(server)
    with child.child("bench.sockets", sockets | {"sockets": options.sockets}) as crowd:
        crowd.hear()
        settle()
        each = (resident_bytes(server) - empty) / options.sockets
        began, before = time.monotonic(), cpu_seconds(server)
        time.sleep(options.idle_seconds if webhooks else 0.1)
        idle = (cpu_seconds(server) - before) / (time.monotonic() - began)
        _post(crowd, 2, trigger, webhooks)  # the first fills caches
        before = cpu_seconds(server)
        found = _post(crowd, options.frames, trigger, webhooks)
        cpu = cpu_seconds(server) - before
        crowd.tell({"stop": True})
    return Cost(
        cpu / found["deliveries"] * 1e6,
        each,
        found["bytes"] // found["deliveries"],
        percentile(found["latencies"], 0.99),
        idle,
    )


def _post(
    crowd: Child, posts: int, trigger: int, webhooks: dict[str, str] | None
) -> dict[str, Any]:
    command: dict[str, Any] = {"posts": posts, "pause": 0.02, "trigger": trigger}
    if webhooks is not None:
        command["webhooks"] = webhooks | {"mark": mark()}
    crowd.tell(command)
    found: dict[str, Any] = crowd.hear()
    if found["missing"] > 0:
        raise ChildFailed(f"{found['missing']} deliveries did not come")
    return found
