"""How a channel fails, as the hub understands it.

ConnectorError
├── AuthFailed               stop the account and alert: the token is dead
├── TemporarilyUnavailable   try again, after `retry_after` seconds if the platform said so
├── Rejected                 final for this message; the agent reads `reason`
├── BadSignature             a webhook not signed by the platform: 401, nothing stored
├── MalformedPayload         a webhook that does not parse: kept raw, listed as unreadable
└── UnsupportedEvent         a whole body of a kind we do not know: counted
"""

from __future__ import annotations


class ConnectorError(Exception):
    """Base of what a connector may raise; vendor exceptions never leave `channels`."""


class AuthFailed(ConnectorError):
    """The platform refused our credentials."""


class TemporarilyUnavailable(ConnectorError):
    """The platform, or the way to it, failed; the same call may succeed later.

    `outcome_unknown` is True where the request may have been carried out all the same (a
    time-out after sending, a dropped connection, a 5xx): the hub then looks before it
    sends again.
    """

    def __init__(
        self, reason: str, *, retry_after: float | None = None, outcome_unknown: bool = False
    ) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.outcome_unknown = outcome_unknown


class Rejected(ConnectorError):
    """The platform will not take this message: `reason` says why, in words for an agent."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BadSignature(ConnectorError):
    """The webhook's signature is missing or wrong."""


class MalformedPayload(ConnectorError):
    """The webhook's body cannot be read."""


class UnsupportedEvent(ConnectorError):
    """The webhook is of a kind nobody has taught us."""
