"""The shapes of `/accounts` and of one unreadable body."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from hub.api.schemas import Instant, Line, Request
from hub.ports.messages import clean_text

Name = Annotated[Line, Field(max_length=120)]
AccountSlug = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9][a-z0-9-]*$")]
Kind = Annotated[str, Field(min_length=1, max_length=20, pattern=r"^[A-Za-z0-9-]+$")]
PlatformId = Annotated[
    str,
    StringConstraints(min_length=1, max_length=120, strip_whitespace=True),
    AfterValidator(clean_text),
]
UnitSlug = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9][a-z0-9-]*$")]
SecretName = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9_.-]+$")]
Secret = Annotated[str, Field(max_length=8_192)]
Address = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^https?://[\x21-\x7e]+$")]


class AccountRequest(Request):
    """`force`: add it even if the platform refuses the credentials."""

    kind: Kind
    slug: AccountSlug
    name: Name
    external_id: PlatformId
    unit: UnitSlug
    secrets: dict[SecretName, Secret] = Field(default_factory=dict, max_length=40)
    base_url: Address | None = None
    enabled: bool = True
    access_expires_at: Instant | None = None
    force: bool = False


class AccountPatch(Request):
    name: Name | None = None
    unit: UnitSlug | None = None
    enabled: bool | None = None


class AuthoriseRequest(Request):
    """`secrets` take the place of those of the same names; null removes one. `force`: store
    them even if the platform refuses them. `leave_sandbox`: the account is real from now on."""

    secrets: Annotated[dict[SecretName, Secret | None], Field(min_length=1, max_length=40)]
    access_expires_at: Instant | None = None
    force: bool = False
    leave_sandbox: bool = False


class DismissRequest(Request):
    reason: Line


class BudgetView(BaseModel):
    name: str
    limit: int | None
    remaining: int
    resets_at: datetime


class CostView(BaseModel):
    """US dollars, as far as the platform's price list tells; days are UTC."""

    today: float
    month: float


class CheckView(BaseModel):
    result: Literal["ok", "refused", "unavailable", "failed"]
    detail: str


class AccountView(BaseModel):
    """Secrets are named, never told."""

    id: int
    kind: str
    slug: str
    name: str
    external_id: str
    unit: str
    enabled: bool
    sandbox: bool
    base_url: str | None
    stopped: bool
    notice: str | None
    last_event_at: datetime | None
    last_poll_at: datetime | None
    last_error: str | None
    last_error_at: datetime | None
    access_expires_at: datetime | None
    secrets: list[str]
    webhook_url: str | None
    budgets: list[BudgetView]
    cost: CostView
    state: Literal["up", "degraded", "down"]
    detail: str


class AccountChecked(AccountView):
    check: CheckView | None
    """What the platform said to the credentials; null where it was not asked."""
    generated: dict[str, str]
    """Secrets the hub made up just now, to be entered at the platform: shown this once."""


class AccountPage(BaseModel):
    items: list[AccountView]


class SecretFieldView(BaseModel):
    name: str
    title: str
    required: bool
    help: str
    generated: bool


class AccountKindView(BaseModel):
    kind: str
    title: str
    secrets: list[SecretFieldView]
    webhook: bool
    several: bool
    base_url: bool
    installed: bool


class UnreadableView(BaseModel):
    id: int
    account_id: int
    received_at: datetime
    error: str | None
    size: int
    """Bytes of the body as it came."""
    content_type: str
    text: str
    """At most 100,000 characters, card and social-security numbers masked."""
    cut: bool


class ReplayedView(BaseModel):
    new_messages: int
    still_unreadable: int


class DismissedView(BaseModel):
    id: int
    state: Literal["dismissed"]
