"""The API's shapes: what requests may say, and what answers look like."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from hub.ports import Visibility
from hub.ports.messages import MAX_BODY, clean_text
from hub.team.models import Presence, Role
from hub.tickets.callbacks import Outcome
from hub.tickets.models import Priority, Status


def _clean(text: str) -> str:
    text = clean_text(text)
    if not text.strip():
        raise ValueError("must not be empty")
    return text


def _utc(instant: datetime) -> datetime:
    try:
        return instant.astimezone(UTC)
    except OverflowError:  # the last hours of the year 9999, west of Greenwich
        raise ValueError("is out of range") from None


Instant = Annotated[AwareDatetime, AfterValidator(_utc)]
Text = Annotated[str, Field(min_length=1, max_length=MAX_BODY), AfterValidator(_clean)]
Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_clean)]
Asked = Annotated[str, AfterValidator(clean_text)]
"""A word of a query: PostgreSQL takes no NUL there either."""
Slug = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9][a-z0-9-]*$")]
Phone = Annotated[str, Field(max_length=40), AfterValidator(clean_text)]
WebAddress = Annotated[str, Field(max_length=2000, pattern=r"^https?://[^\s\x00-\x1f\x7f]+$")]
RowId = Annotated[int, Field(ge=1, lt=2**53)]


class Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ReplyRequest(Request):
    body: Text
    visibility: Visibility | None = None
    """`private` on a public inquiry opens a private conversation, where the channel has that."""
    to_message_id: RowId | None = None
    """The customer's message it answers; their newest where none is named."""
    resolve: bool = False


class LoggedReplyRequest(Request):
    body: Text
    permalink: WebAddress | None = None
    resolve: bool = False


class HideRequest(Request):
    hidden: bool
    reason: Line


class SettleRequest(Request):
    sent: bool


class ControlRequest(Request):
    take: bool


class MergeRequest(Request):
    into: RowId


class CallbackRequest(Request):
    due_at: Instant
    phone: Phone | None = None
    note: Annotated[str, Field(max_length=2000), AfterValidator(clean_text)] = ""


class EndCallRequest(Request):
    outcome: Outcome
    body: Text | None = None
    retry_at: Instant | None = None


class NoteRequest(Request):
    body: Text


class AssignRequest(Request):
    """Only the fields that are given are changed; `agent_id: null` puts it back to the unit."""

    agent_id: RowId | None = None
    unit: Slug | None = None


class StatusRequest(Request):
    status: Literal["open", "pending_customer", "snoozed", "resolved"]
    until: Instant | None = None
    reason: Annotated[str, Field(max_length=40), AfterValidator(clean_text)] | None = None


class TicketPatch(Request):
    priority: Priority | None = None
    tags: Annotated[list[Annotated[str, Field(max_length=80)]], Field(max_length=20)] | None = None
    subject: Line | None = None
    topic: Slug | None = None


class TicketRequest(Request):
    """A call or a walk-in, entered by an agent."""

    channel: Literal["phone", "walk-in"]
    name: Line
    phone: Phone | None = None
    email: Annotated[str, Field(max_length=255)] | None = None
    body: Text
    subject: Line | None = None
    unit: Slug | None = None
    priority: Priority = Priority.NORMAL
    resolved: bool = False
    """The same as the outcome of that name."""
    outcome: Literal["open", "resolved", "call_back"] = "open"
    callback_at: Instant | None = None
    """When the customer was promised a call; needed by that outcome."""


class PresenceRequest(Request):
    presence: Presence


class ClockView(BaseModel):
    due_at: datetime | None
    met_at: datetime | None
    breached: bool


class TicketView(BaseModel):
    id: int
    subject: str
    preview: str
    status: Status
    priority: Priority
    channel: str
    visibility: Visibility
    account_id: int
    unit: str
    assignee_id: int | None
    contact_id: int
    contact_name: str
    topic: str | None
    tags: list[str]
    emergency: bool
    created_at: datetime
    updated_at: datetime
    last_message_at: datetime
    last_author: str
    waiting_since: datetime | None
    first_response: ClockView
    resolution: ClockView
    due_at: datetime | None
    due_metric: str | None
    overdue: bool
    """A target was missed, and what it waits for has not happened yet."""
    can_reply: bool
    resolved_at: datetime | None
    resolution_reason: str | None
    snoozed_until: datetime | None
    handoff: dict[str, Any] | None
    location: dict[str, Any] | None
    permalink: str | None
    context: dict[str, Any]
    previous_ticket_id: int | None
    merged_into_id: int | None
    """The ticket that has its conversations now."""
    held_by: str | None
    """Another app of the platform that answers this conversation."""
    private_heard_at: datetime | None
    """The customer's newest private message: reply windows run from it."""
    delivered_until: datetime | None
    read_until: datetime | None
    callback_due_at: datetime | None
    version: int


class AuthorView(BaseModel):
    kind: str
    id: int | None
    name: str


class DeliveryView(BaseModel):
    state: str
    error: str | None
    attempts: int


class ChoiceView(BaseModel):
    title: str
    value: str


