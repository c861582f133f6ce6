"""The classifier's parts, run once in Rasa's own Python (tests/bot/rasa_side)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.command import run
from bot.environment import child_environment, ensure_environment
from tests.bot.conftest import ROOT, find_uv

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

CHECKS = Path(__file__).parent / "rasa_side" / "classifier_checks.py"


@pytest.fixture(scope="session")
async def seen(tmp_path_factory: pytest.TempPathFactory) -> Any:
    python = await ensure_environment(ROOT, find_uv())
    folder = tmp_path_factory.mktemp("classifier")
    said = await run("the checks", [python, CHECKS, folder], env=child_environment(), cwd=folder)
    return json.loads(said.splitlines()[-1])


async def test_the_same_data_gives_the_same_model(seen: Any) -> None:
    assert seen["judged"]["same_data_same_model"]
    assert seen["judged"]["loaded_differs_by"] < 0.01  # phrases are kept in half precision
    assert seen["judged"]["restored_same"]


async def test_the_regression_is_that_of_scikit_learn(seen: Any) -> None:
    assert seen["judged"]["far_from_sklearn"] < 0.02


async def test_thresholds_keep_their_limits(seen: Any) -> None:
    figures = seen["judged"]["figures"]
    assert figures["examples"] == 30
    assert figures["out_of_scope_examples"] == 10
    assert figures["emergency_examples"] == 10
    assert figures["wrong"] <= 0.1
    assert figures["out_of_scope_answered"] <= 0.1
    assert figures["lost"] <= 0.1
    assert figures["emergency_precision"] >= 0.8
    assert figures["right"] > 0.5
    assert seen["judged"]["order"] == [True, True]


async def test_the_detector_tells_emergencies_apart(seen: Any) -> None:
    alarmed = seen["alarmed"]
    assert alarmed["told_apart"] > 0
    assert alarmed["same_again"]
    assert alarmed["loaded_differs_by"] < 0.01
    assert alarmed["never_tried"] == 0
    assert alarmed["crossed_right"] > 0.9
    assert alarmed["figures"]["emergency_examples"] == 20  # ten of them told, not labelled
    assert alarmed["figures"]["emergency_recall"] >= 0.9


async def test_what_is_no_emergency_is_not_answered_as_one(seen: Any) -> None:
    alarmed = seen["alarmed"]
    assert alarmed["steps_said"] >= 5
    assert alarmed["steps_said_of_the_unlikely"] == 0
    assert alarmed["others_answered"]


async def test_the_ranking_is_of_known_topics_best_first(seen: Any) -> None:
    assert seen["judged"]["never_out_of_scope_in_ranking"]
    assert seen["judged"]["descending"]
    assert seen["judged"]["emergencies"] == ["gas"]


async def test_every_topic_is_in_every_fold(seen: Any) -> None:
    assert seen["judged"]["folds"] == [[0, 1, 2]] * 4


async def test_letters_know_words_through_typos(seen: Any) -> None:
    assert seen["letters"]["best"] == [1, 0]
    assert seen["letters"]["unheard"] == pytest.approx([1 / 3, 1 / 3])


async def test_each_held_back_line_has_its_outcome(seen: Any) -> None:
    assert seen["outcomes"]["rows"] == [
        ["right", "pay-bill"],
        ["wrong", "trees"],
        ["offered", "trees"],
        ["missed", "trees"],
        ["missed", "out-of-scope"],
        ["wrong", "pay-bill"],
        ["right", "out-of-scope"],
    ]
    english = {"n": 4, "right": 1, "wrong": 1, "offered": 1, "handed": 1}
    spanish = {"n": 1, "right": 0, "wrong": 0, "offered": 0, "handed": 1}
    assert seen["outcomes"]["tally"] == {
        "en": english | {"out_of_scope": 0, "out_of_scope_answered": 0},
        "es": spanish | {"out_of_scope": 2, "out_of_scope_answered": 1},
    }


async def test_vectors_are_kept_for_the_next_training(seen: Any) -> None:
    assert [texts for texts in seen["store"]["asked"] if texts] == [
        ["one", "three"],
        ["twenty"],
        ["one"],  # the second training did not ask for it, and forgot it
        ["twenty"],  # the file was broken
    ]
    assert seen["store"]["rows"] == [5, 6]
    assert seen["store"]["none"] == [0, 512]


async def test_with_next_to_nothing_there_is_a_model_all_the_same(seen: Any) -> None:
    assert seen["little"] == {
        "same": True,
        "intents": ["bill", "gas"],
        "default": True,
        "examples": 0,
    }


async def test_the_language_is_that_of_the_metadata(seen: Any) -> None:
    assert seen["languages"] == ["en", "en", "es", "es", "en", "en", "en"]


async def test_what_an_article_lists_word_for_word_is_answered(seen: Any) -> None:
    known = seen["known"]
    assert known["first"] == ["bill", 0.99]
    assert known["names"] == ["bill", "gas", "trees"]
    assert known["answered"]
    assert known["still_an_emergency"]
    # Listed by two articles, of one word, of another language, empty, too long: left as they are.
    assert known["left"] == [True] * 5
    assert not known["readable"]
