"""How contacts, units, agents and accounts look, and who is asking."""

from __future__ import annotations

from pydantic import BaseModel

from hub.api.schemas import Request
from hub.api.ticket_schemas import TicketView
from hub.team.models import Presence, Role


class PresenceRequest(Request):
    presence: Presence


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
    languages: list[str]
    """Beside English."""


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
