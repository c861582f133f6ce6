"""The same key and body posted again within ten minutes is the same request.

Phones post again when an answer was lost. A message's external id is made of who posted what,
and in which ten minutes of the clock: so the hub's own dedup holds it single, whichever process
takes it. Since a window begins with the first post and not with the clock's, the id of the ten
minutes before is looked up, too. A client that tells its posts apart itself (a device_id and the
time of the request) posts other bodies.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from channels.open311.filing import Form
from hub.ports import FiledMessage, ServiceRequests

WINDOW = timedelta(minutes=10)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def fingerprint(who: str, form: Form) -> str:
    """32 hex digits of who posted (`ApiKeys.check`) and what, whatever the fields' order."""
    parts = [
        (name, *values)
        for name, values in (
            *((name, (value,)) for name, value in form.fields.items()),
            *((f"attribute[{name}]", values) for name, values in form.attributes.items()),
            ("media_url", form.media_urls),
        )
        if name != "api_key" and values
    ]
    digest = hashlib.sha256(who.encode())
    for part in sorted(parts):
        for text in (str(len(part)), *part):
            encoded = text.encode()
            # Lengths, so that no two forms can be written the same.
            digest.update(b"%d:" % len(encoded) + encoded)
    return digest.hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Candidates:
    """The external ids a post may have: `fresh` now, `earlier` ten minutes ago."""

    fresh: str
    earlier: str

    @classmethod
    def at(cls, prefix: str, digest: str, now: datetime) -> Candidates:
        bucket = (now - _EPOCH) // WINDOW
        return cls(f"{prefix}{digest}:{bucket}", f"{prefix}{digest}:{bucket - 1}")

    def among(self, found: Sequence[FiledMessage], now: datetime) -> FiledMessage | None:
        """The earlier post that this one repeats, if any."""
        return next((one for one in found if now - one.at < WINDOW), None)


class Repeats:
    """Posts of one account, the same ones one after another."""

    def __init__(self, requests: ServiceRequests, account_id: int) -> None:
        self._requests = requests
        self._account_id = account_id
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def one_at_a_time(self, digest: str) -> AsyncIterator[None]:
        """Of several equal posts at once the second finds what the first has stored."""
        lock, waiting = self._locks.get(digest, (asyncio.Lock(), 0))
        self._locks[digest] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._locks.pop(digest)
            if waiting > 1:
                self._locks[digest] = (lock, waiting - 1)

    async def earlier(self, candidates: Candidates, now: datetime) -> FiledMessage | None:
        """The message that was stored for the same post within the last ten minutes."""
        found = await self._requests.filed(self._account_id, (candidates.fresh, candidates.earlier))
        return candidates.among(found, now)
