"""What the API's shapes are made of: fields, the base of a request, a problem."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from hub.ports.messages import MAX_BODY, clean_text


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


class Problem(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] = []
