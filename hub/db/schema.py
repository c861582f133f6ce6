"""Every table of the hub, imported so that one metadata knows them all."""

from hub.accounts.models import Account, AccountCost, RateBudgetRow
from hub.api.models import IdempotentAnswer
from hub.articles.models import Article, ArticleUse, ArticleVersion
from hub.audit.models import AuditEntry
from hub.db.base import Base
from hub.delivery.models import Delivery
from hub.events.models import Counter, Event
from hub.incidents.models import Incident, IncidentAnswer
from hub.intake.models import RawBody
from hub.jobs.models import Job
from hub.media.models import File
from hub.notices.models import Notice
from hub.people.models import Contact, ContactPoint
from hub.reports.models import ReportDay, TicketFact
from hub.reports.schedules.models import ReportSchedule
from hub.sla.models import (
    Breach,
    ClockRow,
    Escalation,
    HoursRow,
    PolicyRow,
    RulesVersion,
    TimelineRow,
)
from hub.surveys.models import Survey
from hub.team.models import Agent, AgentUnit, ApiToken, ApiTokenUnit, Session, SignInFailure, Unit
from hub.tickets.models import (
    BulkChange,
    Callback,
    Conversation,
    Dialogue,
    EarlyHappening,
    Message,
    MessageRevision,
    Ticket,
    TicketTag,
)
from hub.training.models import BotExample, BotModel

__all__ = [
    "Account",
    "AccountCost",
    "Agent",
    "AgentUnit",
    "ApiToken",
    "ApiTokenUnit",
    "Article",
    "ArticleUse",
    "ArticleVersion",
    "AuditEntry",
    "BotExample",
    "BotModel",
    "Breach",
    "BulkChange",
    "Callback",
    "ClockRow",
    "Contact",
    "ContactPoint",
    "Conversation",
    "Counter",
    "Delivery",
    "Dialogue",
    "EarlyHappening",
    "Escalation",
    "Event",
    "File",
    "HoursRow",
    "IdempotentAnswer",
    "Incident",
    "IncidentAnswer",
    "Job",
    "Message",
    "MessageRevision",
    "Notice",
    "PolicyRow",
    "RateBudgetRow",
    "RawBody",
    "ReportDay",
    "ReportSchedule",
    "RulesVersion",
    "Session",
    "SignInFailure",
    "Survey",
    "Ticket",
    "TicketFact",
    "TicketTag",
    "TimelineRow",
    "Unit",
]

metadata = Base.metadata
