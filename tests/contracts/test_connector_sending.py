"""What every connector that sends keeps to, on its platform's good days and bad ones: a reply is
there once, or the core is told that it is not, or that nobody knows."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub.ports import (
    AuthFailed,
    Connector,
    FindsSent,
    InboundMessage,
    Metered,
    Polls,
    Receipt,
    Rejected,
    Reply,
    TemporarilyUnavailable,
    Visibility,
)
from tests.channels.sandbox.conftest import until
from tests.contracts.connectors import Saved, answer, failing, heard
from tests.contracts.stages import STAGES, Scene, Stage, stages_with

pytestmark = pytest.mark.anyio

WORDS = "Yes, a crew is on its way."
SLOW = 1.5
"""Seconds: longer than a stage's time limit."""

splitting = pytest.mark.parametrize("stage", [each for each in STAGES if each.splits], ids=str)


async def asked(scene: Scene, connector: Connector) -> InboundMessage:
    """What a citizen writes, as the hub comes to know of it."""
    return await heard(scene, connector, scene.say("Is anybody there?"))


def times(scene: Scene, words: str = WORDS) -> int:
    return sum(words in said for said in scene.said())


# -- good days -----------------------------------------------------------------------------------


async def test_a_reply_is_there_once(stage: Stage, scene: Scene, connector: Connector) -> None:
    await connector.check()
    reply, saved = answer(await asked(scene, connector), WORDS), Saved()
    receipt = await connector.send(reply, saved)
    assert receipt.external_ids
    assert tuple(saved) == receipt.external_ids, "each part is saved, in order"
    assert receipt.accepted_at.tzinfo is not None
    assert receipt.cost >= 0
    assert times(scene) == 1
    if isinstance(connector, FindsSent):
        found = await connector.find_sent(reply)
        assert found is not None
        assert found.external_ids == receipt.external_ids
        assert found.conversation == receipt.conversation


async def test_parts_that_were_sent_are_not_sent_again(
    stage: Stage, scene: Scene, connector: Connector
) -> None:
    """The process died after the platform took it and before anybody noted that."""
    message = await asked(scene, connector)
    saved, again = Saved(), Saved()
    first = await connector.send(answer(message, WORDS), saved)
    later = answer(message, WORDS, sent_parts=tuple(saved))
    assert (await connector.send(later, again)).external_ids == first.external_ids
    assert again == []
    assert times(scene) == 1


async def test_what_was_never_sent_is_not_found(
    stage: Stage, scene: Scene, connector: Connector
) -> None:
    message = await asked(scene, connector)
    await connector.send(answer(message, WORDS), Saved())
    if isinstance(connector, FindsSent):
        other = answer(message, "Nobody ever said this.", key="reply-2")
        assert await connector.find_sent(other) is None


async def test_an_empty_reply_is_refused(stage: Stage, scene: Scene, connector: Connector) -> None:
    message = await asked(scene, connector)
    before = scene.said()
    error = await failing(connector.send(answer(message, ""), Saved()))
    assert isinstance(error, Rejected)
    assert scene.said() == before


async def test_a_reply_too_long_is_split_or_refused_and_never_cut(
    stage: Stage, scene: Scene, connector: Connector
) -> None:
    message = await asked(scene, connector)
    limit = limit_of(connector, message)
    body, before, saved = long_text(3 * (limit or 2_000)), scene.said(), Saved()
    if limit is not None and not stage.splits:
        refusal = await failing(connector.send(answer(message, body), saved))
        assert isinstance(refusal, Rejected)
        assert len(refusal.reason.split()) > 3
        assert scene.said() == before
        return
    receipt = await connector.send(answer(message, body), saved)
    assert limit is None or connector.capabilities.splits_long_replies
    said = scene.said()[len(before) :]
    assert words_in(said) == words_in([body])
    assert tuple(saved) == receipt.external_ids
    assert len(set(saved)) == len(said)
    assert len(said) > 1 or limit is None


def limit_of(connector: Connector, message: InboundMessage) -> int | None:
    public = message.visibility is Visibility.PUBLIC
    found = connector.capabilities
    return found.public_limit if public else found.private_limit


