"""Consoles hear when a part changes its state, and nothing while all stays as it is."""

from __future__ import annotations

import json

import pytest

from hub.parts import PartsWatch
from hub.ports import PartState
from hub.system import Hub
from tests.fakes import ScriptedResponder
from tests.fixtures import events_of

pytestmark = pytest.mark.anyio


async def _told(hub: Hub) -> list[str]:
    """The bot's state in each event."""
    events = await events_of(hub, kind="system.changed")
    parts = [json.loads(event.data)["parts"] for event in events]
    return [next(p["state"] for p in listed if p["name"] == "bot") for listed in parts]


async def test_tells_the_first_look_and_each_change(hub: Hub, responder: ScriptedResponder) -> None:
    watch = PartsWatch(hub)
    responder.state = PartState.STARTING
    await watch.look()
    await watch.look()
    responder.state = PartState.UP
    await watch.look()
    assert await _told(hub) == ["starting", "up"]


async def test_everybody_signed_in_may_see_it(hub: Hub) -> None:
    await PartsWatch(hub).look()
    (event,) = await events_of(hub, kind="system.changed")
    assert (event.unit, event.assignee_id, event.ticket_id) == (None, None, None)


async def test_says_nothing_without_the_database(
    hub: Hub, responder: ScriptedResponder, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = PartsWatch(hub)
    with monkeypatch.context() as away:
        away.setattr(hub.database, "read", lambda: (_ for _ in ()).throw(OSError("away")))
        await watch.look()
    assert await _told(hub) == []
    await watch.look()
    assert await _told(hub) == ["up"]
