"""Which intent a sentence vector means, how sure that is, and from when on to answer.

Logistic regression tells the intents apart; closeness to the nearest known phrase tells what
is known from what is not. Their product is the confidence: on a small set of topics either
alone lets more of the unknown through.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Optional, Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

OUT_OF_SCOPE = "nlu_fallback"
"""The class of sentences that are about nothing we know; also Rasa's name for its fallback."""

DEFAULT_THRESHOLD = 0.25
"""Used only where there is nothing to choose it on: no validation data at all."""


@dataclass(frozen=True)
class Verdict:
    """`ranking` holds (intent, confidence 0..1), best first, without OUT_OF_SCOPE.

    `confidence` is that of the best intent, 0 if the sentence looks out of scope.
    """

    ranking: tuple[tuple[str, float], ...]
    confidence: float


@dataclass(frozen=True)
class Calibration:
    """The threshold and what it gave on the validation data (shares 0..1)."""

    threshold: float
    right: float
    wrong: float
    out_of_scope_answered: float
    examples: int
    out_of_scope_examples: int


class IntentModel:
    """`weights` (classes, 384), `bias` (classes), `phrases` (n, 384), `owners` (n) class index."""

    def __init__(
        self,
        classes: Sequence[str],
        weights: np.ndarray,
        bias: np.ndarray,
        phrases: np.ndarray,
        owners: np.ndarray,
    ) -> None:
        self.classes = list(classes)
        self._weights, self._bias = weights, bias
        self._phrases, self._owners = phrases, owners
        # Phrases lie together by class, so that the nearest of each is one reduceat.
        self._starts = np.searchsorted(owners, np.arange(len(self.classes)))

    @classmethod
    def fit(cls, vectors: np.ndarray, labels: Sequence[str], c: float) -> "IntentModel":
        """`vectors` are of unit length; `c` is the inverse strength of regularisation.

        The usual C=1 is far too strong for unit vectors: about 20 is right.
        """
        classes = sorted(set(labels))
        if len(classes) < 2:
            raise ValueError("at least two intents with phrases are needed")
        index = {name: position for position, name in enumerate(classes)}
        owners = np.array([index[label] for label in labels])
        order = np.argsort(owners, kind="stable")
        vectors, owners = vectors[order], owners[order]
        regression = LogisticRegression(
            C=c, class_weight="balanced", max_iter=500, random_state=0
        ).fit(vectors, owners)
        weights, bias = regression.coef_, regression.intercept_
        if len(classes) == 2:  # scikit-learn keeps one row for two classes
            weights, bias = np.vstack([-weights, weights]) / 2, np.hstack([-bias, bias]) / 2
        return cls(
            classes,
            weights.astype(np.float32),
            bias.astype(np.float32),
            vectors.astype(np.float32),
            owners,
        )

    def judge(self, vector: np.ndarray) -> Verdict:
        logits = self._weights @ vector + self._bias
        odds = np.exp(logits - logits.max())
        nearest = np.maximum.reduceat(self._phrases @ vector, self._starts)
        scores = odds / odds.sum() * np.clip(nearest, 0.0, 1.0)
        best_first = np.argsort(-scores)
        ranking = tuple(
            (self.classes[i], float(scores[i]))
            for i in best_first
            if self.classes[i] != OUT_OF_SCOPE
        )
        unknown = self.classes[best_first[0]] == OUT_OF_SCOPE
        return Verdict(ranking, 0.0 if unknown else ranking[0][1])

    def save(self, path: Path) -> None:
        np.savez(
            path,
            classes=np.array(self.classes),
            weights=self._weights,
            bias=self._bias,
            # Half precision: the model file is copied and swapped, the cosine needs 3 digits.
            phrases=self._phrases.astype(np.float16),
            owners=self._owners,
        )

    @classmethod
    def load(cls, path: Path) -> "IntentModel":
        with np.load(path, allow_pickle=False) as stored:
            return cls(
                [str(name) for name in stored["classes"]],
                stored["weights"],
                stored["bias"],
                stored["phrases"].astype(np.float32),
                stored["owners"],
            )


def choose_threshold(
    model: IntentModel,
    vectors: np.ndarray,
    labels: Sequence[str],
    unknown: np.ndarray,
    *,
    wrong_limit: float,
    unknown_limit: float,
) -> Calibration:
    """The lowest threshold that keeps both limits on data the model was not fitted to.

    `wrong_limit`: share of known questions answered with another intent's answer.
    `unknown_limit`: share of `unknown` answered at all. Limits out of reach give the highest
    confidence seen: then hardly anything is answered, and the figures show why.
    """
    verdicts = [model.judge(vector) for vector in vectors]
    known = np.array([verdict.confidence for verdict in verdicts])
    guessed = np.array([verdict.ranking[0][0] for verdict in verdicts])
    right = guessed == np.array(labels)
    strange = np.array([model.judge(vector).confidence for vector in unknown])

    def measured(threshold: float) -> Calibration:
        answered = known >= threshold
        return Calibration(
            threshold=float(threshold),
            right=_share(answered & right),
            wrong=_share(answered & ~right),
            out_of_scope_answered=_share(strange >= threshold),
            examples=len(known),
            out_of_scope_examples=len(strange),
        )

    if len(known) == 0 and len(strange) == 0:
        return measured(DEFAULT_THRESHOLD)
    candidates = np.unique(np.concatenate([known, strange]))
    candidates = candidates[candidates > 0]
    result: Optional[Calibration] = None
    for threshold in candidates:
        result = measured(threshold)
        if result.wrong <= wrong_limit and result.out_of_scope_answered <= unknown_limit:
            return result
    return result or measured(DEFAULT_THRESHOLD)


def _share(flags: np.ndarray) -> float:
    return float(flags.mean()) if flags.size else 0.0


def read_validation(path: Path) -> list[tuple[str, str]]:
    """(text, intent) of every line `{"text", "slug"}`; nothing if there is no such file."""
    if not path.is_file():
        return []
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line)
    return [(row["text"], row["slug"].replace("-", "_")) for row in rows]


def read_lines(path: Path) -> list[str]:
    if not path.is_file():
        return []
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]
