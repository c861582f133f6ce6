"""Rows of units, agents, their sessions and API tokens."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, Id, Json


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class Presence(StrEnum):
    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"


class Unit(Base):
    """A team that tickets are routed to."""

    __tablename__ = "units"

    slug: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    auto_assign: Mapped[bool] = mapped_column(default=False)
    """Give new tickets to the least busy agent on line, up to their capacity."""


class Agent(Base):
    __tablename__ = "agents"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(20))
    presence: Mapped[str] = mapped_column(String(20), default=Presence.OFFLINE.value)
    capacity: Mapped[int] = mapped_column(default=8)
    """Open tickets the agent is given by assignment at the most."""
    languages: Mapped[list[str]] = mapped_column(Json, default=list, server_default="[]")
    """Which they speak beside English: `es`."""
    active: Mapped[bool] = mapped_column(default=True)
    demo: Mapped[bool] = mapped_column(default=False)
    notices_seen: Mapped[int] = mapped_column(Id, default=0, server_default="0")
    """The newest notice they have seen, see `hub.notices`."""
    created_at: Mapped[datetime]


class AgentUnit(Base):
    __tablename__ = "agent_units"

    agent_id: Mapped[int] = mapped_column(Id, ForeignKey("agents.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(String(40), ForeignKey("units.slug"), primary_key=True)


class Session(Base):
    """A signed-in browser: only the hash of its cookie is stored."""

    __tablename__ = "sessions"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[int] = mapped_column(Id, ForeignKey("agents.id"), index=True)
    csrf_token: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ApiToken(Base):
    """A program's way in: only the hash of the token is stored."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(20))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ApiTokenUnit(Base):
    """The units an agent's token sees; a token without any sees every unit."""

    __tablename__ = "api_token_units"

    token_id: Mapped[int] = mapped_column(Id, ForeignKey("api_tokens.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(String(40), ForeignKey("units.slug"), primary_key=True)


class SignInFailure(Base):
    """A wrong password, kept for as long as it throttles."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (Index(None, "subject", "at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    subject: Mapped[str] = mapped_column(String(255))
    """`email:…` or `address:…`: either alone is throttled."""
    at: Mapped[datetime]
