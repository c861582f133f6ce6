"""Everything a training finds out: a model a language, its thresholds, and how good it is."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np
from scipy import sparse

from components.calibration import Limits, Told, calibrate
from components.detector import Detector, cross_odds
from components.intent_model import (
    OUT_OF_SCOPE,
    Examples,
    IntentModel,
    Mix,
    Parts,
    View,
    cross_parts,
    folds_of,
)
from components.judge import Judge, Thresholds, Verdict
from components.letters import counts
from components.material import (
    Line,
    read_alarms,
    read_emergencies,
    read_labelled,
    read_out_of_scope,
)
from components.report import report
from components.vectors import DEFAULT_LANGUAGE, SPACES, VectorStore

MINILM, USE = View(0, 384), View(384, 896)
VIEWS: Dict[str, Tuple[View, ...]] = {"en": (MINILM, USE), "es": (View(0, 512),)}
"""Columns as components.vectors.SPACES lays them."""

MIXES: Dict[str, Tuple[Mix, ...]] = {
    "en": ((0.45, 0.25, 0.3), (0.6, 0.2, 0.2), (0.8, 0.1, 0.1)),
    "es": ((0.6, 0.4), (0.5, 0.5)),
}
"""Which of them fits depends on the data, so that it is chosen at training too."""

FOLDS = 3


@dataclass(frozen=True)
class Trained:
    """What answers one language."""

    model: IntentModel
    mix: Mix
    judge: Judge
    detector: Detector
    at: Thresholds

    def verdicts(self, vectors: np.ndarray, texts: Sequence[str]) -> List[Verdict]:
        """`vectors`: a row a text, as wide as the language needs."""
        letters = counts(texts)
        scores = self.model.parts(vectors, letters).mixed(self.mix)
        danger = self.detector.odds(vectors, letters)
        return self.judge.verdicts(replace(scores, danger=danger), self.at)

    def save(self, folder: Path, language: str) -> None:
        self.model.save(folder / f"{language}.npz")
        np.savez(folder / f"{language}_alarm.npz", **self.detector.state())
        stored = {"mix": self.mix, "thresholds": asdict(self.at), "judge": self.judge.state()}
        (folder / f"{language}.json").write_text(json.dumps(stored), "utf-8")

    @classmethod
    def load(cls, folder: Path, language: str) -> "Trained":
        model = IntentModel.load(folder / f"{language}.npz")
        stored = json.loads((folder / f"{language}.json").read_text("utf-8"))
        with np.load(folder / f"{language}_alarm.npz", allow_pickle=False) as state:
            detector = Detector.restored(VIEWS[language], state)
        judge = Judge.restored(model.classes, stored["judge"])
        at = Thresholds(**stored["thresholds"])
        return cls(model, tuple(stored["mix"]), judge, detector, at)


def train(
    phrases: Sequence[Line], folder: Path, limits: Limits
) -> Tuple[Dict[str, Trained], Dict[str, Any]]:
    """A model a language, and the report on them, plain values for JSON.

    `phrases` are those of all languages; `folder` holds the other files (components/material.py).
    The lines that thresholds are chosen with teach the final model too: the thresholds come from
    models of folds, each fitted without the lines it was tried on.
    """
    store = VectorStore.from_environment()
    intents = {phrase.intent for phrase in phrases}
    validation = [
        line for line in read_labelled(folder / "validation.jsonl") if line.intent in intents
    ]
    for language in SPACES:
        validation += read_out_of_scope(folder, language)
    emergencies = read_emergencies(folder / "intents.json")
    said = {line.text.casefold() for line in [*phrases, *validation]}
    alarms = [
        line
        for line in read_alarms(folder / "emergencies.jsonl")
        if line.text.casefold() not in said
    ]
    held_back = read_labelled(folder / "held_back.jsonl")
    trained: Dict[str, Trained] = {}
    chosen: Dict[str, Dict[str, Any]] = {}
    verdicts: Dict[int, Verdict] = {}
    for language in SPACES:
        trained[language], chosen[language] = _train_one(
            language, phrases, validation, alarms, emergencies, store, limits
        )
        own = [place for place, line in enumerate(held_back) if line.language == language]
        texts = [held_back[place].text for place in own]
        found = trained[language].verdicts(store.encode_all(texts, language), texts)
        verdicts.update(zip(own, found, strict=True))
    store.save()
    tally, rows = report(held_back, [verdicts[place] for place in range(len(held_back))])
    return trained, {"languages": chosen, "held_back": tally, "lines": rows}


def _train_one(
    language: str,
    phrases: Sequence[Line],
    validation: Sequence[Line],
    alarms: Sequence[Line],
    emergencies: Sequence[str],
    store: VectorStore,
    limits: Limits,
) -> Tuple[Trained, Dict[str, Any]]:
    tried_on = [line for line in validation if line.language == language]
    taught = [line for line in phrases if line.language == language]
    # English teaches the other languages too: their encoder lays a sentence beside its
    # translation, and an article whose phrases nobody has translated yet is found all the same.
    if language != DEFAULT_LANGUAGE:
        taught += [line for line in [*phrases, *validation] if line.language == DEFAULT_LANGUAGE]
    lines: List[Line] = [*taught, *tried_on]
    texts = [line.text for line in lines]
    examples = Examples(
        store.encode_all(texts, language),
        counts(texts),
        tuple(line.intent for line in lines),
        np.array([line.language == language for line in lines]),
    )
    model = IntentModel.fit(examples, VIEWS[language])
    judge = Judge(model.classes, emergencies)
    labels = [line.intent for line in tried_on]
    folds = folds_of(labels, FOLDS)
    everywhere = np.concatenate([np.full(len(taught), -1), folds])
    parts = cross_parts(examples, everywhere, VIEWS[language], model).rows(everywhere >= 0)
    mix = best_mix(judge, parts, labels, MIXES[language])
    heard = [line for line in alarms if line.language in (language, DEFAULT_LANGUAGE)]
    own = np.array([line.language == language for line in heard], dtype=bool)
    urgent = np.array([line.intent in emergencies for line in heard], dtype=bool)
    texts = [line.text for line in heard]
    told = Examples(
        store.encode_all(texts, language), counts(texts), tuple(str(flag) for flag in urgent), own
    )
    told_folds = np.full(len(heard), -1)
    told_folds[own] = folds_of([told.labels[place] for place in np.flatnonzero(own)], FOLDS)
    detector, odds = _detector(
        (examples, told),
        np.concatenate([np.isin(examples.labels, list(emergencies)), urgent]),
        np.concatenate([everywhere, told_folds]),
        VIEWS[language],
    )
    scores = replace(parts.mixed(mix), danger=odds[: len(lines)][everywhere >= 0])
    mine = told.rows(own)
    beside = replace(
        model.parts(mine.vectors, mine.letters).mixed(mix), danger=odds[len(lines) :][own]
    )
    at, figures = calibrate(
        judge, scores, labels, folds, limits, Told(beside, urgent[own], told_folds[own])
    )
    return Trained(model, mix, judge, detector, at), {**asdict(at), **figures, "mix": mix}


def _detector(
    sources: Sequence[Examples], urgent: np.ndarray, folds: np.ndarray, views: Sequence[View]
) -> Tuple[Detector, np.ndarray]:
    """A detector of all `sources`, and each row's odds by one that was fitted without it."""
    vectors = np.concatenate([each.vectors for each in sources])
    letters = sparse.vstack([each.letters for each in sources], format="csr")
    spelt = np.concatenate([each.spelt for each in sources])
    detector = Detector.fit(vectors, letters, urgent, spelt, views)
    return detector, cross_odds(vectors, letters, urgent, spelt, folds, detector)


def best_mix(judge: Judge, parts: Parts, labels: Sequence[str], mixes: Sequence[Mix]) -> Mix:
    """The mix that ranks most of the known first; the first of equals."""
    known = np.array(labels, dtype=str) != OUT_OF_SCOPE

    def hits(mix: Mix) -> int:
        order, _ = judge.ranking(parts.mixed(mix))
        return int((judge.classes[order[:, 0]] == np.array(labels, dtype=str))[known].sum())

    return max(mixes, key=hits) if known.any() else mixes[0]
