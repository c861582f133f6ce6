"""The bot's encoders and classifier on public intent data sets, beside the published figures.

The work is done in Rasa's environment by `rasa_project/components/benchmark.py`; this starts it,
passes its progress on and lays its result out as a table.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from bot.command import CommandFailed, run
from bot.environment import Progress, child_environment

NEEDED = {
    "banking77": ("banking77/train.csv", "banking77/test.csv"),
    "clinc150": ("clinc150/data_full.json",),
}
"""The files of each data set, below the data folder."""

PUBLISHED = {
    "Banking77, 10 examples an intent": "85.19 % (USE and ConveRT together, Casanueva 2020)",
    "Banking77, all examples": "93.36 % (the same), 93.66 % (BERT, tuned)",
    "CLINC150, in scope": "-",
    "CLINC150, out-of-scope recall": "52.3 % (BERT at its best in-scope threshold)",
}
"""Row of the table to what others published."""


class BenchmarkFailed(Exception):
    """No figures came out; the message says why."""


def missing(data: Path) -> list[Path]:
    """The files of the data sets that are not below `data`."""
    wanted = [data / name for names in NEEDED.values() for name in names]
    return [path for path in wanted if not path.is_file()]


async def benchmark(
    python: Path, data: Path, vectors: Path, progress: Progress = lambda _: None
) -> dict[str, Any]:
    """The figures, as `components.benchmark` writes them. Raises BenchmarkFailed.

    `python` is that of Rasa's environment; `vectors` a folder in which what was encoded is kept
    for the next run; both folders are absolute. Takes some ten minutes the
    first time, three after that.
    """
    if absent := missing(data):
        raise BenchmarkFailed(
            "the data sets are not there: " + ", ".join(str(path) for path in absent)
        )
    env = child_environment() | {"SWITCHBOARD_VECTOR_CACHE": str(vectors)}
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        out = Path(folder) / "result.json"
        argv: list[str | Path] = [
            python,
            "-m",
            "components.benchmark",
            "--data",
            data,
            "--out",
            out,
        ]
        try:
            await run("the benchmark", argv, env=env, cwd=Path(folder), on_line=progress)
            result: dict[str, Any] = json.loads(out.read_text("utf-8"))
        except (CommandFailed, OSError, ValueError) as error:
            raise BenchmarkFailed(str(error)) from error
    return result


def table(result: dict[str, Any]) -> str:
    """The figures beside the published ones, for people."""
    banking, clinc = result["banking77"], result["clinc150"]
    few = banking["ten_shot"]
    measured = (
        f"{few['accuracy']:.2%} (± {few['spread']:.2%} over {len(few['draws'])} draws)",
        f"{banking['full']['accuracy']:.2%}",
        f"{clinc['in_scope_accuracy']:.2%}",
        f"{clinc['out_of_scope_recall']:.2%} (with {clinc['in_scope_kept']:.1%} of in scope kept)",
    )
    rows = [
        ("", "here", "published"),
        *(
            (name, ours, theirs)
            for (name, theirs), ours in zip(PUBLISHED.items(), measured, strict=True)
        ),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    return "\n".join(
        f"{name:<{widths[0]}}  {ours:<{widths[1]}}  {theirs}".rstrip()
        for name, ours, theirs in rows
    )
