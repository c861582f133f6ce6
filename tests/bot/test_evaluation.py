"""What a labelled message and what was said to it count as."""

from __future__ import annotations

import pytest

from bot.evaluation import BadLine, Line, Said, Topics, evaluate, outcome, read_lines, said_by
from hub.ports import Answer, Ask, AskBack, Choice, Decision, Handoff

TOPICS = Topics(
    known={"pay-my-bill", "deposit", "gas-leak", "missed-pickup", "talk-to-a-person"},
    with_fact={"pay-my-bill", "gas-leak", "talk-to-a-person"},
    emergencies={"gas-leak"},
)


def line(slug: str, *also: str, emergency: bool | None = None, lang: str = "en") -> Line:
    return Line(1, f"about {slug}", slug, emergency, lang, also)


def handed(topic: str | None = None, reason: str = "no-fact") -> Said:
    return said_by(Handoff(reason, "…", topic=topic))


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        (Answer("…", ("pay-my-bill",)), Said("answer", ("pay-my-bill",))),
        (Answer("…", ("pay-my-bill",), handover=True), Said("answer", ("pay-my-bill",))),
        (Answer("…", ("gas-leak",), emergency=True), Said("emergency", ("gas-leak",))),
        (
            AskBack("…", (Choice("A", "a"), Choice("B", "b"))),
            Said("choices", ("a", "b")),
        ),
        (Ask("…", "missed-pickup"), Said("form", ("missed-pickup",))),
        (Ask("…", None), Said("form", ())),
        (Handoff("no-fact", "…", topic="deposit"), Said("hand-over", ("deposit",), "no-fact")),
        (Handoff("not-understood", "…"), Said("hand-over", (), "not-understood")),
        (
            Handoff("asked-for-person", "…"),
            Said("hand-over", ("talk-to-a-person",), "asked-for-person"),
        ),
    ],
)
def test_what_a_decision_counts_as(decision: Decision, said: Said) -> None:
    assert said_by(decision) == said


@pytest.mark.parametrize(
    ("labelled", "said", "is_"),
    [
        (line("pay-my-bill"), Said("answer", ("pay-my-bill",)), "answered_right"),
        (line("pay-my-bill"), Said("answer", ("deposit",)), "answered_wrong"),
        (line("deposit", "pay-my-bill"), Said("answer", ("pay-my-bill",)), "answered_right"),
        (line("gas-leak"), Said("emergency", ("gas-leak",)), "answered_right"),
        (line("pay-my-bill"), Said("emergency", ("gas-leak",)), "answered_wrong"),
        (line("missed-pickup"), Said("form", ("missed-pickup",)), "answered_right"),
        (line("pay-my-bill"), Said("form", ("pay-my-bill",)), "answered_right"),
        (line("deposit"), Said("form", ("missed-pickup",)), "answered_wrong"),
        (line("deposit"), Said("choices", ("gas-leak", "deposit")), "asked_back_right"),
        (line("deposit", "gas-leak"), Said("choices", ("gas-leak",)), "asked_back_right"),
        (line("deposit"), Said("choices", ("gas-leak",)), "asked_back_wrong"),
        (line("deposit"), handed("deposit"), "answered_right"),
        (line("deposit"), handed("deposit", "upset"), "answered_right"),
        (line("deposit"), handed("missed-pickup"), "handed_over"),
        (line("deposit"), handed(None, "not-understood"), "handed_over"),
        (line("pay-my-bill", "deposit"), handed("deposit"), "answered_right"),
        (line("pay-my-bill"), handed("pay-my-bill", "policy"), "handed_over"),
        (line("talk-to-a-person"), handed(None, "asked-for-person"), "answered_right"),
        (line("pay-my-bill"), handed(None, "asked-for-person"), "handed_over"),
        (line("nowhere"), Said("answer", ("pay-my-bill",)), "answered_wrong"),
    ],
)
def test_outcomes(labelled: Line, said: Said, is_: str) -> None:
    assert outcome(labelled, said, TOPICS) == is_


