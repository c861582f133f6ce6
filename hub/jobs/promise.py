"""Promising a job in the transaction that causes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from hub.jobs.models import Job


def promise(
    session: AsyncSession, kind: str, payload: Mapping[str, Any], lane: str | None, at: datetime
) -> None:
    """A job of `kind`, run after `at` and after what its lane has before it."""
    session.add(
        Job(kind=kind, lane=lane, payload=dict(payload), run_at=at, created_at=at, attempts=0)
    )
