"""What requests about articles may say, and how articles look."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field

from hub.api.schemas import Request, RowId, Slug
from hub.articles.models import ArticleState
from hub.ports import ArticleText, Confidence
from hub.ports.messages import clean_text

MOST_PHRASES = 500


def _stripped(text: str) -> str:
    return clean_text(text).strip()


def _filled(text: str) -> str:
    if not text:
        raise ValueError("must not be empty")
    return text


Markdown = Annotated[str, Field(max_length=8_000), AfterValidator(_stripped)]
Heading = Annotated[str, Field(max_length=160), AfterValidator(_stripped)]
Phrase = Annotated[str, Field(max_length=300), AfterValidator(_stripped)]
Phrases = Annotated[list[Phrase], Field(max_length=MOST_PHRASES)]
Why = Annotated[str, Field(max_length=500), AfterValidator(_stripped)]
Reason = Annotated[Why, AfterValidator(_filled)]
Version = Annotated[int, Field(ge=1, lt=2**31)]


class TextRequest(Request):
    """An article's text. A draft may lack what publishing needs; empty texts are none."""

    slug: Slug
    title: Annotated[Heading, AfterValidator(_filled)]
    unit: Annotated[str, Field(max_length=40), AfterValidator(_stripped)] | None = None
    confidence: Confidence = Confidence.NONE
    emergency: bool = False
    handover: bool = False
    source: Annotated[str, Field(max_length=500), AfterValidator(_stripped)] = ""
    reviewed: Annotated[date, Field(ge=date(1900, 1, 1), le=date(2999, 12, 31))]
    phrases: Phrases = Field(default_factory=list)
    answer: Markdown | None = None
    staff_note: Markdown | None = None
    title_es: Heading | None = None
    answer_es: Markdown | None = None
    phrases_es: Phrases = Field(default_factory=list)

    def text(self) -> ArticleText:
        given: dict[str, Any] = self.model_dump()
        for name in ("unit", "answer", "staff_note", "title_es", "answer_es"):
            given[name] = given[name] or None
        for name in ("phrases", "phrases_es"):
            given[name] = tuple(each for each in given[name] if each)
        return ArticleText(**given)


class NewArticleRequest(Request):
    text: TextRequest
    why: Reason


class EditRequest(NewArticleRequest):
    version: Version


class PreviewRequest(Request):
    text: TextRequest


class LookRequest(Request):
    """Of a step that explains itself."""

    version: Version
    why: Why = ""


class StepRequest(Request):
    version: Version
    why: Reason


class RestoreRequest(StepRequest):
    number: Version


class UsedRequest(Request):
    ticket_id: RowId


class ArticleHit(BaseModel):
    slug: str
    title: str
    title_es: str | None
    unit: str | None
    confidence: Confidence
    answer: str | None
    answer_es: str | None


class ArticlePage(BaseModel):
    items: list[ArticleHit]


class FiguresView(BaseModel):
    """Of the last 90 days."""

    shown: int
    helpful: int
    unhelpful: int
    person: int


class ArticleLine(BaseModel):
    """The newest version's title, unit, confidence and emergency."""

    slug: str
    title: str
    unit: str | None
    state: ArticleState
    confidence: Confidence
    emergency: bool
    version: int
    published: int | None
    review_due: datetime
    overdue: bool
    updated_at: datetime
    figures: FiguresView


class ArticleLines(BaseModel):
    items: list[ArticleLine]


class TextView(BaseModel):
    slug: str
    title: str
    unit: str | None
    confidence: Confidence
    emergency: bool
    handover: bool
    source: str
    reviewed: date
    phrases: list[str]
    answer: str | None
    staff_note: str | None
    title_es: str | None
    answer_es: str | None
    phrases_es: list[str]


class ProblemView(BaseModel):
    field: str
    message: str


class ArticleDetail(ArticleLine):
    text: TextView
    published_text: TextView | None
    problems: list[ProblemView]
    """What forbids to publish the newest version."""


class VersionLine(BaseModel):
    number: int
    state: ArticleState
    why: str
    by: str
    at: datetime


class VersionLines(BaseModel):
    items: list[VersionLine]


class VersionView(VersionLine):
    text: TextView


class DiffLine(BaseModel):
    op: Literal["same", "added", "removed"]
    text: str


class FieldDiffView(BaseModel):
    field: str
    lines: list[DiffLine]


class DiffView(BaseModel):
    fields: list[FieldDiffView]


class PreviewView(BaseModel):
    html: str | None
    html_es: str | None
    plain: str | None
    plain_es: str | None
    problems: list[ProblemView]