def test_the_whole_result() -> None:
    pairs = [
        (line("pay-my-bill"), Said("answer", ("pay-my-bill",), ms=10)),
        (line("pay-my-bill", lang="es"), Said("answer", ("deposit",), ms=20)),
        (line("pay-my-bill"), Said("answer", ("deposit",), ms=20)),
        (line("deposit"), Said("choices", ("deposit", "gas-leak"), ms=20)),
        (line("deposit"), Said("choices", ("pay-my-bill",), ms=20)),
        (line("deposit"), handed(None, "not-understood")),
        (line("gas-leak"), Said("emergency", ("gas-leak",), ms=1)),
        (line("gas-leak"), Said("answer", ("pay-my-bill",), ms=1)),
        (line("gas-leak", emergency=False), Said("emergency", ("gas-leak",), ms=1)),
        (line("out-of-scope"), handed(None, "not-understood")),
        (line("out-of-scope", lang="es"), Said("answer", ("deposit",), ms=500)),
        (line("out-of-scope", "deposit"), Said("answer", ("deposit",), ms=1)),
        (line("out-of-scope"), Said("choices", ("deposit",), ms=1)),
        (line("out-of-scope"), handed("deposit")),
    ]
    result = evaluate([pair[0] for pair in pairs], [pair[1] for pair in pairs], TOPICS)
    assert result["n"] == 14
    assert result["with_article"] == {
        "n": 9,
        "answered_right": 3,
        "answered_wrong": 3,
        "asked_back_right": 1,
        "asked_back_wrong": 1,
        "handed_over": 1,
    }
    assert result["out_of_scope"] == {"n": 5, "answered": 1, "recall": 0.2, "precision": 0.5}
    assert result["emergency"] == {
        "n": 2,
        "recall": 0.5,
        "precision": 0.5,
        "missed": [{"text": "about gas-leak", "slug": "gas-leak", "said": "pay-my-bill"}],
        "false": [{"text": "about gas-leak", "slug": "gas-leak", "said": "gas-leak"}],
    }
    assert set(result["by_lang"]) == {"en", "es"}
    assert result["by_lang"]["es"] == {
        "n": 2,
        "with_article": {
            "n": 1,
            "answered_right": 0,
            "answered_wrong": 1,
            "asked_back_right": 0,
            "asked_back_wrong": 0,
            "handed_over": 0,
        },
        "out_of_scope": {"n": 1, "answered": 1, "recall": 0.0, "precision": 1.0},
        "emergency": {"n": 0, "recall": 1.0, "precision": 1.0},
        "p95_ms": 500,
    }
    assert result["confusions"][0] == {
        "slug": "pay-my-bill",
        "said": "deposit",
        "outcome": "answered_wrong",
        "n": 2,
        "texts": ["about pay-my-bill", "about pay-my-bill"],
    }
    assert {
        "slug": "out-of-scope",
        "said": "deposit",
        "outcome": "answered",
        "n": 1,
        "texts": ["about out-of-scope"],
    } in result["confusions"]
    assert result["p95_ms"] == 500


def test_nothing_gives_a_result_too() -> None:
    result = evaluate([], [], TOPICS)
    assert result["n"] == result["with_article"]["n"] == 0
    assert result["p95_ms"] == 0
    assert result["emergency"]["recall"] == 1.0


def test_reading_lines() -> None:
    content = (
        '{"text": "a", "slug": "pay-my-bill"}\n'
        "\n"
        '  {"text": "b", "slug": " deposit ", "emergency": true, "lang": "ES",'
        ' "also": ["x", " "], "note": {"any": 1}}\r\n'
        '{"text": "c", "slug": "out-of-scope", "emergency": null, "lang": null, "also": null}\n'
        '{"text": "d", "slug": "e", "emergency": 0, "also": "f"}'
    )
    assert read_lines(content) == (
        Line(1, "a", "pay-my-bill"),
        Line(3, "b", "deposit", True, "es", ("x",)),
        Line(4, "c", "out-of-scope"),
        Line(5, "d", "e", False, "en", ("f",)),
    )
    assert read_lines("") == ()


@pytest.mark.parametrize(
    "bad",
    [
        "{",
        "[]",
        "3",
        "null",
        "{}",
        '{"text": "a"}',
        '{"slug": "a"}',
        '{"text": 1, "slug": "a"}',
        '{"text": " ", "slug": "a"}',
        '{"text": "a", "slug": null}',
        '{"text": "a", "slug": "b", "emergency": "maybe"}',
        '{"text": "a", "slug": "b", "lang": 3}',
        '{"text": "a", "slug": "b", "also": {"c": 1}}',
        '{"text": "a", "slug": "b", "also": [1]}',
        "[" * 100_000,
    ],
    ids=lambda bad: bad[:30],
)
def test_a_bad_line_is_named_by_its_number(bad: str) -> None:
    with pytest.raises(BadLine) as caught:
        read_lines('{"text": "a", "slug": "b"}\n\n' + bad)
    assert caught.value.number == 3
