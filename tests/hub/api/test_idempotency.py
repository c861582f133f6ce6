"""`Idempotency-Key`: once, whatever happens between."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from hub.api import idempotency
from hub.api.models import IdempotentAnswer
from hub.audit.models import AuditEntry
from hub.team.models import Role
from hub.tickets.models import Message, Ticket
from hub.triage.keys import bot_key
from tests.fakes import inbound
from tests.fixtures import messages_of, receive, rows
from tests.hub.api.site import Caller, Site

pytestmark = pytest.mark.anyio

BOTH = pytest.mark.parametrize("dialect", ["sqlite", "postgresql"], indirect=True)
KEY = {"Idempotency-Key": "a-key-of-mine"}
CALL = {"channel": "phone", "name": "Ida Lund", "body": "No water", "priority": "urgent"}


async def _count(site: Site, model: type[Any]) -> int:
    async with site.hub.database.read() as session:
        return await session.scalar(select(func.count()).select_from(model)) or 0


def _killed(*args: object) -> None:
    raise RuntimeError("killed")


@pytest.fixture
async def ava(site: Site) -> Caller:
    return await site.session("ava")


@BOTH
async def test_the_same_request_again_is_the_same_answer(site: Site, ava: Caller) -> None:
    number = await site.ticket()
    messages = await _count(site, Message)
    for path in (f"/tickets/{number}/reply", f"/tickets/{number}/note"):
        key = {"Idempotency-Key": path}
        first = await site.api(ava, "POST", path, json={"body": "We come today"}, headers=key)
        again = await site.api(ava, "POST", path, json={"body": "We come today"}, headers=key)
        assert first.status_code == again.status_code == 201
        assert first.json() == again.json()
        assert first.json()["key"] == path
        assert "idempotent-replayed" not in first.headers
        assert again.headers["idempotent-replayed"] == "true"
    assert await _count(site, Message) == messages + 2


async def test_a_call_is_entered_once(site: Site, ava: Caller) -> None:
    first = await site.api(ava, "POST", "/tickets", json=CALL, headers=KEY)
    again = await site.api(ava, "POST", "/tickets", json=CALL, headers=KEY)
    assert first.json() == again.json()
    assert await _count(site, Ticket) == 1


async def test_without_a_key_everything_happens_twice(site: Site, ava: Caller) -> None:
    for _ in range(2):
        assert (await site.api(ava, "POST", "/tickets", json=CALL)).status_code == 201
    assert await _count(site, Ticket) == 2
    assert await _count(site, IdempotentAnswer) == 0


async def test_a_key_stands_for_one_request(site: Site, ava: Caller) -> None:
    """Another body, or another path, under the same key is a mistake of the caller's."""
    number, other = await site.ticket(), await site.ticket()
    path = f"/tickets/{number}/reply"
    await site.api(ava, "POST", path, json={"body": "One"}, headers=KEY)
    for elsewhere, body in (
        (path, {"body": "Two"}),
        (f"/tickets/{number}/note", {"body": "One"}),
        (f"/tickets/{other}/reply", {"body": "One"}),
    ):
        answer = await site.api(ava, "POST", elsewhere, json=body, headers=KEY)
        assert answer.status_code == 409
        assert "used for another request" in answer.json()["detail"]
    assert len(await messages_of(site.hub, number)) == 2
    assert len(await messages_of(site.hub, other)) == 1


@BOTH
async def test_the_same_at_once_is_done_once(site: Site, ava: Caller) -> None:
    """A button pressed in a hurry: one of them does it, the others get its answer or a 409."""
    number = await site.ticket()
    answers = await asyncio.gather(
        *(
            site.api(ava, "POST", f"/tickets/{number}/reply", json={"body": "Once"}, headers=KEY)
            for _ in range(8)
        )
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.text for answer in answers if answer.status_code == 201}) == 1
    assert len(await messages_of(site.hub, number)) == 2


async def test_everybody_has_keys_of_their_own(site: Site, ava: Caller) -> None:
    """Two callers who chose the same key do not get each other's answers."""
    callers = [
        ava,
        await site.session("sam"),
        await site.token(Role.AGENT, "call-center", name="Ava Reyes"),
        await site.token(Role.AGENT, name="Ava Reyes"),
    ]
    made = [
        (await site.api(caller, "POST", "/tickets", json=CALL, headers=KEY)).json()["id"]
        for caller in callers
    ]
    assert len(set(made)) == len(callers)


@BOTH
async def test_anothers_key_on_the_same_ticket_swallows_nothing(site: Site, ava: Caller) -> None:
    """The key also marks the message in its ticket: who chose one that is taken hears so."""
    number = await site.ticket()
    path = f"/tickets/{number}/reply"
    first = await site.api(ava, "POST", path, json={"body": "From Ava"}, headers=KEY)
    assert first.status_code == 201
    token = await site.token(Role.AGENT, "call-center")
    for body in ("From the program", "From Ava"):
        answer = await site.api(token, "POST", path, json={"body": body}, headers=KEY)
        assert answer.status_code == 409, answer.text
    noted = await site.api(
        token, "POST", f"/tickets/{number}/note", json={"body": "x"}, headers=KEY
    )
    assert noted.status_code == 409
    assert len(await messages_of(site.hub, number)) == 2


