"""How long after a webhook was posted a console sees it."""

from __future__ import annotations

from bench import child
from bench.hub_process import APP_SECRET, PAGE_ID, create_token, hub_process, prepare
from bench.ingest import mark
from bench.machine import percentile
from bench.options import Options
from bench.result import Line, Measurement, at_most

NAME = "latency"
TITLE = "webhook posted to visible at a console's socket (SQLite)"


def measure(options: Options) -> Measurement:
    lines: list[Line] = []
    for worker in (False, True):
        data = options.folder / NAME / ("embedded" if worker else "apart")
        prepare(data)
        token = create_token(data)
        with hub_process(data, worker=worker) as hub:
            before = hub.cpu()
            found = child.run(
                "bench.load",
                {
                    "port": hub.port,
                    "secret": APP_SECRET,
                    "page_id": PAGE_ID,
                    "mark": mark(),
                    "connections": options.connections,
                    "seconds": options.rate_seconds,
                    "rate": options.rate,
                    "token": token,
                },
            )
            cpu = hub.cpu() - before
        if found["errors"] or found["never_visible"]:
            raise child.ChildFailed(
                f"{found['errors']} webhooks refused, {found['never_visible']} never seen"
            )
        visible, accepted = found["visible"], found["latencies"]
        p95 = percentile(visible, 0.95)
        how = "with the embedded worker triaging" if worker else "with a worker elsewhere"
        lines += [
            Line(f"visible p50, {how}", percentile(visible, 0.5), "ms"),
            Line("visible p95", p95, "ms", goal=at_most(p95, 150, "≤ 150 ms")),
            Line("visible p99", percentile(visible, 0.99), "ms"),
            Line("webhook answered p95", percentile(accepted, 0.95), "ms"),
            Line("hub busy", cpu / found["seconds"] * 100, "% of a core"),
        ]
    return Measurement(
        NAME,
        TITLE,
        lines,
        [
            f"{options.rate} webhooks a second for {options.rate_seconds:g} s, each of a new "
            "sender; measured from before the request is written, so the storing is in it."
        ],
    )
