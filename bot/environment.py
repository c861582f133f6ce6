"""Rasa's own Python environment: `.venv-rasa/`, Python 3.10, made once and stamped.

Rasa 3.6.21 needs Python below 3.11 and libraries far older than the hub's, so it lives in an
environment of its own. What is installed is `rasa_project/requirements.txt`, complete and
hashed; `rasa_project/placeholders/` stands in for TensorFlow and comes in by PYTHONPATH.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from bot.command import CommandFailed, run
from bot.lock import held

Progress = Callable[[str], None]
"""Told what is being done, in words for people."""

PROJECT = Path(__file__).parent / "rasa_project"
REQUIREMENTS = PROJECT / "requirements.txt"

FORMAT = "1"
"""Part of the stamp: raised when the way of installing changes."""

PROBE = "import sys, ssl, sqlite3, ctypes, venv; print('%d.%d' % sys.version_info[:2])"
"""A Python that lacks one of these starts, and then fails halfway through the training."""


class EnvironmentFailed(Exception):
    """Rasa's environment could not be made; the message says what a person can do."""


def child_environment() -> dict[str, str]:
    """Environment variables for Rasa's processes: ours without our secrets and settings."""
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HUB_", "PYTHON")) and name != "VIRTUAL_ENV"
    }
    env |= {
        "PYTHONPATH": os.pathsep.join([str(PROJECT), str(PROJECT / "placeholders")]),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",  # hundreds, all in pinned libraries
        "RASA_TELEMETRY_ENABLED": "false",
        "OMP_NUM_THREADS": "1",  # the hub shares these cores
    }
    return env


async def ensure_environment(root: Path, uv: Path, progress: Progress = lambda _: None) -> Path:
    """The Python of `<root>/.venv-rasa`, installed if it is absent, half made or out of date.

    Raises EnvironmentFailed. Interrupted at any moment, the next call starts afresh: the
    stamp is written last. Two processes that call it at once take turns.
    """
    folder = root / ".venv-rasa"
    if is_ready(folder):
        return folder / "bin" / "python"
    waiting = partial(progress, "another process is installing Rasa: waiting for it")
    async with held(root / ".stamps" / "venv-rasa.lock", waiting):
        if not is_ready(folder):
            try:
                await _make(folder, uv, progress)
            except CommandFailed as error:
                raise EnvironmentFailed(str(error)) from error
    return folder / "bin" / "python"


def is_ready(folder: Path) -> bool:
    """Whether `folder` holds a finished environment made from today's requirements."""
    try:
        stamp = (folder / "stamp").read_text()
    except OSError:
        return False
    return stamp == _wanted_stamp() and os.access(folder / "bin" / "python", os.X_OK)


def _wanted_stamp() -> str:
    return f"{FORMAT} {hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()}"


async def _make(folder: Path, uv: Path, progress: Progress) -> None:
    (folder / "stamp").unlink(missing_ok=True)
    started = time.monotonic()
    progress("looking for Python 3.10")
    python = await find_python()
    if python is None:
        progress("fetching Python 3.10")
    env = child_environment()
    # The shared pins are for Rasa alone; a package folder of the caller's must not leak in.
    env.pop("PYTHONPATH")
    try:
        await run(
            "uv venv",
            [uv, "venv", "--clear", "--no-project", "--python", python or "3.10", folder],
            env=env,
        )
    except CommandFailed as error:
        if python is None:
            raise EnvironmentFailed(
                "Rasa needs Python 3.10. None was found on PATH or under pyenv, and none could"
                f" be fetched ({error.output.splitlines()[-1] if error.output else 'no reason'})."
                " Install Python 3.10 and start again; until then people answer."
            ) from error
        raise
    progress("installing Rasa (147 packages, 300 MB to fetch the first time)")
    # No --compile-bytecode: it takes 10 to 25 s for 8,677 files, and the training that follows
    # writes that of the modules Rasa uses (child_environment drops PYTHONDONTWRITEBYTECODE).
    await run(
        "installing Rasa",
        [
            *(uv, "pip", "install", "--python", folder / "bin" / "python"),
            *("--no-deps", "--require-hashes", "-r", REQUIREMENTS),
        ],
        env=env,
        on_line=_install_lines(progress),
    )
    draft = folder / "stamp.new"
    draft.write_text(_wanted_stamp())
    draft.replace(folder / "stamp")
    progress(f"Rasa is installed ({time.monotonic() - started:.0f} s)")


def _install_lines(progress: Progress) -> Callable[[str], None]:
    """uv says `Prepared 147 packages in 8s` and the like: short enough to pass on."""

    def on_line(line: str) -> None:
        if line.startswith(("Prepared", "Installed")):
            progress(f"installing Rasa: {line[0].lower()}{line[1:]}")

    return on_line


async def find_python() -> Path | None:
    """A Python 3.10 that really starts, or None.

    A `python3.10` on PATH may be a pyenv shim that refuses to run, so each is tried.
    """
    for candidate in _candidates():
        with contextlib.suppress(CommandFailed, TimeoutError):
            async with asyncio.timeout(20):
                # -I: neither the caller's folder nor its variables change what starts.
                output = await run(
                    "python", [candidate, "-I", "-c", PROBE], env=child_environment()
                )
            if output == "3.10":
                return candidate
    return None


def _candidates() -> Iterator[Path]:
    seen: set[Path] = set()
    for folder in [Path(entry) for entry in os.get_exec_path()]:
        yield from _new(folder / "python3.10", seen)
    pyenv = [Path(sys.base_prefix).parent, Path.home() / ".pyenv" / "versions"]
    if root := os.environ.get("PYENV_ROOT"):
        pyenv.append(Path(root) / "versions")
    for versions in pyenv:
        for version in sorted(versions.glob("3.10*"), reverse=True):
            yield from _new(version / "bin" / "python3.10", seen)


def _new(candidate: Path, seen: set[Path]) -> Iterator[Path]:
    if candidate not in seen and shutil.which(candidate):
        seen.add(candidate)
        yield candidate
