"""Settings: read from the environment, documented in one place, refused clearly."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from hub.settings import Settings, is_loopback
from tests.hub.settings_page import PAGE, page

ROOT = Path(__file__).resolve().parents[2]


def test_every_setting_is_documented() -> None:
    text = PAGE.read_text()
    for name, field in Settings.model_fields.items():
        assert field.description, f"{name} does not say what it is"
        assert f"`HUB_{name.upper()}`" in text, f"HUB_{name.upper()} is not in {PAGE.name}"


def test_the_page_is_what_the_settings_say() -> None:
    assert PAGE.read_text() == page(), "run `python -m tests.hub.settings_page`"


def test_the_page_names_no_setting_that_is_gone() -> None:
    known = {f"HUB_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"HUB_[A-Z0-9_]+", PAGE.read_text())) <= known


def test_what_is_named_elsewhere_exists() -> None:
    """Docs, scripts and containers speak only of settings there are."""
    known = {f"HUB_{name.upper()}" for name in Settings.model_fields}
    files = [ROOT / "README.md", ROOT / "dev", *(ROOT / "docs").rglob("*.md")]
    files += list(ROOT.glob("docker-compose*.y*ml"))
    files += list((ROOT / "hub").rglob("*.py"))
    for path in files:
        named = set(re.findall(r"\bHUB_[A-Z0-9]+(?:_[A-Z0-9]+)*\b(?!_)", path.read_text()))
        # The sandbox has settings of its own, and documents some that begin alike.
        unknown = {name for name in named - known if f"SANDBOX_{name}" not in path.read_text()}
        assert not unknown, f"{path.relative_to(ROOT)}: {', '.join(sorted(unknown))}"


def test_the_issues_settings_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FACEBOOK_APP_SECRET",
                 "FACEBOOK_VERIFY_TOKEN", "X_CONSUMER_SECRET", "OPEN311_API_KEY"):  # fmt: skip
        monkeypatch.setenv(f"HUB_{name}", "a value")
        value = getattr(Settings(), name.lower())
        assert (value.get_secret_value() if isinstance(value, SecretStr) else value) == "a value"


def test_set_to_nothing_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty secret would sign anything, an empty host would serve everywhere."""
    for name in Settings.model_fields:
        monkeypatch.setenv(f"HUB_{name.upper()}", "")
    assert Settings() == Settings.model_construct(**Settings().model_dump())
    assert Settings().facebook_app_secret is None
    assert Settings().host == "127.0.0.1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "0"),
        ("port", "99999"),
        ("port", "http"),
        ("reopen_days", "-1"),
        ("session_hours", "0"),
        ("raw_retention_days", "0"),
        ("bot", "on"),
        ("demo", "perhaps"),
        ("log_format", "xml"),
        ("timezone", "Florida"),
        ("timezone", "../etc/passwd"),
        ("public_url", "hub.example"),
        ("public_url", "ftp://hub.example"),
    ],
)
def test_what_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"HUB_{name.upper()}", value)
    with pytest.raises(ValidationError) as refused:
        Settings()
    (error,) = refused.value.errors()
    assert error["loc"] == (name,)


def test_an_external_bot_has_an_address() -> None:
    with pytest.raises(ValidationError, match="HUB_RASA_URL"):
        Settings(bot="external")
    assert Settings(bot="external", rasa_url="http://rasa:5005").rasa_url == "http://rasa:5005"


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = [n for n, f in Settings.model_fields.items() if "SecretStr" in str(f.annotation)]
    assert len(secret) >= 9
    for name in secret:
        monkeypatch.setenv(f"HUB_{name.upper()}", "hunter2")
    settings = Settings()
    for text in (
        repr(settings),
        str(settings),
        str(settings.model_dump()),
        settings.model_dump_json(),
    ):
        assert "hunter2" not in text
    named = re.compile("secret|password|token|api_key|consumer_key")
    plain = [n for n in Settings.model_fields if named.search(n) and n not in secret]
    assert plain == []


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("", False),
        ("10.0.0.5", False),
        ("hub.example", False),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example", False),
        ("2130706433", False),
        ("::ffff:10.0.0.5", False),
    ],
)
def test_loopback(host: str, own: bool) -> None:
    assert is_loopback(host) is own
    assert Settings(host=host).is_loopback is own


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"port": 8080}, "http://127.0.0.1:8080"),
        ({"host": "::1"}, "http://[::1]:8000"),
        ({"public_url": "https://hub.example/"}, "https://hub.example"),
    ],
)
def test_the_origin(given: dict[str, Any], origin: str) -> None:
    assert Settings(**given).origin == origin


def test_the_key_is_made_once_and_is_nobody_elses(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    key = Settings(data=folder).sealing_key
    assert len(key) >= 32
    assert Settings(data=folder).sealing_key == key
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600
    assert Settings(data=tmp_path / "other").sealing_key != key
    assert Settings(data=folder, secret_key=SecretStr("mine")).sealing_key == "mine"


def test_the_database_lies_in_the_data_folder(tmp_path: Path) -> None:
    assert Settings(data=tmp_path).resolved_database_url == f"sqlite:///{tmp_path / 'hub.db'}"
    assert Settings(database_url="postgresql://db/hub").resolved_database_url.endswith("//db/hub")
