"""`python -m components.benchmark`: our encoders and classifier on public intent data sets.

The very code that answers messages: vectors, letters, the mix chosen on folds of the training
data, the judge. Test splits are only measured on. Progress goes to standard error, the result as
one JSON object to `--out`. The data is read from `--data`: `banking77/{train,test}.csv` and
`clinc150/data_full.json`.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np

from components.calibration import Limits, calibrate
from components.intent_model import (
    OUT_OF_SCOPE,
    Examples,
    IntentModel,
    Mix,
    cross_parts,
    folds_of,
)
from components.judge import Judge
from components.letters import counts
from components.training import FOLDS, MIXES, VIEWS, Trained, best_mix
from components.vectors import VectorStore

Rows = List[Tuple[str, str]]
"""(text, intent)."""

SHOTS, SEEDS = 10, (0, 1, 2, 3, 4)
IN_SCOPE_KEPT = 0.95
"""Share of in-scope validation sentences that the threshold keeps (CLINC150's usual question)."""

STEP = 500
"""Texts encoded between two lines of progress."""

_OPEN = Limits(wrong=1.0, unknown=1.0, lost=0.0, emergency_missed=0.0, emergency_false=1.0)
"""No limits: only the judge is wanted, the benchmark has a threshold of its own."""


class MissingData(Exception):
    """A file of the data sets is not there."""


def tell(what: str) -> None:
    sys.stderr.write(f"{what}\n")
    sys.stderr.flush()


class Bench:
    """Vectors of everything, kept while the process runs."""

    def __init__(self) -> None:
        self._store = VectorStore.from_environment()

    def encode(self, texts: Sequence[str], name: str) -> None:
        for start in range(0, len(texts), STEP):
            tell(f"{name}: {start} of {len(texts)} sentences encoded")
            self._store.encode_all(texts[start : start + STEP], "en")
        self._store.save()

    def examples(self, rows: Rows) -> Examples:
        texts = [text for text, _ in rows]
        return Examples(
            self._store.encode_all(texts, "en"),
            counts(texts),
            tuple(intent for _, intent in rows),
            np.ones(len(rows), dtype=bool),
        )

    def fit(self, rows: Rows) -> Tuple[IntentModel, Mix]:
        """The model of `rows`, and the mix that does best on folds of them."""
        examples = self.examples(rows)
        model = IntentModel.fit(examples, VIEWS["en"])
        folds = folds_of(examples.labels, FOLDS)
        parts = cross_parts(examples, folds, VIEWS["en"], model)
        judge = Judge(model.classes, [])
        return model, best_mix(judge, parts, examples.labels, MIXES["en"])

    def accuracy(self, model: IntentModel, mix: Mix, rows: Rows) -> float:
        examples = self.examples(rows)
        parts = model.parts(examples.vectors, examples.letters)
        judge = Judge(model.classes, [])
        order, _ = judge.ranking(parts.mixed(mix))
        return float((judge.classes[order[:, 0]] == np.array(examples.labels)).mean())


def draw(rows: Rows, shots: int, seed: int) -> Rows:
    """`shots` rows an intent, at random; the same for the same seed."""
    chance = np.random.default_rng(seed)
    by_intent: Dict[str, Rows] = {}
    for row in rows:
        by_intent.setdefault(row[1], []).append(row)
    drawn: Rows = []
    for intent in sorted(by_intent):
        places = chance.choice(len(by_intent[intent]), shots, replace=False)
        drawn += [by_intent[intent][place] for place in places]
    return drawn


def banking77(bench: Bench, folder: Path) -> Dict[str, Any]:
    train, test = (_csv(folder / f"{name}.csv") for name in ("train", "test"))
    bench.encode([text for text, _ in train + test], "Banking77")
    few, mixes = [], []
    for seed in SEEDS:
        model, mix = bench.fit(draw(train, SHOTS, seed))
        few.append(bench.accuracy(model, mix, test))
        mixes.append(mix)
        tell(f"Banking77, {SHOTS} examples an intent, draw {seed}: {few[-1]:.4f}")
    tell("Banking77, all examples: training")
    model, mix = bench.fit(train)
    full = bench.accuracy(model, mix, test)
    tell(f"Banking77, all examples: {full:.4f}")
    return {
        "test": len(test),
        "ten_shot": {
            "accuracy": round(float(np.mean(few)), 4),
            "spread": round(float(np.std(few)), 4),
            "draws": [round(value, 4) for value in few],
            "mixes": mixes,
        },
        "full": {"accuracy": round(full, 4), "train": len(train), "mix": mix},
    }


def clinc150(bench: Bench, folder: Path) -> Dict[str, Any]:
    """The judge is fitted to the validation split, which trains no model, and chooses the mix."""
    path = folder / "data_full.json"
    if not path.is_file():
        raise MissingData(str(path))
    splits = json.loads(path.read_text("utf-8"))
    rows = {
        name: [(text, OUT_OF_SCOPE if intent == "oos" else intent) for text, intent in split]
        for name, split in splits.items()
    }
    train, val = rows["train"] + rows["oos_train"], rows["val"] + rows["oos_val"]
    bench.encode(
        [t for n in (train, val, rows["test"], rows["oos_test"]) for t, _ in n], "CLINC150"
    )
    tell("CLINC150: training")
    model = IntentModel.fit(bench.examples(train), VIEWS["en"])
    judge = Judge(model.classes, [])
    tried = bench.examples(val)
    parts = model.parts(tried.vectors, tried.letters)
    mix = best_mix(judge, parts, tried.labels, MIXES["en"])
    scores = parts.mixed(mix)
    at, _ = calibrate(judge, scores, tried.labels, folds_of(tried.labels, FOLDS), _OPEN)
    trained = Trained(model, mix, judge, at)
    sure = trained.judge.confidence(scores)
    in_scope = np.array(tried.labels) != OUT_OF_SCOPE
    threshold = float(np.quantile(sure[in_scope], 1 - IN_SCOPE_KEPT))
    test, strange = bench.examples(rows["test"]), bench.examples(rows["oos_test"])
    tested = model.parts(test.vectors, test.letters).mixed(mix)
    order, _ = judge.ranking(tested)
    right = judge.classes[order[:, 0]] == np.array(test.labels)
    kept = judge.confidence(tested) >= threshold
    unknown = judge.confidence(model.parts(strange.vectors, strange.letters).mixed(mix)) < threshold
    tell(f"CLINC150: {right.mean():.4f} in scope, {unknown.mean():.4f} of the rest recognised")
    return {
        "test": len(right),
        "out_of_scope_test": len(unknown),
        "in_scope_accuracy": round(float(right.mean()), 4),
        "in_scope_kept": round(float(kept.mean()), 4),
        "in_scope_right_and_kept": round(float((right & kept).mean()), 4),
        "out_of_scope_recall": round(float(unknown.mean()), 4),
        "threshold": threshold,
        "mix": mix,
    }


def _csv(path: Path) -> Rows:
    if not path.is_file():
        raise MissingData(str(path))
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["category"]) for row in csv.DictReader(file)]


SETS = {"banking77": banking77, "clinc150": clinc150}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", choices=sorted(SETS), action="append")
    options = parser.parse_args()
    started, bench, result = time.monotonic(), Bench(), {}
    for name in options.only or SETS:
        try:
            result[name] = SETS[name](bench, options.data / name)
        except MissingData as error:
            tell(f"no such file: {error}")
            return 3
    result["seconds"] = round(time.monotonic() - started, 1)
    options.out.write_text(json.dumps(result), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
