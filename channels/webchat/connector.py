"""The connector of our own website: a reply is delivered by being there to read."""

from __future__ import annotations

from datetime import UTC, datetime

from hub.ports import Account, Capabilities, Receipt, Reply, SavePart, SecretField


class WebChatConnector:
    """Serves web chat, which reads its conversation from the hub."""

    capabilities = Capabilities(surveys=True, keeps_files=True)
    secret_fields = (
        SecretField(
            "identity_secret",
            "Identity secret",
            False,
            "Signs the tokens by which the city's own sign-in vouches for visitors (HS256).",
        ),
    )

    def __init__(self, account: Account) -> None:
        self._account = account

    async def send(self, reply: Reply, save_part: SavePart) -> Receipt:
        """Accepted at once: it is stored, and the visitor's page reads what is stored."""
        return Receipt((), datetime.now(UTC))

    async def find_sent(self, reply: Reply) -> Receipt | None:
        """Nothing leaves the hub, so nothing can have been sent twice."""
        return None

    async def check(self) -> None:
        """There are no credentials."""

    async def aclose(self) -> None:
        """There is no connection."""


class WebFormConnector(WebChatConnector):
    """The web form's, whose page is read once the answer is there, and perhaps never again: nobody
    is asked anything on it afterwards."""

    capabilities = Capabilities(keeps_files=True)
