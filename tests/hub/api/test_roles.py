"""Every call of the API by everybody: what it answers.

The table must name every operation of the API's document, so that a new one without an entry
fails here. Who may see which ticket is the rule of `hub.team.access`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute

from hub.api import (
    accounts,
    articles,
    assist,
    bulk,
    callbacks,
    exports,
    files,
    incidents,
    joining,
    live,
    messages,
    notices,
    people,
    reports,
    sla,
    surveys,
    system,
    tickets,
    timeline,
    training,
    unreadable,
)
from hub.api.app import create_api
from hub.audit.models import AuditEntry
from hub.delivery.models import Delivery, DeliveryState
from hub.tickets import actions, replies
from hub.tickets.callbacks import promise_call
from tests.fixtures import agent, change, events_of, messages_of, rows, ticket_of
from tests.hub.api.site import Caller, Site

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Target:
    """What a call is about: a ticket, one of its messages, its contact."""

    unit: str
    assignee: str | None
    ticket_id: int
    message_id: int
    contact_id: int
    assignee_id: int | None
    callback_id: int

    @property
    def numbers(self) -> set[int]:
        return {self.ticket_id, self.message_id, self.contact_id, self.callback_id}

    def path(self, template: str) -> str:
        return template.format(
            ticket_id=self.ticket_id,
            message_id=self.message_id,
            contact_id=self.contact_id,
            callback_id=self.callback_id,
            index=0,
            **ABSENT,
        )


ABSENT = dict.fromkeys(
    (
        "account_id",
        "body_id",
        "notice_id",
        "bulk_id",
        "schedule_id",
        "model_id",
        "example_id",
        "incident_id",
        "number",
        "slug",
    ),
    987_654_321,
)
"""What belongs to no ticket: who may touch it is asked of one that is not there."""

Expected = Callable[[Caller, Target], int]


def _anybody(status: int = 200) -> Expected:
    return lambda caller, target: status


def _who_sees(status: int = 200) -> Expected:
    return lambda caller, target: status if caller.sees(target.unit, target.assignee_id) else 404


def _leads(caller: Caller, target: Target) -> int:
    return 200 if caller.is_lead else 403


def _leads_miss(caller: Caller, target: Target) -> int:
    return 404 if caller.is_lead else 403


def _leads_get(status: int) -> Expected:
    return lambda caller, target: status if caller.is_lead else 403


def _admins(status: int) -> Expected:
    return lambda caller, target: status if caller.is_admin else 403


def _people(caller: Caller, target: Target) -> int:
    return 200 if caller.agent_id is not None else 403


def _whose_contact(caller: Caller, target: Target) -> int:
    return 200 if caller.sees(target.unit, target.assignee_id) else 404


def _whispers(caller: Caller, target: Target) -> int:
    if not caller.is_lead:
        return 403
    return 409 if target.assignee is None else 201


CALL = {"channel": "phone", "name": "Ida Lund", "phone": "850 555 0142", "body": "No water"}

PROMISE = {"due_at": "2031-01-02T10:00:00Z", "phone": "850 555 0142"}
ACCOUNT = {"kind": "x", "slug": "second"}
SCHEDULE = {"name": "Daily", "frequency": "daily", "recipients": ["director@city.example"]}
MANY = {"ids": [987_654_320], "change": {"priority": "high"}}

DRAFT: dict[str, Any] = {"calendars": [], "policies": []}
RULES = {"base_version": 1, **DRAFT}
INCIDENT = {"title": "Outage in Killearn"}
ARTICLE = {"slug": "skip", "title": "Lost umbrellas", "reviewed": "2026-11-18"}
"""A slug that no article can have: nothing is made."""
STEP = {"version": 1, "why": "It is true"}

CALLS: dict[tuple[str, str], tuple[Any, Expected]] = {
    ("GET", "/tickets"): (None, _anybody()),
    ("POST", "/tickets"): (CALL, _anybody(201)),
    ("GET", "/tickets/counts"): (None, _anybody()),
    ("GET", "/tickets/{ticket_id}"): (None, _who_sees()),
    ("PATCH", "/tickets/{ticket_id}"): ({"priority": "high", "tags": ["a"]}, _who_sees()),
    ("GET", "/tickets/{ticket_id}/messages"): (None, _who_sees()),
    ("GET", "/tickets/{ticket_id}/history"): (None, _who_sees()),
    ("POST", "/tickets/{ticket_id}/reply"): ({"body": "We are on it"}, _who_sees(201)),
    ("POST", "/tickets/{ticket_id}/note"): ({"body": "Call back"}, _who_sees(201)),
    ("POST", "/tickets/{ticket_id}/assign"): ({"agent_id": None}, _who_sees()),
    ("POST", "/tickets/{ticket_id}/status"): ({"status": "resolved"}, _who_sees()),
    ("POST", "/tickets/{ticket_id}/logged-reply"): ({"body": "Said on X"}, _who_sees(201)),
    ("POST", "/tickets/{ticket_id}/control"): ({"take": True}, _who_sees(409)),
    ("POST", "/tickets/{ticket_id}/typing"): (None, _who_sees(204)),
    ("GET", "/tickets/{ticket_id}/similar"): (None, _who_sees()),
    ("GET", "/tickets/{ticket_id}/suggestions"): (None, _who_sees()),
    ("POST", "/tickets/{ticket_id}/bot"): (None, _who_sees()),
    ("POST", "/tickets/{ticket_id}/merge"): ({"into": 987_654_320}, _anybody(404)),
    ("POST", "/tickets/{ticket_id}/unmerge"): (None, _who_sees(409)),
    ("GET", "/tickets/{ticket_id}/callbacks"): (None, _who_sees()),
    ("POST", "/tickets/{ticket_id}/callbacks"): (PROMISE, _who_sees(201)),
    ("GET", "/callbacks"): (None, _anybody()),
    ("POST", "/callbacks/{callback_id}/done"): ({"outcome": "no_answer"}, _who_sees()),
    ("POST", "/messages/{message_id}/retry"): (None, _who_sees()),
    ("POST", "/messages/{message_id}/settle"): ({"sent": True}, _who_sees(409)),
    ("POST", "/messages/{message_id}/hide"): ({"hidden": True, "reason": "abuse"}, _who_sees(409)),
    ("GET", "/messages/{message_id}/revisions"): (None, _leads),
    # There is no such file; who gets one that is there is asked in `test_files`.
    ("GET", "/messages/{message_id}/attachments/{index}"): (None, _anybody(404)),
    ("HEAD", "/messages/{message_id}/attachments/{index}"): (None, _anybody(404)),
    ("POST", "/tickets/bulk"): (MANY, _anybody()),
    ("POST", "/tickets/bulk/count"): ({"filter": {"view": "all"}}, _anybody()),
    ("POST", "/bulk/{bulk_id}/undo"): (None, _anybody(404)),
    ("GET", "/notices"): (None, _anybody()),
    ("POST", "/notices/seen"): ({"until": 0}, _people),
    ("POST", "/notices/{notice_id}/acknowledge"): (None, _anybody(404)),
    ("POST", "/tickets/{ticket_id}/whisper"): ({"body": "Mention the hotline"}, _whispers),
    ("GET", "/tickets/{ticket_id}/survey"): (None, _anybody(404)),
    ("GET", "/tickets/{ticket_id}/timeline"): (None, _who_sees()),
    ("GET", "/sla"): (None, _leads),
    ("PUT", "/sla"): (RULES, _leads_get(422)),
    ("POST", "/sla/check"): (DRAFT, _leads),
    ("POST", "/sla/preview"): (
        {**DRAFT, "at": "2026-11-20T16:50:00-05:00", "facts": {"channel": "x", "unit": "billing"}},
        _leads_get(422),
    ),
    ("GET", "/sla/versions"): (None, _leads),
    ("GET", "/sla/versions/{number}"): (None, _leads_miss),
    ("POST", "/sla/versions/{number}/restore"): ({"base_version": 1}, _leads_miss),
    ("GET", "/sla/holidays"): (None, _leads_get(422)),
    ("GET", "/contacts"): (None, _anybody()),
    ("GET", "/contacts/{contact_id}"): (None, _whose_contact),
    ("GET", "/units"): (None, _anybody()),
    ("GET", "/directory"): (None, _anybody()),
    ("GET", "/me"): (None, _anybody()),
    ("POST", "/me/presence"): ({"presence": "away"}, _people),
    ("GET", "/system"): (None, _anybody()),
    ("GET", "/articles"): (None, _anybody()),
    ("POST", "/articles"): ({"text": ARTICLE, "why": "Many ask"}, _leads_get(422)),
    ("GET", "/articles/all"): (None, _leads),
    ("POST", "/articles/preview"): ({"text": ARTICLE}, _leads),
    ("GET", "/articles/{slug}"): (None, _anybody(404)),
    ("PUT", "/articles/{slug}"): ({"text": ARTICLE, "version": 1, "why": "x"}, _leads_miss),
    ("POST", "/articles/{slug}/submit"): ({"version": 1}, _leads_miss),
    ("POST", "/articles/{slug}/publish"): (STEP, _leads_miss),
    ("POST", "/articles/{slug}/archive"): (STEP, _leads_miss),
    ("POST", "/articles/{slug}/reviewed"): ({"version": 1}, _leads_miss),
    ("POST", "/articles/{slug}/restore"): ({**STEP, "number": 1}, _leads_miss),
    ("GET", "/articles/{slug}/versions"): (None, _anybody(404)),
    ("GET", "/articles/{slug}/versions/{number}"): (None, _anybody(404)),
    ("GET", "/articles/{slug}/diff"): (None, _anybody(422)),
    ("POST", "/articles/{slug}/used"): ({"ticket_id": 987_654_320}, _anybody(404)),
    ("GET", "/bot"): (None, _anybody()),
    ("GET", "/bot/models"): (None, _leads),
    ("POST", "/bot/models"): ({"why": "Try"}, _leads_get(202)),
    ("POST", "/bot/models/{model_id}/use"): (None, _leads_miss),
    ("GET", "/bot/examples"): (None, _leads),
    ("PUT", "/bot/examples/{example_id}"): ({"label": "skip"}, _leads_miss),
    ("GET", "/accounts"): (None, _leads),
    ("POST", "/accounts"): (ACCOUNT, _admins(422)),
    ("GET", "/account-kinds"): (None, _leads),
    ("PATCH", "/accounts/{account_id}"): ({"enabled": False}, _admins(404)),
    ("POST", "/accounts/{account_id}/authorise"): ({"secrets": {"a": "b"}}, _admins(404)),
    ("POST", "/accounts/{account_id}/check"): (None, _admins(404)),
    ("GET", "/unreadable"): (None, _leads),
    ("GET", "/unreadable/{body_id}"): (None, _leads_miss),
    ("POST", "/unreadable/{body_id}/replay"): (None, _leads_miss),
    ("POST", "/unreadable/{body_id}/dismiss"): ({"reason": "spam"}, _leads_miss),
    ("GET", "/incidents"): (None, _anybody()),
    ("POST", "/incidents"): (INCIDENT, _leads_get(201)),
    ("GET", "/incidents/{incident_id}"): (None, _anybody(404)),
    ("PATCH", "/incidents/{incident_id}"): ({"version": 1}, _leads_miss),
    ("POST", "/incidents/{incident_id}/open"): ({}, _leads_miss),
    ("POST", "/incidents/{incident_id}/dismiss"): (None, _leads_miss),
    ("POST", "/incidents/{incident_id}/answer"): ({"body": "Soon"}, _leads_miss),
    ("POST", "/incidents/{incident_id}/close"): (None, _leads_miss),
    ("GET", "/incidents/{incident_id}/tickets"): (None, _anybody(404)),
    ("POST", "/incidents/{incident_id}/tickets"): ({"ids": [1]}, _leads_miss),
    ("DELETE", "/incidents/{incident_id}/tickets/{ticket_id}"): (None, _leads_miss),
    ("GET", "/incidents/{incident_id}/candidates"): (None, _anybody(404)),
    ("GET", "/reports/live"): (None, _leads),
    ("GET", "/reports/service"): (None, _leads),
    ("GET", "/reports/tickets"): (None, _leads),
    ("GET", "/reports/surveys"): (None, _leads),
    ("GET", "/reports/export"): (None, _leads_get(422)),
    ("GET", "/report-schedules"): (None, _leads),
    ("POST", "/report-schedules"): (SCHEDULE, _leads_get(201)),
    ("PATCH", "/report-schedules/{schedule_id}"): ({"hour": 8}, _leads_miss),
    ("DELETE", "/report-schedules/{schedule_id}"): (None, _leads_miss),
    ("POST", "/report-schedules/{schedule_id}/send"): (None, _leads_get(409)),
}
ROUTERS = 21
TARGETS = (("call-center", "dana"), ("billing", None))


def _routes(router: APIRouter) -> Iterable[tuple[str, str]]:
    for route in router.routes:
        assert isinstance(route, APIRoute), f"{route} is none of the API's"
        for method in route.methods or ():
            yield method, route.path


def test_the_table_names_every_call() -> None:
    modules = (
        tickets, messages, joining, bulk, notices, surveys, callbacks, files, people, system,
        accounts, unreadable, reports, incidents, exports, live, sla, timeline, assist, articles,
        training,
    )  # fmt: skip
    assert len(modules) == ROUTERS
    routers = [module.router for module in modules]
    found = {call for router in routers for call in _routes(router)}
    assert found == CALLS.keys()


async def test_the_api_has_no_other_router(house: Site) -> None:
    """Whatever way a route is added, the document or the table above shows it."""
    api = create_api(house.hub)
    document = api.openapi()
    assert {
        (method.upper(), path) for path, item in document["paths"].items() for method in item
    } == CALLS.keys()
    hidden = [route for route in api.routes if getattr(route, "path", None) is not None]
    assert [route.path for route in hidden] == ["/openapi.json"]  # type: ignore[attr-defined]
    assert len(api.routes) == 1 + ROUTERS, "another router: name its module in this test"


async def _target(site: Site, unit: str, assignee: str | None) -> Target:
    """A ticket with a reply that was not delivered, given to somebody or to nobody."""
    ticket_id = await site.ticket(unit)
    lead = await agent(site.hub, "sam")
    message, delivery = await change(site.hub, ticket_id, lead, replies.reply, "On our way")
    async with site.hub.database.write() as session:
        (await session.get_one(Delivery, delivery.id)).state = DeliveryState.FAILED.value
    owner = (await agent(site.hub, assignee)).id if assignee else None
    await change(site.hub, ticket_id, lead, actions.assign, owner)
    ticket = await ticket_of(site.hub, ticket_id)
    due_at = site.hub.now() + timedelta(hours=2)
    promised = await change(site.hub, ticket_id, lead, promise_call, due_at)
    return Target(unit, assignee, ticket_id, message.id, ticket.contact_id, owner, promised.id)


@pytest.mark.parametrize(("unit", "assignee"), TARGETS)
async def test_every_call_by_everybody(house: Site, unit: str, assignee: str | None) -> None:
    """A wrong cell says who, what and about which ticket."""
    wrong = []
    target = await _target(house, unit, assignee)
    for caller in await house.everybody():
        for (method, path), (body, expected) in CALLS.items():
            wanted = expected(caller, target) if caller.signed_in else 401
            answer = await house.api(caller, method, target.path(path), json=body)
            if answer.status_code != wanted:
                wrong.append(f"{caller.name}: {method} {path}: {answer.status_code}, not {wanted}")
            elif wanted >= 400:
                kind = answer.headers["content-type"]
                assert kind == "application/problem+json", f"{method} {path}: {kind}"
            elif method != "GET" and "_id}" in path:
                target = await _target(house, unit, assignee)
    assert wrong == []


async def test_what_was_refused_changed_nothing(site: Site) -> None:
    target = await _target(site, "billing", None)
    before = (await ticket_of(site.hub, target.ticket_id)).as_row()
    messages = len(await messages_of(site.hub, target.ticket_id))
    history = len(await rows(site.hub.database, AuditEntry, ticket_id=target.ticket_id))
    events = len(await events_of(site.hub))
    for caller in await site.everybody():
        if caller.sees("billing"):
            continue
        for (method, path), (body, _) in CALLS.items():
            if method != "GET" and "_id}" in path:
                await site.api(caller, method, target.path(path), json=body)
    assert (await ticket_of(site.hub, target.ticket_id)).as_row() == before
    assert len(await messages_of(site.hub, target.ticket_id)) == messages
    assert len(await rows(site.hub.database, AuditEntry, ticket_id=target.ticket_id)) == history
    assert len(await events_of(site.hub)) == events


async def test_what_is_not_yours_looks_like_what_is_not_there(site: Site) -> None:
    """Nobody finds out from the words of a 404 what other units have."""
    target = await _target(site, "billing", None)
    ava = await site.session("ava")
    missing = 987_654_321
    for (method, path), (body, _) in CALLS.items():
        if "_id}" not in path:
            continue
        theirs = await site.api(ava, method, target.path(path), json=body)
        absent = path.format(
            ticket_id=missing, message_id=missing, contact_id=missing, callback_id=missing, index=0,
            **ABSENT,
        )  # fmt: skip
        nothing = await site.api(ava, method, absent, json=body)
        assert theirs.status_code == nothing.status_code, path
        assert theirs.status_code in (403, 404), path
        told = theirs.text
        for number in target.numbers:
            told = told.replace(f' {number}"', f' {missing}"')
        assert told == nothing.text, f"{method} {path}"
        for number in target.numbers:
            asked = target.path(path).split("/")
            assert str(number) in asked or f' {number}"' not in theirs.text, f"{method} {path}"
