"""Who is asking, and what they may see and do.

| role       | sees                                          | may                              |
|------------|-----------------------------------------------|----------------------------------|
| agent      | their units' tickets, and those given to them | work them                        |
| supervisor | every ticket, reports                         | work them, give them to others   |
| admin      | as a supervisor                               | as a supervisor, and configure   |
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, or_, true

from hub.errors import Forbidden
from hub.team.models import Role
from hub.tickets.models import Ticket


class Permission(StrEnum):
    READ = "read"
    WORK = "work"
    SUPERVISE = "supervise"
    CONFIGURE = "configure"


_GRANTS = {
    Role.AGENT: {Permission.READ, Permission.WORK},
    Role.SUPERVISOR: {Permission.READ, Permission.WORK, Permission.SUPERVISE},
    Role.ADMIN: set(Permission),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever makes a change, as the audit trail names them."""

    kind: str
    """`agent`, `token`, `bot`, `system`."""
    id: int | None
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}:{self.name}" if self.id else f"{self.kind}:{self.name}"


BOT = Actor("bot", None, "Assistant")
SYSTEM = Actor("system", None, "Switchboard")


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in agent, or a program with a token."""

    actor: Actor
    role: Role
    units: frozenset[str] | None
    """The units whose tickets are seen; None for every one."""
    csrf_token: str | None = None
    """Set for a browser's session: its unsafe requests must carry it."""

    @property
    def agent_id(self) -> int | None:
        return self.actor.id if self.actor.kind == "agent" else None

    def require(self, permission: Permission) -> None:
        """Raises Forbidden."""
        if permission not in _GRANTS[self.role]:
            raise Forbidden(f"{self.role} may not {permission}")

    def may(self, permission: Permission) -> bool:
        return permission in _GRANTS[self.role]

    def sees(self, unit: str | None, assignee_id: int | None) -> bool:
        """Whether a ticket of `unit`, given to `assignee_id`, is theirs to see."""
        if self.units is None or unit is None or unit in self.units:
            return True
        return assignee_id is not None and assignee_id == self.agent_id

    def visible(self) -> ColumnElement[bool]:
        """`sees`, as a condition on the tickets table."""
        if self.units is None:
            return true()
        own = Ticket.unit.in_(sorted(self.units))
        return own if self.agent_id is None else or_(own, Ticket.assignee_id == self.agent_id)
