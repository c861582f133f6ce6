"""A customer's answer: saved with one tap, changed for two weeks, told to the hub."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from hub.audit.models import AuditEntry
from hub.errors import Invalid, NotFound
from hub.intake.redaction import CARD_MASK
from hub.surveys.answering import MAX_COMMENT, Expired, SurveyDesk, survey_of
from hub.surveys.asking import ANSWERABLE
from hub.surveys.models import Survey
from hub.system import Hub
from hub.team.tokens import hash_secret, new_secret
from tests.fakes import FakeClock, inbound
from tests.fixtures import events_of, receive, rows, ticket_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def desk(hub: Hub) -> SurveyDesk:
    return SurveyDesk(hub.database, hub.now)


async def asked(hub: Hub, language: str = "en") -> tuple[int, str]:
    """A ticket that was asked about, and its secret."""
    (ticket_id,) = await receive(hub, inbound())
    token, ticket = new_secret(), await ticket_of(hub, ticket_id)
    async with hub.database.write() as session:
        session.add(
            Survey(
                ticket_id=ticket_id,
                contact_id=ticket.contact_id,
                token_hash=hash_secret(token),
                language=language,
                asked_at=hub.now(),
                expires_at=hub.now() + ANSWERABLE,
            )
        )
    return ticket_id, token


async def test_a_tap_saves_and_tells(hub: Hub, desk: SurveyDesk, clock: FakeClock) -> None:
    ticket_id, token = await asked(hub)
    before = (await ticket_of(hub, ticket_id)).as_row()
    assert (await desk.read(token)).score is None
    clock.advance(minutes=3)
    assert (await desk.rate(token, 4)).score == 4
    async with hub.database.read() as session:
        survey = await survey_of(session, ticket_id)
    assert (survey.score, survey.comment, survey.answered_at) == (4, None, clock())
    (event,) = await events_of(hub, kind="survey.answered")
    assert (event.ticket_id, event.unit) == (ticket_id, before["unit"])
    told = json.loads(event.data)
    assert (told["ticket_id"], told["score"]) == (ticket_id, 4)
    assert (await ticket_of(hub, ticket_id)).as_row() == before, "the ticket is not changed by it"
    (entry,) = await rows(hub.database, AuditEntry, ticket_id=ticket_id, action="survey answered")
    assert (entry.actor, entry.detail) == ("customer", {"score": 4})


async def test_the_same_tap_twice_is_one_answer(
    hub: Hub, desk: SurveyDesk, clock: FakeClock
) -> None:
    _, token = await asked(hub)
    await desk.rate(token, 2)
    at = clock()
    clock.advance(minutes=1)
    await desk.rate(token, 2)
    (survey,) = await rows(hub.database, Survey)
    assert survey.answered_at == at
    assert len(await events_of(hub, kind="survey.answered")) == 1


async def test_it_is_changed_for_two_weeks(hub: Hub, desk: SurveyDesk, clock: FakeClock) -> None:
    _, token = await asked(hub)
    await desk.rate(token, 1)
    clock.advance(ANSWERABLE - timedelta(microseconds=1))
    await desk.rate(token, 5)
    await desk.comment(token, "It was repaired in the end")
    clock.advance(timedelta(microseconds=1))
    for late in (desk.read(token), desk.rate(token, 1), desk.comment(token, "Or not")):
        with pytest.raises(Expired):
            await late
    (survey,) = await rows(hub.database, Survey)
    assert (survey.score, survey.comment) == (5, "It was repaired in the end")
    assert len(await events_of(hub, kind="survey.answered")) == 3


async def test_a_comment_is_masked_and_can_be_taken_back(hub: Hub, desk: SurveyDesk) -> None:
    ticket_id, token = await asked(hub)
    with pytest.raises(Invalid):
        await desk.comment(token, "Too early")
    await desk.rate(token, 3)
    found = await desk.comment(token, " My card 4111 1111 1111 1111 was\r\ncharged\x00 twice ")
    assert found.comment == f"My card {CARD_MASK} was\ncharged� twice"
    assert "4111" not in str(
        [entry.detail for entry in await rows(hub.database, AuditEntry, ticket_id=ticket_id)]
    )
    assert (await desk.comment(token, "  ")).comment is None


async def test_what_does_not_fit_is_refused(hub: Hub, desk: SurveyDesk) -> None:
    _, token = await asked(hub)
    for score in (0, 6, -1):
        with pytest.raises(Invalid) as refused:
            await desk.rate(token, score)
        assert refused.value.errors[0].field == "score"
    await desk.rate(token, 3)
    await desk.comment(token, "x" * MAX_COMMENT)
    with pytest.raises(Invalid) as refused:
        await desk.comment(token, "y" * (MAX_COMMENT + 1))
    assert refused.value.errors[0].field == "comment"
    assert (await desk.read(token)).comment == "x" * MAX_COMMENT


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "\x00" * 43, "é" * 43, "../../etc/passwd"])
async def test_an_unknown_link_finds_nothing(hub: Hub, desk: SurveyDesk, token: str) -> None:
    await asked(hub)
    for attempt in (desk.read(token), desk.rate(token, 5), desk.comment(token, "Hello")):
        with pytest.raises(NotFound):
            await attempt
    (survey,) = await rows(hub.database, Survey)
    assert survey.score is None


async def test_a_ticket_without_a_survey_has_none(hub: Hub) -> None:
    (ticket_id,) = await receive(hub, inbound())
    async with hub.database.read() as session:
        with pytest.raises(NotFound):
            await survey_of(session, ticket_id)
