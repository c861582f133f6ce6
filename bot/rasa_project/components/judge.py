"""How sure to be of a guess: a model's scores, read by two small logistic regressions.

One says how likely the best guess is right (out of scope counts as not right), one how likely the
sentence is an emergency. Their inputs are what the views say of the best guess, of the second, of
"out of scope" and of the emergencies, how near the nearest phrases are, and for emergencies what
the detector says. They are fitted to scores of sentences that the scoring models were not fitted
to, and so learn how far each view can be trusted: that separates the unknown far better than any
product of the scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Collection, Dict, List, Optional, Sequence, Tuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from components.intent_model import NEARNESS, OUT_OF_SCOPE, Scores

OFFERED = 3
"""So many choices are offered to whoever is asked back."""


RATHER = 0.5
"""The steps of an emergency are said to no question that is less likely one than this."""


@dataclass(frozen=True)
class Head:
    """A logistic regression over standardised inputs; plain lists, for JSON."""

    mean: List[float]
    scale: List[float]
    weights: List[float]
    bias: float

    @classmethod
    def fit(cls, inputs: np.ndarray, hits: np.ndarray) -> "Head":
        mean, scale = inputs.mean(axis=0), np.maximum(inputs.std(axis=0), 1e-6)
        if hits.all() or not hits.any():
            # Nothing to tell apart: as sure as the mixture itself, its first input.
            weights = np.zeros(inputs.shape[1])
            weights[0] = scale[0]
            return cls(mean.tolist(), scale.tolist(), weights.tolist(), float(mean[0]))
        found = LogisticRegression(C=0.3, max_iter=1000).fit((inputs - mean) / scale, hits)
        weights = found.coef_[0].tolist()
        return cls(mean.tolist(), scale.tolist(), weights, float(found.intercept_[0]))

    def apply(self, inputs: np.ndarray) -> np.ndarray:
        logits = (inputs - np.array(self.mean)) / np.array(self.scale) @ np.array(self.weights)
        return 1 / (1 + np.exp(-np.clip(logits + self.bias, -30, 30)))


@dataclass(frozen=True)
class Thresholds:
    """From which confidence on to answer, to ask back, to signal an emergency.

    The defaults are for a model with no validation data at all.
    """

    answer: float = 0.5
    ask: float = 0.1
    emergency: float = 0.9


@dataclass(frozen=True)
class Verdict:
    """What one sentence was taken for.

    `ranking` holds (intent, confidence 0..1), best first, without OUT_OF_SCOPE; `emergency` the
    likeliest emergency and the probability of any, where that reaches its threshold.
    """

    ranking: Tuple[Tuple[str, float], ...]
    answered: bool
    out_of_scope: bool
    emergency: Optional[Tuple[str, float]]

    @property
    def offered(self) -> List[str]:
        return [] if self.out_of_scope else [name for name, _ in self.ranking[:OFFERED]]


class Judge:
    """Reads scores, a row a sentence, by two heads; unfitted ones go by the mixture alone."""

    def __init__(self, classes: Sequence[str], emergencies: Collection[str]) -> None:
        self.classes = np.array(classes)
        self._known = self.classes != OUT_OF_SCOPE
        self._urgent = np.array([name in emergencies for name in classes])
        self.sure: Optional[Head] = None
        self.alarm: Optional[Head] = None

    def is_emergency(self, names: np.ndarray) -> np.ndarray:
        return np.isin(names, self.classes[self._urgent])

    def ranking(self, scores: Scores) -> Tuple[np.ndarray, np.ndarray]:
        """Positions of the known classes, best first, and their scores (not yet confidences)."""
        product = np.where(self._known, scores.odds * scores.nearest**NEARNESS, -1.0)
        order = np.argsort(-product, axis=1, kind="stable")[:, : int(self._known.sum())]
        return order, np.take_along_axis(product, order, axis=1)

    def sure_inputs(self, scores: Scores) -> np.ndarray:
        order, ranked = self.ranking(scores)
        rows, best = np.arange(len(order)), order[:, 0]
        odds = scores.odds[rows, best]
        inputs = [_logit(odds), _log(ranked[:, 0]), _log(1 - odds)]
        inputs.append(_log(ranked[:, 1]) if ranked.shape[1] > 1 else np.zeros(len(rows)))
        inputs.append(_log(scores.odds[:, ~self._known].sum(axis=1)))
        inputs.append(scores.nearest[rows, best])
        inputs.append(scores.nearest[:, self._known].max(axis=1))
        inputs.append(scores.nearest[:, ~self._known].sum(axis=1))
        for part in scores.parts:
            inputs.append(np.maximum(part[rows, best], -9))
            inputs.append(_log(np.exp(part[:, ~self._known]).sum(axis=1)))
        return np.stack(inputs, axis=1)

    def alarm_inputs(self, scores: Scores) -> np.ndarray:
        if not self._urgent.any():
            return np.zeros((len(scores.odds), 1))
        mass = scores.odds[:, self._urgent].sum(axis=1)
        inputs = [_logit(mass), _log(scores.odds[:, ~self._known].sum(axis=1))]
        inputs.append(scores.nearest[:, self._urgent].max(axis=1))
        inputs.append(scores.nearest[:, ~self._urgent].max(axis=1))
        inputs += [_log(np.exp(part[:, self._urgent]).sum(axis=1)) for part in scores.parts]
        if scores.danger is not None:
            inputs += list(scores.danger.T)
        return np.stack(inputs, axis=1)

    def confidence(self, scores: Scores) -> np.ndarray:
        """How likely the best guess is right, 0..1."""
        inputs = self.sure_inputs(scores)
        return _sigmoid(inputs[:, 0]) if self.sure is None else self.sure.apply(inputs)

    def emergency(self, scores: Scores) -> np.ndarray:
        """How likely it is an emergency, 0..1."""
        inputs = self.alarm_inputs(scores)
        if not self._urgent.any():
            return np.zeros(len(inputs))
        return _sigmoid(inputs[:, 0]) if self.alarm is None else self.alarm.apply(inputs)

    def verdicts(self, scores: Scores, at: Thresholds) -> List[Verdict]:
        order, ranked = self.ranking(scores)
        sure, alarm = self.confidence(scores), self.emergency(scores)
        # The others as much less likely than the best as their scores are.
        confidence = sure[:, None] * ranked / np.maximum(ranked[:, :1], 1e-9)
        likeliest = np.where(self._urgent, scores.odds, 0.0).argmax(axis=1)
        # The topic of an emergency, and yet rather none: better asked than alarmed.
        false_alarm = self._urgent[order[:, 0]] & (alarm < min(RATHER, at.emergency))
        return [
            Verdict(
                ranking=tuple(
                    zip(self.classes[order[i]].tolist(), confidence[i].tolist(), strict=True)
                ),
                answered=bool(sure[i] >= at.answer and not false_alarm[i]),
                out_of_scope=bool(sure[i] < at.ask),
                emergency=(str(self.classes[likeliest[i]]), float(alarm[i]))
                if alarm[i] >= at.emergency
                else None,
            )
            for i in range(len(order))
        ]

    def state(self) -> Dict[str, Any]:
        """All but the classes as plain values, for `restored`."""
        return {
            "emergencies": self.classes[self._urgent].tolist(),
            "sure": vars(self.sure) if self.sure else None,
            "alarm": vars(self.alarm) if self.alarm else None,
        }

    @classmethod
    def restored(cls, classes: Sequence[str], state: Dict[str, Any]) -> "Judge":
        judge = cls(classes, state["emergencies"])
        judge.sure = Head(**state["sure"]) if state["sure"] else None
        judge.alarm = Head(**state["alarm"]) if state["alarm"] else None
        return judge


def _log(values: np.ndarray) -> np.ndarray:
    return np.log(np.clip(values, 1e-4, 1.0))


def _logit(values: np.ndarray) -> np.ndarray:
    kept = np.clip(values, 1e-4, 1 - 1e-4)
    return np.log(kept / (1 - kept))


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-values))
