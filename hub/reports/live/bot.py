"""What the bot takes off people's desks today."""

from __future__ import annotations

from sqlalchemy import func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.audit.models import AuditEntry
from hub.reports.live.scope import Scope
from hub.tickets.models import AuthorKind, Direction, Message

# Written into the statements as they are: only then a database uses the indexes over these alone.
_BOT = literal(AuthorKind.BOT.value, literal_execute=True)
_HAND_OFF = literal("hand off", literal_execute=True)


async def read_bot(session: AsyncSession, scope: Scope) -> dict[str, int]:
    """Tickets in which the bot answered from an article today, and those it handed over."""
    answered = select(func.count(func.distinct(Message.ticket_id))).where(
        Message.author_kind == _BOT,
        Message.direction == Direction.OUTBOUND.value,
        Message.articles != [],
        Message.created_at >= scope.today,
    )
    handed = select(func.count(func.distinct(AuditEntry.ticket_id))).where(
        AuditEntry.action == _HAND_OFF, AuditEntry.at >= scope.today
    )
    return {
        "answered_today": await session.scalar(scope.by_ticket(answered, Message.ticket_id)) or 0,
        "handed_over_today": await session.scalar(scope.by_ticket(handed, AuditEntry.ticket_id))
        or 0,
    }
