"""Emergency or not: what the vectors and the letters say of a sentence, in one number a view.

The intent model learns an emergency as one topic among a hundred, from an article's phrases; this
learns it from `emergencies.jsonl` too, where the same words stand with and without danger. Its
inputs go to the judge's alarm head, which weighs them against what the intent model says.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence

import numpy as np

from components import regression
from components.intent_model import View
from components.letters import LetterModel

C = 5.0
"""Inverse strength of the penalty: as good as 20 and found in half the time."""

HARMLESS, URGENT = 0, 1


class Detector:
    """`weights` (2, width), `bias` (views, 2), as of an IntentModel of two classes."""

    def __init__(
        self, views: Sequence[View], weights: np.ndarray, bias: np.ndarray, letters: LetterModel
    ) -> None:
        self.views = tuple(views)
        self._weights, self._bias, self._letters = weights, bias, letters

    @classmethod
    def fit(
        cls,
        vectors: np.ndarray,
        letters: Any,
        urgent: np.ndarray,
        spelt: np.ndarray,
        views: Sequence[View],
        near: Optional["Detector"] = None,
    ) -> "Detector":
        """`vectors` (n, width), `letters` counts of n, `urgent` and `spelt` (n,) flags.

        Sentences that are not `spelt` teach the encoders only. `near`: a detector of nearly the
        same data, from whose weights the search starts.
        """
        owners = urgent.astype(int)
        weights = np.zeros((2, vectors.shape[1]), dtype=np.float32)
        bias = np.zeros((len(views), 2), dtype=np.float32)
        for place, view in enumerate(views):
            columns = slice(view.start, view.stop)
            start = None if near is None else (near._weights[:, columns], near._bias[place])
            weights[:, columns], bias[place] = regression.fit(
                vectors[:, columns], owners, 2, C, start
            )
        own = np.flatnonzero(spelt)
        return cls(views, weights, bias, LetterModel.fit(letters[own], owners[own], 2))

    def odds(self, vectors: np.ndarray, letters: Any) -> np.ndarray:
        """The log odds of an emergency, shape (sentences, views + 1): the letters' last."""
        found: List[np.ndarray] = []
        for view, bias in zip(self.views, self._bias, strict=True):
            columns = slice(view.start, view.stop)
            slope = self._weights[URGENT, columns] - self._weights[HARMLESS, columns]
            found.append(vectors[:, columns] @ slope + (bias[URGENT] - bias[HARMLESS]))
        spoken = self._letters.log_odds(letters)
        found.append(spoken[:, URGENT] - spoken[:, HARMLESS])
        return np.stack(found, axis=1).astype(np.float64)

    def state(self) -> Dict[str, np.ndarray]:
        """Arrays for `restored`."""
        return {
            "weights": self._weights,
            "bias": self._bias,
            "rarity": self._letters.rarity,
            "letters": self._letters.odds.astype(np.float16),
            "prior": self._letters.prior,
            "heard": self._letters.heard,
        }

    @classmethod
    def restored(cls, views: Sequence[View], state: Any) -> "Detector":
        """`state`: a mapping such as np.load gives."""
        letters = LetterModel(
            state["rarity"], state["letters"].astype(np.float32), state["prior"], state["heard"]
        )
        return cls(views, state["weights"], state["bias"], letters)


def cross_odds(
    vectors: np.ndarray,
    letters: Any,
    urgent: np.ndarray,
    spelt: np.ndarray,
    folds: np.ndarray,
    near: Detector,
) -> np.ndarray:
    """Each row's odds by a detector fitted without its fold; `folds`: 0.., -1 is in every fit.

    Rows of fold -1 get zeros.
    """
    odds = np.zeros((len(urgent), len(near.views) + 1))
    for fold in sorted(set(folds.tolist()) - {-1}):
        held, rest = folds == fold, np.flatnonzero(folds != fold)
        one = Detector.fit(
            vectors[rest], letters[rest], urgent[rest], spelt[rest], near.views, near
        )
        odds[held] = one.odds(vectors[held], letters[np.flatnonzero(held)])
    return odds
