"""Modules of `bench` as processes of their own: what loads the hub must not share its GIL."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import IO, Any

TIMEOUT = 600.0


class ChildFailed(Exception):
    """A process of the bench ended with an error; its last lines are the message."""


class Child:
    """A module that reads one JSON line on its standard input, and answers in JSON lines."""

    def __init__(self, process: subprocess.Popen[str], module: str) -> None:
        self._process = process
        self._module = module

    @property
    def pid(self) -> int:
        return self._process.pid

    def tell(self, value: Any) -> None:
        stream = _stream(self._process.stdin)
        stream.write(json.dumps(value) + "\n")
        stream.flush()

    def hear(self) -> Any:
        """Its next answer. Raises ChildFailed if it ended instead."""
        line = _stream(self._process.stdout).readline()
        if not line:
            raise ChildFailed(f"{self._module} ended with {self._process.wait(TIMEOUT)}")
        return json.loads(line)


def _stream(stream: IO[str] | None) -> IO[str]:
    assert stream is not None, "opened as a pipe"
    return stream


@contextlib.contextmanager
def child(module: str, config: Any) -> Iterator[Child]:
    """Start a module with its configuration; it is ended with the block."""
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        found = Child(process, module)
        found.tell(config)
        yield found
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                _stream(stream).close()


def run(module: str, config: Any) -> Any:
    """Run a module to its one answer."""
    with child(module, config) as found:
        return found.hear()


def configuration() -> Any:
    """In the child: what it was started with, or its next command."""
    return json.loads(sys.stdin.readline())


def answer(value: Any) -> None:
    """In the child: one answer."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()
