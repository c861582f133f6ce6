"""`/incidents`: who may, what is refused and why, and what comes back."""

from __future__ import annotations

from typing import Any

import pytest

from hub.incidents import incidents
from hub.system import Hub
from hub.team.models import Role
from hub.tickets.models import Ticket
from tests.fixtures import Work, agent, events_of, rows, ticket_of
from tests.hub.api.site import Caller, Site
from tests.hub.incidents.making import SORRY

pytestmark = pytest.mark.anyio

NEW = {"title": "Outage in Killearn", "topic": "report-outage", "terms": ["Killearn Estates"]}
MISSING = 987_654_321


async def _ask(
    site: Site, caller: Caller, method: str, path: str, status: int, body: Any = None
) -> Any:
    answer = await site.api(caller, method, path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def _made(site: Site, caller: Caller, **more: Any) -> dict[str, Any]:
    view: dict[str, Any] = await _ask(site, caller, "POST", "/incidents", 201, {**NEW, **more})
    return view


async def _suspected(hub: Hub) -> int:
    async with hub.database.write() as session:
        found = await incidents.suspect(
            session,
            await agent(hub, "sam"),
            hub.now(),
            "Power outage in Killearn",
            "report-outage",
            ["killearn"],
            {"seen": 9, "expected": 0.4, "minutes": 30},
        )
    return found.id


async def test_made_by_hand_it_is_open_at_once(site: Site) -> None:
    sam = await site.session("sam")
    named = await site.ticket("billing", "Dark here")
    matching = await site.ticket("call-center", "No power in Killearn Estates")
    other = await site.ticket("call-center", "No power in Southwood")
    view = await _made(site, sam, ticket_ids=[named], answer=SORRY, auto_answer=True)
    assert (view["state"], view["terms"], view["opened_by"]) == (
        "open",
        ["killearn estates"],
        "Sam Laurent",
    )
    assert (view["version"], view["detected"], view["evidence"]) == (1, False, {})
    await Work(site.hub).jobs()
    view = await site.get(sam, f"/incidents/{view['id']}")
    assert (view["tickets"], view["waiting"]) == (2, 2)
    listed = await site.get(sam, f"/incidents/{view['id']}/tickets")
    assert [item["id"] for item in listed["items"]] == sorted([named, matching], reverse=True)
    assert listed["items"][0]["incident_id"] == view["id"]
    assert (await ticket_of(site.hub, other)).incident_id is None
    assert (await site.get(sam, "/incidents", state="open"))["items"] == [view]
    assert (await site.get(sam, "/incidents", state="closed"))["items"] == []
    kinds = [event.kind for event in await events_of(site.hub)]
    assert kinds.count("incident.created") == 1


async def test_agents_read_and_supervisors_act(site: Site) -> None:
    sam, ava = await site.session("sam"), await site.session("ava")
    theirs = await site.ticket("call-center", "No power in Killearn Estates")
    others = await site.ticket("billing", "No power in Killearn Estates, and the bill?")
    view = await _made(site, sam)
    await Work(site.hub).jobs()
    path = f"/incidents/{view['id']}"
    assert (await site.get(ava, path))["tickets"] == 2
    listed = await site.get(ava, f"{path}/tickets")
    assert [item["id"] for item in listed["items"]] == [theirs], "only what she may see"
    await _ask(site, sam, "DELETE", f"{path}/tickets/{others}", 200)
    await _ask(site, sam, "DELETE", f"{path}/tickets/{theirs}", 200)
    found = await site.get(ava, f"{path}/candidates")
    assert [item["id"] for item in found["items"]] == [theirs]
    found = await site.get(sam, f"{path}/candidates")
    assert [item["id"] for item in found["items"]] == [others, theirs]
    program = await site.token(Role.AGENT)
    for caller in (ava, program):
        for method, end, body in (
            ("POST", "", NEW),
            ("PATCH", f"/{view['id']}", {"version": 1}),
            ("POST", f"/{view['id']}/open", {}),
            ("POST", f"/{view['id']}/dismiss", None),
            ("POST", f"/{view['id']}/answer", {"body": "x"}),
            ("POST", f"/{view['id']}/close", None),
            ("POST", f"/{view['id']}/tickets", {"ids": [theirs]}),
            ("DELETE", f"/{view['id']}/tickets/{theirs}", None),
        ):
            await _ask(site, caller, method, f"/incidents{end}", 403, body)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"title": " "}, "title"),
    ({"title": "x" * 201}, "title"),
    ({"terms": ["..."]}, "terms.0"),
    ({"terms": ["a"] * 21}, "terms"),
    ({"terms": ["x" * 61]}, "terms.0"),
    ({"unit": "nowhere"}, "unit"),
    ({"topic": "No Slug"}, "topic"),
    ({"answer": "x" * 5000}, "answer"),
    ({"auto_answer": True}, "answer"),
    ({"auto_answer": True, "answer": "  "}, "answer"),
    ({"auto_answer": True, "answer": "x", "topic": None, "terms": []}, "auto_answer"),
    ({"ticket_ids": [MISSING]}, "ticket_ids.0"),
    ({"ticket_ids": [0]}, "ticket_ids.0"),
    ({"nonsense": 1}, "nonsense"),
]


