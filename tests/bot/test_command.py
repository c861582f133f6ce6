"""Programs run to their end."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from bot.command import CommandFailed, run

pytestmark = pytest.mark.anyio

ENV = {"PATH": os.environ["PATH"]}


async def test_lines_come_as_they_are_written_without_colours() -> None:
    lines: list[str] = []
    script = "print('one'); print('\\x1b[31mtwo\\x1b[0m')"
    output = await run("script", [sys.executable, "-c", script], env=ENV, on_line=lines.append)
    assert lines == ["one", "two"]
    assert output == "one\ntwo"


async def test_a_failure_quotes_the_last_words() -> None:
    script = "import sys; print('why'); sys.exit(3)"
    with pytest.raises(CommandFailed) as failed:
        await run("script", [sys.executable, "-c", script], env=ENV)
    assert failed.value.status == 3
    assert str(failed.value) == "script ended with status 3: why"


async def test_a_missing_program_is_a_failure_too() -> None:
    with pytest.raises(CommandFailed) as failed:
        await run("nothing", ["/no/such/program"], env=ENV)
    assert failed.value.status is None


async def test_cancelled_it_ends_the_whole_group(tmp_path: Path) -> None:
    note = tmp_path / "child"
    script = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(note)!r} + '.new', 'w').write(str(child.pid))\n"
        f"import os; os.rename({str(note)!r} + '.new', {str(note)!r})\n"
        "time.sleep(60)\n"
    )
    task = asyncio.create_task(run("script", [sys.executable, "-c", script], env=ENV))
    async with asyncio.timeout(20):
        while not note.exists():
            await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    child = Path("/proc") / note.read_text() / "stat"
    async with asyncio.timeout(10):
        while child.exists() and child.read_text().split()[2] != "Z":
            await asyncio.sleep(0.05)
