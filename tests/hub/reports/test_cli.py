"""`hub reports rebuild`."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench.hub_process import prepare
from bench.report_rows import write_sqlite
from hub.cli import app


def test_rebuilding_computes_the_facts_of_every_ticket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_DATA", str(tmp_path))
    prepare(tmp_path)
    write_sqlite(str(tmp_path / "hub.db"), 30, 7)
    monkeypatch.setattr("hub.cli.reports._SAY_EVERY", 0.0)
    outcome = CliRunner().invoke(app, ["reports", "rebuild"])
    assert outcome.exit_code == 0, outcome.output
    assert "30 of 30 tickets" in outcome.stderr
    assert "The facts of 30 tickets are computed." in outcome.stderr
    with sqlite3.connect(tmp_path / "hub.db") as connection:
        (facts,) = connection.execute("SELECT count(*) FROM ticket_facts").fetchone()
        (stale,) = connection.execute(
            "SELECT count(*) FROM report_days WHERE rolled <> revision"
        ).fetchone()
    connection.close()
    assert (facts, stale) == (30, 0)
