"""The `hub` command: what it prints where, and how it says what is wrong."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import structlog
from typer.testing import CliRunner, Result

from hub.cli import app
from hub.db.migrate import newest_revision
from hub.seed import DEMO_AGENTS, UNITS

TOKEN_LENGTH = 47


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """The commands configure logging for their own process; here that is ours."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HUB_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def hub(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def refused(result: Result) -> str:
    """The one line that says what is wrong; nothing on standard output, no trace."""
    assert result.exit_code == 1, (result.stdout, result.stderr, result.exception)
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    line = result.stderr.strip()
    assert line.startswith("hub: ")
    assert "\n" not in line
    return line


def test_help_names_every_command() -> None:
    result = hub("--help")
    assert result.exit_code == 0
    for name in ("run", "serve", "worker", "migrate", "seed", "token", "bot", "replay", "bench"):
        assert f" {name} " in result.stdout, name


@pytest.mark.parametrize(
    "command",
    ["run", "serve", "worker", "migrate", "seed", "token", "token create", "agent",
     "agent create", "bot", "bot train", "bot serve", "replay"],
)  # fmt: skip
def test_every_command_says_what_it_does(command: str) -> None:
    result = hub(*command.split(), "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.stdout


def test_without_a_command_help_is_shown() -> None:
    result = hub()
    assert "Usage:" in result.stdout + result.stderr


def test_the_installed_command(folder: Path) -> None:
    """`hub` as a shell finds it: the token alone on standard output, words for people beside."""
    command = Path(sys.executable).with_name("hub")
    made = subprocess.run(
        [command, "token", "create", "--role", "admin"], capture_output=True, text=True, check=True
    )
    token = made.stdout.removesuffix("\n")
    assert token.startswith("swb_")
    assert len(token) == TOKEN_LENGTH
    assert "swb_" not in made.stderr
    assert folder.is_dir()


def test_tokens(folder: Path) -> None:
    tokens = {
        hub("token", "create", *options).stdout
        for options in (
            (),
            ("--role", "supervisor", "--name", "the report"),
            ("--role", "admin"),
            ("--role", "agent", "--unit", "billing", "--unit", "walk-in"),
        )
    }
    assert len(tokens) == 4
    assert all(len(token) == TOKEN_LENGTH + 1 for token in tokens)
    data = hub("token", "create", "--data", str(folder.with_name("other")))
    assert data.exit_code == 0
    assert folder.with_name("other").is_dir()


def test_a_role_or_a_unit_there_is_not(folder: Path) -> None:
    for role in ("mayor", "", "ADMIN"):
        line = refused(hub("token", "create", "--role", role))
        assert "agent, supervisor, admin" in line
        assert repr(role) in line
    assert not folder.exists(), "nothing was made for it"
    assert "there is no unit nowhere" in refused(hub("token", "create", "--unit", "nowhere"))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HUB_PORT", "99999", "HUB_PORT: Input should be less than or equal to 65535"),
        ("HUB_PORT", "http", "HUB_PORT: Input should be a valid integer"),
        ("HUB_BOT", "rasa", "HUB_BOT: Input should be 'managed', 'external' or 'off'"),
        ("HUB_BOT", "external", "HUB_BOT=external needs HUB_RASA_URL"),
        ("HUB_TIMEZONE", "Florida", "HUB_TIMEZONE: "),
        ("HUB_DATABASE_URL", "mysql://db/hub", "neither sqlite nor postgresql"),
        ("HUB_DATABASE_URL", "nonsense", "HUB_DATABASE_URL: that is not the URL of a database"),
    ],
)
@pytest.mark.parametrize("command", ["serve", "worker", "migrate", "token create"])
def test_a_setting_that_does_not_fit(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str, command: str
) -> None:
    monkeypatch.setenv(name, value)
    assert said in refused(hub(*command.split()))


def test_a_secret_is_not_told_by_its_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", "mysql://hub:hunter2@db/hub")
    assert "hunter2" not in refused(hub("migrate"))


