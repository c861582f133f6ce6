"""Rows of accounts: a channel kind, the platform's id, sealed secrets, a poll cursor."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, Id


class Account(Base):
    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("kind", "slug"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    external_id: Mapped[str] = mapped_column(String(120))
    """The platform's id of the page or user."""
    unit: Mapped[str] = mapped_column(String(40), ForeignKey("units.slug"))
    """Where its tickets start."""
    base_url: Mapped[str | None] = mapped_column(Text)
    secrets: Mapped[bytes | None] = mapped_column(LargeBinary)
    """JSON of names and values, sealed with HUB_SECRET_KEY."""
    enabled: Mapped[bool] = mapped_column(default=True)
    sandbox: Mapped[bool] = mapped_column(default=False)
    """Its platform is the sandbox: nobody outside reads or writes here."""
    cursor: Mapped[str | None] = mapped_column(Text)
    last_event_at: Mapped[datetime | None]
    last_poll_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    last_error_at: Mapped[datetime | None]
    stopped: Mapped[bool] = mapped_column(default=False)
    """The platform refused our credentials: nothing is sent or polled until re-authorised."""
    notice: Mapped[str | None] = mapped_column(Text)
    """What the platform last said about the account that people must know."""
    access_expires_at: Mapped[datetime | None]
    """When the platform will stop taking our credentials, where that is known."""
    poll_due_at: Mapped[datetime | None]
    """When to ask the platform next; a worker that asks moves it ahead, as a lease."""
    seeded: Mapped[str | None] = mapped_column(String(64))
    """Digest of the settings it was last seeded with: a change in the console stays until these
    change."""


class RateBudgetRow(Base):
    """What is left of one of a platform's limits, shared by all workers."""

    __tablename__ = "rate_budgets"

    account_id: Mapped[int] = mapped_column(Id, ForeignKey("accounts.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    quota: Mapped[int | None]
    """The whole of the limit, where the platform says it."""
    remaining: Mapped[int]
    resets_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class AccountCost(Base):
    """What a platform has charged on one day, as far as its price list tells."""

    __tablename__ = "account_costs"

    account_id: Mapped[int] = mapped_column(Id, ForeignKey("accounts.id"), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    """ISO date, UTC."""
    micros: Mapped[int] = mapped_column(BigInteger)
    """Millionths of a US dollar."""
