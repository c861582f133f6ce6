"""One batch of events for many readers: the same bytes for those who see the same."""

import json

from agent_console.socket import Batch
from hub.events.feed import Frame
from hub.team.access import Actor, Principal
from hub.team.models import Role


def _frame(seq: int, unit: str | None, assignee: int | None = None, kind: str = "x") -> Frame:
    return Frame(seq, kind, seq, unit, assignee, json.dumps({"seq": seq}))


def _agent(number: int, *units: str) -> Principal:
    return Principal(Actor("agent", number, f"Agent {number}"), Role.AGENT, frozenset(units))


def _told(batch: Batch, reader: Principal) -> list[int]:
    frame = batch.frame_for(reader)
    if frame is None:
        return []
    payload = frame[2:] if frame[1] < 126 else frame[4:]
    return [event["seq"] for event in json.loads(payload)["events"]]


def test_each_reader_gets_what_is_theirs_to_see() -> None:
    batch = Batch([_frame(1, "billing"), _frame(2, "walk-in", assignee=7), _frame(3, None)])
    supervisor = Principal(Actor("agent", 1, "Sam"), Role.SUPERVISOR, None)
    assert _told(batch, supervisor) == [1, 2, 3]
    assert _told(batch, _agent(2, "billing")) == [1, 3]
    assert _told(batch, _agent(7, "billing")) == [1, 2, 3]
    assert _told(Batch([_frame(1, "billing")]), _agent(2, "walk-in")) == []


def test_readers_who_see_the_same_share_the_bytes() -> None:
    batch = Batch([_frame(1, "billing"), _frame(2, "walk-in", assignee=7)])
    first, second = _agent(2, "billing"), _agent(3, "billing")
    assert batch.frame_for(first) is batch.frame_for(second)
    assert batch.frame_for(first) != batch.frame_for(_agent(7, "billing"))


def test_a_batch_says_when_readers_have_to_be_looked_at_anew() -> None:
    assert not Batch([_frame(1, None)]).rechecks
    assert Batch([_frame(1, None), _frame(2, None, kind="config.changed")]).rechecks
