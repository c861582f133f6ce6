"""What is done at a platform beside replying: asked for by a person, done by a job, said back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hub.audit.models import AuditEntry
from hub.errands.control import PLATFORM_INBOX, ask_for_control
from hub.errands.deletions import EVERY
from hub.errands.hiding import ask_to_hide
from hub.errors import Conflict, NotFound
from hub.jobs.models import Job
from hub.people.models import Contact
from hub.ports import (
    AuthFailed,
    Author,
    Capabilities,
    ChannelKind,
    Rejected,
    StatusUpdate,
    TemporarilyUnavailable,
    Visibility,
)
from hub.system import Hub
from hub.tickets import actions
from hub.tickets.models import Message, Status, Ticket
from tests.fakes import FakeClock, FakeConnector, FakePlatforms, inbound
from tests.fixtures import Work, agent, change, messages_of, receive, rows, ticket_of

pytestmark = pytest.mark.anyio


class AbleConnector(FakeConnector):
    """A platform that can all of it; `outcomes` make the next calls fail."""

    capabilities = Capabilities(
        hides=True, controls_threads=True, takes_status=True, names_people=True
    )

    def _meet(self) -> None:
        if self.outcomes and isinstance(self.outcomes[0], Exception):
            raise self.outcomes.popleft()  # type: ignore[misc]

    async def hide(self, external_id: str, hidden: bool) -> None:
        self._meet()
        self.__dict__.setdefault("hidden", []).append((external_id, hidden))

    async def take_control(self, conversation: str) -> None:
        self._meet()
        self.__dict__.setdefault("taken", []).append(conversation)

    async def pass_control(self, conversation: str) -> None:
        self._meet()
        self.__dict__.setdefault("passed", []).append(conversation)

    async def push_status(self, update: StatusUpdate) -> None:
        self._meet()
        self.__dict__.setdefault("pushed", []).append(update)

    async def name(self, address: str) -> Author | None:
        self._meet()
        return None if address == "u-nobody" else Author("facebook", address, "Rosa Delgado")

    async def deleted(self, external_ids: Collection[str]) -> frozenset[str]:
        self._meet()
        self.__dict__.setdefault("asked", []).append(set(external_ids))
        return frozenset(external_ids) & {"m-gone"}


@pytest.fixture(autouse=True)
def _able(platforms: FakePlatforms) -> None:
    for kind in (ChannelKind.X, ChannelKind.FACEBOOK):
        platforms.use(kind, AbleConnector)


def done(platforms: FakePlatforms, what: str) -> list[object]:
    return [one for made in platforms.made.values() for one in made.__dict__.get(what, ())]


def moderation(message: Message) -> dict[str, Any]:
    assert message.moderation is not None
    return message.moderation


def fail(platforms: FakePlatforms, error: Exception, times: int = 1) -> None:
    for made in platforms.made.values():
        made.outcomes.extend([error] * times)


COMMENT = inbound("m-1", "You are all thieves", skip_bot=True)


async def _hide(hub: Hub, ticket_id: int, *, hidden: bool = True) -> Message:
    ava = await agent(hub, "sam")
    found: Message = await change(
        hub, ticket_id, ava, ask_to_hide, 1, hidden=hidden, reason="abuse"
    )
    return found


async def test_hiding_is_asked_for_done_and_said(
    hub: Hub, work: Work, platforms: FakePlatforms
) -> None:
    (ticket_id,) = await receive(hub, COMMENT)
    asked = await _hide(hub, ticket_id)
    assert (moderation(asked)["state"], asked.hidden) == ("pending", False)
    await work.jobs()
    (message,) = await messages_of(hub, ticket_id)
    assert (message.hidden, moderation(message)["state"]) == (True, "done")
    assert done(platforms, "hidden") == [("m-1", True)]
    await _hide(hub, ticket_id, hidden=False)
    await work.jobs()
    assert done(platforms, "hidden") == [("m-1", True), ("m-1", False)]
    assert not (await messages_of(hub, ticket_id))[0].hidden
    told = await rows(hub.database, AuditEntry, ticket_id=ticket_id)
    assert [(e.action, e.detail["reason"]) for e in told if e.action in ("hide", "show")] == [
        ("hide", "abuse"),
        ("show", "abuse"),
    ]


async def test_what_the_platform_will_not_hide_says_why(
    hub: Hub, work: Work, platforms: FakePlatforms
) -> None:
    (ticket_id,) = await receive(hub, COMMENT)
    await _hide(hub, ticket_id)
    await hub.connectors.of_account((await ticket_of(hub, ticket_id)).account_id)
    fail(platforms, Rejected("the post is too old"))
    await work.jobs()
    (message,) = await messages_of(hub, ticket_id)
    assert moderation(message)["state"] == "failed"
    assert moderation(message)["error"] == "the post is too old"
    assert not message.hidden


async def test_hiding_is_tried_again_and_given_up_visibly(
    hub: Hub, work: Work, platforms: FakePlatforms, clock: FakeClock
) -> None:
    (ticket_id,) = await receive(hub, COMMENT)
    await _hide(hub, ticket_id)
    await hub.connectors.of_account((await ticket_of(hub, ticket_id)).account_id)
    fail(platforms, TemporarilyUnavailable("away"), 1)
    await work.jobs()
    assert moderation((await messages_of(hub, ticket_id))[0])["state"] == "pending"
    fail(platforms, TemporarilyUnavailable("away", retry_after=3600), 9)
    for _ in range(6):
        clock.advance(hours=5)
        await work.jobs()
    (message,) = await messages_of(hub, ticket_id)
    assert moderation(message)["state"] == "failed"


async def test_only_a_customers_public_message_is_hidden(hub: Hub) -> None:
    (private,) = await receive(hub, replace(COMMENT, visibility=Visibility.PRIVATE))
    with pytest.raises(Conflict):
        await _hide(hub, private)
    (other,) = await receive(hub, inbound("m-2", conversation="c-2", address="u-2"))
    with pytest.raises(NotFound):
        await _hide(hub, other)
    (phone,) = await receive(hub, inbound("m-3", conversation="c-3"), kind=ChannelKind.PHONE)
    with pytest.raises(Conflict):
        await change(hub, phone, await agent(hub, "sam"), ask_to_hide, 3, hidden=True, reason="x")


HELD = replace(COMMENT, held_by="another app", visibility=Visibility.PRIVATE)


async def test_control_is_taken_and_given_back(
    hub: Hub, work: Work, platforms: FakePlatforms
) -> None:
    (ticket_id,) = await receive(hub, HELD)
    ava = await agent(hub, "sam")
    await change(hub, ticket_id, ava, ask_for_control, take=True)
    await work.jobs()
    assert (await ticket_of(hub, ticket_id)).held_by is None
    with pytest.raises(Conflict):
        await change(hub, ticket_id, ava, ask_for_control, take=True)
    await change(hub, ticket_id, ava, ask_for_control, take=False)
    await work.jobs()
    assert (await ticket_of(hub, ticket_id)).held_by == PLATFORM_INBOX
    assert (done(platforms, "taken"), done(platforms, "passed")) == (["c-1"], ["c-1"])


async def test_control_that_is_refused_stays_where_it_is(
    hub: Hub, work: Work, platforms: FakePlatforms
) -> None:
    (ticket_id,) = await receive(hub, HELD)
    await change(hub, ticket_id, await agent(hub, "sam"), ask_for_control, take=True)
    await hub.connectors.of_account((await ticket_of(hub, ticket_id)).account_id)
    fail(platforms, Rejected("not the primary receiver"))
    await work.jobs()
    assert (await ticket_of(hub, ticket_id)).held_by == "another app"
    told = await rows(hub.database, AuditEntry, action="control failed")
    assert [e.detail["error"] for e in told] == ["not the primary receiver"]


async def test_the_system_it_came_from_hears_of_the_end(
    hub: Hub, work: Work, platforms: FakePlatforms, clock: FakeClock
) -> None:
    (ticket_id,) = await receive(hub, COMMENT)
    ava = await agent(hub, "sam")
    await change(hub, ticket_id, ava, actions.set_status, Status.PENDING_CUSTOMER)
    assert await rows(hub.database, Job, kind="push-status") == []
    await change(hub, ticket_id, ava, actions.set_status, Status.RESOLVED, reason="done")
    await work.jobs()
    (first,) = done(platforms, "pushed")
    assert isinstance(first, StatusUpdate)
    assert (first.open, first.status, first.notes) == (False, "resolved", "done")
    clock.advance(hours=1)
    await receive(hub, replace(COMMENT, external_id="m-2", sent_at=clock()))
    await work.jobs()
    _, again = done(platforms, "pushed")
    assert isinstance(again, StatusUpdate)
    assert (again.open, again.key != first.key) == (True, True)


async def test_a_system_that_is_away_for_an_hour_is_told_after(
    hub: Hub, work: Work, platforms: FakePlatforms, clock: FakeClock
) -> None:
    (ticket_id,) = await receive(hub, COMMENT)
    await hub.connectors.of_account((await ticket_of(hub, ticket_id)).account_id)
    fail(platforms, TemporarilyUnavailable("away"), 4)
    await change(hub, ticket_id, await agent(hub, "sam"), actions.set_status, Status.RESOLVED)
    for _ in range(5):
        await work.jobs()
        clock.advance(minutes=15)
    assert len(done(platforms, "pushed")) == 1


async def test_a_system_that_refuses_is_said_on_the_ticket(
    hub: Hub, work: Work, platforms: FakePlatforms
) -> None:
    (ticket_id,) = await receive(hub, COMMENT)
    await hub.connectors.of_account((await ticket_of(hub, ticket_id)).account_id)
    fail(platforms, AuthFailed("wrong key"))
    await change(hub, ticket_id, await agent(hub, "sam"), actions.set_status, Status.RESOLVED)
    await work.jobs()
    (told,) = await rows(hub.database, AuditEntry, action="status not told")
    assert (told.ticket_id, told.detail["error"]) == (ticket_id, "wrong key")


async def test_somebody_without_a_name_gets_theirs(hub: Hub, work: Work) -> None:
    unnamed = replace(COMMENT, author=Author("facebook", "u-5"))
    nobody = replace(unnamed, author=Author("facebook", "u-nobody"), external_id="m-2")
    nobody = replace(nobody, conversation="c-2")
    first, second = await receive(hub, unnamed, nobody, kind=ChannelKind.FACEBOOK)
    assert (await ticket_of(hub, first)).contact_name == "Unknown"
    await work.jobs()
    assert (await ticket_of(hub, first)).contact_name == "Rosa Delgado"
    assert (await ticket_of(hub, second)).contact_name == "Unknown"
    assert {c.name for c in await rows(hub.database, Contact)} == {"Rosa Delgado", "Unknown"}
    await receive(hub, COMMENT)
    assert len(await rows(hub.database, Job, kind="name-contact")) == 2, "who has a name is known"


async def test_deleted_messages_are_looked_for(
    hub: Hub, work: Work, platforms: FakePlatforms, clock: FakeClock
) -> None:
    (ticket_id,) = await receive(hub, replace(COMMENT, external_id="m-gone"))
    await receive(hub, inbound("m-here", conversation="c-2", address="u-2"))
    (closed,) = await receive(hub, inbound("m-old", conversation="c-3", address="u-3"))
    await change(hub, closed, await agent(hub, "sam"), actions.set_status, Status.RESOLVED)
    await work.deletions.ensure()
    await work.deletions.ensure()
    looks = len(await rows(hub.database, Job, kind="find-deleted"))
    clock.advance(EVERY)
    await work.jobs()
    assert {"m-gone", "m-here"} in done(platforms, "asked")
    (message,) = await messages_of(hub, ticket_id)
    assert message.deleted_at == clock()
    waiting = await rows(hub.database, Job, kind="find-deleted", done_at=None)
    assert len(waiting) == looks, "each account looks again, once"
    assert all(job.run_at == clock() + EVERY for job in waiting)


async def test_a_failing_look_is_not_the_last(
    hub: Hub, work: Work, platforms: FakePlatforms, clock: FakeClock
) -> None:
    await receive(hub, COMMENT)
    await work.deletions.ensure()
    fail(platforms, TemporarilyUnavailable("away"), 3)
    clock.advance(EVERY + timedelta(seconds=1))
    await work.jobs()
    assert await rows(hub.database, Job, kind="find-deleted", done_at=None)
    assert [t.id for t in await rows(hub.database, Ticket)] == [1]
