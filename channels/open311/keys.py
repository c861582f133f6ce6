"""Which apps may post, and how one of them is recognised again."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from channels.open311.answers import Refused


class ApiKeys:
    """The keys of an account: its secret `api_key`, and `api_keys`, a comma list of more."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        several = [secrets.get("api_key", ""), *secrets.get("api_keys", "").split(",")]
        self._keys = tuple(
            dict.fromkeys(key.strip().encode() for key in several if key and key.strip())
        )

    def check(self, given: str | None) -> str:
        """Who posts: a name for the key that tells nothing of it. Raises Refused (403).

        All keys are compared, each in constant time: how long it takes says nothing either.
        """
        if given is None:
            raise Refused(403, "api_key is missing.")
        matches = [hmac.compare_digest(given.encode(), key) for key in self._keys]
        if not any(matches):
            raise Refused(403, "api_key is not valid.")
        return hashlib.sha256(b"open311 key\0" + given.encode()).hexdigest()[:16]
