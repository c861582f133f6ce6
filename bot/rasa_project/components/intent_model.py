"""Which intent a sentence means: several views of it, each with a model of its own, mixed.

Each encoder's vector has a logistic regression, the letters have naive Bayes (letters.py); their
class probabilities are mixed as a weighted geometric mean, which measured better than an
arithmetic one. The ranking multiplies that by closeness to the nearest known phrase.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, List, Optional, Sequence, Tuple

import numpy as np

from components import regression
from components.letters import LetterModel

OUT_OF_SCOPE = "nlu_fallback"
"""The class of sentences that are about nothing we know; also Rasa's name for its fallback."""

NEARNESS = 3.0
"""The power of the cosine in the ranking."""


@dataclass(frozen=True)
class View:
    """A stretch of the feature vector with a regression of its own.

    `start` to `stop` are its columns, of unit length a row; `c` is the inverse strength of
    regularisation. The usual 1 is far too strong for unit vectors.
    """

    start: int
    stop: int
    c: float = 20.0


Mix = Tuple[float, ...]
"""The weight of each view, and last that of the letters; they add up to 1."""


@dataclass(frozen=True)
class Examples:
    """Labelled sentences: `vectors` (n, width), `letters` (counts of n), and who teaches these.

    Sentences of another language teach an encoder that knows both, but not spelling.
    """

    vectors: np.ndarray
    letters: Any
    labels: Tuple[str, ...]
    spelt: np.ndarray

    def rows(self, wanted: np.ndarray) -> "Examples":
        places = np.flatnonzero(wanted)
        return Examples(
            self.vectors[wanted],
            self.letters[places],
            tuple(self.labels[place] for place in places),
            self.spelt[wanted],
        )


@dataclass(frozen=True)
class Scores:
    """A row a sentence, a column a class.

    `odds`: the mixed probability, which adds up to 1; `nearest`: the cosine to the nearest phrase
    of the class, mixed likewise, 0..1; `parts`: log probabilities of each view by itself and of
    the letters, shape (views + 1, sentences, classes); `danger`: what a detector says of each
    (components/detector.py), a column a view, if there is one.
    """

    odds: np.ndarray
    nearest: np.ndarray
    parts: np.ndarray
    danger: Optional[np.ndarray] = None


@dataclass(frozen=True)
class Parts:
    """What each view says by itself: log probabilities (the letters' last), and cosines.

    Shapes (views + 1, sentences, classes) and (views, sentences, classes).
    """

    odds: np.ndarray
    cosines: np.ndarray

    def rows(self, wanted: np.ndarray) -> "Parts":
        return Parts(self.odds[:, wanted], self.cosines[:, wanted])

    def mixed(self, mix: Mix) -> Scores:
        shares = np.array(mix)
        total = np.tensordot(shares, self.odds, axes=1)
        odds = np.exp(total - total.max(axis=1, keepdims=True))
        of_views = shares[:-1] / shares[:-1].sum()
        nearest = np.tensordot(of_views, np.clip(self.cosines, 0.0, 1.0), axes=1)
        return Scores(odds / odds.sum(axis=1, keepdims=True), nearest, self.odds)


