"""A throw-away PostgreSQL server, durable as in production: fsync and full-page writes on."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.hub_process import free_port

_STARTS = 30.0


class NoPostgresql(Exception):
    """There are no server programs on this machine, or none that start."""


def _program(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    program = str(found[0]) if found else shutil.which(name)
    if program is None:
        raise NoPostgresql(f"PostgreSQL's `{name}` is not installed")
    return program


def _owner() -> str | None:
    """Who the server runs as: it refuses to be root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise NoPostgresql("the server refuses to run as root and there is no other user")


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """Its URL, with a database of its own; stopped and removed with the block."""
    initdb, postgres = _program("initdb"), _program("postgres")
    owner = _owner()
    # Not below the caller's folder, which the server's user may not be allowed to enter.
    folder = Path(tempfile.mkdtemp(prefix="switchboard-bench-postgresql-"))
    try:
        if owner is not None:
            shutil.chown(folder, owner)
        data = folder / "data"
        arguments = [initdb, "-D", str(data), "-U", "hub", "-A", "trust", "-E", "UTF8"]
        made = subprocess.run(  # noqa: S603 - found above
            [*arguments, "--locale=C.UTF-8"], user=owner, cwd=folder, capture_output=True
        )
        if made.returncode:
            raise NoPostgresql(made.stderr.decode(errors="replace")[-500:])
        port = free_port()
        server = subprocess.Popen(  # noqa: S603 - found above
            [postgres, "-D", str(data), "-p", str(port), "-k", str(folder), "-h", "127.0.0.1"],
            user=owner,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=(folder / "server.log").open("wb"),
        )
        try:
            _wait(server, port, folder)
            yield f"postgresql://hub@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(2)  # SIGINT: fast shutdown
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    ready = [_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    deadline = time.monotonic() + _STARTS
    while subprocess.run(ready, check=False).returncode:  # noqa: S603 - found above
        if server.poll() is not None or time.monotonic() > deadline:
            log = (folder / "server.log").read_text(errors="replace")
            raise NoPostgresql(f"the server did not start: {log[-500:]}")
        time.sleep(0.05)
