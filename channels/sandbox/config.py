"""What a sandbox is told when it starts: where the hub is, and the secrets they share."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit


class SandboxMisconfigured(Exception):
    """The settings do not make a sandbox; the message says which one and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxConfig:
    """Every setting. The secrets are the ones the hub's own accounts hold."""

    hub_url: str
    """Where webhooks go, for example `http://127.0.0.1:8000`."""
    x_consumer_key: str = field(repr=False)
    x_consumer_secret: str = field(repr=False)
    x_access_token: str = field(repr=False)
    x_access_token_secret: str = field(repr=False)
    facebook_app_secret: str = field(repr=False)
    facebook_verify_token: str = field(repr=False)
    facebook_page_token: str = field(repr=False)
    open311_key: str = field(repr=False)
    """Accepted by our GeoReport server, and sent to the hub's."""

    x_bearer_token: str = field(default="", repr=False)
    """An app-only token; empty for none."""
    x_client_id: str = ""
    """The app at the OAuth 2.0 token endpoint; empty for none."""
    x_client_secret: str = field(default="", repr=False)
    """Empty for a public app, which proves nothing."""
    x_refresh_token: str = field(default="", repr=False)
    """The first one; each renewal gives another and spends the one it took."""
    x_user_id: str = "1460000000000000001"
    x_handle: str = "CityUtilitiesDemo"
    x_name: str = "City Utilities (demo)"
    facebook_app_id: str = "240000000000001"
    facebook_page_id: str = "104000000000001"
    facebook_page_name: str = "City Utilities (demo)"

    hub_citizens_path: str = "/"
    """Where the hub shows its own web chat and message form, for the page's link."""

    host: str = "127.0.0.1"
    port: int = 8311
    data: Path | None = None
    """The SQLite file; None keeps everything in memory."""
    rate_limit_factor: int = 20
    """X's published limits times this. 1 is exact, and stops a person trying out direct
    messages for a quarter of an hour after the fifteenth."""
    retry_seconds: tuple[float, ...] = (1, 2, 4, 8, 15, 30, 60)
    """Pauses between tries to deliver a webhook; the last one repeats."""
    status_poll_seconds: float = 3.0
    """How often filed reports are looked up at the hub."""

    def __post_init__(self) -> None:
        if not is_loopback(self.host):
            raise SandboxMisconfigured(
                f"the sandbox accepts known secrets and anybody's words, so it serves only on a "
                f"loopback address; {self.host!r} is not one (use 127.0.0.1)"
            )
        if (
            urlsplit(self.hub_url).scheme not in ("http", "https")
            or not urlsplit(self.hub_url).netloc
        ):
            raise SandboxMisconfigured(f"hub_url must be an http(s) address, not {self.hub_url!r}")
        empty = [f.name for f in fields(self) if f.name in _SECRETS and not getattr(self, f.name)]
        if empty:
            raise SandboxMisconfigured(f"these secrets are empty: {', '.join(empty)}")
        object.__setattr__(self, "hub_url", self.hub_url.rstrip("/"))

    @classmethod
    def from_env(
        cls,
        environ: Mapping[str, str] | None = None,
        *,
        host: str | None = None,
        port: int | None = None,
    ) -> SandboxConfig:
        """Read `SANDBOX_HUB_URL`, `SANDBOX_X_CONSUMER_SECRET` and so on, one per field.

        `host` and `port`, where given, win. Raises SandboxMisconfigured naming what is missing.
        """
        env = os.environ if environ is None else environ
        given = {f.name: env[n] for f in fields(cls) if (n := variable(f.name)) in env}
        missing = [variable(name) for name in ("hub_url", *_SECRETS) if not given.get(name)]
        if missing:
            raise SandboxMisconfigured(f"set {', '.join(missing)}")
        words: dict[str, object] = dict(given)
        try:
            if "rate_limit_factor" in given:
                words["rate_limit_factor"] = int(given["rate_limit_factor"])
            if "status_poll_seconds" in given:
                words["status_poll_seconds"] = float(given["status_poll_seconds"])
            if "retry_seconds" in given:
                words["retry_seconds"] = tuple(map(float, given["retry_seconds"].split(",")))
            if "port" in given:
                words["port"] = int(given["port"])
        except ValueError as error:
            raise SandboxMisconfigured(f"not a number: {error}") from error
        words["data"] = Path(given["data"]) if given.get("data") else None
        if host is not None:
            words["host"] = host
        if port is not None:
            words["port"] = port
        return cls(**words)  # type: ignore[arg-type]  # read from strings just above


_SECRETS = (
    "x_consumer_key",
    "x_consumer_secret",
    "x_access_token",
    "x_access_token_secret",
    "facebook_app_secret",
    "facebook_verify_token",
    "facebook_page_token",
    "open311_key",
)


def variable(name: str) -> str:
    """The environment variable of a field."""
    return f"SANDBOX_{name.upper()}"


def is_loopback(host: str) -> bool:
    """True for 127.0.0.0/8, ::1 and the name localhost."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
