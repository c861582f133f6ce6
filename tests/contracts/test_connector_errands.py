"""What else a connector may be asked to do: safe to repeat, and honest when it fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.ports import (
    AuthFailed,
    Author,
    Connector,
    ControlsThreads,
    FindsDeleted,
    HidesMessages,
    InboundMessage,
    NamesPeople,
    Rejected,
    RenewedAccess,
    RenewsAccess,
    StatusUpdate,
    TakesStatus,
    TemporarilyUnavailable,
)
from tests.contracts.connectors import failing, heard
from tests.contracts.stages import STAGES, Scene, Stage, stages_with

pytestmark = pytest.mark.anyio

NOTES = "The hole is filled."
AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

Do = Callable[[Any, InboundMessage], Awaitable[object]]


def status_of(message: InboundMessage, key: str = "status-1") -> StatusUpdate:
    return StatusUpdate(key, message.conversation, False, "resolved", NOTES, datetime.now(UTC))


ERRANDS: dict[type, Do] = {
    HidesMessages: lambda c, m: c.hide(m.external_id, True),
    ControlsThreads: lambda c, m: c.take_control(m.conversation),
    TakesStatus: lambda c, m: c.push_status(status_of(m)),
    NamesPeople: lambda c, m: c.name(m.author.address),
    FindsDeleted: lambda c, m: c.deleted([m.external_id]),
}
PAIRS = [
    pytest.param(stage, errand, id=f"{stage}-{errand.__name__}")
    for errand in ERRANDS
    for stage in stages_with(errand)
]
every_errand = pytest.mark.parametrize(("stage", "errand"), PAIRS)


async def message_in(scene: Scene, connector: Connector) -> InboundMessage:
    return await heard(scene, connector, scene.say("Is anybody there?"))


def test_every_errand_is_played() -> None:
    assert {pair.values[1] for pair in PAIRS} == set(ERRANDS)


@every_errand
async def test_an_errand_may_be_repeated(
    stage: Stage, scene: Scene, connector: Connector, errand: type
) -> None:
    """It does the same each time; where the platform does not allow it, it says so each time."""
    message = await message_in(scene, connector)
    ends = []
    for _ in range(3):
        try:
            ends.append(await ERRANDS[errand](connector, message))
        except Rejected as refusal:
            ends.append(refusal.reason)
    assert ends[0] == ends[1] == ends[2]
    assert not isinstance(ends[0], str) or len(ends[0].split()) > 3


@every_errand
@pytest.mark.parametrize("fault", [429, 500, "drop", "garbage", 401])
async def test_an_errand_fails_as_sending_does(
    stage: Stage, scene: Scene, connector: Connector, errand: type, fault: object
) -> None:
    message = await message_in(scene, connector)
    scene.fault(*[fault] * 3)
    try:
        await ERRANDS[errand](connector, message)
    except Rejected:
        # What is no errand for this platform at all is refused without asking it.
        scene.fault()
        assert isinstance(await failing(ERRANDS[errand](connector, message)), Rejected)
    except (AuthFailed, TemporarilyUnavailable):
        scene.fault(*[fault] * 3)
        error = await failing(ERRANDS[errand](connector, message))
        assert isinstance(error, AuthFailed if fault == 401 else TemporarilyUnavailable)
    else:
        # Nothing to ask about: the connector knew by itself.
        scene.fault()
        await ERRANDS[errand](connector, message)


@pytest.mark.parametrize("stage", stages_with(TakesStatus), ids=str)
async def test_a_status_is_said_once(stage: Stage, scene: Scene, connector: Connector) -> None:
    assert isinstance(connector, TakesStatus)
    message = await message_in(scene, connector)
    for _ in range(2):
        await connector.push_status(status_of(message))
    assert sum(NOTES in said for said in scene.said()) == 1
    scene.fault("drop_after")
    other = replace(status_of(message, "status-2"), notes="Open again.", open=True)
    assert isinstance(await failing(connector.push_status(other)), TemporarilyUnavailable)
    await connector.push_status(other)
    assert sum("Open again." in said for said in scene.said()) == 1


@pytest.mark.parametrize("stage", stages_with(NamesPeople), ids=str)
async def test_people_are_named_or_not(stage: Stage, scene: Scene, connector: Connector) -> None:
    assert isinstance(connector, NamesPeople)
    message = await message_in(scene, connector)
    found = await connector.name(message.author.address)
    if found is not None:
        assert isinstance(found, Author)
        assert (found.kind, found.address) == (message.author.kind, message.author.address)
        assert found.display_name
    for address in (f"{message.author.address}9", "nobody", "../me", ""):
        assert await connector.name(address) is None


@pytest.mark.parametrize("stage", stages_with(FindsDeleted), ids=str)
async def test_what_is_gone_is_found(stage: Stage, scene: Scene, connector: Connector) -> None:
    assert isinstance(connector, FindsDeleted)
    kept = await message_in(scene, connector)
    number = scene.say("Never mind.")
    gone = await heard(scene, connector, number)
    names = [kept.external_id, gone.external_id, "another channel's", ""]
    assert await connector.deleted(names) == frozenset()
    assert await connector.deleted([]) == frozenset()
    scene.change(number)
    expected = {gone.external_id} if stage.tells_deleted else set()
    assert await connector.deleted(names) == expected


@pytest.mark.parametrize("stage", stages_with(ControlsThreads), ids=str)
async def test_control_is_given_and_taken(stage: Stage, scene: Scene, connector: Connector) -> None:
    assert isinstance(connector, ControlsThreads)
    message = await message_in(scene, connector)
    for conversation in ("nothing", f"{message.conversation}9"):
        for ask in (connector.take_control, connector.pass_control):
            assert isinstance(await failing(ask(conversation)), Rejected)


@pytest.mark.parametrize("stage", stages_with(HidesMessages), ids=str)
async def test_only_what_is_there_can_be_hidden(
    stage: Stage, scene: Scene, connector: Connector
) -> None:
    assert isinstance(connector, HidesMessages)
    message = await message_in(scene, connector)
    for external_id in (f"{message.external_id}9", "nothing"):
        for hidden in (True, False):
            assert isinstance(await failing(connector.hide(external_id, hidden)), Rejected)


@pytest.mark.parametrize("stage", stages_with(RenewsAccess), ids=str)
async def test_renewed_access_tells_nobody(
    stage: Stage, scene: Scene, connector: Connector
) -> None:
    assert isinstance(connector, RenewsAccess)
    renewed = await connector.renew()
    assert renewed is None or isinstance(renewed, RenewedAccess)
    if renewed is not None:
        assert renewed.expires_at is None or renewed.expires_at.tzinfo is not None
        assert not any(value in repr(renewed) for value in renewed.secrets.values())


def test_a_stage_that_errands_are_tried_on_has_a_name_of_its_own() -> None:
    names = [stage.name for stage in STAGES]
    assert len(names) == len(set(names))
