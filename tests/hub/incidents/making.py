"""Incidents and their inquiries in a hub under test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hub.incidents import incidents
from hub.incidents.models import Incident
from hub.incidents.view import incident_view
from hub.system import Hub
from tests.fakes import inbound
from tests.fixtures import agent, receive

SORRY = "We know of the outage in Killearn. Crews expect to be done by 9 PM."
PERDON = "Sabemos del apagón en Killearn. Esperamos terminar a las 9 PM."


async def make(hub: Hub, ticket_ids: Sequence[int] = (), **values: Any) -> int:
    """An open incident; by default about outages in Killearn, without an answer."""
    wanted = {
        "title": "Outage in Killearn",
        "topic": "report-outage",
        "terms": ["Killearn"],
        **values,
    }
    async with hub.database.write() as session:
        view = await incidents.make(
            session,
            await hub.directory.get(),
            await agent(hub, "sam"),
            hub.now(),
            wanted,
            ticket_ids,
        )
    return int(view["id"])


async def answering(hub: Hub, **values: Any) -> int:
    """One that answers by itself, in both languages."""
    said = {"answer": SORRY, "answer_es": PERDON, "auto_answer": True}
    return await make(hub, **{**said, **values})


async def act(hub: Hub, incident_id: int, action: Any, *args: Any, **more: Any) -> Any:
    """One of `hub.incidents.incidents` by Sam, the supervisor."""
    async with hub.database.write() as session:
        incident = await incidents.locked(session, incident_id)
        sam = await agent(hub, "sam")
        return await action(session, sam, hub.now(), incident, *args, **more)


async def act_with_directory(
    hub: Hub, incident_id: int, action: Any, values: dict[str, Any]
) -> Any:
    async with hub.database.write() as session:
        incident = await incidents.locked(session, incident_id)
        sam = await agent(hub, "sam")
        directory = await hub.directory.get()
        return await action(session, directory, sam, hub.now(), incident, values)


async def view_of(hub: Hub, incident_id: int) -> dict[str, Any]:
    async with hub.database.read() as session:
        return await incident_view(session, await session.get_one(Incident, incident_id))


async def asks(hub: Hub, number: int, text: str = "No power in Killearn", **more: Any) -> int:
    """A customer of that number writes; gives the ticket."""
    name = more.pop("message", f"m-{number}")
    (ticket_id,) = await receive(
        hub,
        inbound(
            name,
            text,
            conversation=f"c-{number}",
            address=f"u-{number}",
            sent_at=more.pop("sent_at", hub.now()),
            **more,
        ),
    )
    return ticket_id