class AttachmentView(BaseModel):
    url: str
    media_type: str
    name: str | None
    state: Literal["linked", "pending", "kept", "refused", "failed"]
    size: int | None
    error: str | None


class ReactionView(BaseModel):
    by: str
    reaction: str


class ModerationView(BaseModel):
    hidden: bool
    reason: str
    by: str
    state: Literal["pending", "done", "failed"]
    error: str | None


class MessageView(BaseModel):
    id: int
    ticket_id: int
    direction: str
    author: AuthorView
    body: str
    visibility: Visibility
    sent_at: datetime
    created_at: datetime
    delivery: DeliveryView | None
    articles: list[str]
    choices: list[ChoiceView]
    attachments: list[AttachmentView]
    in_reply_to: str | None
    permalink: str | None
    emergency: bool
    key: str | None
    conversation: str | None
    logged: bool
    """An answer given elsewhere, entered by an agent."""
    edited_at: datetime | None
    deleted_at: datetime | None
    hidden: bool
    moderation: ModerationView | None
    reactions: list[ReactionView]


class RevisionView(BaseModel):
    until: datetime
    body: str


class RevisionPage(BaseModel):
    items: list[RevisionView]


class SimilarTicket(BaseModel):
    ticket: TicketView
    distance_metres: float | None
    seconds_apart: float


class SimilarPage(BaseModel):
    items: list[SimilarTicket]


class CallbackView(BaseModel):
    id: int
    ticket_id: int
    due_at: datetime
    phone: str | None
    note: str
    created_by: str
    created_at: datetime
    done_by: str | None
    done_at: datetime | None
    outcome: str | None


class CallbackPage(BaseModel):
    items: list[CallbackView]


class TicketPage(BaseModel):
    items: list[TicketView]
    next_cursor: str | None
    seq: int
    """The list is at least as new as the event of this number."""


class MessagePage(BaseModel):
    items: list[MessageView]
    next_cursor: str | None
    seq: int


class CountsView(BaseModel):
    views: dict[str, int]
    units: dict[str, int]


class HistoryEntry(BaseModel):
    at: datetime
    actor: str
    action: str
    detail: dict[str, Any]


class HistoryPage(BaseModel):
    items: list[HistoryEntry]


class PointView(BaseModel):
    kind: str
    address: str
    handle: str | None
    display_name: str | None


class ContactView(BaseModel):
    id: int
    name: str
    notes: str
    points: list[PointView]
    tickets: list[TicketView]


class ContactLine(BaseModel):
    id: int
    name: str


class ContactPage(BaseModel):
    items: list[ContactLine]
    next_cursor: str | None


class UnitView(BaseModel):
    slug: str
    name: str


class UnitPage(BaseModel):
    items: list[UnitView]
    next_cursor: str | None = None


class AgentView(BaseModel):
    id: int
    name: str
    email: str
    role: Role
    units: list[str]
    presence: Presence


class CapabilitiesView(BaseModel):
    """What a channel can do; windows in seconds."""

    platform: str | None
    can_reply: bool
    public_limit: int | None
    private_limit: int | None
    splits_long_replies: bool
    reply_window: float | None
    human_window: float | None
    private_replies: bool
    private_reply_window: float | None
    hides: bool
    controls_threads: bool
    media: bool


class AccountView(BaseModel):
    id: int
    kind: str
    slug: str
    name: str
    enabled: bool
    sandbox: bool
    stopped: bool
    notice: str | None
    capabilities: CapabilitiesView


class DirectoryView(BaseModel):
    units: list[UnitView]
    agents: list[AgentView]
    accounts: list[AccountView]
    seq: int


class MeView(BaseModel):
    agent: AgentView | None
    role: Role
    csrf_token: str | None
    city: str
    city_timezone: str
    units: list[str]


class PartView(BaseModel):
    name: str
    state: str
    detail: str


class SystemView(BaseModel):
    parts: list[PartView]
    sandbox: bool
    unreadable: int


class ArticleLine(BaseModel):
    slug: str
    title: str
    unit: str | None
    confidence: str
    answer: str | None


class ArticlePage(BaseModel):
    items: list[ArticleLine]


class UnreadableLine(BaseModel):
    id: int
    account_id: int
    received_at: datetime
    error: str | None
    size: int


class UnreadablePage(BaseModel):
    items: list[UnreadableLine]
    next_cursor: str | None


class Group(BaseModel):
    open: int
    due_soon: int
    breached: int
    unassigned: int
    oldest_waiting_at: datetime | None
    median_first_response_seconds: float | None


class UnitGroup(Group):
    unit: str


class ChannelGroup(Group):
    channel: str


class Totals(Group):
    waiting_bot: int
    resolved_today: int


class AgentLoad(BaseModel):
    id: int
    name: str
    presence: Presence
    open: int


class BotShare(BaseModel):
    answered_today: int
    handed_over_today: int


class LiveReport(BaseModel):
    at: datetime
    totals: Totals
    by_unit: list[UnitGroup]
    by_channel: list[ChannelGroup]
    agents: list[AgentLoad]
    bot: BotShare


class Problem(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] = []
