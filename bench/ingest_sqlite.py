"""Durable ingest on SQLite, the real product path, against the raw single-row transaction."""

from __future__ import annotations

import statistics

from bench.hub_process import hub_process
from bench.ingest import Rate, bare, below_http, median, over_http
from bench.options import Options
from bench.result import Line, Measurement, at_least, at_most

NAME = "ingest_sqlite"
TITLE = "webhooks stored on SQLite, synchronous=FULL"


def measure(options: Options) -> Measurement:
    folder = options.folder / NAME
    raw: list[Rate] = []
    product: list[Rate] = []
    with hub_process(folder / "hub") as hub:
        for _ in range(options.rounds):
            raw.append(bare("sqlite", str(folder / "raw"), options))
            product.append(over_http(hub, options))
    with hub_process(folder / "embedded", worker=True) as hub:
        embedded = over_http(hub, options)
    inside = below_http(folder / "inside", None, options)
    bare_rate, http = median(raw), median(product)
    ratios = [p.per_second / r.per_second for p, r in zip(product, raw, strict=True)]
    ratio = statistics.median(ratios)
    against = f"{inside.per_second / bare_rate.per_second:.2f} × raw"
    return Measurement(
        NAME,
        TITLE,
        [
            Line("raw sqlite3, insert + update a transaction", bare_rate.per_second, "msg/s"),
            Line(
                f"hub over HTTP, {options.connections} connections",
                http.per_second,
                "msg/s",
                f"{ratio:.2f} × raw",
                at_least(ratio, 2.0, "≥ 2 × raw"),
            ),
            Line("its latency p50", http.p50, "ms"),
            Line("its latency p99", http.p99, "ms", goal=at_most(http.p99, 60, "≤ 60 ms")),
            Line("its processor time", http.cpu_micros, "µs/msg"),
            Line(
                f"`Intake.receive`, {options.producers} producers",
                inside.per_second,
                "msg/s",
                against,
            ),
            Line("its processor time", inside.cpu_micros, "µs/msg"),
            Line(
                "hub over HTTP with the embedded worker triaging",
                embedded.per_second,
                "msg/s",
                f"{embedded.per_second / bare_rate.per_second:.2f} × raw",
            ),
            Line("its latency p99", embedded.p99, "ms"),
        ],
        [
            f"Median of {options.rounds} rounds, raw and hub in turn; ratios by round: "
            + ", ".join(f"{value:.2f}" for value in ratios)
            + ".",
            "Every message is of a new sender: contact, contact point, ticket, conversation, "
            "two clocks, message, raw body, triage job and two events are written.",
            "Without the embedded worker the jobs wait for `hub worker`; the last lines have it.",
        ],
    )
