"""What an article must be like to be published: every problem at its field, all at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hub.ports import ArticleText, Confidence
from kb.rules import CONFIRM, CONFIRM_ES, normalised, problems, unusable
from tests.kb.samples import CONFIRMED, sample

SOUND = sample()
MEDIUM = replace(SOUND, confidence=Confidence.MEDIUM, answer=CONFIRMED)
EMERGENCY = replace(SOUND, emergency=True, handover=True)
UNKNOWN = replace(SOUND, confidence=Confidence.NONE, answer=None, staff_note="Where they are kept.")


def _fields(text: ArticleText) -> list[str]:
    return [each.field for each in problems(text)]


@pytest.mark.parametrize("text", [SOUND, MEDIUM, EMERGENCY, UNKNOWN])
def test_a_sound_article_has_no_problem(text: ArticleText) -> None:
    assert problems(text) == []


@pytest.mark.parametrize(
    ("text", "changes", "fields"),
    [
        (SOUND, {"slug": "Lost_Umbrella"}, ["slug"]),
        (SOUND, {"slug": "a-" * 40 + "a"}, ["slug"]),
        (SOUND, {"title": " "}, ["title"]),
        (SOUND, {"title": "t" * 161}, ["title"]),
        (SOUND, {"title_es": "t" * 161}, ["title_es"]),
        (SOUND, {"answer_es": "Pregunte."}, ["title_es"]),
        (SOUND, {"unit": "umbrellas"}, ["unit"]),
        (SOUND, {"unit": None}, []),
        (SOUND, {"source": ""}, ["source"]),
        (SOUND, {"phrases": ("one", "two", "three", "four")}, ["phrases"]),
        (SOUND, {"phrases": (*SOUND.phrases, "Parasol!")}, ["phrases"]),
        (SOUND, {"phrases": (*SOUND.phrases, "/restart", "[here](place)")}, ["phrases"] * 2),
        (SOUND, {"phrases_es": ("¿?",)}, ["phrases_es"]),
        (SOUND, {"answer": None}, ["answer"]),
        (SOUND, {"answer": "It costs $5."}, []),
        (MEDIUM, {"answer": f"It costs $5. {CONFIRM}"}, ["answer"]),
        (MEDIUM, {"answer": f"It costs 5 dollars. {CONFIRM}"}, ["answer"]),
        (MEDIUM, {"title": "The 50 cents fee"}, ["title"]),
        (MEDIUM, {"answer": f"Bring 5 documents. {CONFIRM}"}, []),
        (MEDIUM, {"title_es": "5 dólares"}, ["title_es"]),
        (MEDIUM, {"answer": "Try the desk."}, ["answer"]),
        (MEDIUM, {"title_es": "Paraguas", "answer_es": f"Pregunte. {CONFIRM}"}, ["answer_es"]),
        (MEDIUM, {"title_es": "Paraguas", "answer_es": f"Pregunte. {CONFIRM_ES}"}, []),
        (UNKNOWN, {"answer": "Perhaps at the desk."}, ["answer"]),
        (UNKNOWN, {"staff_note": None}, ["staff_note"]),
        (UNKNOWN, {"answer_es": "Quizás.", "title_es": "Paraguas"}, ["answer"]),
        (EMERGENCY, {"handover": False}, ["handover"]),
        (EMERGENCY, {"answer": None}, ["answer"]),
        (UNKNOWN, {"emergency": True, "handover": True}, ["answer"]),
        (UNKNOWN, {"emergency": True, "handover": True, "answer": "Call 911."}, []),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    text: ArticleText, changes: dict[str, Any], fields: list[str]
) -> None:
    assert _fields(replace(text, **changes)) == fields


def test_everything_is_told_at_once() -> None:
    text = replace(
        MEDIUM, title="", unit="umbrellas", phrases=(), answer="It costs $5.", source=" "
    )
    assert _fields(text) == ["title", "unit", "source", "phrases", "answer", "answer"]


def test_normalised_ignores_case_punctuation_and_spacing() -> None:
    assert normalised("  What's UP,  Doc?! ") == normalised("whats up doc")


@pytest.mark.parametrize("phrase", ["", "!!", "/start", "a\nb", "see [x](y)", "{slot}"])
def test_unusable_phrases(phrase: str) -> None:
    assert unusable(phrase) is not None
