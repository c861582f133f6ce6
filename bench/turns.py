"""How long the bot's whole turn takes: from a message's arrival until its answer is stored."""

from __future__ import annotations

from typing import Any

from bench import child
from bench.hub_process import prepare
from bench.machine import percentile
from bench.options import Options
from bench.result import Line, Measurement, at_least, at_most

NAME = "turns"
TITLE = "message in to the bot's words stored (SQLite, worker embedded, real Rasa)"
GOAL_MS = 150.0
GOAL_RATE = 30.0


def measure(options: Options) -> Measurement:
    data = options.folder / NAME
    prepare(data)
    lines: list[Line] = []
    with child.child("bench.turning", {"data": str(data)}) as bot:
        ready = bot.hear()
        for language, name in (("en", "English"), ("es", "Spanish")):
            bot.tell({"language": language, "turns": options.turns, "rate": None})
            one = bot.hear()
            p95 = percentile(one["latencies"], 0.95)
            goal = at_most(p95, GOAL_MS, "≤ 150 ms") if language == "en" else None
            lines += [
                Line(f"{name}, one at a time, p50", percentile(one["latencies"], 0.5), "ms"),
                Line(f"{name}, one at a time, p95", p95, "ms", goal=goal),
            ]
        bot.tell(
            {"language": "en", "turns": None, "rate": GOAL_RATE, "seconds": options.rate_seconds}
        )
        lines += _sustained(bot.hear())
    return Measurement(
        NAME,
        TITLE,
        lines,
        [
            f"The bot was ready after {ready['seconds']:.1f} s (Rasa installed; model "
            f"{'found' if ready['found'] else 'trained'}).",
            "Every message is a new customer's; hand-offs and questions count as answers do.",
        ],
    )


def _sustained(found: dict[str, Any]) -> list[Line]:
    """Sustained: as many answered in the time as came, and none left at its end."""
    rate = found["answered"] / found["seconds"]
    return [
        Line(
            "English, 30 a second: answered",
            rate,
            "turns/s",
            f"{rate / GOAL_RATE:.2f} × what came",
            at_least(rate, GOAL_RATE * 0.98, "≥ 30/s sustained"),
        ),
        Line("p95 at that rate", percentile(found["latencies"], 0.95), "ms"),
        Line("the bot was away for", found["unavailable"], "turns"),
    ]
