"""What both databases' ingest measurements share: product and baseline in turn, medians."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import child
from bench.hub_process import APP_SECRET, PAGE_ID, HubProcess
from bench.machine import percentile
from bench.options import Options


@dataclass(frozen=True, slots=True)
class Rate:
    """How a load went."""

    per_second: float
    cpu_micros: float
    """Processor time a message, microseconds, of the process under test."""
    p50: float
    p99: float
    """Latency in ms."""


def over_http(hub: HubProcess, options: Options) -> Rate:
    """Signed Messenger webhooks of distinct senders, as many as the connections can post."""
    config = {
        "port": hub.port,
        "secret": APP_SECRET,
        "page_id": PAGE_ID,
        "mark": mark(),
        "connections": options.connections,
        "seconds": options.seconds,
    }
    # The first requests fill caches and import what is imported late.
    child.run("bench.load", config | {"seconds": min(1.0, options.seconds), "mark": mark()})
    before = hub.cpu()
    found = child.run("bench.load", config)
    cpu = hub.cpu() - before
    if found["errors"]:
        raise child.ChildFailed(f"{found['errors']} webhooks were not answered with 200")
    return _rate(found, cpu)


def below_http(data: Path, database_url: str | None, options: Options) -> Rate:
    """`Intake.receive`, called by many producers in one process."""
    config = {
        "data": str(data),
        "database_url": database_url,
        "producers": options.producers,
        "seconds": options.seconds,
    }
    found = child.run("bench.inside", config)
    return _rate(found, found["cpu"])


def bare(kind: str, target: str, options: Options, connections: int = 1) -> Rate:
    """Single-row transactions through the driver alone."""
    config = {
        "kind": kind,
        "target": target,
        "seconds": options.seconds / 2,
        "connections": connections,
    }
    found = child.run("bench.baseline", config)
    return _rate(found | {"latencies": []}, found["cpu"])


def _rate(found: dict[str, Any], cpu: float) -> Rate:
    count = max(1, found["count"])
    latencies = found["latencies"]
    return Rate(
        count / found["seconds"],
        cpu / count * 1e6,
        percentile(latencies, 0.5),
        percentile(latencies, 0.99),
    )


def mark() -> str:
    """Digits that tell one load's senders from another's."""
    return str(time.time_ns() // 1000 % 10**7)


def median(rates: list[Rate]) -> Rate:
    return Rate(
        statistics.median(rate.per_second for rate in rates),
        statistics.median(rate.cpu_micros for rate in rates),
        statistics.median(rate.p50 for rate in rates),
        statistics.median(rate.p99 for rate in rates),
    )
