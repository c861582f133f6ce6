"""The rule by which a model counts as worse."""

from __future__ import annotations

import pytest

from hub.ports import OUT_OF_SCOPE, HeldBackLine, Verdict
from hub.training.comparison import chance, compare, remembered

R, O, M, W = Verdict.RIGHT, Verdict.OFFERED, Verdict.MISSED, Verdict.WRONG  # noqa: E741


def measured(
    right: int = 0,
    offered: int = 0,
    missed: int = 0,
    wrong: int = 0,
    *,
    slug: str = "gas-leak",
    language: str = "en",
) -> tuple[HeldBackLine, ...]:
    verdicts = [R] * right + [O] * offered + [M] * missed + [W] * wrong
    return tuple(
        HeldBackLine(f"line {number}", slug, language, verdict)
        for number, verdict in enumerate(verdicts)
    )


def strangers(answered: int, of: int, language: str = "en") -> tuple[HeldBackLine, ...]:
    return measured(of - answered, wrong=answered, slug=OUT_OF_SCOPE, language=language)


def reasons(before: tuple[HeldBackLine, ...], now: tuple[HeldBackLine, ...]) -> tuple[str, ...]:
    return compare(remembered(before), now).reasons


def test_the_same_is_not_worse() -> None:
    lines = measured(80, 10, 5, 5) + strangers(3, 50)
    comparison = compare(remembered(lines), lines)
    assert (comparison.worse, comparison.compared, comparison.losses) == (False, 150, ())


@pytest.mark.parametrize(
    ("wrong", "of", "worse"),
    [
        (1, 10, False),  # one is chance, however few there are
        (2, 40, True),  # 5 %: more than the goal
        (2, 60, False),  # below it, and 2 to 0 may be chance
        (4, 300, False),
        (5, 300, True),  # 5 to 0 is no chance
        (5, 600, False),  # less than a point
        (7, 600, True),
    ],
)
def test_more_wrong_answers(wrong: int, of: int, worse: bool) -> None:
    before = measured(of - 10, missed=10)
    now = measured(of - 10, missed=10 - wrong, wrong=wrong)
    told = reasons(before, now)
    assert bool(told) is worse
    if worse:
        assert told == (f"{wrong} instead of 0 of {of} messages answered wrong",)


@pytest.mark.parametrize(
    ("lost", "of", "worse"),
    [(1, 9, False), (2, 15, True), (4, 100, False), (5, 100, True), (6, 600, False)],
)
def test_fewer_helped(lost: int, of: int, worse: bool) -> None:
    told = reasons(measured(of), measured(of - lost, missed=lost))
    assert bool(told) is worse
    if worse:
        words = f"{of - lost} instead of {of} of {of} messages answered right or offered"
        assert told == (words,)


def test_what_goes_to_and_fro_is_no_loss() -> None:
    """One harmless phrase did this to a real model: some got better, a few more got worse."""
    before = measured(186, wrong=4)
    now = tuple(
        HeldBackLine(line.text, line.slug, line.language, W if number < 7 else R)
        for number, line in enumerate(before)
    )
    comparison = compare(remembered(before), now)
    assert not comparison.worse
    assert len(comparison.losses) == 7
    lost_more = tuple(
        HeldBackLine(line.text, line.slug, line.language, W if number < 8 else R)
        for number, line in enumerate(before)
    )
    assert compare(remembered(before), lost_more).worse  # more than 4 %, and twice as many


def test_small_steps_do_not_add_up() -> None:
    """Each by itself may be chance; below the goal there is no more of it."""
    wrong, taken = 0, measured(200)
    while True:
        new = measured(200 - wrong - 3, wrong=wrong + 3)
        if compare(remembered(taken), new).worse:
            break
        wrong, taken = wrong + 3, new
    assert wrong == 6


@pytest.mark.parametrize(
    ("lost", "won", "likely"), [(0, 0, 1.0), (1, 0, 0.5), (5, 0, 1 / 32), (4, 1, 6 / 32)]
)
def test_chance(lost: int, won: int, likely: float) -> None:
    assert chance(lost, won) == likely


def test_asking_back_instead_of_answering_is_not_worse_by_itself() -> None:
    assert reasons(measured(100), measured(50, 50)) == ()


@pytest.mark.parametrize(
    ("answered", "of", "worse"),
    [(1, 5, False), (2, 10, True), (3, 100, False), (5, 100, True), (5, 250, False)],
)
def test_more_strangers_answered(answered: int, of: int, worse: bool) -> None:
    told = reasons(strangers(0, of), strangers(answered, of))
    assert bool(told) is worse


def test_a_language_counts_by_itself_from_thirty_lines() -> None:
    english = measured(400)
    told = reasons(
        english + measured(30, language="es"), english + measured(28, wrong=2, language="es")
    )
    assert told == ("2 instead of 0 of 30 messages answered wrong in Spanish",)
    few = measured(29, language="es")
    assert reasons(english + few, english + measured(26, wrong=3, language="es")) == ()


def test_what_only_one_of_them_knows_does_not_count() -> None:
    before = measured(50) + measured(50, slug="archived")
    now = measured(50) + measured(0, wrong=50, slug="new-article")
    comparison = compare(remembered(before), now)
    assert (comparison.worse, comparison.compared) == (False, 50)


def test_the_first_comparable_model_is_taken() -> None:
    assert not compare({}, measured(0, wrong=100)).worse


def test_what_got_worse_is_listed_wrong_answers_first() -> None:
    before = measured(4)
    now = tuple(
        HeldBackLine(line.text, line.slug, line.language, verdict, "water-leak")
        for line, verdict in zip(before, (R, M, W, O), strict=True)
    )
    losses = compare(remembered(before), now).losses
    assert [loss.line.verdict for loss in losses] == [W, M, O]
    assert losses[0].as_json() == {
        "text": "line 2",
        "slug": "gas-leak",
        "language": "en",
        "before": "right",
        "now": "wrong",
        "said": "water-leak",
    }


def test_what_is_remembered_tells_no_words() -> None:
    (key,) = remembered(measured(1))
    assert len(key) == 16
    assert "line" not in key
