"""Durable ingest on PostgreSQL, the real product path, against bare asyncpg transactions."""

from __future__ import annotations

import statistics
from pathlib import Path

from bench.helpdesk import VERSION, WORKERS, Created, NoPeer, tickets_created
from bench.hub_process import hub_process
from bench.ingest import Rate, bare, below_http, median, over_http
from bench.options import Options
from bench.postgres import NoPostgresql, postgresql
from bench.result import Line, Measurement, at_least, skipped

NAME = "ingest_postgresql"
TITLE = "webhooks stored on PostgreSQL, fsync on"
BARE_CONNECTIONS = 16
PEER_SECONDS = 10.0


def measure(options: Options) -> Measurement:
    folder = options.folder / NAME
    raw: list[Rate] = []
    product: list[Rate] = []
    try:
        with postgresql() as url:
            with hub_process(folder / "hub", database_url=url) as hub:
                for _ in range(options.rounds):
                    raw.append(bare("postgresql", url, options, BARE_CONNECTIONS))
                    product.append(over_http(hub, options))
            inside = below_http(folder / "inside", url, options)
            peer = peer_of(folder / "peer", url, min(PEER_SECONDS, options.seconds))
    except NoPostgresql as error:
        return skipped(NAME, TITLE, str(error))
    bare_rate, http = median(raw), median(product)
    ratios = [p.per_second / r.per_second for p, r in zip(product, raw, strict=True)]
    ratio = statistics.median(ratios)
    return Measurement(
        NAME,
        TITLE,
        [
            Line(
                f"bare asyncpg, insert + update a transaction, {BARE_CONNECTIONS} connections",
                bare_rate.per_second,
                "msg/s",
            ),
            Line(
                f"hub over HTTP, {options.connections} connections",
                http.per_second,
                "msg/s",
                f"{ratio:.0%} of bare",
                at_least(ratio, 0.75, "≥ 75 % of bare"),
            ),
            Line("its latency p50", http.p50, "ms"),
            Line("its latency p99", http.p99, "ms"),
            Line("its processor time (the hub's alone)", http.cpu_micros, "µs/msg"),
            *(beside(peer, http) if isinstance(peer, Created) else ()),
            Line(
                f"`Intake.receive`, {options.producers} producers",
                inside.per_second,
                "msg/s",
                f"{inside.per_second / bare_rate.per_second:.0%} of bare",
            ),
            Line("its processor time", inside.cpu_micros, "µs/msg"),
        ],
        [
            f"Median of {options.rounds} rounds, bare and hub in turn; ratios by round: "
            + ", ".join(f"{value:.0%}" for value in ratios)
            + ".",
            "Server, hub and load share this machine's cores.",
            f"django-helpdesk was not measured: {peer}"
            if isinstance(peer, str)
            else "django-helpdesk creates tickets from its public form, on the same server.",
        ],
    )


def peer_of(folder: Path, url: str, seconds: float) -> Created | str:
    """What the peer does on the same server, or why that is not known."""
    try:
        return tickets_created(url, folder, seconds)
    except NoPeer as error:
        return str(error)


def beside(peer: Created, http: Rate) -> tuple[Line, ...]:
    times = http.per_second / peer.per_second
    return (
        Line(
            f"django-helpdesk {VERSION} creates tickets, {WORKERS} workers",
            peer.per_second,
            "tickets/s",
        ),
        Line("its processor time", peer.cpu_micros, "µs/ticket"),
        Line("hub against django-helpdesk", times, "×", goal=at_least(times, 50, "≥ 50 ×")),
        Line("the same by processor time", peer.cpu_micros / http.cpu_micros, "×"),
    )
