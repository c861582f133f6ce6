"""Rows of the bot's models, and of the customers' words that people have labelled."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Float, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, Id, Json


class ModelState(StrEnum):
    WANTED = "wanted"
    """Somebody changed what the bot is trained on; not begun."""
    TRAINING = "training"
    ACTIVE = "active"
    """The one in use: at most one."""
    KEPT = "kept"
    """Was in use; can be again."""
    WORSE = "worse"
    """Finished, and not taken because of what `worse` says; a supervisor may take it."""
    FAILED = "failed"


class BotModel(Base):
    """One training of the bot, from the wish for it to what became of it."""

    __tablename__ = "bot_models"
    __table_args__ = (
        Index(
            "ix_bot_models_open",
            "state",
            sqlite_where=text("state in ('wanted','training','active')"),
            postgresql_where=text("state in ('wanted','training','active')"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    state: Mapped[str] = mapped_column(String(10))
    name: Mapped[str | None] = mapped_column(String(80))
    """The model file's name without its ending, once there is one."""
    why: Mapped[str] = mapped_column(Text, default="")
    """What changed: "Published “Payment plans”"."""
    by: Mapped[str] = mapped_column(String(160))
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    """While it is trained: when the one who trains it counts as gone."""
    ended_at: Mapped[datetime | None]
    progress: Mapped[str] = mapped_column(String(200), default="")
    error: Mapped[str | None] = mapped_column(Text)
    figures: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """What the model card says of the held-back messages (shares 0..1)."""
    worse: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """What it gets wrong that the one in use gets right: `text`, `slug`, `before`, `now`."""


class BotExample(Base):
    """A customer's words as the bot read them, masked; training data once a person labelled it."""

    __tablename__ = "bot_examples"
    __table_args__ = (
        Index(
            "ix_bot_examples_open",
            "id",
            sqlite_where=text("label is null"),
            postgresql_where=text("label is null"),
        ),
        Index(
            "ix_bot_examples_labelled",
            "labelled_at",
            sqlite_where=text("label is not null"),
            postgresql_where=text("label is not null"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    message_id: Mapped[int] = mapped_column(Id, unique=True)
    ticket_id: Mapped[int] = mapped_column(Id)
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(5))
    outcome: Mapped[str] = mapped_column(String(12))
    """`answer`, `ask_back`, `form`, `handoff` or `emergency`."""
    guess: Mapped[str | None] = mapped_column(String(60))
    confidence: Mapped[float | None] = mapped_column(Float)
    label: Mapped[str | None] = mapped_column(String(60))
    """The right slug, `out-of-scope`, or `skip`; None until a person looked."""
    labelled_by: Mapped[str | None] = mapped_column(String(160))
    labelled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
