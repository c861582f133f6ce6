"""The connector suite itself: it runs over somebody else's connector, and finds a broken one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.contracts.broken_connectors import BROKEN

ROOT = Path(__file__).resolve().parents[2]
CONNECTOR = """
from tests.contracts.sample_connector import SmsConnector

class Theirs(SmsConnector):
    "Somebody else's."
"""
STAGES = """
from tests.contracts.stages import Stage, sms
from their_connector import Theirs

STAGES = (Stage("Theirs", Theirs, sms, ("tests.contracts.sample_connector.TIMEOUT", 0.5)),)
"""


def run(stages: str, wanted: str, folder: Path) -> str:
    """What the suite says of the stages that `stages` names, in a process of its own."""
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/contracts", "-q", "--tb=no", "-k", wanted,
         "-W", "ignore"],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]),
            "CONNECTOR_STAGES": f"{stages}:STAGES",
        },
        capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip
    assert found.returncode in (0, 1), found.stdout + found.stderr
    return found.stdout


def test_it_runs_over_somebody_elses(tmp_path: Path) -> None:
    (tmp_path / "their_connector.py").write_text(CONNECTOR)
    (tmp_path / "their_stages.py").write_text(STAGES)
    told = run("their_stages", "Theirs and (once or loaded or signed)", tmp_path)
    assert "failed" not in told, told
    passed = re.search(r"(\d+) passed", told)
    assert passed is not None
    assert int(passed[1]) >= 8


def test_it_finds_what_is_broken(tmp_path: Path) -> None:
    wanted = {made.__name__: test for made, test in BROKEN.items()}
    each = (f"({test} and {name})" for name, test in wanted.items())
    told = run("tests.contracts.broken_connectors", " or ".join(each), tmp_path)
    for name, test in wanted.items():
        assert re.search(rf"^FAILED \S+::{test}\[.*{name}", told, re.MULTILINE), told
