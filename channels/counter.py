"""The counter and the telephone: people speak, nothing is sent."""

from __future__ import annotations

from hub.ports import Account, Capabilities, Receipt, Rejected, Reply, SavePart


class CounterConnector:
    """Serves phone calls and walk-ins."""

    capabilities = Capabilities(can_reply=False)

    def __init__(self, account: Account) -> None:
        self._account = account

    async def send(self, reply: Reply, save_part: SavePart) -> Receipt:
        """Raises Rejected: call back, and note what was said."""
        raise Rejected("there is nothing to write to: call back and note what was said")

    async def check(self) -> None:
        """There are no credentials."""

    async def aclose(self) -> None:
        """There is no connection."""
