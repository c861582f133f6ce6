"""Every `HUB_*` setting, in the one place that documents them (see docs/settings.md)."""

from __future__ import annotations

import ipaddress
import secrets
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from hub.mail.addresses import clean_address


def is_loopback(host: str) -> bool:
    """Whether `host`, an address or a name, is this machine's own."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Settings(BaseSettings):
    """Read from the environment; every field has a default that runs on one machine."""

    model_config = SettingsConfigDict(
        # A variable that is set to nothing is not set: an empty secret would sign anything.
        env_prefix="HUB_",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    data: Path = Field(Path(".data"), description="Folder for the database, models and keys.")
    database_url: str | None = Field(
        None,
        description="`postgresql://…` or `sqlite:///…`; by default SQLite in the data folder.",
    )
    redis_url: str | None = Field(
        None, description="Redis for the doorbell between processes; without it they poll."
    )
    secret_key: SecretStr | None = Field(
        None,
        description="Seals stored secrets and unreadable bodies; by default made once and "
        "kept in the data folder.",
    )
    host: str = Field("127.0.0.1", description="Address to serve on.")
    port: int = Field(8000, ge=1, le=65535, description="Port to serve on.")
    public_url: str | None = Field(
        None, description="How browsers and platforms reach the hub; default http://HOST:PORT."
    )
    city: str = Field("City of Tallahassee Utilities", description="Shown to customers.")
    timezone: str = Field("America/New_York", description="The city's time zone.")
    demo: bool = Field(
        False, description="Seed demo accounts with published passwords; loopback only."
    )
    embedded_worker: bool = Field(
        True, description="Run the worker inside `hub serve`; false where `hub worker` runs."
    )

    sandbox_url: str | None = Field(
        None,
        description="The sandbox that stands in for platforms without credentials; loopback only.",
    )
    facebook_app_secret: SecretStr | None = Field(None, description="Signs Facebook's webhooks.")
    facebook_verify_token: SecretStr | None = Field(
        None, description="Proves a Facebook webhook subscription to be ours."
    )
    facebook_page_id: str = Field("104000000000001", description="The first page's id.")
    facebook_app_id: str = Field(
        "240000000000001", description="Our Facebook app's id: tells our own echoes from staff's."
    )
    facebook_page_token: SecretStr | None = Field(
        None, description="Page token to send with; without it the account uses the sandbox."
    )
    x_consumer_key: SecretStr | None = Field(None, description="X app's consumer key.")
    x_consumer_secret: SecretStr | None = Field(
        None, description="X app's consumer secret; signs its webhooks."
    )
    x_user_id: str = Field("1460000000000000001", description="The first X account's user id.")
    x_access_token: SecretStr | None = Field(
        None, description="X user token to send with; without it the account uses the sandbox."
    )
    x_access_token_secret: SecretStr | None = Field(None, description="Its secret (OAuth 1.0a).")
    open311_api_key: SecretStr | None = Field(
        None, description="The api_key our own GeoReport server accepts."
    )
    open311_remote_url: str | None = Field(
        None, description="A GeoReport v2 endpoint to pull requests from."
    )
    open311_remote_api_key: SecretStr | None = Field(None, description="The key it wants.")

    bot: Literal["managed", "external", "off"] = Field(
        "off",
        description="`managed`: install, train and run Rasa beside the hub; `external`: "
        "HUB_RASA_URL names one; `off`: every inquiry goes to people.",
    )
    rasa_url: str | None = Field(
        None, validate_default=True, description="Where an external Rasa answers."
    )
    rasa_port: int = Field(5005, ge=1, le=65535, description="Port of the managed Rasa.")

    reopen_days: int = Field(
        7, ge=0, description="A customer writing again within it reopens a resolved ticket."
    )
    bot_resolve_hours: int = Field(
        24, ge=1, description="A ticket the bot answered is resolved after this much silence."
    )
    surveys: bool = Field(
        True,
        description="Ask customers how satisfied they are after a resolution, on channels that "
        "allow it.",
    )
    survey_pause_days: int = Field(
        30, ge=0, description="A customer is asked at most once in this time."
    )
    raw_retention_days: int = Field(90, ge=1, description="How long raw bodies are kept.")
    unreadable_retention_days: int = Field(14, ge=1, description="How long unreadable ones are.")
    example_retention_days: int = Field(
        90,
        ge=1,
        description="How long customers' words wait for a label; those that are labelled stay, "
        "as what the bot is trained on.",
    )
    event_retention_days: int = Field(
        14, ge=1, description="How far back a console can catch up by event number."
    )
    alert_url: SecretStr | None = Field(
        None,
        description="Where a JSON POST goes when a part or an account fares badly, or well again.",
    )
    smtp_host: str | None = Field(
        None, description="The mail server that takes scheduled reports; without it none are sent."
    )
    smtp_port: int = Field(
        587, ge=1, le=65535, description="Its port: 587 for `starttls`, 465 for `tls`."
    )
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        description="How the connection is encrypted; the certificate is verified. `none` sends "
        "no password, but to this machine.",
    )
    smtp_user: str | None = Field(None, description="Who signs in there; without it nobody does.")
    smtp_password: SecretStr | None = Field(
        None, validate_default=True, description="The password to sign in with."
    )
    mail_from: str | None = Field(
        None,
        validate_default=True,
        description="The address mail comes from; needed with HUB_SMTP_HOST.",
    )
    session_hours: int = Field(12, ge=1, description="How long a sign-in lasts.")
    log_format: Literal["console", "json"] = Field("console", description="How logs are written.")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("is not the name of a time zone, such as America/New_York") from None
        return name

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return url

    @field_validator("rasa_url")
    @classmethod
    def _named(cls, url: str | None, info: ValidationInfo) -> str | None:
        if url is None and info.data.get("bot") == "external":
            raise ValueError("HUB_BOT=external needs HUB_RASA_URL")
        return url

    @field_validator("smtp_password")
    @classmethod
    def _kept_secret(cls, password: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if password is None and info.data.get("smtp_user") is not None:
            raise ValueError("HUB_SMTP_USER needs HUB_SMTP_PASSWORD")
        bare = info.data.get("smtp_security") == "none"
        if password is not None and bare and not is_loopback(info.data.get("smtp_host") or ""):
            raise ValueError("HUB_SMTP_SECURITY=none would send it in the clear")
        return password

    @field_validator("mail_from")
    @classmethod
    def _an_address(cls, address: str | None, info: ValidationInfo) -> str | None:
        if address is None:
            if info.data.get("smtp_host") is not None:
                raise ValueError("HUB_SMTP_HOST needs HUB_MAIL_FROM")
            return None
        return clean_address(address)

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the address served on."""
        return is_loopback(self.host)

    @property
    def origin(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def resolved_database_url(self) -> str:
        return self.database_url or f"sqlite:///{(self.data / 'hub.db').resolve()}"

    @property
    def reopen_window(self) -> timedelta:
        return timedelta(days=self.reopen_days)

    @cached_property
    def sealing_key(self) -> str:
        """HUB_SECRET_KEY, or one made once and kept readable by the owner alone."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        path = self.data / "secret_key"
        self.data.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("x") as file:
                path.chmod(0o600)
                file.write(secrets.token_urlsafe(32))
        except FileExistsError:
            pass
        return path.read_text().strip()
