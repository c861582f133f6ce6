"""What requests about messages and calls may say, and how they look."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from hub.api.schemas import Instant, Line, Phone, Request, RowId, Text, WebAddress
from hub.ports import Visibility
from hub.ports.messages import clean_text
from hub.tickets.callbacks import Outcome


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


class NoteRequest(Request):
    body: Text


class HideRequest(Request):
    hidden: bool
    reason: Line


class SettleRequest(Request):
    sent: bool


class CallbackRequest(Request):
    due_at: Instant
    phone: Phone | None = None
    note: Annotated[str, Field(max_length=2000), AfterValidator(clean_text)] = ""


class EndCallRequest(Request):
    outcome: Outcome
    body: Text | None = None
    retry_at: Instant | None = None


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


class MessagePage(BaseModel):
    items: list[MessageView]
    next_cursor: str | None
    seq: int


class RevisionView(BaseModel):
    until: datetime
    body: str


class RevisionPage(BaseModel):
    items: list[RevisionView]


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
