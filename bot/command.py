"""Running another program to its end: its lines as they come, its whole group ended with us."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

TAIL = 12
"""Lines of a failed program's output that its error quotes."""

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class CommandFailed(Exception):
    """A program could not be started, or ended with a status other than 0."""

    def __init__(self, what: str, status: int | None, output: str) -> None:
        self.what, self.status, self.output = what, status, output
        ended = "could not be started" if status is None else f"ended with status {status}"
        super().__init__(f"{what} {ended}: {output}" if output else f"{what} {ended}")


async def run(
    what: str,
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path | None = None,
    on_line: Callable[[str], None] | None = None,
) -> str:
    """Run `argv` and return the last lines it wrote (both streams), or raise CommandFailed.

    `what` names it in the error. Cancelled, it ends the program and everything that started.
    The program's standard input is a pipe that closes when this process ends, however it ends.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            env=dict(env),
            cwd=cwd,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            limit=1 << 20,
        )
    except OSError as error:
        raise CommandFailed(what, None, str(error)) from error
    tail: deque[str] = deque(maxlen=TAIL)
    try:
        assert process.stdout is not None
        async for raw in process.stdout:
            line = COLOUR.sub("", raw.decode("utf-8", "replace")).rstrip()
            tail.append(line)
            if on_line is not None:
                on_line(line)
        status = await process.wait()
    except BaseException:
        await end_group(process, grace=2.0)
        raise
    output = "\n".join(tail).strip()
    if status != 0:
        raise CommandFailed(what, status, output)
    return output


async def end_group(process: asyncio.subprocess.Process, grace: float) -> None:
    """End a program started with `start_new_session`: SIGTERM, `grace` seconds, SIGKILL."""
    for sign, wait in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
        if process.returncode is not None:
            break
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), wait)
