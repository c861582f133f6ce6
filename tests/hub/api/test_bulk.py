"""The calls that change many tickets: shapes, fields, and repeating them."""

from __future__ import annotations

from typing import Any

import pytest

from hub.tickets.bulk.bulk import UNDO_WITHIN
from hub.tickets.models import BulkChange
from hub.tickets.view import timestamp
from tests.fixtures import rows, ticket_of
from tests.hub.api.site import Site

pytestmark = pytest.mark.anyio


async def test_change_and_take_back(site: Site) -> None:
    ids = [await site.ticket("call-center") for _ in range(3)]
    elsewhere = await site.ticket("billing")
    ava = await site.session("ava")
    answer = await site.api(
        ava,
        "POST",
        "/tickets/bulk",
        json={
            "ids": [*ids, elsewhere],
            "change": {"priority": "urgent", "agent_id": ava.agent_id, "add_tags": ["Storm"]},
        },
    )
    assert answer.status_code == 200, answer.text
    done = answer.json()
    assert done == {
        "id": done["id"],
        "matched": 4,
        "changed": ids,
        "refused": [{"ticket_id": elsewhere, "reason": f"there is no ticket {elsewhere}"}],
        "undo_until": timestamp(site.hub.now() + UNDO_WITHIN),
    }
    ticket = await site.get(ava, f"/tickets/{ids[0]}")
    assert (ticket["priority"], ticket["tags"]) == ("urgent", ["storm"])
    undone = await site.api(ava, "POST", f"/bulk/{done['id']}/undo")
    assert undone.json() == {"restored": ids, "refused": []}
    again = await site.api(ava, "POST", f"/bulk/{done['id']}/undo")
    assert again.status_code == 409
    assert (await ticket_of(site.hub, ids[0])).priority == "normal"


async def test_agent_id_null_is_not_agent_id_unsaid(site: Site) -> None:
    number = await site.ticket("call-center", assignee="ava")
    sam = await site.session("sam")
    for change, assigned in (({"priority": "high"}, True), ({"agent_id": None}, False)):
        await site.api(sam, "POST", "/tickets/bulk", json={"ids": [number], "change": change})
        assert ((await ticket_of(site.hub, number)).assignee_id is not None) == assigned


async def test_count_and_change_find_the_same(site: Site) -> None:
    ids = [await site.ticket("call-center", "The pole hums") for _ in range(2)]
    await site.ticket("billing", "The pole hums")
    ava = await site.session("ava")
    for wanted, found in (
        ({"view": "all"}, ids),
        ({"q": "pole hums", "status": "open"}, ids),
        ({"unit": "billing"}, []),
        ({"tag": "none"}, []),
        ({"assignee": ava.agent_id}, []),
        ({"incident_id": 3}, []),
    ):
        counted = await site.api(ava, "POST", "/tickets/bulk/count", json={"filter": wanted})
        assert counted.json() == {"matched": len(found)}, wanted
        done = await site.api(
            ava, "POST", "/tickets/bulk", json={"filter": wanted, "change": {"note": "Seen"}}
        )
        assert sorted(done.json()["changed"]) == found, wanted


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"change": {"priority": "low"}}, "ids"),
        ({"ids": [1], "filter": {"view": "all"}, "change": {"priority": "low"}}, "ids"),
        ({"ids": [], "change": {"priority": "low"}}, "ids"),
        ({"ids": list(range(1, 502)), "change": {"priority": "low"}}, "ids"),
        ({"ids": [0], "change": {"priority": "low"}}, "ids.0"),
        ({"filter": {}, "change": {"priority": "low"}}, "filter"),
        ({"filter": {"q": "  ", "unit": ""}, "change": {"priority": "low"}}, "filter"),
        ({"filter": {"view": "everything"}, "change": {"priority": "low"}}, "filter.view"),
        ({"ids": [1], "change": {}}, "change"),
        ({"ids": [1], "change": {"priority": "top"}}, "change.priority"),
        ({"ids": [1], "change": {"unit": "nowhere"}}, "change.unit"),
        ({"ids": [1], "change": {"agent_id": 987_654}}, "change.agent_id"),
        ({"ids": [1], "change": {"status": "bot"}}, "change.status"),
        ({"ids": [1], "change": {"status": "snoozed"}}, "change.until"),
        ({"ids": [1], "change": {"until": "2031-01-01T10:00:00Z"}}, "change.until"),
        ({"ids": [1], "change": {"reason": "done"}}, "change.reason"),
        ({"ids": [1], "change": {"note": " "}}, "change.note"),
        ({"ids": [1], "change": {"colour": "red"}}, "change.colour"),
    ],
)
async def test_what_does_not_fit_is_said_at_its_field(
    house: Site, body: dict[str, Any], field: str
) -> None:
    answer = await house.api(await house.session("sam"), "POST", "/tickets/bulk", json=body)
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert await rows(house.hub.database, BulkChange) == []


async def test_the_same_request_twice_is_one_change(site: Site) -> None:
    number = await site.ticket("call-center")
    sam = await site.session("sam")
    body = {"ids": [number], "change": {"note": "Once"}}
    first, again = [
        await site.api(
            sam, "POST", "/tickets/bulk", json=body, headers={"Idempotency-Key": "bulk-1"}
        )
        for _ in range(2)
    ]
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    messages = await site.get(sam, f"/tickets/{number}/messages")
    assert [one["body"] for one in messages["items"]].count("Once") == 1
