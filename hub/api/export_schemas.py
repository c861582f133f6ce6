"""The shapes of `/report-schedules`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from hub.api.account_schemas import UnitSlug
from hub.api.schemas import Line, Request, RowId
from hub.mail.addresses import clean_address
from hub.ports.messages import clean_text
from hub.reports.exports.exporter import Format
from hub.reports.figures import Dimension
from hub.reports.schedules.calendar import Frequency

MAX_RECIPIENTS = 20


def _each_once(given: list[Any]) -> list[Any]:
    """Without what was said before, however it is written."""
    found: dict[str, Any] = {}
    for one in given:
        found.setdefault(str(one).lower(), one)
    return list(found.values())


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be one line")
    return text.strip()


Name = Annotated[Line, Field(max_length=120), AfterValidator(_one_line)]
Day = Annotated[int, Field(ge=0, le=28)]
Hour = Annotated[int, Field(ge=0, le=23)]
Word = Annotated[str, Field(max_length=60), AfterValidator(clean_text)]
Address = Annotated[str, Field(max_length=254), AfterValidator(clean_address)]
Recipients = Annotated[
    list[Address], Field(min_length=1, max_length=MAX_RECIPIENTS), AfterValidator(_each_once)
]
Formats = Annotated[list[Format], Field(min_length=1, max_length=3), AfterValidator(_each_once)]


class Filters(Request):
    by: Dimension = Dimension.UNIT
    unit: UnitSlug | None = None
    channel: Word | None = None
    topic: Word | None = None
    agent_id: RowId | None = None


class ReportScheduleRequest(Request):
    """`day`: of the week (Monday is 0), or of the month (1 to 28); the first where it is not said.
    `hour`: on the city's clock."""

    name: Name
    frequency: Frequency
    day: Day | None = None
    hour: Hour = 7
    filters: Filters = Field(default_factory=Filters)
    formats: Formats = Field(default_factory=lambda: [Format.PDF])
    recipients: Recipients
    active: bool = True


class ReportSchedulePatch(Request):
    """What is not named stays. With another `frequency` the day is the first, where none is
    named."""

    name: Name | None = None
    frequency: Frequency | None = None
    day: Day | None = None
    hour: Hour | None = None
    filters: Filters | None = None
    formats: Formats | None = None
    recipients: Recipients | None = None
    active: bool | None = None


class ReportScheduleView(BaseModel):
    id: int
    name: str
    frequency: Frequency
    day: int
    hour: int
    filters: Filters
    formats: list[Format]
    recipients: list[str]
    active: bool
    next_at: datetime | None
    """Null while it is switched off."""
    last_sent_at: datetime | None
    last_error: str | None
    """Why the last report did not arrive at everybody; null when it did."""
    created_by: str


class MailView(BaseModel):
    configured: bool
    from_: str | None = Field(alias="from")


class ReportSchedulePage(BaseModel):
    items: list[ReportScheduleView]
    mail: MailView
