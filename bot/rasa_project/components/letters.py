"""What the letters alone say: naive Bayes over hashed stretches of two to five characters.

It knows nothing of meaning, and so errs elsewhere than the encoders do: names, forms of words and
typos of the city's own are in it. Learning takes a tenth of a second.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Sequence

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer

BUCKETS = 2**15
SMOOTHING = 0.05
FLOOR = -9.0
"""Of a log probability: one strange word must not rule a class out for good."""

MAX_CHARACTERS = 600


@lru_cache(maxsize=1)
def _vectorizer() -> HashingVectorizer:
    return HashingVectorizer(
        analyzer="char_wb",
        ngram_range=(2, 5),
        n_features=BUCKETS,
        alternate_sign=False,
        norm=None,
        strip_accents="unicode",
        dtype=np.float32,
    )


def counts(texts: Sequence[str]) -> Any:
    """A sparse row a text, each count on a log scale."""
    if not texts:
        return sparse.csr_matrix((0, BUCKETS), dtype=np.float32)
    found = _vectorizer().transform([text[:MAX_CHARACTERS] for text in texts])
    found.data = 1 + np.log(found.data)
    return found


class LetterModel:
    """`rarity` (BUCKETS,), `odds` (BUCKETS, classes), `prior` (classes,), `heard` (classes,).

    A class that no text taught (`heard` is False) is neither likely nor unlikely.
    """

    def __init__(
        self, rarity: np.ndarray, odds: np.ndarray, prior: np.ndarray, heard: np.ndarray
    ) -> None:
        self.rarity, self.odds, self.prior, self.heard = rarity, odds, prior, heard

    @classmethod
    def fit(cls, found: Any, owners: np.ndarray, classes: int) -> "LetterModel":
        """`found` are counts(texts), `owners` the class of each."""
        rows = found.shape[0]
        seen = np.bincount(found.indices, minlength=BUCKETS)
        rarity = (np.log((1 + rows) / (1 + seen)) + 1).astype(np.float32)
        member = sparse.csr_matrix(
            (np.ones(rows, np.float32), (owners, np.arange(rows))), shape=(classes, rows)
        )
        mass = (member @ _scaled(found, rarity)).toarray() + SMOOTHING
        odds = np.log(mass) - np.log(mass.sum(axis=1, keepdims=True))
        taught = np.bincount(owners, minlength=classes)
        prior = np.log(np.maximum(taught, 1) / max(rows, 1))
        return cls(
            rarity,
            np.ascontiguousarray(odds.T, dtype=np.float32),
            prior.astype(np.float32),
            taught > 0,
        )

    def log_odds(self, found: Any) -> np.ndarray:
        """Log probability of each class, a row a text."""
        logits = (_scaled(found, self.rarity) @ self.odds + self.prior).astype(np.float64)
        logits[:, ~self.heard] = -np.inf
        logits -= logits.max(axis=1, keepdims=True)
        logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
        logits[:, ~self.heard] = -np.log(len(self.heard))
        return np.maximum(logits, FLOOR)


def _scaled(found: Any, rarity: np.ndarray) -> Any:
    """Each row weighted by how rare its stretches are, of length 1."""
    scaled = found.copy()
    scaled.data = scaled.data * rarity[scaled.indices]
    lengths = np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=1)).ravel())
    scaled.data /= np.repeat(np.maximum(lengths, 1e-9), np.diff(scaled.indptr)).astype(np.float32)
    return scaled
