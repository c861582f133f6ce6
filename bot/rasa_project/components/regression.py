"""Multinomial logistic regression in single precision.

scikit-learn's own falls back to double precision at each step of the search, which takes three
times as long on a few thousand vectors; a published article waits for this.
"""

from __future__ import annotations

from typing import Optional, Tuple

import numpy as np
from scipy.optimize import minimize

STEPS = 200
TOLERANCE = 1e-6
"""Of the mean loss between two steps, relative: what is left moves no probability by 0.01."""


def fit(
    vectors: np.ndarray,
    owners: np.ndarray,
    classes: int,
    c: float,
    start: Optional[Tuple[np.ndarray, np.ndarray]] = None,
) -> Tuple[np.ndarray, np.ndarray]:
    """Weights (classes, width) and bias (classes,), each class weighing the same in all.

    `vectors` (n, width), `owners` (n,) the class of each, `c` the inverse strength of the penalty
    on the weights as scikit-learn counts it, `start` weights and bias to search from.
    """
    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    rows, width = vectors.shape
    counts = np.bincount(owners, minlength=classes)
    each = (rows / (classes * np.maximum(counts, 1)))[owners].astype(np.float32) / rows
    wanted = np.zeros((rows, classes), dtype=np.float32)
    wanted[np.arange(rows), owners] = 1.0
    penalty = np.float32(1.0 / (c * rows))

    def loss(flat: np.ndarray) -> Tuple[float, np.ndarray]:
        weights = flat[:-classes].reshape(classes, width).astype(np.float32)
        bias = flat[-classes:].astype(np.float32)
        logits = vectors @ weights.T
        logits += bias
        logits -= logits.max(axis=1, keepdims=True)
        right = logits[np.arange(rows), owners]
        np.exp(logits, out=logits)
        total = logits.sum(axis=1, keepdims=True)
        value = float((each * (np.log(total[:, 0]) - right)).sum(dtype=np.float64))
        value += 0.5 * float(penalty) * float(np.vdot(weights, weights))
        logits /= total
        logits -= wanted
        logits *= each[:, None]
        slope = logits.T @ vectors
        slope += penalty * weights
        return value, np.concatenate([slope.ravel(), logits.sum(axis=0)]).astype(np.float64)

    if start is None:
        begin = np.zeros(classes * (width + 1))
    else:
        begin = np.concatenate([start[0].ravel(), start[1]]).astype(np.float64)
    found = minimize(
        loss,
        begin,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": STEPS, "ftol": TOLERANCE, "gtol": 1e-7, "maxcor": 10},
    ).x
    return (
        found[:-classes].reshape(classes, width).astype(np.float32),
        found[-classes:].astype(np.float32),
    )
