# mypy: ignore-errors
"""Run in Rasa's Python by tests/bot/test_classifier.py: prints what the classifier's parts did.

Vectors are made up: no encoder is loaded, so that this takes two seconds.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from components import training, vectors
from components.calibration import Limits, Told, calibrate
from components.detector import Detector, cross_odds
from components.intent_model import (
    OUT_OF_SCOPE,
    Examples,
    IntentModel,
    View,
    cross_parts,
    folds_of,
)
from components.judge import Head, Judge, Thresholds, Verdict
from components.known import KnownPhrases
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


def alarmed(folder):
    examples, tried = sentences(12, 0.9), sentences(10, 0.9)
    flags, wanted = (np.array(each.labels) == "gas" for each in (examples, tried))
    taught = (examples.vectors, examples.letters, flags, examples.spelt)
    detector = Detector.fit(*taught, VIEWS)
    np.savez(folder / "alarm.npz", **detector.state())
    loaded = Detector.restored(VIEWS, np.load(folder / "alarm.npz"))
    odds = detector.odds(tried.vectors, tried.letters)
    folds = np.where(np.arange(len(flags)) < 8, -1, folds_of(examples.labels, 3))
    crossed = cross_odds(*taught, folds, detector)
    model = IntentModel.fit(examples, VIEWS)
    judge = Judge(model.classes, ["gas"])
    scores = replace(model.parts(tried.vectors, tried.letters).mixed(MIX), danger=odds)
    told = Told(scores, wanted, folds_of(tried.labels, 3))
    _, figures = calibrate(judge, scores, tried.labels, told.folds, LIMITS, told)
    judge.sure = None
    certain = Thresholds(0.0, 0.0, 0.9)
    heard = judge.verdicts(scores, certain)
    width = judge.alarm_inputs(scores).shape[1]
    judge.alarm = Head([0.0] * width, [1.0] * width, [0.0] * width, -3.0)
    unlikely = judge.verdicts(scores, certain)
    return {
        "told_apart": float(odds.mean(axis=1)[wanted].min() - odds.mean(axis=1)[~wanted].max()),
        "same_again": bool(
            (Detector.fit(*taught, VIEWS).odds(tried.vectors, tried.letters) == odds).all()
        ),
        "loaded_differs_by": float(np.abs(loaded.odds(tried.vectors, tried.letters) - odds).max()),
        "never_tried": float(np.abs(crossed[:8]).max()),
        "crossed_right": float(((crossed.sum(axis=1) > 0) == flags)[8:].mean()),
        "figures": figures,
        "steps_said": sum(v.answered and v.ranking[0][0] == "gas" for v in heard),
        "steps_said_of_the_unlikely": sum(
            v.answered and v.ranking[0][0] == "gas" for v in unlikely
        ),
        "others_answered": sum(v.answered for v in unlikely)
        == sum(v.ranking[0][0] != "gas" for v in unlikely),
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


def known(folder):
    lines = (
        Line("¿Cómo puedo pagar mi factura?", "bill", "es"),
        Line("smell of gas", "gas", "es"),
        Line("smell of gas!", "trees", "es"),
        Line("abonar", "bill", "es"),
        Line("pay the bill", "bill", "en"),
    )
    KnownPhrases.of(lines, "es").save(folder, "es")
    phrases = KnownPhrases.load(folder, "es")
    unsure = Verdict((("gas", 0.5), ("bill", 0.3), ("trees", 0.2)), False, True, ("gas", 0.6))
    settled = phrases.settled(unsure, "como puedo PAGAR mi factura")
    return {
        "first": settled.ranking[0],
        "names": sorted(name for name, _ in settled.ranking),
        "answered": settled.answered and not settled.out_of_scope,
        "still_an_emergency": settled.emergency == unsure.emergency,
        "left": [
            phrases.settled(unsure, text) == unsure
            for text in ("smell of gas", "abonar", "pay the bill", "", "pagar mi factura " * 99)
        ],
        "readable": "pagar" in (folder / "es_known.json").read_text("utf-8"),
    }


folder = Path(sys.argv[1])
result = {
    "judged": judged(folder),
    "alarmed": alarmed(folder),
    "letters": letters(),
    "outcomes": outcomes(),
    "store": store(folder / "vectors"),
    "little": little(folder),
    "known": known(folder),
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
