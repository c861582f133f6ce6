"""Every table of the hub, imported so that one metadata knows them all."""

from hub.accounts.models import Account, AccountCost, RateBudgetRow
from hub.api.models import IdempotentAnswer
from hub.audit.models import AuditEntry
from hub.db.base import Base
from hub.delivery.models import Delivery
from hub.events.models import Counter, Event
from hub.intake.models import RawBody
from hub.jobs.models import Job
from hub.media.models import File
from hub.people.models import Contact, ContactPoint
from hub.sla.models import Breach, ClockRow, HoursRow, PolicyRow
from hub.team.models import Agent, AgentUnit, ApiToken, ApiTokenUnit, Session, SignInFailure, Unit
from hub.tickets.models import (
    Callback,
    Conversation,
    EarlyHappening,
    Message,
    MessageRevision,
    Ticket,
    TicketTag,
)

__all__ = [
    "Account",
    "AccountCost",
    "Agent",
    "AgentUnit",
    "ApiToken",
    "ApiTokenUnit",
    "AuditEntry",
    "Breach",
    "Callback",
    "ClockRow",
    "Contact",
    "ContactPoint",
    "Conversation",
    "Counter",
    "Delivery",
    "EarlyHappening",
    "Event",
    "File",
    "HoursRow",
    "IdempotentAnswer",
    "Job",
    "Message",
    "MessageRevision",
    "PolicyRow",
    "RateBudgetRow",
    "RawBody",
    "Session",
    "SignInFailure",
    "Ticket",
    "TicketTag",
    "Unit",
]

metadata = Base.metadata