@pytest.mark.parametrize("port", ["0", "65536", "99999", "-1", "x"])
def test_a_port_there_is_not(folder: Path, port: str) -> None:
    for command in ("serve", "run"):
        result = hub(command, "--port", port)
        assert result.exit_code == 2
        assert "--port" in result.stderr


def test_a_port_in_use(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        line = refused(hub("serve", "--port", port))
        assert f"127.0.0.1:{port}" in line
        assert "--port" in line
        line = refused(hub("run", "--port", port, "--no-sandbox", "--no-bot"))
        assert f"127.0.0.1:{port}" in line


def test_an_address_of_somebody_else(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_HOST", "192.0.2.1")
    assert "192.0.2.1:8000" in refused(hub("serve"))


@pytest.mark.parametrize("command", ["serve", "worker", "run", "seed"])
def test_demo_accounts_are_refused_off_loopback(
    folder: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("HUB_HOST", "0.0.0.0")
    monkeypatch.setenv("HUB_DEMO", "true")
    more = ["--no-bot", "--no-sandbox"] if command == "run" else []
    line = refused(hub(command, *more))
    assert "published passwords" in line
    assert "HUB_HOST=0.0.0.0" in line


@pytest.mark.parametrize("command", ["serve", "worker", "run"])
def test_the_sandbox_is_refused_off_loopback(
    folder: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("HUB_HOST", "0.0.0.0")
    monkeypatch.setenv("HUB_SANDBOX_URL", "http://127.0.0.1:8311")
    line = refused(hub(command, *(["--no-bot"] if command == "run" else [])))
    assert "sandbox" in line
    assert "HUB_HOST=0.0.0.0" in line


def test_migrate_and_seed_twice(folder: Path) -> None:
    for _ in range(2):
        result = hub("migrate")
        assert (result.exit_code, result.stdout) == (0, "")
        assert (newest_revision() or "?") in result.stderr
    for _ in range(2):
        result = hub("seed", "--demo")
        assert (result.exit_code, result.stdout) == (0, "")
    assert len(UNITS) == 7
    assert len(DEMO_AGENTS) == 6


def test_another_key_than_before(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_OPEN311_API_KEY", "a key")
    assert hub("seed").exit_code == 0
    monkeypatch.setenv("HUB_SECRET_KEY", "another")
    assert "HUB_SECRET_KEY" in refused(hub("seed"))


def test_replay_of_nothing(folder: Path) -> None:
    result = hub("replay")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.strip().endswith("0 known ones, 0 still unreadable.")


def test_people(folder: Path) -> None:
    given = ("agent", "create", "ida@city.example", "--name", "Ida Lund", "--unit", "billing")
    result = CliRunner().invoke(app, list(given), input="a long password\na long password\n")
    assert result.exit_code == 0, result.stderr
    assert "a long password" not in result.stdout + result.stderr
    again = CliRunner().invoke(app, list(given), input="a long password\na long password\n")
    assert again.exit_code == 1
    assert "hub: " in again.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serving_and_stopping(folder: Path, number: signal.Signals) -> None:
    """From the first request to the signal: it serves, and ends by itself with 0."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "hub", "serve", "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"HUB_LOG_FORMAT": "json"},
    )
    try:
        url = f"http://127.0.0.1:{port}/healthz"
        deadline = time.monotonic() + 60
        while True:
            try:
                answer = httpx2.get(url, trust_env=False)
                break
            except httpx2.TransportError:
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < deadline
                time.sleep(0.05)
        assert answer.status_code == 200
        assert "server" not in answer.headers
    finally:
        process.send_signal(number)
        out, error = process.communicate(timeout=30)
    # Ctrl-C is how one ends it by hand; a SIGTERM is passed on once everything is closed.
    assert process.returncode == (0 if number == signal.SIGINT else -number), error
    assert out == b""
    assert b"Traceback" not in error