class IntentModel:
    """`weights` (classes, width), `bias` (views, classes), `phrases` (n, width), `owners` (n)."""

    def __init__(
        self,
        classes: Sequence[str],
        views: Sequence[View],
        weights: np.ndarray,
        bias: np.ndarray,
        phrases: np.ndarray,
        owners: np.ndarray,
        letters: LetterModel,
    ) -> None:
        self.classes = list(classes)
        self.views = tuple(views)
        self._weights, self._bias = weights, bias
        self._phrases, self._owners = phrases, owners
        self._letters = letters
        # Phrases lie together by class, so that the nearest of each is one reduceat.
        self._starts = np.searchsorted(owners, np.arange(len(self.classes)))

    @classmethod
    def fit(
        cls, examples: Examples, views: Sequence[View], near: Optional["IntentModel"] = None
    ) -> "IntentModel":
        """`near`: a model of nearly the same data, from whose weights the search starts.

        The optimum is the same from wherever it is sought; from near it is found in half the
        time.
        """
        classes = sorted(set(examples.labels))
        if len(classes) < 2:
            raise ValueError("at least two intents with phrases are needed")
        owners = np.searchsorted(classes, examples.labels)
        order = np.argsort(owners, kind="stable")
        vectors = examples.vectors[order].astype(np.float32)
        if near is not None and near.classes != classes:
            near = None
        weights = np.zeros((len(classes), vectors.shape[1]), dtype=np.float32)
        bias = np.zeros((len(views), len(classes)), dtype=np.float32)
        for place, view in enumerate(views):
            columns = slice(view.start, view.stop)
            start = None if near is None else (near._weights[:, columns], near._bias[place])
            weights[:, columns], bias[place] = regression.fit(
                vectors[:, columns], owners[order], len(classes), view.c, start
            )
        spelt = np.flatnonzero(examples.spelt)
        letters = LetterModel.fit(examples.letters[spelt], owners[spelt], len(classes))
        return cls(classes, views, weights, bias, vectors, owners[order], letters)

    def parts(self, vectors: np.ndarray, letters: Any) -> Parts:
        """`vectors`: shape (sentences, width); `letters`: their components.letters.counts."""
        odds: List[np.ndarray] = []
        cosines: List[np.ndarray] = []
        for view, bias in zip(self.views, self._bias, strict=True):
            columns = slice(view.start, view.stop)
            seen = vectors[:, columns]
            logits = (seen @ self._weights[:, columns].T + bias).astype(np.float64)
            logits -= logits.max(axis=1, keepdims=True)
            odds.append(logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)))
            near = self._phrases[:, columns] @ seen.T
            cosines.append(np.maximum.reduceat(near, self._starts, axis=0).T)
        odds.append(self._letters.log_odds(letters))
        return Parts(np.stack(odds), np.stack(cosines).astype(np.float64))

    def save(self, path: Path) -> None:
        np.savez(
            path,
            classes=np.array(self.classes),
            views=np.array([[view.start, view.stop, view.c] for view in self.views]),
            weights=self._weights,
            bias=self._bias,
            # Half precision: the model file is copied and swapped, the cosine needs 3 digits.
            phrases=self._phrases.astype(np.float16),
            owners=self._owners,
            rarity=self._letters.rarity,
            letters=self._letters.odds.astype(np.float16),
            prior=self._letters.prior,
            heard=self._letters.heard,
        )

    @classmethod
    def load(cls, path: Path) -> "IntentModel":
        with np.load(path, allow_pickle=False) as stored:
            return cls(
                [str(name) for name in stored["classes"]],
                [View(int(start), int(stop), float(c)) for start, stop, c in stored["views"]],
                stored["weights"],
                stored["bias"],
                stored["phrases"].astype(np.float32),
                stored["owners"],
                LetterModel(
                    stored["rarity"],
                    stored["letters"].astype(np.float32),
                    stored["prior"],
                    stored["heard"],
                ),
            )


def cross_parts(
    examples: Examples, folds: np.ndarray, views: Sequence[View], near: IntentModel
) -> Parts:
    """What models say of each row that were fitted without it; `folds`: 0.., -1 is in every fit.

    Rows of fold -1 get zeros. The columns are those of `near`.
    """
    size = (len(examples.labels), len(near.classes))
    total = Parts(np.full((len(views) + 1, *size), -np.log(size[1])), np.zeros((len(views), *size)))
    for fold in sorted(set(folds.tolist()) - {-1}):
        held = folds == fold
        model = IntentModel.fit(examples.rows(~held), views, near)
        tried = examples.rows(held)
        found = model.parts(tried.vectors, tried.letters)
        # A class may have all its rows in one fold.
        columns = [near.classes.index(name) for name in model.classes]
        rows = np.flatnonzero(held)
        total.odds[np.ix_(range(len(views) + 1), rows, columns)] = found.odds
        total.cosines[np.ix_(range(len(views)), rows, columns)] = found.cosines
    return total


def folds_of(labels: Sequence[str], count: int) -> np.ndarray:
    """A fold a row, each label spread over all: by position, so that it is always the same."""
    seen: dict = {}
    folds = np.zeros(len(labels), dtype=int)
    for row, label in enumerate(labels):
        # Labels start in different folds, so that those with one row do not share the first.
        seen.setdefault(label, len(seen))
        folds[row] = seen[label] % count
        seen[label] += 1
    return folds
