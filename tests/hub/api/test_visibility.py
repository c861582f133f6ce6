"""What everybody sees: lists, counts, search, contacts, messages and history are told the same
story about who may see what."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from hub.ports import ChannelKind
from hub.tickets import actions
from hub.tickets.models import Status
from tests.fakes import inbound
from tests.fixtures import agent, change, receive, ticket_of
from tests.hub.api.site import Caller, Site

pytestmark = pytest.mark.anyio

BOTH = pytest.mark.parametrize("dialect", ["sqlite", "postgresql"], indirect=True)


@dataclass(frozen=True)
class Stored:
    id: int
    unit: str
    assignee_id: int | None
    contact_id: int
    status: str


async def _fill(site: Site) -> list[Stored]:
    """Tickets of several units, given to various people, in various states."""
    lead = await agent(site.hub, "sam")
    made = []
    for unit, assignee, status in (
        ("call-center", None, None),
        ("call-center", "ava", None),
        ("call-center", "dana", None),
        ("walk-in", None, Status.RESOLVED),
        ("billing", None, None),
        ("billing", "ava", None),
        ("billing", "dana", Status.PENDING_CUSTOMER),
        ("commercial", "ben", Status.RESOLVED),
        ("energy-services", None, None),
        ("quality-control", None, None),
    ):
        number = await site.ticket(unit, "The meter hums in the night", assignee=assignee)
        if status is not None:
            await change(site.hub, number, lead, actions.set_status, status)
        row = await ticket_of(site.hub, number)
        made.append(Stored(number, row.unit, row.assignee_id, row.contact_id, row.status))
    return made


def _seen(caller: Caller, stored: list[Stored]) -> list[Stored]:
    return [one for one in stored if caller.sees(one.unit, one.assignee_id)]


def _ids(page: Any) -> list[int]:
    return sorted(item["id"] for item in page["items"])


@BOTH
async def test_lists_counts_search_and_contacts(site: Site) -> None:
    stored = await _fill(site)
    for caller in await site.everybody():
        if not caller.signed_in:
            continue
        seen = _seen(caller, stored)
        mine = [one for one in seen if one.assignee_id == caller.agent_id and caller.agent_id]
        active = [one for one in seen if one.status in ("open", "pending_customer")]
        done = [one for one in seen if one.status == "resolved"]

        assert _ids(await site.get(caller, "/tickets")) == [one.id for one in seen]
        for view, expected in {
            "all": active,
            "unit": active,
            "mine": [one for one in active if one in mine],
            "unassigned": [one for one in active if one.assignee_id is None],
            "resolved": done,
            "bot": [],
        }.items():
            found = _ids(await site.get(caller, "/tickets", view=view))
            assert found == [one.id for one in expected], (caller.name, view)
        for unit in ("call-center", "billing", "quality-control"):
            found = _ids(await site.get(caller, "/tickets", unit=unit))
            assert found == [one.id for one in seen if one.unit == unit], (caller.name, unit)
        by_word = await site.get(caller, "/tickets", q="meter hums", limit=200)
        assert _ids(by_word) == [one.id for one in seen]
        for one in stored:
            by_number = await site.get(caller, "/tickets", q=f"#{one.id}")
            assert (one.id in _ids(by_number)) == (one in seen), (caller.name, one)
            by_person = await site.get(caller, "/tickets", assignee=one.assignee_id or 1)
            assert set(_ids(by_person)) <= {each.id for each in seen}

        counts = await site.get(caller, "/tickets/counts")
        assert counts["views"]["all"] == len(active)
        assert counts["views"]["mine"] == len([one for one in active if one in mine])
        assert counts["views"]["resolved"] == len(done)
        by_unit: dict[str, int] = {}
        for one in active:
            by_unit[one.unit] = by_unit.get(one.unit, 0) + 1
        assert counts["units"] == by_unit

        contacts = await site.get(caller, "/contacts", limit=200)
        assert _ids(contacts) == sorted({one.contact_id for one in seen})
        named = await site.get(caller, "/contacts", q="Customer billing")
        assert set(_ids(named)) == {one.contact_id for one in seen if one.unit == "billing"}


async def test_pages_skip_what_is_not_theirs(site: Site) -> None:
    """Page by page comes the same as at once, whatever lies between for others."""
    stored = await _fill(site)
    for name in ("ava", "ben", "sam"):
        caller = await site.session(name)
        found: list[int] = []
        cursor = None
        while True:
            params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            page = await site.get(caller, "/tickets", **params)
            found += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert sorted(found) == [one.id for one in _seen(caller, stored)]
        assert len(set(found)) == len(found)


async def test_a_contact_shows_only_the_tickets_one_may_see(site: Site) -> None:
    """One person wrote to two units: each unit reads its own half."""
    messages = [
        inbound(f"x-{unit}", f"About {unit}", conversation=f"x-{unit}", unit=unit, skip_bot=True)
        for unit in ("call-center", "billing")
    ]
    one, two = await receive(site.hub, *messages)
    contact_id = (await ticket_of(site.hub, one)).contact_id
    assert contact_id == (await ticket_of(site.hub, two)).contact_id
    for name, expected in (("ava", [one]), ("ben", [two]), ("sam", [one, two])):
        found = await site.get(await site.session(name), f"/contacts/{contact_id}")
        assert sorted(ticket["id"] for ticket in found["tickets"]) == expected
        assert found["points"][0]["address"] == "u-1"


async def test_after_a_transfer_the_old_unit_sees_nothing(site: Site) -> None:
    number = await site.ticket("call-center")
    ava, ben = await site.session("ava"), await site.session("ben")
    moved = await site.api(ava, "POST", f"/tickets/{number}/assign", json={"unit": "billing"})
    assert moved.json()["unit"] == "billing"
    for path in ("", "/messages", "/history"):
        assert (await site.api(ava, "GET", f"/tickets/{number}{path}")).status_code == 404
        assert (await site.api(ben, "GET", f"/tickets/{number}{path}")).status_code == 200
    assert number not in _ids(await site.get(ava, "/tickets"))
    assert number in _ids(await site.get(ben, "/tickets"))


async def test_an_assignment_ends_with_its_sight(site: Site) -> None:
    number = await site.ticket("billing", assignee="dana")
    dana, sam = await site.session("dana"), await site.session("sam")
    assert (await site.api(dana, "GET", f"/tickets/{number}")).status_code == 200
    await site.api(sam, "POST", f"/tickets/{number}/assign", json={"agent_id": None})
    assert (await site.api(dana, "GET", f"/tickets/{number}")).status_code == 404


@pytest.mark.parametrize(
    ("who", "agent_name", "status"),
    [
        ("ava", "ava", 200),
        ("ava", "ben", 403),  # outside the ticket's unit
        ("sam", "ben", 200),
        ("alex", "ben", 200),
    ],
)
async def test_who_gives_a_ticket_to_whom(
    house: Site, who: str, agent_name: str, status: int
) -> None:
    number = await house.ticket("call-center")
    wanted = (await agent(house.hub, agent_name)).id
    caller = await house.session(who)
    answer = await house.api(caller, "POST", f"/tickets/{number}/assign", json={"agent_id": wanted})
    assert answer.status_code == status
    assert ((await ticket_of(house.hub, number)).assignee_id == wanted) == (status == 200)


async def test_me_says_who_one_is(house: Site) -> None:
    units = {
        unit["slug"] for unit in (await house.get(await house.session("sam"), "/units"))["items"]
    }
    for caller in await house.everybody():
        if not caller.signed_in:
            continue
        me = await house.get(caller, "/me")
        assert me["role"] == caller.role
        assert set(me["units"]) == (units if caller.units is None else caller.units)
        if caller.agent_id is None:
            assert me["agent"] is None
            assert me["csrf_token"] is None
        else:
            assert me["agent"]["id"] == caller.agent_id
            assert me["csrf_token"] == caller.headers["X-Csrf-Token"]


async def test_nothing_tells_a_password_or_a_secret(house: Site) -> None:
    """No answer of the API holds a hash, a sealed secret or a raw body."""
    await house.ticket("call-center")
    alex = await house.session("alex")
    for path in ("/directory", "/me", "/system", "/unreadable", "/tickets", "/contacts"):
        text = (await house.api(alex, "GET", path)).text
        for word in ("argon2", "password", "secret", "token_hash", "gAAAA"):
            assert word not in text, f"{word} in {path}"


async def test_fields_that_are_not_offered_cannot_be_set(house: Site) -> None:
    """Mass assignment: every field outside the schema is refused by name, and nothing moves."""
    ava = await house.session("ava")
    number = await house.ticket("call-center")
    before = (await ticket_of(house.hub, number)).as_row()
    for path, method, body in (
        (f"/tickets/{number}", "PATCH", {"priority": "high"}),
        (f"/tickets/{number}/assign", "POST", {"agent_id": None}),
        (f"/tickets/{number}/status", "POST", {"status": "resolved"}),
        (f"/tickets/{number}/reply", "POST", {"body": "Hello"}),
        (f"/tickets/{number}/note", "POST", {"body": "Hello"}),
        ("/tickets", "POST", {"channel": "phone", "name": "Ida Lund", "body": "Hello"}),
        ("/me/presence", "POST", {"presence": "away"}),
    ):
        for extra in ("id", "contact_id", "assignee_id", "takeover", "role", "author_name",
                      "created_at", "version", "account_id", "emergency"):  # fmt: skip
            answer = await house.api(ava, method, path, json=body | {extra: 1})
            assert answer.status_code == 422, (path, extra)
            assert [error["field"] for error in answer.json()["errors"]] == [extra]
    assert (await ticket_of(house.hub, number)).as_row() == before


async def test_reads_at_the_same_time_keep_their_own_eyes(house: Site) -> None:
    """Callers share a process, never an answer."""
    await house.ticket("billing")
    number = await house.ticket("call-center")
    ava, ben = await house.session("ava"), await house.session("ben")
    answers = await asyncio.gather(
        *(house.api(caller, "GET", f"/tickets/{number}") for caller in (ava, ben) * 10)
    )
    assert [answer.status_code for answer in answers] == [200, 404] * 10


async def test_the_channels_of_the_counter_are_entered_not_answered(site: Site) -> None:
    """Entered calls show who entered them, and take no reply."""
    ava = await site.session("ava")
    made = await site.api(
        ava, "POST", "/tickets",
        json={"channel": "walk-in", "name": "Ida Lund", "body": "No water", "unit": "billing"},
    )  # fmt: skip
    assert made.status_code == 201
    ticket = made.json()
    assert ticket["channel"] == ChannelKind.WALK_IN
    assert ticket["context"]["entered_by"] == "Ava Reyes"
    refused = await site.api(
        await site.session("ben"), "POST", f"/tickets/{ticket['id']}/reply", json={"body": "Hi"}
    )
    assert refused.status_code == 409
