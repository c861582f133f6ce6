"""The peer beside the hub: its lines, and what is said where it cannot be installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import helpdesk, ingest_postgresql
from bench.helpdesk import Created, NoPeer
from bench.ingest import Rate


def test_the_ratio_is_that_of_this_run() -> None:
    lines = ingest_postgresql.beside(Created(40.0, 20_000.0), Rate(2_000.0, 500.0, 5.0, 9.0))
    by_name = {line.what: line for line in lines}
    ratio = by_name["hub against django-helpdesk"]
    assert ratio.value == 50.0
    assert ratio.goal is not None
    assert ratio.goal.reached
    assert by_name["the same by processor time"].value == 40.0


def test_a_peer_that_cannot_be_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> str:
        raise NoPeer("no network")

    monkeypatch.setattr(helpdesk, "_install", refuse)
    assert ingest_postgresql.peer_of(tmp_path, "postgresql://nowhere/db", 1.0) == "no network"


def test_what_does_not_run_says_why() -> None:
    with pytest.raises(NoPeer, match="no-such-program"):
        helpdesk.run(["no-such-program"])
