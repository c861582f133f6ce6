"""The bench's command line: `./dev bench [names…]`."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import structlog

from bench import (
    clocks,
    fanout,
    faults,
    ingest_postgresql,
    ingest_sqlite,
    latency,
    machine,
    queue,
    reports,
    search,
    startup,
    turns,
)
from bench.options import Options
from bench.result import Measurement, markdown

MEASUREMENTS: Mapping[str, Callable[[Options], Measurement]] = {
    module.NAME: module.measure
    for module in (
        startup,
        ingest_sqlite,
        ingest_postgresql,
        latency,
        fanout,
        queue,
        search,
        clocks,
        reports,
        turns,
        faults,
    )
}
ONLY_WHEN_NAMED = frozenset({faults.NAME})
"""These take minutes and measure no speed."""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="bench",
        description="Measure this hub against the limits of this machine, as ratios in one run.",
    )
    made.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"{', '.join(MEASUREMENTS)} (without names: all but {', '.join(ONLY_WHEN_NAMED)})",
    )
    made.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    made.add_argument("--quick", action="store_true", help="only see that everything runs")
    made.add_argument(
        "--folder", "--data", type=Path, help="where the databases go (default: temporary)"
    )
    made.add_argument("--seconds", type=float, help="how long each load runs")
    made.add_argument("--rounds", type=int, help="how often product and baseline take turns")
    made.add_argument("--sockets", type=int, help="console sockets (fanout)")
    made.add_argument("--tickets", type=int, help="open tickets (queue)")
    made.add_argument("--messages", type=int, help="messages searched or counted (search, reports)")
    made.add_argument("--seed", type=int, help="of the random numbers (faults)")
    made.add_argument("--rate", type=int, help="webhooks a second (latency)")
    made.add_argument("--strict", action="store_true", help="exit with 1 if a goal was missed")
    return made


def main(args: list[str]) -> int:
    """Run what was asked for; 0, 1 for a missed goal with --strict, 2 for a wrong call."""
    try:
        wanted = parser().parse_args(args)
    except SystemExit as stop:
        return int(stop.code or 0)
    unknown = [name for name in wanted.names if name not in MEASUREMENTS]
    if unknown:
        _say(f"bench: there is no {', '.join(unknown)}; choose from {', '.join(MEASUREMENTS)}")
        return 2
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    folder = wanted.folder or Path(tempfile.mkdtemp(prefix="switchboard-bench-"))
    try:
        found = list(_run(wanted.names or _usual(), _options(wanted, folder)))
    finally:
        if wanted.folder is None:
            shutil.rmtree(folder, ignore_errors=True)
    if wanted.json is not None:
        value = {"machine": machine.describe(), "measurements": [m.as_json() for m in found]}
        wanted.json.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")
    missed = sum(len(measurement.missed) for measurement in found)
    return 1 if wanted.strict and missed else 0


def _usual() -> list[str]:
    return [name for name in MEASUREMENTS if name not in ONLY_WHEN_NAMED]


def _options(wanted: argparse.Namespace, folder: Path) -> Options:
    base = Options.quick(folder) if wanted.quick else Options(folder)
    given = {
        name: getattr(wanted, name)
        for name in ("seconds", "rounds", "sockets", "tickets", "messages", "rate", "seed")
        if getattr(wanted, name) is not None
    }
    if wanted.messages is not None:
        given["report_messages"] = wanted.messages
    if wanted.seconds is not None:
        given["storm_seconds"] = wanted.seconds
    return replace(base, **given)


def _run(names: Sequence[str], options: Options) -> list[Measurement]:
    facts = ", ".join(f"{name.replace('_', ' ')} {v}" for name, v in machine.describe().items())
    _print(f"# Bench\n\n{facts}\n")
    found: list[Measurement] = []
    for name in names:
        began = time.monotonic()
        _say(f"bench: {name} …")
        measurement = MEASUREMENTS[name](options)
        found.append(measurement)
        _print(markdown(measurement))
        load = machine.load_average()
        _say(f"bench: {name} took {time.monotonic() - began:.0f} s, load average {load:.1f}")
        shutil.rmtree(options.folder / name, ignore_errors=True)
    return found


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