def long_text(length: int) -> str:
    """Numbered words in sentences: where one is missing or twice, it shows."""
    words = [f"w{number:05d}" for number in range(length // 7)]
    return " ".join(word + "." * (place % 9 == 0) for place, word in enumerate(words, 1))


def words_in(texts: list[str]) -> list[str]:
    return [word for text in texts for word in re.findall(r"w\d{5}", text)]


# -- bad days ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "unknown"),
    [(429, False), (500, True), (503, True), ("drop", True), ("garbage", True)],
)
async def test_a_bad_day_passes_and_the_reply_is_there_once(
    stage: Stage, scene: Scene, connector: Connector, fault: object, unknown: bool
) -> None:
    reply, saved = answer(await asked(scene, connector), WORDS), Saved()
    scene.fault({"kind": fault, "on": "write"})
    error = await failing(connector.send(reply, saved))
    assert isinstance(error, TemporarilyUnavailable)
    assert error.outcome_unknown == unknown
    assert saved == []
    if fault == 429 and stage.says_when:
        assert error.retry_after is not None
        assert 0 < error.retry_after <= 3_600
    if isinstance(connector, FindsSent):
        assert await connector.find_sent(reply) is None
    await connector.send(reply, saved)
    assert len(saved) == 1
    assert times(scene) == 1


async def test_an_answer_taken_before_the_line_dropped_is_found(
    stage: Stage, scene: Scene, connector: Connector
) -> None:
    reply = answer(await asked(scene, connector), WORDS)
    scene.fault("drop_after")
    await unheard(scene, connector, reply)
    await found_or_safe(stage, scene, connector, reply)


@pytest.mark.parametrize(("fault", "arrived"), [("late", True), ("stall", False)])
async def test_a_time_out_leaves_the_outcome_open(
    stage: Stage,
    scene: Scene,
    connector: Connector,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    arrived: bool,
) -> None:
    reply = answer(await asked(scene, connector), WORDS)
    hurried = stage.connector(scene.account)
    with monkeypatch.context() as impatient:
        impatient.setattr(*stage.time_limit)
        scene.fault({"kind": fault, "on": "write", "seconds": SLOW})
        began = datetime.now(UTC)
        await unheard(scene, hurried, reply)
        assert datetime.now(UTC) - began < timedelta(seconds=SLOW), "it did not wait that long"
    await hurried.aclose()
    if arrived:
        await found_or_safe(stage, scene, connector, reply)
    else:
        if isinstance(connector, FindsSent):
            assert await connector.find_sent(reply) is None
        await connector.send(reply, Saved())
        assert times(scene) == 1


async def unheard(scene: Scene, connector: Connector, reply: Reply) -> None:
    """Sending fails, and nobody can tell whether it arrived."""
    saved = Saved()
    error = await failing(connector.send(reply, saved))
    assert isinstance(error, TemporarilyUnavailable)
    assert error.outcome_unknown
    assert saved == []


async def found_or_safe(stage: Stage, scene: Scene, connector: Connector, reply: Reply) -> None:
    """A reply that arrived unheard: the look-up finds it, by whichever worker."""
    assert isinstance(connector, FindsSent), "without it the core cannot know"
    # Whoever hung up did not see it arrive: on a slow day it still does.
    until(lambda: times(scene) == 1)
    for worker in (connector, stage.connector(scene.account)):
        assert isinstance(worker, FindsSent)
        found = await worker.find_sent(reply)
        assert isinstance(found, Receipt)
        assert found.external_ids
        assert found.accepted_at.tzinfo is not None
        if worker is not connector:
            await worker.aclose()
    assert times(scene) == 1


@splitting
@pytest.mark.parametrize("fault", [500, "drop", "drop_after"])
async def test_a_long_reply_goes_on_where_it_stopped(
    stage: Stage, scene: Scene, connector: Connector, fault: object
) -> None:
    """Whether the second part arrived or not, and whoever goes on: all parts, each once."""
    message = await asked(scene, connector)
    limit = limit_of(connector, message)
    assert limit is not None
    body = long_text(3 * limit)
    saved = Saved()

    class Spoiling(Saved):
        async def __call__(self, part: str) -> None:
            await saved(part)
            if len(saved) == 1:
                scene.fault({"kind": fault, "on": "write"})

    before = len(scene.said())
    error = await failing(connector.send(answer(message, body), Spoiling()))
    assert isinstance(error, TemporarilyUnavailable)
    assert error.outcome_unknown
    assert len(saved) == 1
    worker = stage.connector(scene.account)
    reply = answer(message, body, sent_parts=tuple(saved))
    assert isinstance(worker, FindsSent)
    assert await worker.find_sent(reply) is None, "there are more parts to come"
    receipt = await worker.send(reply, saved)
    await worker.aclose()
    said = scene.said()[before:]
    assert words_in(said) == words_in([body])
    assert receipt.external_ids == tuple(saved)
    assert len(saved) == len(said)


# -- refusals ------------------------------------------------------------------------------------


async def test_a_refused_token_stops_the_account(
    stage: Stage, scene: Scene, connector: Connector
) -> None:
    message = await asked(scene, connector)
    scene.fault({"kind": 401, "on": "write"})
    error = await failing(connector.send(answer(message, WORDS), Saved()))
    assert isinstance(error, AuthFailed)
    assert times(scene) == 0


async def test_secrets_that_are_wrong_are_found_out(
    stage: Stage, scene: Scene, connector: Connector
) -> None:
    message = await asked(scene, connector)
    for wrong in (_mistyped, _missing):
        other = stage.connector(replace(scene.account, secrets=wrong(scene.account.secrets)))
        error = await failing(other.send(answer(message, WORDS), Saved()))
        assert isinstance(error, AuthFailed)
        if stage.proves_credentials:
            assert isinstance(await failing(other.check()), AuthFailed)
        await other.aclose()
    assert times(scene) == 0


def _mistyped(secrets: Mapping[str, str]) -> dict[str, str]:
    return {name: f"{value}-mistyped" for name, value in secrets.items()}


def _missing(secrets: Mapping[str, str]) -> dict[str, str]:
    return {}


async def test_a_refusal_is_final_and_says_why(
    stage: Stage, scene: Scene, connector: Connector
) -> None:
    message = await asked(scene, connector)
    scene.fault({"kind": stage.refused_with, "on": "write"})
    error = await failing(connector.send(answer(message, WORDS), Saved()))
    assert isinstance(error, Rejected)
    assert len(error.reason.split()) > 3, "words for an agent"
    assert times(scene) == 0


async def test_an_answer_to_nothing_is_refused(
    stage: Stage, scene: Scene, connector: Connector
) -> None:
    """Somebody the platform does not know, about something it does not have."""
    message = await asked(scene, connector)
    nobody = answer(
        message,
        WORDS,
        conversation=f"{message.conversation}9",
        recipient=f"{message.author.address}9",
        in_reply_to=f"{message.external_id}9",
    )
    before = scene.said()
    error = await failing(connector.send(nobody, Saved()))
    assert isinstance(error, Rejected)
    assert scene.said() == before


async def test_where_nobody_listens_nothing_was_sent(
    stage: Stage, scene: Scene, connector: Connector
) -> None:
    message = await asked(scene, connector)
    away = stage.connector(replace(scene.account, base_url="http://127.0.0.1:9"))
    attempts: list[Awaitable[object]] = [away.send(answer(message, WORDS), Saved()), away.check()]
    if isinstance(away, Polls):
        attempts.append(away.poll(None))
    if isinstance(away, FindsSent):
        attempts.append(away.find_sent(answer(message, WORDS)))
    for attempt in attempts:
        error = await failing(attempt)
        assert isinstance(error, TemporarilyUnavailable)
        assert not error.outcome_unknown
    await away.aclose()


# -- what the capabilities say -------------------------------------------------------------------


async def test_windows_are_kept(stage: Stage, scene: Scene, connector: Connector) -> None:
    message, found = await asked(scene, connector), connector.capabilities
    if message.visibility is Visibility.PRIVATE and found.reply_window is not None:
        late = datetime.now(UTC) - found.reply_window - timedelta(minutes=5)
        bots = answer(message, WORDS, last_inbound_at=late, by_bot=True)
        assert isinstance(await failing(connector.send(bots, Saved())), Rejected)
        longest = found.human_window or found.reply_window
        too_late = datetime.now(UTC) - longest - timedelta(minutes=5)
        persons = answer(message, WORDS, last_inbound_at=too_late)
        assert isinstance(await failing(connector.send(persons, Saved())), Rejected)
        assert times(scene) == 0
        if longest > found.reply_window:
            await connector.send(answer(message, WORDS, last_inbound_at=late), Saved())
            assert times(scene) == 1


async def test_a_private_reply_names_the_conversation_it_opens(
    stage: Stage, scene: Scene, connector: Connector
) -> None:
    message = await asked(scene, connector)
    if message.visibility is Visibility.PRIVATE:
        return
    privately = answer(message, WORDS, visibility=Visibility.PRIVATE)
    if not connector.capabilities.private_replies:
        return
    window = connector.capabilities.private_reply_window
    if window is not None:
        old = datetime.now(UTC) - window - timedelta(minutes=5)
        late = answer(message, WORDS, visibility=Visibility.PRIVATE, last_inbound_at=old)
        assert isinstance(await failing(connector.send(late, Saved())), Rejected)
    receipt = await connector.send(privately, Saved())
    assert receipt.conversation not in (None, message.conversation)
    assert receipt.recipient is not None
    assert receipt.recipient.kind == message.author.kind
    assert times(scene) == 0, "the public does not read it"


@pytest.mark.parametrize("stage", stages_with(Metered), ids=str)
async def test_its_budgets_are_those_it_draws_on(
    stage: Stage, scene: Scene, connector: Connector
) -> None:
    assert isinstance(connector, Metered)
    reply = answer(await asked(scene, connector), WORDS)
    await connector.send(reply, Saved())
    told = {budget.name: budget for budget in connector.budgets()}
    name = connector.budget_of(reply)
    assert name in told
    assert told[name].resets_at > datetime.now(UTC)
    assert told[name].remaining >= 0
    assert connector.budgets() == (), "each word is given once"
