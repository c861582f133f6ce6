"""The command: every measurement runs, through the real processes, and tells its goals."""

import json
from pathlib import Path

import pytest

from bench.command import MEASUREMENTS, main


@pytest.mark.parametrize(
    "name", ["startup", "ingest_sqlite", "fanout", "queue", "search", "clocks", "reports"]
)
def test_a_measurement_runs(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The others, of PostgreSQL and of latency, are made of the same parts and take longer."""
    file = tmp_path / "found.json"
    assert main([name, "--quick", "--json", str(file), "--folder", str(tmp_path / "data")]) == 0
    out = capsys.readouterr().out
    assert f"### {name}: " in out
    assert "| what | measured | ratio | goal | reached |" in out
    found = json.loads(file.read_text())
    assert found["machine"]["cores"] > 0
    (measurement,) = found["measurements"]
    assert measurement["name"] == name
    assert all(line["value"] >= 0 for line in measurement["lines"])
    assert any(line["goal"] for line in measurement["lines"])


def test_an_unknown_name_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["speed"]) == 2
    told = capsys.readouterr().err
    assert "there is no speed" in told
    assert all(name in told for name in MEASUREMENTS)


def test_help_names_every_measurement(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in MEASUREMENTS)
