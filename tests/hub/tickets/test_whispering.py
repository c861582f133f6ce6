"""A whisper: a note that names whom it is for, and a notice to them alone."""

from __future__ import annotations

import pytest

from hub.audit.models import AuditEntry
from hub.errors import Conflict
from hub.notices.models import Notice
from hub.system import Hub
from hub.tickets import actions
from hub.tickets.whispering import whisper
from tests.fakes import inbound
from tests.fixtures import agent, change, deliveries_of, messages_of, receive, rows, ticket_of

pytestmark = pytest.mark.anyio


async def _ticket(hub: Hub) -> int:
    (number,) = await receive(hub, inbound(skip_bot=True))
    return number


async def test_the_assignee_is_told_and_nobody_else(hub: Hub) -> None:
    ticket_id = await _ticket(hub)
    sam, ava = await agent(hub, "sam"), await agent(hub, "ava")
    await change(hub, ticket_id, sam, actions.assign, ava.id)
    before = await ticket_of(hub, ticket_id)
    message = await change(hub, ticket_id, sam, whisper, "Mention the hotline")
    assert (message.direction, message.visibility) == ("note", "private")
    assert (message.author_id, message.author_name) == (sam.id, "Sam Laurent, to Ava Reyes")
    assert message.body == "Mention the hotline"
    (notice,) = await rows(hub.database, Notice)
    assert (notice.kind, notice.severity, notice.audience) == ("whisper", "info", "agent")
    assert (notice.agent_id, notice.ticket_id, notice.author) == (ava.id, ticket_id, "Sam Laurent")
    assert (notice.text, notice.detail) == ("Mention the hotline", {"message_id": message.id})
    entries = await rows(hub.database, AuditEntry, ticket_id=ticket_id, action="whisper")
    assert [entry.detail for entry in entries] == [{"message_id": message.id, "to": ava.id}]

    after = await ticket_of(hub, ticket_id)
    assert await deliveries_of(hub, ticket_id) == []
    for name in ("waiting_since", "takeover", "status", "first_response_met_at", "last_author"):
        assert getattr(after, name) == getattr(before, name), name


async def test_without_anybody_to_hear_it_is_refused(hub: Hub) -> None:
    ticket_id = await _ticket(hub)
    count = len(await messages_of(hub, ticket_id))
    with pytest.raises(Conflict, match="nobody has this ticket"):
        await change(hub, ticket_id, await agent(hub, "sam"), whisper, "Anybody?")
    assert len(await messages_of(hub, ticket_id)) == count
    assert await rows(hub.database, Notice) == []


async def test_the_same_key_whispers_once(hub: Hub) -> None:
    ticket_id = await _ticket(hub)
    sam, ava = await agent(hub, "sam"), await agent(hub, "ava")
    await change(hub, ticket_id, sam, actions.assign, ava.id)
    first = await change(hub, ticket_id, sam, whisper, "Once", key="k-1")
    again = await change(hub, ticket_id, sam, whisper, "Once", key="k-1")
    assert again.id == first.id
    assert len(await rows(hub.database, Notice)) == 1
    with pytest.raises(Conflict, match="another message"):
        await change(hub, ticket_id, sam, whisper, "Something else", key="k-1")


async def test_a_long_one_is_whole_on_the_ticket(hub: Hub) -> None:
    ticket_id = await _ticket(hub)
    sam, ava = await agent(hub, "sam"), await agent(hub, "ava")
    await change(hub, ticket_id, sam, actions.assign, ava.id)
    words = "mind the gap " * 200
    message = await change(hub, ticket_id, sam, whisper, words)
    assert message.body == words
    (notice,) = await rows(hub.database, Notice)
    assert len(notice.text) == 500
