"""Settings: what is missing is named, and only loopback is served."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from channels.sandbox.config import SandboxConfig, SandboxMisconfigured, variable
from tests.channels.sandbox.conftest import SECRETS, configured, free_port, until

ENV = {variable(name): value for name, value in SECRETS.items()} | {
    "SANDBOX_HUB_URL": "http://127.0.0.1:9/"
}


def test_from_env() -> None:
    config = SandboxConfig.from_env(
        ENV | {"SANDBOX_PORT": "1234", "SANDBOX_RETRY_SECONDS": "1,2.5", "SANDBOX_DATA": "/d/s"}
    )
    assert config.hub_url == "http://127.0.0.1:9"
    assert config.port == 1234
    assert config.retry_seconds == (1.0, 2.5)
    assert config.data == Path("/d/s")
    assert SandboxConfig.from_env(ENV | {"SANDBOX_PORT": "1"}, port=2).port == 2


def test_missing_settings_are_named() -> None:
    with pytest.raises(SandboxMisconfigured, match="SANDBOX_HUB_URL, SANDBOX_X_CONSUMER_KEY"):
        SandboxConfig.from_env({})
    with pytest.raises(SandboxMisconfigured, match="not a number"):
        SandboxConfig.from_env(ENV | {"SANDBOX_PORT": "http"})


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.org", ""])
def test_only_loopback(host: str) -> None:
    with pytest.raises(SandboxMisconfigured, match="loopback"):
        configured("http://127.0.0.1:9", host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_every_loopback(host: str) -> None:
    assert configured("http://127.0.0.1:9", host=host).host == host


def test_no_secret_shows_in_a_log() -> None:
    shown = repr(configured("http://127.0.0.1:9"))
    assert not [secret for secret in SECRETS.values() if secret in shown]


@pytest.mark.parametrize("more", [{"hub_url": "ftp://x"}, {"x_consumer_secret": ""}])
def test_other_nonsense(more: dict[str, str]) -> None:
    with pytest.raises(SandboxMisconfigured):
        configured(**({"hub_url": "http://127.0.0.1:9"} | more))


def test_as_a_process(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "channels.sandbox", "--port", str(port)]
    env = ENV | {"SANDBOX_DATA": str(tmp_path / "sandbox.sqlite")}
    process = subprocess.Popen(command, env=env, stderr=subprocess.PIPE)
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:

            def up() -> bool:
                try:
                    return http.get("/").status_code == 200
                except httpx2.ConnectError:
                    return False

            until(up, 30)
            with http.stream("GET", "/sandbox/api/events"):
                process.terminate()  # with a listener: it must not hold the end up
                _, errors = process.communicate(timeout=10)
        assert process.returncode in (0, -15)
        assert b"Traceback" not in errors
    finally:
        process.kill()
        process.communicate()


def test_a_process_says_what_is_wrong() -> None:
    command = [sys.executable, "-m", "channels.sandbox", "--host", "0.0.0.0"]
    done = subprocess.run(command, env=ENV, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("sandbox: the sandbox accepts known secrets")
