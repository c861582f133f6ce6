"""The calls about notices and whispers, and a survey's answer on its ticket."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub.notices.models import Audience, Severity
from hub.notices.notices import tell
from hub.surveys.answering import SurveyDesk
from hub.surveys.models import Survey
from hub.team.tokens import hash_secret, new_secret
from hub.tickets.view import timestamp
from tests.fixtures import agent, ticket_of
from tests.hub.api.site import Site

pytestmark = pytest.mark.anyio


async def _tell(site: Site, audience: Audience, text: str, **more: Any) -> int:
    async with site.hub.database.write() as session:
        notice = await tell(
            session, site.hub.now(), "incident", text, audience=audience,
            severity=Severity.WARNING, **more,
        )  # fmt: skip
        return notice.id


async def test_a_notice_looks_as_promised(site: Site) -> None:
    sam = await site.session("sam")
    number = await _tell(site, Audience.UNIT, "Many ask", unit="billing", incident_id=7)
    found = await site.get(sam, "/notices")
    assert found == {
        "items": [
            {
                "id": number,
                "at": timestamp(site.hub.now()),
                "kind": "incident",
                "severity": "warning",
                "audience": "unit",
                "agent_id": None,
                "unit": "billing",
                "ticket_id": None,
                "incident_id": 7,
                "text": "Many ask",
                "author": None,
                "detail": {},
                "acknowledged_at": None,
                "acknowledged_by": None,
            }
        ],
        "next_cursor": None,
        "unseen": 1,
    }


async def test_pages_and_what_was_seen(site: Site) -> None:
    ben = await site.session("ben")
    made = [await _tell(site, Audience.UNIT, f"No. {n}", unit="billing") for n in range(3)]
    first = await site.get(ben, "/notices", limit=2)
    assert [one["id"] for one in first["items"]] == [made[2], made[1]]
    rest = await site.get(ben, "/notices", limit=2, cursor=first["next_cursor"])
    assert [one["id"] for one in rest["items"]] == [made[0]]
    assert (rest["next_cursor"], rest["unseen"]) == (None, 3)
    answer = await site.api(ben, "POST", "/notices/seen", json={"until": made[1]})
    assert answer.json() == {"unseen": 1}
    assert (await site.get(ben, "/notices"))["unseen"] == 1
    refused = await site.api(ben, "GET", "/notices", params={"cursor": "'; --"})
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["cursor"]


async def test_taking_note(site: Site) -> None:
    sam, ben, ava = [await site.session(name) for name in ("sam", "ben", "ava")]
    own = await _tell(site, Audience.AGENT, "For you", agent_id=ben.agent_id)
    unit = await _tell(site, Audience.UNIT, "For all", unit="billing")
    for caller, number, status in (
        (ava, own, 404),
        (ava, unit, 404),
        (ben, unit, 403),
        (ben, own, 200),
        (sam, unit, 200),
        (sam, own, 200),
    ):
        answer = await site.api(caller, "POST", f"/notices/{number}/acknowledge")
        assert answer.status_code == status, (caller.name, number)
        if status == 200:
            assert answer.json()["acknowledged_at"] is not None
    again = await site.api(sam, "POST", f"/notices/{own}/acknowledge")
    assert again.json()["acknowledged_by"] == "Ben Okafor", "the first stays"


async def test_a_whisper(site: Site) -> None:
    sam, ava = await site.session("sam"), await site.session("ava")
    number = await site.ticket("call-center")
    path = f"/tickets/{number}/whisper"
    refused = await site.api(sam, "POST", path, json={"body": "Mention the hotline"})
    assert (refused.status_code, refused.json()["title"]) == (409, "Conflict")
    await site.api(sam, "POST", f"/tickets/{number}/assign", json={"agent_id": ava.agent_id})
    headers = {"Idempotency-Key": "once"}
    for _ in range(2):
        said = await site.api(
            sam, "POST", path, json={"body": "Mention the hotline"}, headers=headers
        )
        assert said.status_code == 201
    message = said.json()
    assert (message["direction"], message["body"]) == ("note", "Mention the hotline")
    assert (message["author"]["name"], message["delivery"]) == ("Sam Laurent, to Ava Reyes", None)
    (notice,) = (await site.get(ava, "/notices"))["items"]
    assert (notice["kind"], notice["ticket_id"], notice["author"]) == (
        "whisper", number, "Sam Laurent",
    )  # fmt: skip
    assert (await site.api(ava, "POST", path, json={"body": "To myself"})).status_code == 403
    assert (await site.get(await site.session("ben"), "/notices"))["items"] == []


async def test_what_the_customer_said_of_it(site: Site) -> None:
    ava = await site.session("ava")
    number = await site.ticket("call-center")
    path = f"/tickets/{number}/survey"
    assert (await site.api(ava, "GET", path)).status_code == 404
    token, asked_at = new_secret(), site.hub.now()
    async with site.hub.database.write() as session:
        session.add(
            Survey(
                ticket_id=number,
                contact_id=(await ticket_of(site.hub, number)).contact_id,
                token_hash=hash_secret(token),
                language="en",
                asked_at=asked_at,
                expires_at=asked_at + timedelta(days=14),
            )
        )
    empty = {
        "score": None, "comment": None, "asked_at": timestamp(asked_at), "answered_at": None,
    }  # fmt: skip
    assert await site.get(ava, path) == empty
    site.clock.advance(minutes=1)
    desk = SurveyDesk(site.hub.database, site.hub.now)
    await desk.rate(token, 4)
    await desk.comment(token, "Quick")
    said = {"score": 4, "comment": "Quick", "answered_at": timestamp(site.hub.now())}
    assert await site.get(ava, path) == empty | said
    assert (await site.api(await site.session("ben"), "GET", path)).status_code == 404


async def test_somebody_else_is_told_nothing_of_a_whisper(site: Site) -> None:
    """Not even its number."""
    dana, ben = await agent(site.hub, "dana"), await site.session("ben")
    number = await _tell(site, Audience.AGENT, "Psst", agent_id=dana.id)
    theirs = await site.api(ben, "POST", f"/notices/{number}/acknowledge")
    nothing = await site.api(ben, "POST", "/notices/987654321/acknowledge")
    assert theirs.text.replace(str(number), "987654321") == nothing.text
