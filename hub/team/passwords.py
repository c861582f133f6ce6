"""Passwords: argon2id, off the event loop."""

from __future__ import annotations

from functools import cache

import anyio.to_thread
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

_HASHER = PasswordHasher()


@cache
def _nobody() -> str:
    """Verified against where there is no such agent, so that both take as long."""
    return _HASHER.hash("nobody has this password")


async def hash_password(password: str) -> str:
    return await anyio.to_thread.run_sync(_HASHER.hash, password)


async def verify_password(stored: str | None, password: str) -> bool:
    """Whether `password` is the one `stored` was made from; as slow without one stored."""

    def verify() -> bool:
        try:
            return _HASHER.verify(stored or _nobody(), password) and stored is not None
        except (Argon2Error, InvalidHashError):
            return False

    return await anyio.to_thread.run_sync(verify)
