"""Storms: everything three times and out of order while all around the hub breaks.

Not a speed: what counts is that nothing was lost or doubled. `--seconds` and `--seed` say how
long and which; a seed that found something finds it again, as far as the machine allows.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from bench.options import Options
from bench.result import Goal, Line, Measurement, skipped
from bench.storm.plan import Form, Plan
from bench.storm.storm import storm
from bench.storm.verdict import MUST_BE_ZERO, Verdict
from tests.servers import ServerMissing

NAME = "faults"
TITLE = "what a storm of faults loses or doubles"
_PACE = 40.0
"""Seconds of the plan's defaults: a longer storm has more of everything."""


def measure(options: Options) -> Measurement:
    """One storm a form. Its verdicts are printed as they come."""
    lines: list[Line] = []
    for form in Form:
        try:
            verdict = storm(plan_of(form, options), _say)
        except (ServerMissing, FileNotFoundError) as error:
            return skipped(NAME, TITLE, str(error))
        _say(verdict.table())
        lines += lines_of(form, verdict)
    return Measurement(
        NAME,
        TITLE,
        lines,
        [f"Seed {options.seed}, {options.storm_seconds:g} seconds of faults each."],
    )


def plan_of(form: Form, options: Options) -> Plan:
    plan = Plan(form, folder_of(form, options.folder), options.seed)
    more = options.storm_seconds / _PACE
    return replace(
        plan,
        seconds=options.storm_seconds,
        rounds=max(1, round(plan.rounds * more)),
        replies=max(2, round(plan.replies * more)),
        citizens=max(2, round(plan.citizens * more)),
        lines=max(1, round(plan.lines * more)),
        filings=max(1, round(plan.filings * more)),
    )


def folder_of(form: Form, folder: Path) -> Path:
    return folder / NAME / form.value


def lines_of(form: Form, verdict: Verdict) -> list[Line]:
    """Every figure; those that must be zero have that as their goal."""
    found = []
    for heading, figures in verdict.figures.items():
        if heading == "faults caused":
            found.append(Line(f"{form}: {heading}", float(sum(figures.values())), ""))
            continue
        for name, count in figures.items():
            goal = Goal("0", count == 0) if name in MUST_BE_ZERO else None
            found.append(Line(f"{form}: {heading}, {name}", float(count), "", goal=goal))
    return found


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
