"""Everything three times and out of order, while all around the hub breaks: nothing is lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench.storm.plan import RECORDED, Form, Plan
from bench.storm.storm import storm

pytestmark = pytest.mark.timeout(420)

SECONDS = 35.0


@pytest.mark.parametrize("form", list(Form))
def test_nothing_is_lost_or_doubled(
    form: Form, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another seed each run, printed: FAULTS_SEED=… plays the same faults again."""
    if not RECORDED.is_dir():
        pytest.skip(f"the recorded webhooks are not in {RECORDED}")
    seed = int(os.environ.get("FAULTS_SEED") or int.from_bytes(os.urandom(2)))
    with capsys.disabled():
        print(f"\nA storm in the {form} form: FAULTS_SEED={seed}")
        verdict = storm(Plan(form, tmp_path / "data", seed, seconds=SECONDS), print)
        print(verdict.table())
    assert verdict.wrong == {}, f"FAULTS_SEED={seed}\n{verdict.table()}"
    caused = verdict.figures["faults caused"]
    assert caused["hub killed"] >= 2
    breaks = (
        {"database locked"}
        if form is Form.EMBEDDED
        else {"PostgreSQL restarted", "Redis restarted", "worker killed"}
    )
    assert breaks <= caused.keys()
    assert sum(caused[kind] for kind in caused if kind.startswith("platform")) >= 5
    assert verdict.figures["inquiries"]["stored"] > 100
    assert verdict.figures["replies"]["sent"] > 10
