"""Finding a Python 3.10 that starts, and making Rasa's environment once."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from bot import environment
from bot.environment import EnvironmentFailed, child_environment, ensure_environment, find_python

pytestmark = pytest.mark.anyio


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def only(monkeypatch: pytest.MonkeyPatch, home: Path, *folders: Path) -> None:
    """A machine with nothing but `folders` on PATH and `home` as its home."""
    monkeypatch.setenv("PATH", os.pathsep.join([*map(str, folders), "/usr/bin", "/bin"]))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    monkeypatch.setattr(sys, "base_prefix", str(home / "nowhere" / "3.11"))


@pytest.fixture
def requirements(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text("rasa==3.6.21\n")
    monkeypatch.setattr(environment, "REQUIREMENTS", path)
    return path


FAKE_UV = """
echo "$@" >> {log}
case "$1" in
  venv) for last; do :; done; mkdir -p "$last/bin"; printf '#!/bin/sh\\n' > "$last/bin/python"
        chmod +x "$last/bin/python";;
  pip) {pip};;
esac
"""


def fake_uv(folder: Path, pip: str = "echo 'Installed 147 packages in 1s'") -> Path:
    return program(folder / "uv", FAKE_UV.format(log=folder / "uv.log", pip=pip))


def calls(uv: Path) -> list[str]:
    log = uv.with_name("uv.log")
    return log.read_text().splitlines() if log.exists() else []


async def test_a_shim_that_refuses_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "shims" / "python3.10", "echo 'pyenv: command not found'; exit 127")
    real = program(tmp_path / "bin" / "python3.10", "echo 3.10")
    only(monkeypatch, tmp_path, tmp_path / "shims", tmp_path / "bin")
    assert await find_python() == real


async def test_pyenv_versions_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = program(tmp_path / ".pyenv/versions/3.10.13/bin/python3.10", "echo 3.10")
    program(tmp_path / ".pyenv/versions/3.11.7/bin/python3.11", "echo 3.11")
    only(monkeypatch, tmp_path)
    assert await find_python() in (real, Path("/usr/bin/python3.10"))


async def test_a_name_that_lies_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    liar = program(tmp_path / "bin" / "python3.10", "echo 3.12")
    only(monkeypatch, tmp_path, tmp_path / "bin")
    assert await find_python() != liar


async def test_the_second_time_is_instant(tmp_path: Path, requirements: Path) -> None:
    uv = fake_uv(tmp_path / "tools")
    said: list[str] = []
    python = await ensure_environment(tmp_path, uv, said.append)
    assert python == tmp_path / ".venv-rasa" / "bin" / "python"
    assert any(line.startswith("Rasa is installed") for line in said)
    before = calls(uv)
    assert any("--require-hashes" in call and "--no-deps" in call for call in before)
    assert await ensure_environment(tmp_path, uv) == python
    assert calls(uv) == before


async def test_new_requirements_make_a_new_environment(tmp_path: Path, requirements: Path) -> None:
    uv = fake_uv(tmp_path / "tools")
    await ensure_environment(tmp_path, uv)
    before = len(calls(uv))
    requirements.write_text("rasa==3.6.22\n")
    await ensure_environment(tmp_path, uv)
    assert len(calls(uv)) == 2 * before


async def test_an_interrupted_installation_is_begun_afresh(
    tmp_path: Path, requirements: Path
) -> None:
    slow = fake_uv(tmp_path / "slow", pip="sleep 60")
    task = asyncio.create_task(ensure_environment(tmp_path, slow))
    async with asyncio.timeout(30):
        while len(calls(slow)) < 2:
            await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not environment.is_ready(tmp_path / ".venv-rasa")
    await ensure_environment(tmp_path, fake_uv(tmp_path / "tools"))
    assert environment.is_ready(tmp_path / ".venv-rasa")


async def test_a_failed_installation_says_why(tmp_path: Path, requirements: Path) -> None:
    uv = fake_uv(tmp_path / "tools", pip="echo 'no route to the registry'; exit 2")
    with pytest.raises(EnvironmentFailed, match="no route to the registry"):
        await ensure_environment(tmp_path, uv)
    assert not environment.is_ready(tmp_path / ".venv-rasa")


async def test_without_any_python_the_message_says_what_to_do(
    tmp_path: Path, requirements: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none() -> None:
        return None

    monkeypatch.setattr(environment, "find_python", none)
    uv = program(tmp_path / "uv", "echo 'error: no download'; exit 2")
    with pytest.raises(EnvironmentFailed, match=r"Install Python 3\.10"):
        await ensure_environment(tmp_path, uv)


async def test_two_at_once_install_once(tmp_path: Path, requirements: Path) -> None:
    uv = fake_uv(tmp_path / "tools", pip="sleep 0.3")
    await asyncio.gather(*(ensure_environment(tmp_path, uv) for _ in range(3)))
    assert sum(call.startswith("venv") for call in calls(uv)) == 1


def test_rasa_does_not_see_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_SECRET_KEY", "secret")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    env = child_environment()
    assert not any(name.startswith("HUB_") for name in env)
    assert "PYTHONDONTWRITEBYTECODE" not in env
    assert env["RASA_TELEMETRY_ENABLED"] == "false"
