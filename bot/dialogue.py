"""What the bot remembers of a conversation between two messages of it.

The hub keeps it with the ticket (`Decision.dialogue`, `Turn.dialogue`) as plain JSON. Rasa's own
state is a part of it that nobody here looks into.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.ports import FormField, FormRequest

VERSION: Final = 1
QUESTIONS = 3
"""Questions within a form that nobody could answer, kept for the person who gets the request."""


class FieldSaid(BaseModel):
    name: str
    label: str
    value: str


class FormSaid(BaseModel):
    """What a form collected, as Rasa gives it out."""

    kind: str = Field(min_length=1, max_length=120)
    title: str
    fields: list[FieldSaid] = Field(max_length=50)
    complete: bool = False

    def request(self) -> FormRequest:
        fields = tuple(FormField(each.name, each.label, each.value) for each in self.fields)
        return FormRequest(self.kind, self.title, fields, self.complete)


class Memory(BaseModel):
    """One conversation's. A new one remembers nothing."""

    model_config = ConfigDict(frozen=True)

    version: Literal[1] = VERSION
    rasa: dict[str, Any] | None = None
    """Rasa's state, handed in again with the next message."""
    spoke_at: datetime | None = None
    """When the bot spoke last."""
    article: str | None = None
    """The slug of the article it showed last."""
    offered: tuple[str, ...] = ()
    """The titles it offered last."""
    failures: int = 0
    """How often in a row it has not understood."""
    form: FormSaid | None = None
    """The form that is open, whether its question was asked last or something came between."""
    questions: tuple[str, ...] = ()

    @classmethod
    def read(cls, kept: Mapping[str, Any] | None) -> Memory:
        """What an earlier turn left; what cannot be read (of another version) is forgotten."""
        try:
            return cls.model_validate(dict(kept)) if kept is not None else cls()
        except ValidationError:
            return cls()

    @property
    def in_form(self) -> bool:
        """Whether the bot's last words were a form's question."""
        return self.form is not None and not self.offered

    def idle_hours(self, now: datetime) -> float | None:
        """Hours since the bot's last message, None if there was none."""
        if self.spoke_at is None:
            return None
        since = (
            self.spoke_at if self.spoke_at.tzinfo is not None else self.spoke_at.replace(tzinfo=UTC)
        )
        return max(0.0, (now - since).total_seconds() / 3600)

    def after(
        self,
        now: datetime,
        *,
        rasa: dict[str, Any] | None,
        article: str | None = None,
        offered: Sequence[str] = (),
        failed: bool = False,
        form: FormSaid | None = None,
        question: str | None = None,
    ) -> dict[str, Any]:
        """To be kept now that the bot spoke; `question` is one in a form that had no answer."""
        if form is None and rasa is not None:
            form = self.form  # it waits, with Rasa's state of it
        kept = self.questions if form is not None else ()
        if question is not None:
            kept = (*kept, question)[-QUESTIONS:]
        return Memory(
            rasa=rasa,
            spoke_at=now,
            article=article or self.article,
            offered=tuple(offered),
            failures=self.failures + 1 if failed else 0,
            form=form,
            questions=kept,
        ).model_dump(mode="json", exclude_defaults=True) | {"version": VERSION}
