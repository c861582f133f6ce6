"""How soon the hub takes inquiries, and what it needs while nothing happens."""

from __future__ import annotations

import statistics
import time

from bench.hub_process import compile_bytecode, hub_process
from bench.options import Options
from bench.result import Line, Measurement, at_most

NAME = "startup"
TITLE = "starting and being idle (SQLite, embedded worker, no bot)"


def measure(options: Options) -> Measurement:
    compile_bytecode()
    data = options.folder / NAME
    with hub_process(data, worker=True) as hub:
        first = hub.started_in
    starts: list[float] = []
    for _ in range(max(1, options.rounds)):
        with hub_process(data, worker=True) as hub:
            starts.append(hub.started_in)
            starting = hub.cpu()
    with hub_process(data, worker=True) as hub:
        time.sleep(options.idle_seconds)
        megabytes = hub.memory() / 1024**2
        before, began = hub.cpu(), time.monotonic()
        time.sleep(options.idle_seconds / 2)
        idle = (hub.cpu() - before) / (time.monotonic() - began)
    again = statistics.median(starts)
    return Measurement(
        NAME,
        TITLE,
        [
            Line("first start: schema and seed", first, "s"),
            Line(
                "start with its database there",
                again,
                "s",
                goal=at_most(again, 1.5, "≤ 1.5 s"),
            ),
            Line("processor time until it served", starting, "s"),
            Line(
                f"resident after {options.idle_seconds:g} s",
                megabytes,
                "MB",
                goal=at_most(megabytes, 120, "≤ 120 MB"),
            ),
            Line("busy while idle", idle * 100, "% of a core"),
        ],
        ["From starting the process to the first 200 of /healthz, bytecode compiled."],
    )
