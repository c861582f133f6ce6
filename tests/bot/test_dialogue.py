"""What is remembered between two messages, and what a person is told at the end."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.dialogue import FieldSaid, FormSaid, Memory
from bot.handoff import hand_off, shortened
from hub.ports import ChannelKind, Guess, Turn, Visibility
from tests.bot.knowledge import FakeKnowledge

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TURN = Turn("t-1", "my lights are out", ChannelKind.WEBCHAT, Visibility.PRIVATE)


def test_what_is_kept_is_json_and_read_again() -> None:
    form = FormSaid(kind="a", title="A", fields=[FieldSaid(name="x", label="X", value="ñ")])
    kept = Memory().after(NOW, rasa={"v": 1}, article="b", offered=["C"], failed=True, form=form)
    memory = Memory.read(json.loads(json.dumps(kept)))
    assert memory == Memory(
        rasa={"v": 1}, spoke_at=NOW, article="b", offered=("C",), failures=1, form=form
    )
    assert memory.idle_hours(NOW + timedelta(minutes=90)) == 1.5
    assert memory.idle_hours(NOW - timedelta(hours=1)) == 0, "clocks may differ"
    assert Memory().idle_hours(NOW) is None


def test_the_article_shown_is_remembered_and_failures_end() -> None:
    asked = Memory.read(Memory(article="b").after(NOW, rasa=None, failed=True))
    assert (asked.article, asked.failures) == ("b", 1)
    told = Memory.read(asked.after(NOW, rasa=None, article="c"))
    assert (told.article, told.failures) == ("c", 0)


def test_only_the_last_questions_of_a_form_are_kept() -> None:
    form = FormSaid(kind="a", title="A", fields=[])
    memory = Memory()
    for number in range(5):
        memory = Memory.read(memory.after(NOW, rasa=None, form=form, question=str(number)))
    assert memory.questions == ("2", "3", "4")
    assert Memory.read(memory.after(NOW, rasa=None)).questions == ()


@pytest.mark.anyio
async def test_a_hand_over_is_told_in_four_lines_at_most() -> None:
    form = FormSaid(
        kind="missed-pickup",
        title="Missed pickup report",
        fields=[FieldSaid(name=str(n), label=f"Field {n}", value="v\nw" * 99) for n in range(20)],
    )
    memory = Memory(article="high-bill", offered=("A", "B"), form=form, questions=("q" * 500,))
    turn = replace(TURN, text="last\n" * 500, earlier=("first " * 500, "between"))
    guesses = [Guess("outage-map", 0.5), Guess("nowhere", 0.25), Guess("a", 0.1), Guess("b", 0.1)]
    decision = await hand_off(FakeKnowledge(), turn, memory, "policy", "What.", guesses=guesses)
    lines = decision.summary.splitlines()
    assert len(lines) == 4
    assert lines[0] == "What."
    assert "“first first" in lines[1]
    assert lines[2] == "The bot showed “High bill”. The bot offered: A; B."
    assert lines[3].startswith("Missed pickup report: Field 0: v w")
    assert len(decision.summary) < 2000
    assert decision.guesses == tuple(guesses[:3]), "shown beside the summary, not in it"
    assert (decision.topic, decision.article) == ("missed-pickup", "high-bill")
    assert decision.request is not None
    assert len(decision.request.fields) == 20


@pytest.mark.anyio
async def test_the_article_is_what_was_shown_or_would_have_fitted_best() -> None:
    knowledge = FakeKnowledge()
    guesses = [Guess("outage-map", 0.5)]
    none = await hand_off(knowledge, TURN, Memory(), "policy", "What.")
    best = await hand_off(knowledge, TURN, Memory(), "policy", "What.", guesses=guesses)
    topic = await hand_off(
        knowledge, TURN, Memory(), "policy", "What.", guesses=guesses, topic="high-bill"
    )
    assert [one.article for one in (none, best, topic)] == [None, "outage-map", "high-bill"]
    assert none.summary == "What.\nCustomer wrote: “my lights are out”"
    silent = await hand_off(knowledge, replace(TURN, text=" "), Memory(), "policy", "What.")
    assert silent.summary == "What.\nNo text was sent."


def test_of_a_long_text_both_ends_are_quoted() -> None:
    text = "It began on Monday. " + "word " * 200 + "When is my pickup?"
    short = shortened(text)
    assert len(short) <= 160
    assert short.startswith("It began on Monday.")
    assert short.endswith("When is my pickup?")
    assert shortened(" a \n b ") == "a b"
