"""`Intake.receive`: the hub's one way in, whatever the channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import Any

from hub.intake.batch import Submission
from hub.intake.redaction import mask_body, mask_numbers
from hub.intake.writer import IntakeWriter
from hub.metrics import INBOUND
from hub.now import Now
from hub.ports import (
    Accepted,
    Happening,
    Ignored,
    InboundItem,
    InboundMessage,
    MessageEdited,
    ReceivedBody,
    Unreadable,
)
from hub.secrets import Seal

_counter = lru_cache(1_000)(INBOUND.labels)


class Intake:
    """Implements `hub.ports.Inbox`."""

    def __init__(
        self,
        writer: IntakeWriter,
        seal: Seal,
        now: Now,
        *,
        keep: timedelta,
        keep_unreadable: timedelta,
    ) -> None:
        self._writer = writer
        self._seal = seal
        self._now = now
        self._keep = keep
        self._keep_unreadable = keep_unreadable

    async def receive(self, received: ReceivedBody) -> tuple[Accepted, ...]:
        """Store `received` and everything it causes; returns when that is committed."""
        now = self._now()
        error = received.error
        raw = received.raw
        if error is None:
            try:
                raw = mask_body(raw, received.content_type, received.text_fields)
            except ValueError as reason:
                error = f"not {received.content_type}: {reason}"[:500]
        if error is not None:
            # Nobody could look for card numbers in it, so nobody reads it without the key.
            raw = self._seal.seal(received.raw)
        items = tuple(
            _masked(item) for item in received.items if not isinstance(item, Ignored | Unreadable)
        )
        for item in received.items:
            _counter(_label(item)).inc()
        submission = await self._writer.submit(
            Submission(
                received.account_id,
                raw if received.keep_raw or error is not None else None,
                received.content_type[:120],
                now,
                now + (self._keep_unreadable if error else self._keep),
                items=items if error is None else (),
                error=error,
                cursor=received.cursor,
            )
        )
        return tuple(submission.results)


def _label(item: InboundItem) -> str:
    if isinstance(item, Ignored):
        return item.reason
    return "message" if isinstance(item, InboundMessage) else type(item).__name__


def _masked(item: InboundMessage | Happening) -> InboundMessage | Happening:
    """`item` without card and social-security numbers in what people wrote."""
    if isinstance(item, MessageEdited):
        return replace(item, message=_masked_message(item.message))
    return _masked_message(item) if isinstance(item, InboundMessage) else item


def _masked_message(message: InboundMessage) -> InboundMessage:
    masked: dict[str, Any] = {"body": mask_numbers(message.body)}
    if message.subject:
        masked["subject"] = mask_numbers(message.subject)
    if message.context:
        masked["context"] = _mask_context(message.context)
    location = message.location
    if location is not None and location.address:
        masked["location"] = replace(location, address=mask_numbers(location.address))
    # A copy is made and checked anew only where there was something to mask.
    news = {name: value for name, value in masked.items() if value != getattr(message, name)}
    return replace(message, **news) if news else message


def _mask_context(value: Any, name: str = "") -> Any:
    if isinstance(value, Mapping):
        return {key: _mask_context(child, key) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [_mask_context(child, name) for child in value]
    return mask_numbers(value) if isinstance(value, str) and not name.endswith("id") else value