@pytest.mark.parametrize(("more", "field"), BAD)
async def test_bad_input_is_refused_at_its_field(
    house: Site, more: dict[str, Any], field: str
) -> None:
    sam = await house.session("sam")
    said = await _ask(house, sam, "POST", "/incidents", 422, {**NEW, **more})
    assert [error["field"] for error in said["errors"]] == [field]
    assert said["errors"][0]["message"]


async def test_two_who_edit_at_once_are_told(site: Site) -> None:
    sam = await site.session("sam")
    path = f"/incidents/{(await _made(site, sam))['id']}"
    view = await _ask(site, sam, "PATCH", path, 200, {"version": 1, "title": "Killearn is dark"})
    assert (view["title"], view["version"], view["terms"]) == (
        "Killearn is dark",
        2,
        ["killearn estates"],
    )
    said = await _ask(site, sam, "PATCH", path, 409, {"version": 1, "title": "Another"})
    assert "version 2" in said["detail"]
    await _ask(site, sam, "POST", f"{path}/close", 409, {"version": 1})
    view = await _ask(site, sam, "PATCH", path, 200, {"version": 2, "topic": None, "unit": None})
    assert (view["topic"], view["version"]) == (None, 3)
    await _ask(site, sam, "PATCH", path, 422, {"title": "No version"})


async def test_what_was_noticed_is_opened_or_dismissed(site: Site) -> None:
    sam = await site.session("sam")
    first, second = await _suspected(site.hub), await _suspected(site.hub)
    listed = await site.get(sam, "/incidents", state="suspected")
    assert [item["id"] for item in listed["items"]] == [second, first]
    assert listed["items"][0]["evidence"] == {"seen": 9, "expected": 0.4, "minutes": 30}
    said = await _ask(site, sam, "POST", f"/incidents/{first}/open", 422, {"auto_answer": True})
    assert said["errors"][0]["field"] == "answer"
    assert (await site.get(sam, f"/incidents/{first}"))["state"] == "suspected"
    opened = await _ask(
        site, sam, "POST", f"/incidents/{first}/open", 200, {"title": "Killearn", "answer": SORRY}
    )
    assert (opened["state"], opened["title"], opened["answer"]) == ("open", "Killearn", SORRY)
    await _ask(site, sam, "POST", f"/incidents/{first}/open", 409, {})
    await _ask(site, sam, "POST", f"/incidents/{first}/dismiss", 409)
    gone = await _ask(site, sam, "POST", f"/incidents/{second}/dismiss", 200)
    assert (gone["state"], gone["closed_by"]) == ("dismissed", "Sam Laurent")
    await _ask(site, sam, "POST", f"/incidents/{second}/tickets", 409, {"ids": [1]})


async def test_attached_and_detached_by_hand(site: Site) -> None:
    sam = await site.session("sam")
    one, other = await _made(site, sam), await _made(site, sam, terms=["southwood"])
    ticket = await site.ticket("billing", "Dark here")
    for incident in (one, other):
        path = f"/incidents/{incident['id']}/tickets"
        view = await _ask(site, sam, "POST", path, 200, {"ids": [ticket, ticket]})
        assert view["tickets"] == 1
    assert (await site.get(sam, f"/incidents/{one['id']}"))["tickets"] == 0
    path = f"/incidents/{one['id']}/tickets"
    await _ask(site, sam, "DELETE", f"{path}/{ticket}", 404)
    await _ask(site, sam, "DELETE", f"{path}/{MISSING}", 404)
    said = await _ask(site, sam, "POST", path, 422, {"ids": [ticket, MISSING]})
    assert said["errors"][0]["field"] == "ids.1"
    assert (await ticket_of(site.hub, ticket)).incident_id == other["id"], "all or nothing"
    await _ask(site, sam, "POST", path, 422, {"ids": []})
    view = await _ask(site, sam, "DELETE", f"/incidents/{other['id']}/tickets/{ticket}", 200)
    assert view["tickets"] == 0


