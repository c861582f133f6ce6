"""The intent classifier as a Rasa component: fits, calibrates and applies an IntentModel."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict
from pathlib import Path
from typing import Any, Dict, List, Optional, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.encoder import encoder
from components.featurizer import SentenceFeaturizer
from components.intent_model import (
    OUT_OF_SCOPE,
    Calibration,
    IntentModel,
    choose_threshold,
    read_lines,
    read_validation,
)

logger = logging.getLogger(__name__)

RANKING_LENGTH = 5
"""Three are offered to the customer; two more in case small talk is among them."""

THRESHOLD = "answer_threshold"
"""Message property read by `components.fallback`."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CalibratedClassifier(IntentClassifier, GraphComponent):
    """Logistic regression times nearest phrase, with the threshold chosen at training.

    `validation` (JSON lines `text`, `slug`) and `out_of_scope` (plain lines) are paths from
    the folder that training runs in. Every other line of `out_of_scope` is training data for
    a class of its own; the rest is held back to choose the threshold on.
    """

    def __init__(
        self,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: Optional[IntentModel] = None,
        threshold: float = 1.0,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model
        self._threshold = threshold

    @classmethod
    def required_components(cls) -> List[Type]:
        return [SentenceFeaturizer]

    @staticmethod
    def required_packages() -> List[Text]:
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {
            "C": 20.0,
            "validation": "validation.jsonl",
            "out_of_scope": "out_of_scope.txt",
            "wrong_limit": 0.03,
            "unknown_limit": 0.08,
        }

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "CalibratedClassifier":
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        examples = [
            example
            for example in training_data.intent_examples
            if example.get(INTENT) and example.get(TEXT)
        ]
        labels = [example.get(INTENT) for example in examples]
        strange = encoder().encode_all(read_lines(Path(self._config["out_of_scope"])))
        vectors = [_vector(example) for example in examples] + list(strange[::2])
        labels += [OUT_OF_SCOPE] * len(strange[::2])
        self._model = IntentModel.fit(np.stack(vectors), labels, self._config["C"])

        validation = read_validation(Path(self._config["validation"]))
        calibration = choose_threshold(
            self._model,
            encoder().encode_all(text for text, _ in validation),
            [intent for _, intent in validation],
            strange[1::2],
            wrong_limit=self._config["wrong_limit"],
            unknown_limit=self._config["unknown_limit"],
        )
        logger.info("Calibrated: %s", json.dumps(asdict(calibration)))
        self._threshold = calibration.threshold
        self._save(calibration)
        return self._resource

    def _save(self, calibration: Calibration) -> None:
        assert self._model is not None
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder / "intents.npz")
            (folder / "calibration.json").write_text(json.dumps(asdict(calibration)))

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "CalibratedClassifier":
        with model_storage.read_from(resource) as folder:
            model = IntentModel.load(folder / "intents.npz")
            threshold = json.loads((folder / "calibration.json").read_text())["threshold"]
        return cls(config, model_storage, resource, model, threshold)

    def process(self, messages: List[Message]) -> List[Message]:
        if self._model is None:
            raise RasaException("the intent classifier was never trained")
        for message in messages:
            vector = _vector(message) if message.get(TEXT) else None
            if vector is None:
                continue
            verdict = self._model.judge(vector)
            ranking = [
                {"name": name, "confidence": confidence} for name, confidence in verdict.ranking
            ][:RANKING_LENGTH]
            message.set(
                "intent",
                {"name": ranking[0]["name"], "confidence": verdict.confidence},
                add_to_output=True,
            )
            message.set("intent_ranking", ranking, add_to_output=True)
            message.set(THRESHOLD, self._threshold, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        if float(config.get("C", 1)) <= 0:
            raise RasaException("C must be above 0")


def _vector(message: Message) -> np.ndarray:
    _, sentence = message.get_dense_features(TEXT)
    if sentence is None:
        raise RasaException("SentenceFeaturizer must stand before CalibratedClassifier")
    return sentence.features[0]
