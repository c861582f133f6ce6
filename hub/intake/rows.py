"""The rows that intake starts with: a raw body, a ticket, a message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from math import isfinite
from typing import Any

from hub.db.base import to_micros
from hub.directory import AccountEntry
from hub.intake.batch import Person, Submission, TicketDraft
from hub.intake.gateway import Row
from hub.ports import Attachment, InboundMessage, Location
from hub.ports.messages import FILE_SCHEME
from hub.tickets.models import AuthorKind, Priority, Status
from hub.tickets.text import subject_of

MAX_ATTACHMENTS = 20
"""Of one message: the raw body has the rest."""


def raw_body_row(submission: Submission) -> Row:
    return {
        "id": None,
        "account_id": submission.account_id,
        "received_at": submission.received_at,
        "content_type": submission.content_type,
        "body": submission.raw,
        "state": "unreadable" if submission.error else "read",
        "error": submission.error,
        "expires_at": submission.expires_at,
    }


def ticket_row(
    message: InboundMessage,
    account: AccountEntry,
    unit: str,
    person: Person,
    previous: TicketDraft | None,
    now: datetime,
) -> Row:
    """A ticket that `message` opens; its clocks and times of hearing are still to be set."""
    with_bot = not message.skip_bot and message.held_by is None
    latitude, longitude = _place(message.location)
    return {
        "id": None,
        "subject": subject_of(message.subject, message.body),
        "preview": "",
        "status": (Status.BOT if with_bot else Status.OPEN).value,
        "priority": Priority.NORMAL.value,
        "channel": account.kind,
        "visibility": message.visibility.value,
        "account_id": account.id,
        "conversation": message.conversation,
        "contact_id": person.contact["id"],
        "contact_point_id": person.point["id"],
        "contact_name": person.contact["name"],
        "unit": unit,
        "assignee_id": None,
        "topic": message.topic,
        "tags": [],
        "emergency": False,
        "created_at": message.sent_at,
        "updated_at": now,
        "last_message_at": message.sent_at,
        "last_author": AuthorKind.CUSTOMER.value,
        "waiting_since": message.sent_at,
        "queue_key": to_micros(message.sent_at),
        "due_at": None,
        "due_metric": None,
        "first_response_due_at": None,
        "first_response_met_at": None,
        "first_response_breached": False,
        "resolution_due_at": None,
        "resolution_met_at": None,
        "resolution_breached": False,
        "overdue": False,
        "sla": {},
        "can_reply": message.can_reply,
        "permalink": message.permalink,
        "location": asdict(message.location) if message.location else None,
        "latitude": latitude,
        "longitude": longitude,
        "context": dict(message.context),
        "handoff": None,
        "takeover": 0,
        "asked_back": 0,
        "resolved_at": None,
        "resolution_reason": None,
        "snoozed_until": None,
        "previous_ticket_id": previous.row["id"] if previous else None,
        "merged_into_id": None,
        "held_by": message.held_by,
        "held_changed_at": message.sent_at if message.held_by else None,
        "private_heard_at": None,
        "delivered_until": None,
        "read_until": None,
        "callback_due_at": None,
        "incident_id": None,
        "language": None,
        "request": None,
        "version": 0,
    }


def message_row(
    message: InboundMessage, account: AccountEntry, conversation: str, now: datetime
) -> Row:
    """A message as it came; who wrote it and in which direction is still to be said."""
    return {
        "id": None,
        "ticket_id": None,
        "account_id": account.id,
        "external_id": message.external_id,
        "conversation": conversation,
        "body": message.body,
        "visibility": message.visibility.value,
        "sent_at": message.sent_at,
        "created_at": now,
        "in_reply_to": message.in_reply_to,
        "permalink": message.permalink,
        "attachments": attachment_values(message.attachments, account),
        "articles": [],
        "choices": [],
        "emergency": False,
        "key": None,
        "logged": False,
        "edited_at": None,
        "deleted_at": None,
        "hidden": False,
        "hidden_changed_at": None,
        "moderation": None,
        "reactions": None,
    }


def attachment_values(
    attachments: Iterable[Attachment], account: AccountEntry
) -> list[dict[str, Any]]:
    """Attachments as `Message.attachments` keeps them; `hub.media` goes on from `pending`."""
    ours = account.capabilities.keeps_files
    return [_attachment(one, ours=ours) for one in islice(attachments, MAX_ATTACHMENTS)]


def _attachment(attachment: Attachment, *, ours: bool) -> dict[str, Any]:
    number = attachment.url.removeprefix(FILE_SCHEME)
    kept = ours and number != attachment.url and number.isdecimal() and len(number) < 16
    linked = attachment.url.startswith(("http://", "https://"))
    return {
        **asdict(attachment),
        "state": "kept" if kept else "pending" if linked else "linked",
        "size": None,
        "error": None,
        "file_id": int(number) if kept else None,
    }


def _place(location: Location | None) -> tuple[float | None, float | None]:
    if location is None or location.latitude is None or location.longitude is None:
        return None, None
    if not (isfinite(location.latitude) and isfinite(location.longitude)):
        return None, None
    return location.latitude, location.longitude