async def test_answered_and_closed(site: Site) -> None:
    sam = await site.session("sam")
    ticket = await site.ticket("call-center", "No power in Killearn Estates")
    incident = await _made(site, sam)
    work = Work(site.hub)
    await work.jobs()
    path = f"/incidents/{incident['id']}"
    view = await _ask(site, sam, "POST", f"{path}/answer", 200, {"body": "Crews are there."})
    (said,) = view["answers"]
    assert (said["author"], said["total"], said["done"]) == ("Sam Laurent", 1, 0)
    await work.all()
    view = await site.get(sam, path)
    assert view["answers"][0]["done"] == 1
    messages = await site.get(sam, f"/tickets/{ticket}/messages")
    assert messages["items"][-1]["body"] == "Crews are there."
    assert messages["items"][-1]["author"]["name"] == "Sam Laurent"
    refused: list[dict[str, Any]] = [{}, {"body": " "}, {"body": None}]
    for body in refused:
        await _ask(site, sam, "POST", f"{path}/answer", 422, body)
    view = await _ask(site, sam, "POST", f"{path}/close", 200, {"body": "Back.", "resolve": True})
    assert (view["state"], len(view["answers"])) == ("closed", 2)
    await work.all()
    assert {one.status for one in await rows(site.hub.database, Ticket)} == {"resolved"}
    for end in ("answer", "close", "open"):
        late = {"body": "x"} if end == "answer" else {}
        await _ask(site, sam, "POST", f"{path}/{end}", 409, late)
    await _ask(site, sam, "PATCH", path, 409, {"version": view["version"], "title": "Late"})


async def test_the_same_request_twice_answers_once(site: Site) -> None:
    sam = await site.session("sam")
    await site.ticket("call-center", "No power in Killearn Estates")
    incident = await _made(site, sam)
    work = Work(site.hub)
    await work.jobs()
    for _ in range(2):
        answer = await site.api(
            sam,
            "POST",
            f"/incidents/{incident['id']}/answer",
            json={"body": "Crews are there."},
            headers={"Idempotency-Key": "once"},
        )
        assert answer.status_code == 200
    assert len((await site.get(sam, f"/incidents/{incident['id']}"))["answers"]) == 1


async def test_a_program_answers_in_its_own_name(site: Site) -> None:
    program = await site.token(Role.SUPERVISOR, name="storm desk")
    ticket = await site.ticket("call-center", "No power in Killearn Estates")
    incident = await _made(site, program)
    work = Work(site.hub)
    await work.jobs()
    await _ask(site, program, "POST", f"/incidents/{incident['id']}/answer", 200, {"body": "Hi."})
    await work.all()
    messages = await site.get(program, f"/tickets/{ticket}/messages")
    assert messages["items"][-1]["author"]["name"] == "storm desk"


async def test_what_is_not_there(house: Site) -> None:
    sam = await house.session("sam")
    for method, end, body in (
        ("GET", "", None),
        ("GET", "/tickets", None),
        ("GET", "/candidates", None),
        ("PATCH", "", {"version": 1}),
        ("POST", "/open", {}),
        ("POST", "/dismiss", None),
        ("POST", "/answer", {"body": "x"}),
        ("POST", "/close", None),
        ("POST", "/tickets", {"ids": [1]}),
        ("DELETE", "/tickets/1", None),
    ):
        await _ask(house, sam, method, f"/incidents/{MISSING}{end}", 404, body)


async def test_the_history_of_a_ticket_says_so(site: Site) -> None:
    sam = await site.session("sam")
    ticket = await site.ticket("call-center", "Dark")
    incident = await _made(site, sam, ticket_ids=[ticket])
    await Work(site.hub).jobs()
    await _ask(site, sam, "DELETE", f"/incidents/{incident['id']}/tickets/{ticket}", 200)
    history = await site.get(sam, f"/tickets/{ticket}/history")
    assert [item["action"] for item in history["items"]][:2] == ["incident left", "incident"]
