"""Throw-away PostgreSQL and Redis servers on loopback, ended by their process ids.

`initdb` and `postgres` refuse to run as root: there they run as the user `postgres`, in a
folder that belongs to it. Nothing here is durable (fsync is off) and nothing is left behind.
Missing programs are an error that says what to install, never a skip: `./dev test` installs
them.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

POSTGRESQL_HOME = Path("/usr/lib/postgresql")
_START_SECONDS = 30.0


class ServerMissing(RuntimeError):
    """A program that the tests need is not installed."""


class ServerFailed(RuntimeError):
    """A throw-away server did not start or stop; the message ends with its log."""


def free_port() -> int:
    """A loopback port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# The server ends when this end of the pipe closes: also where the tests were killed.
_LEASH = """
exec 3<&0
"$@" 3<&- &
server=$!
echo $server >pid
{ cat <&3 >/dev/null; kill -INT $server; } 2>/dev/null &
leash=$!
wait $server
kill $leash 2>/dev/null
"""


@dataclass(slots=True)
class _Server:
    """A child process that logs into its own folder."""

    folder: Path
    port: int
    command: list[str] = field(default_factory=list)
    user: str | None = None
    process: subprocess.Popen[bytes] | None = None
    quits_at_once: bool = False
    """SIGQUIT ends it and its children; SIGKILL would leave the children behind."""

    @property
    def pid(self) -> int:
        """Of the server itself."""
        return int((self.folder / "pid").read_text())

    @property
    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace")[-2000:] if path.exists() else ""

    def start(self) -> None:
        """Start, and return when it answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                ["/bin/sh", "-c", _LEASH, "sh", *self.command],
                user=self.user,
                cwd=self.folder,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl-C at the tests is theirs, not the server's
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise ServerFailed(f"{self.command[0]} did not start:\n{self.log}")
            time.sleep(0.03)

    def kill(self) -> None:
        """End it as a crash would."""
        os.kill(self.pid, signal.SIGKILL)
        self.stop()

    def crash(self) -> None:
        """End it at once without tidying up, its children too; `start` brings it back.

        PostgreSQL calls this an immediate shutdown: it recovers from its log afterwards.
        """
        os.kill(self.pid, signal.SIGQUIT if self.quits_at_once else signal.SIGKILL)
        self.stop()

    def stop(self) -> None:
        """End the process that was started here, and wait for it."""
        process, self.process = self.process, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.kill(self.pid, signal.SIGKILL)
            process.wait(10)

    def _answers(self) -> bool:
        raise NotImplementedError


@dataclass(slots=True)
class PostgresqlServer(_Server):
    """A cluster of its own, trusting whoever reaches its loopback port."""

    bin: Path = POSTGRESQL_HOME

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def run(self, *statements: str, database: str = "postgres") -> str:
        """Run statements, each in a transaction of its own; gives what they print."""
        commands = [part for statement in statements for part in ("-c", statement)]
        done = subprocess.run(
            [
                *(str(self.bin / "psql"), "-h", str(self.folder), "-p", str(self.port)),
                *("-U", "postgres", "-d", database, "-XAtq", "-v", "ON_ERROR_STOP=1", *commands),
            ],
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": os.environ.get("PATH", ""), "PGCONNECT_TIMEOUT": "5"},
        )
        if done.returncode:
            raise ServerFailed(f"{statements}: {done.stderr}")
        return done.stdout.strip()

    def create(self, database: str, template: str = "template1") -> str:
        """A new database, a copy of `template`; gives its URL."""
        self.run(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def drop(self, database: str) -> None:
        self.run(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    @contextlib.contextmanager
    def away(self, database: str) -> Iterator[None]:
        """While the block runs the database takes no connection, and those open are cut."""
        self.run(
            f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS false',
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'",
        )
        try:
            yield
        finally:
            self.run(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS true')

    def _answers(self) -> bool:
        try:
            return self.run("SELECT 1") == "1"
        except ServerFailed:
            return False


@dataclass(slots=True)
class RedisServer(_Server):
    """Keeps nothing on disk."""

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _postgresql_bin() -> Path:
    found = [path.parent for path in POSTGRESQL_HOME.glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda folder: int(folder.parent.name))
    elsewhere = shutil.which("initdb")
    if elsewhere is None:
        raise ServerMissing(
            "PostgreSQL's server programs are missing (no initdb under /usr/lib/postgresql or on "
            "PATH): run `./dev test`, which installs them, or `apt-get install postgresql`"
        )
    return Path(elsewhere).resolve().parent


def _postgresql_user() -> str | None:
    """Whom to run as: ourselves, or `postgres` where we are root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        raise ServerMissing(
            "PostgreSQL refuses to run as root and there is no user `postgres`: run `./dev test`, "
            "which installs it, or `apt-get install postgresql`"
        ) from None


@contextlib.contextmanager
def _folder(prefix: str, user: str | None = None) -> Iterator[Path]:
    # Short, since a socket's path has at most 107 characters.
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    try:
        if user is not None:
            shutil.chown(folder, user)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def postgresql(**settings: str) -> Iterator[PostgresqlServer]:
    """A running PostgreSQL with `settings` of its own, gone at the end. Raises ServerMissing."""
    programs, user = _postgresql_bin(), _postgresql_user()
    with _folder("switchboard-pg-", user) as folder:
        data = folder / "data"
        made = subprocess.run(
            [
                *(str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust"),
                *("-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"),
            ],
            user=user,
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise ServerFailed(f"initdb: {made.stderr}")
        port = free_port()
        options: dict[str, object] = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": folder,
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "autovacuum": "off",
            "max_connections": 200,
            "shared_buffers": "48MB",
            "log_min_messages": "fatal",
            **settings,
        }
        command = [str(programs / "postgres"), "-D", str(data)]
        command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        server = PostgresqlServer(folder, port, command, user, bin=programs, quits_at_once=True)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextlib.contextmanager
def redis() -> Iterator[RedisServer]:
    """A running Redis, gone at the end. Raises ServerMissing."""
    program = shutil.which("redis-server")
    if program is None:
        raise ServerMissing(
            "redis-server is missing: run `./dev test`, which installs it, or "
            "`apt-get install redis-server`"
        )
    with _folder("switchboard-redis-") as folder:
        port = free_port()
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
        command += ["--save", "", "--appendonly", "no"]
        server = RedisServer(folder, port, command)
        server.start()
        try:
            yield server
        finally:
            server.stop()
