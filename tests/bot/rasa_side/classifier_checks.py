# mypy: ignore-errors
"""Run in Rasa's Python by tests/bot/test_classifier.py: prints what the classifier's parts did.

Vectors are made up: no encoder is loaded, so that this takes two seconds.
"""

import json
import sys
from pathlib import Path

import numpy as np
from components import training, vectors
from components.calibration import Limits, calibrate
from components.intent_model import (
    OUT_OF_SCOPE,
    Examples,
    IntentModel,
    View,
    cross_parts,
    folds_of,
)
from components.judge import Judge, Thresholds, Verdict
from components.letters import LetterModel, counts
from components.material import Line
from components.report import report
from components.vectors import VectorStore, language_of
from sklearn.linear_model import LogisticRegression

chance = np.random.default_rng(7)
INTENTS = ("bill", "gas", "trees", OUT_OF_SCOPE)
CENTRES = dict(zip(INTENTS, chance.normal(size=(4, 16)), strict=True))
WORDS = dict(zip(INTENTS, ("pay the bill", "smell of gas", "tall tree", "nice joke"), strict=True))
VIEWS = (View(0, 16),)
MIX = (0.7, 0.3)
LIMITS = Limits(0.1, 0.1, 0.05, 0.05, 0.2)


def sentences(each, spread):
    rows, texts, labels = [], [], []
    for number in range(each):
        for intent in INTENTS:
            row = CENTRES[intent] + spread * chance.normal(size=16)
            rows.append(row / np.linalg.norm(row))
            texts.append(f"{WORDS[intent]} {number}")
            labels.append(intent)
    vectors_ = np.array(rows, dtype=np.float32)
    return Examples(vectors_, counts(texts), tuple(labels), np.ones(len(rows), bool))


def judged(folder):
    examples = sentences(12, 0.9)
    model = IntentModel.fit(examples, VIEWS)
    again = IntentModel.fit(examples, VIEWS)
    model.save(folder / "model.npz")
    loaded = IntentModel.load(folder / "model.npz")
    tried = sentences(10, 0.9)
    first, second = (m.parts(tried.vectors, tried.letters) for m in (model, again))
    third = loaded.parts(tried.vectors, tried.letters)
    judge = Judge(model.classes, ["gas"])
    folds = folds_of(tried.labels, 3)
    crossed = cross_parts(tried, folds, VIEWS, model)
    at, figures = calibrate(judge, crossed.mixed(MIX), tried.labels, folds, LIMITS)
    restored = Judge.restored(model.classes, json.loads(json.dumps(judge.state())))
    verdicts = judge.verdicts(first.mixed(MIX), at)
    own = LogisticRegression(C=20.0, class_weight="balanced", max_iter=2000).fit(
        examples.vectors, examples.labels
    )
    return {
        "same_data_same_model": bool((first.odds == second.odds).all()),
        "loaded_differs_by": float(np.abs(first.mixed(MIX).odds - third.mixed(MIX).odds).max()),
        "restored_same": restored.verdicts(first.mixed(MIX), at) == verdicts,
        "far_from_sklearn": float(
            np.abs(own.predict_proba(tried.vectors) - np.exp(first.odds[0])).max()
            if list(own.classes_) == model.classes
            else 1.0
        ),
        "order": [at.ask <= at.answer, at.answer <= 1.0],
        "figures": figures,
        "never_out_of_scope_in_ranking": all(
            name != OUT_OF_SCOPE for verdict in verdicts for name, _ in verdict.ranking
        ),
        "descending": all(
            sorted((c for _, c in verdict.ranking), reverse=True) == [c for _, c in verdict.ranking]
            for verdict in verdicts
        ),
        "emergencies": sorted({v.emergency[0] for v in verdicts if v.emergency}),
        "folds": [sorted(set(folds[np.array(tried.labels) == name].tolist())) for name in INTENTS],
    }


def letters():
    texts = ["pay the bill", "bill to pay", "smell of gas", "gas smells"]
    model = LetterModel.fit(counts(texts), np.array([0, 0, 1, 1]), 3)
    odds = np.exp(model.log_odds(counts(["gaz smel", "BILL"])))
    return {"best": odds[:, :2].argmax(axis=1).tolist(), "unheard": odds[:, 2].tolist()}


def outcomes():
    def verdict(names, answered, unknown):
        ranking = tuple((name, 0.5) for name in names)
        return Verdict(ranking, answered, unknown, None)

    lines = [
        (Line("a", "pay_bill", "en"), verdict(["pay_bill"], True, False)),
        (Line("b", "pay_bill", "en"), verdict(["trees"], True, False)),
        (Line("c", "pay_bill", "en"), verdict(["trees", "x", "pay_bill"], False, False)),
        (Line("d", "pay_bill", "en"), verdict(["trees", "x", "y", "pay_bill"], False, False)),
        (Line("e", "pay_bill", "es"), verdict(["pay_bill"], False, True)),
        (Line("f", OUT_OF_SCOPE, "es"), verdict(["pay_bill"], True, False)),
        (Line("g", OUT_OF_SCOPE, "es"), verdict(["pay_bill"], False, True)),
    ]
    tally, rows = report([line for line, _ in lines], [found for _, found in lines])
    return {"tally": tally, "rows": [[row["outcome"], row["predicted"]] for row in rows]}


def store(folder):
    asked = []

    def encoded(texts):
        asked.append(list(texts))
        return np.array([[len(text)] * 384 for text in texts], dtype=np.float32)

    vectors._all = lambda space: encoded
    first = VectorStore(folder)
    first.in_space(["one", "three", "one"], vectors.MINILM)
    first.save()
    second = VectorStore(folder)
    rows = second.in_space(["three", "twenty"], vectors.MINILM)
    second.save()
    third = VectorStore(folder)
    third.in_space(["one"], vectors.MINILM)
    (folder / "minilm.npz").write_bytes(b"PK broken")
    VectorStore(folder).in_space(["twenty"], vectors.MINILM)
    return {"asked": asked, "rows": rows[:, 0].tolist(), "none": first.in_space([], "use").shape}


def little(folder):
    """Two intents and nothing to choose on; nothing in Spanish."""

    class Store:
        def encode_all(self, texts, language):
            rows = [[len(text), 1.0] * (vectors.width(language) // 2) for text in texts]
            return np.array(rows, dtype=np.float32).reshape(len(rows), vectors.width(language))

        def save(self):
            pass

    training.VectorStore.from_environment = classmethod(lambda cls: Store())
    phrases = [Line("pay", "bill", "en"), Line("gas leak", "gas", "en")]
    trained, told = training.train(phrases, folder / "nothing", LIMITS)
    trained["es"].save(folder, "es")
    loaded = training.Trained.load(folder, "es")
    (found,) = loaded.verdicts(Store().encode_all(["pay"], "es"), ["pay"])
    at = told["languages"]["es"]
    return {
        "same": found == trained["es"].verdicts(Store().encode_all(["pay"], "es"), ["pay"])[0],
        "intents": sorted(name for name, _ in found.ranking),
        "default": at["answer"] == Thresholds().answer,
        "examples": at["examples"],
    }


folder = Path(sys.argv[1])
result = {
    "judged": judged(folder),
    "letters": letters(),
    "outcomes": outcomes(),
    "store": store(folder / "vectors"),
    "little": little(folder),
    "languages": [
        language_of(metadata)
        for metadata in (
            None,
            {},
            {"language": "es"},
            {"intent": {"language": "es"}},
            {"language": "fr"},
            {"language": ["es"]},
            {"intent": "es"},
        )
    ],
}
print(json.dumps(result))