async def test_the_bots_keys_are_not_for_people(site: Site, ava: Caller) -> None:
    """Whoever wrote under the bot's key of a message would silence it."""
    (number,) = await receive(site.hub, inbound(unit="call-center"))
    (message,) = await messages_of(site.hub, number)
    key = {"Idempotency-Key": bot_key(message.id)}
    answer = await site.api(
        ava, "POST", f"/tickets/{number}/note", json={"body": "quiet"}, headers=key
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


async def test_an_error_is_not_remembered(site: Site, ava: Caller) -> None:
    """What was refused may be tried again under the same key, mended."""
    number = await site.ticket()
    path = f"/tickets/{number}/reply"
    assert (await site.api(ava, "POST", path, json={}, headers=KEY)).status_code == 422
    assert (await site.api(ava, "POST", path, json={"body": "x"}, headers=KEY)).status_code == 201


async def test_nobody_else_spends_a_key(site: Site, ava: Caller) -> None:
    """Without a session, or without its CSRF token, a key is not even looked at."""
    number = await site.ticket()
    path, body = f"/tickets/{number}/reply", {"body": "x"}
    stranger = await site.api(ava.without("Cookie"), "POST", path, json=body, headers=KEY)
    forged = await site.api(ava.without("X-Csrf-Token"), "POST", path, json=body, headers=KEY)
    assert (stranger.status_code, forged.status_code) == (401, 403)
    assert await _count(site, IdempotentAnswer) == 0
    done = await site.api(ava, "POST", path, json=body, headers=KEY)
    forged = await site.api(ava.without("X-Csrf-Token"), "POST", path, json=body, headers=KEY)
    assert (done.status_code, forged.status_code) == (201, 403)


@pytest.mark.parametrize("key", ["", "k" * 121])
async def test_a_key_that_does_not_fit(site: Site, ava: Caller, key: str) -> None:
    answer = await site.api(ava, "POST", "/tickets", json=CALL, headers={"Idempotency-Key": key})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
    assert await _count(site, Ticket) == 0


async def test_the_first_died(site: Site, ava: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process killed in the middle: a minute later the same key may go on, and what the
    first had done already is not done again."""
    number = await site.ticket()
    path, body = f"/tickets/{number}/reply", {"body": "Once"}
    with monkeypatch.context() as dying:
        # After the reply was committed, before its answer is kept.
        dying.setattr(idempotency, "update", _killed)
        answer = await site.api(ava, "POST", path, json=body, headers=KEY, bugs=False)
        assert answer.status_code == 500
    busy = await site.api(ava, "POST", path, json=body, headers=KEY)
    assert busy.status_code == 409
    assert "under way" in busy.json()["detail"]
    site.clock.advance(seconds=61)
    done = await site.api(ava, "POST", path, json=body, headers=KEY)
    assert done.status_code == 201
    assert len(await messages_of(site.hub, number)) == 2


async def test_a_call_whose_first_attempt_died_is_finished(
    site: Site, ava: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stored, then killed before its priority and its end were set: the same key sets them."""
    wanted = CALL | {"resolved": True}
    with monkeypatch.context() as dying:
        dying.setattr("hub.counter._finish", _killed)
        first = await site.api(ava, "POST", "/tickets", json=wanted, headers=KEY, bugs=False)
        assert first.status_code == 500
    assert await _count(site, Ticket) == 1
    again = await site.api(ava, "POST", "/tickets", json=wanted, headers=KEY)
    assert again.status_code == 201
    assert (again.json()["priority"], again.json()["status"]) == ("urgent", "resolved")
    assert await _count(site, Ticket) == 1
    entries = await rows(site.hub.database, AuditEntry, action="entered")
    assert len(entries) == 1


async def test_a_key_used_up_in_the_answers_is_still_known_to_the_ticket(
    site: Site, ava: Caller
) -> None:
    """Answers are kept for a day; a client that was off for longer still doubles nothing."""
    number = await site.ticket()
    path = f"/tickets/{number}/reply"
    first = await site.api(ava, "POST", path, json={"body": "x"}, headers=KEY)
    async with site.hub.database.write() as session:
        for row in await session.scalars(select(IdempotentAnswer)):
            await session.delete(row)
    again = await site.api(ava, "POST", path, json={"body": "x"}, headers=KEY)
    assert again.json()["id"] == first.json()["id"]
    other = await site.api(ava, "POST", path, json={"body": "y"}, headers=KEY)
    assert other.status_code == 409
