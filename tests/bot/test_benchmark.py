"""Starting the benchmark in Rasa's environment, and laying out what it measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.benchmark import NEEDED, BenchmarkFailed, benchmark, missing, table

RESULT = {
    "banking77": {
        "ten_shot": {"accuracy": 0.8611, "spread": 0.006, "draws": [0.85, 0.86, 0.87]},
        "full": {"accuracy": 0.9412},
    },
    "clinc150": {
        "in_scope_accuracy": 0.9567,
        "in_scope_kept": 0.951,
        "out_of_scope_recall": 0.801,
    },
}

FAKE = """#!/bin/sh
echo "half way"
while [ "$1" != "--out" ]; do shift; done
echo '{"seconds": 1.5}' > "$2"
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for names in NEEDED.values():
        for name in names:
            path = tmp_path / "data" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("-")
    return tmp_path / "data"


def program(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.mark.anyio
async def test_it_runs_and_passes_progress_on(data: Path, tmp_path: Path) -> None:
    said: list[str] = []
    python = program(tmp_path / "python", FAKE)
    assert await benchmark(python, data, tmp_path / "vectors", said.append) == {"seconds": 1.5}
    assert said == ["half way"]


@pytest.mark.anyio
async def test_missing_data_is_named(data: Path, tmp_path: Path) -> None:
    (data / "clinc150" / "data_full.json").unlink()
    assert missing(data) == [data / "clinc150" / "data_full.json"]
    with pytest.raises(BenchmarkFailed, match=r"clinc150/data_full\.json"):
        await benchmark(tmp_path / "python", data, tmp_path / "vectors")


@pytest.mark.anyio
@pytest.mark.parametrize("script", ["echo 'out of memory'; exit 1", "exit 0"])
async def test_a_run_without_a_result_fails(data: Path, tmp_path: Path, script: str) -> None:
    python = program(tmp_path / "python", f"#!/bin/sh\n{script}\n")
    with pytest.raises(BenchmarkFailed, match=r"out of memory|result\.json"):
        await benchmark(python, data, tmp_path / "vectors")


def test_the_table_sets_ours_beside_the_published() -> None:
    lines = table(RESULT).splitlines()
    assert len(lines) == 5
    assert "86.11%" in lines[1]
    assert "85.19 %" in lines[1]
    assert "94.12%" in lines[2]
    assert "80.10% (with 95.1% of in scope kept)" in lines[4]
