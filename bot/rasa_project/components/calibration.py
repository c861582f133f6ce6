"""Fits a judge and chooses its thresholds, on sentences the scoring model was not fitted to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Optional, Sequence, Tuple

import numpy as np

from components.intent_model import OUT_OF_SCOPE, Scores
from components.judge import OFFERED, Head, Judge, Thresholds


@dataclass(frozen=True)
class Limits:
    """Shares 0..1 to keep on data the model was not fitted to.

    `wrong`: known questions answered with another intent's answer; `unknown`: out-of-scope
    sentences answered at all; `lost`: known questions taken for unknown; `emergency_missed`:
    emergencies not signalled; `emergency_false`: share of the signals that were none, which comes
    first. The lines it is reckoned with are harder than life: there are as many emergencies as
    questions, and most of what is harmless in `emergencies.jsonl` has the words of a danger.
    """

    wrong: float
    unknown: float
    lost: float
    emergency_missed: float
    emergency_false: float


@dataclass(frozen=True)
class Told:
    """Sentences of which only is known whether they are `urgent`, a flag a row of `scores`."""

    scores: Scores
    urgent: np.ndarray
    folds: np.ndarray


def calibrate(
    judge: Judge,
    scores: Scores,
    labels: Sequence[str],
    folds: np.ndarray,
    limits: Limits,
    told: Optional[Told] = None,
) -> Tuple[Thresholds, Dict[str, Any]]:
    """Fit the judge's heads, and return the thresholds that keep `limits` and what they give.

    `labels` are intents, or OUT_OF_SCOPE; `told` teaches the alarm beside them. Thresholds and
    figures rest on heads that were fitted without the fold in question. A limit out of reach
    gives the highest threshold seen: then hardly anything is answered, and the figures show why.
    """
    names = np.array(labels, dtype=str)
    if not len(names):
        nothing = _alarm_figures(np.zeros(0), np.zeros(0, dtype=bool), Thresholds())
        figures = _figures(judge, scores, names, np.zeros(0), Thresholds())
        return Thresholds(), {**figures, **nothing}
    order, _ = judge.ranking(scores)
    right = judge.classes[order[:, 0]] == names
    sure, judge.sure = _crossed(judge.sure_inputs(scores), right, folds)
    inputs, urgent = judge.alarm_inputs(scores), judge.is_emergency(names)
    if told is not None:
        inputs = np.concatenate([inputs, judge.alarm_inputs(told.scores)])
        urgent = np.concatenate([urgent, told.urgent])
        folds = np.concatenate([folds, told.folds])
    alarm, judge.alarm = _crossed(inputs, urgent, folds)
    at = Thresholds(
        answer=_answer(sure, right, names, limits),
        ask=_ask(sure, judge, order, names, limits),
        emergency=_emergency(alarm, urgent, limits),
    )
    at = Thresholds(at.answer, min(at.ask, at.answer), at.emergency)
    figures = _figures(judge, scores, names, sure, at)
    return at, {**figures, **_alarm_figures(alarm, urgent, at)}


def _crossed(inputs: np.ndarray, hits: np.ndarray, folds: np.ndarray) -> Tuple[np.ndarray, Head]:
    """Each row's value by a head fitted without its fold, and the head fitted to all."""
    values = np.zeros(len(hits))
    for fold in sorted(set(folds.tolist())):
        held = folds == fold
        others = ~held if not held.all() else held
        values[held] = Head.fit(inputs[others], hits[others]).apply(inputs[held])
    return values, Head.fit(inputs, hits)


def _answer(sure: np.ndarray, right: np.ndarray, names: np.ndarray, limits: Limits) -> float:
    """The lowest threshold that keeps both limits."""
    known = names != OUT_OF_SCOPE
    threshold = Thresholds().answer
    for threshold in np.unique(sure):
        answered = sure >= threshold
        if (
            _share(answered & ~right, known) <= limits.wrong
            and _share(answered, ~known) <= limits.unknown
        ):
            break
    return float(threshold)


def _ask(
    sure: np.ndarray, judge: Judge, order: np.ndarray, names: np.ndarray, limits: Limits
) -> float:
    """The highest threshold below which only `lost` of the known would have been offered."""
    among = (judge.classes[order[:, :OFFERED]] == names[:, None]).any(axis=1)
    offered = np.sort(sure[among])
    may_lose = int(limits.lost * (names != OUT_OF_SCOPE).sum())
    return float(offered[may_lose]) if may_lose < len(offered) else Thresholds().ask


def _emergency(alarm: np.ndarray, urgent: np.ndarray, limits: Limits) -> float:
    """The highest threshold that misses few enough; a higher one where too much would be false."""
    if not urgent.any():
        return Thresholds().emergency
    best = float(np.sort(alarm[urgent])[int(limits.emergency_missed * urgent.sum())])
    for threshold in np.unique(alarm[alarm >= best]):
        best = float(threshold)
        if 1 - _precision(alarm >= threshold, urgent) <= limits.emergency_false:
            break
    return best


def _precision(signalled: np.ndarray, urgent: np.ndarray) -> float:
    """Share of signals that are emergencies."""
    return _share(urgent, signalled)


def _alarm_figures(alarm: np.ndarray, urgent: np.ndarray, at: Thresholds) -> Dict[str, Any]:
    return {
        "emergency_recall": _share(alarm >= at.emergency, urgent),
        "emergency_precision": _precision(alarm >= at.emergency, urgent),
        "emergency_examples": int(urgent.sum()),
    }


def _figures(
    judge: Judge, scores: Scores, names: np.ndarray, sure: np.ndarray, at: Thresholds
) -> Dict[str, Any]:
    known = names != OUT_OF_SCOPE
    order, _ = judge.ranking(scores)
    right = judge.classes[order[:, 0]] == names
    among = (judge.classes[order[:, :OFFERED]] == names[:, None]).any(axis=1)
    answered, asked = sure >= at.answer, (sure >= at.ask) & (sure < at.answer)
    return {
        "first": _share(right, known),
        "among_three": _share(among, known),
        "right": _share(answered & right, known),
        "wrong": _share(answered & ~right, known),
        "offered": _share(asked & among, known),
        "lost": _share(sure < at.ask, known & among),
        "out_of_scope_answered": _share(answered, ~known),
        "out_of_scope_recognised": _share(sure < at.ask, ~known),
        "examples": int(known.sum()),
        "out_of_scope_examples": int((~known).sum()),
    }


def _share(flags: np.ndarray, among: np.ndarray) -> float:
    return float(flags[among].mean()) if among.any() else 0.0
