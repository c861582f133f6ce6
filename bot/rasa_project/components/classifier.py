"""The intent classifier as a Rasa component: fits, calibrates and applies a model a language."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any, Dict, List, Optional, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.calibration import Limits
from components.featurizer import SentenceFeaturizer
from components.known import KnownPhrases
from components.material import read_labelled
from components.training import Trained, train
from components.vectors import SPACES, language_of

logger = logging.getLogger(__name__)

RANKING_LENGTH = 5
"""Three are offered to the customer; two more in case small talk is among them."""

LANGUAGE, THRESHOLDS, EMERGENCY = "language", "thresholds", "emergency"
IS_ANSWERED, IS_UNKNOWN = "answered", "out_of_scope"
"""Properties of a message after this component, beside `intent` and `intent_ranking`."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CalibratedClassifier(IntentClassifier, GraphComponent):
    """One model a language, with thresholds chosen at training and stored with it.

    Training reads, from the folder it runs in, `phrases.jsonl` and, where they are there,
    `validation.jsonl`, `emergencies.jsonl`, `held_back.jsonl`, `out_of_scope.txt`,
    `out_of_scope_es.txt` and `intents.json` (components/material.py): Rasa's own training data
    hold one phrase a topic, since Rasa copies and fingerprints each many times. It leaves
    `report.json` there: per language the thresholds and their figures, and what became of each
    held-back line.
    """

    def __init__(
        self,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        trained: Optional[Dict[Text, Trained]] = None,
        known: Optional[Dict[Text, KnownPhrases]] = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._trained = trained or {}
        self._known = known or {}

    @classmethod
    def required_components(cls) -> List[Type]:
        return [SentenceFeaturizer]

    @staticmethod
    def required_packages() -> List[Text]:
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {
            "wrong_limit": 0.02,
            "unknown_limit": 0.06,
            "lost_limit": 0.015,
            "emergency_missed_limit": 0.005,
            "emergency_false_limit": 0.08,
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
        limits = Limits(
            wrong=self._config["wrong_limit"],
            unknown=self._config["unknown_limit"],
            lost=self._config["lost_limit"],
            emergency_missed=self._config["emergency_missed_limit"],
            emergency_false=self._config["emergency_false_limit"],
        )
        phrases = read_labelled(Path("phrases.jsonl"))
        self._trained, report = train(phrases, Path(), limits)
        self._known = {each: KnownPhrases.of(phrases, each) for each in self._trained}
        logger.info("Chosen: %s", json.dumps(report["languages"]))
        Path("report.json").write_text(json.dumps(report, ensure_ascii=False), "utf-8")
        with self._model_storage.write_to(self._resource) as folder:
            for language, trained in self._trained.items():
                trained.save(folder, language)
                self._known[language].save(folder, language)
        return self._resource

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
            trained = {language: Trained.load(folder, language) for language in SPACES}
            known = {language: KnownPhrases.load(folder, language) for language in SPACES}
        return cls(config, model_storage, resource, trained, known)

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            if message.get(TEXT):
                self._classify(message)
        return messages

    def _classify(self, message: Message) -> None:
        language = language_of(_metadata(message))
        trained = self._trained.get(language)
        if trained is None:
            raise RasaException(f"the intent classifier was never trained for {language!r}")
        (verdict,) = trained.verdicts(_vector(message)[None, :], [message.get(TEXT)])
        verdict = self._known[language].settled(verdict, message.get(TEXT))
        ranking = [
            {"name": name, "confidence": confidence}
            for name, confidence in verdict.ranking[:RANKING_LENGTH]
        ]
        properties = {
            "intent": dict(ranking[0]),
            "intent_ranking": ranking,
            LANGUAGE: language,
            THRESHOLDS: {"answer": trained.at.answer, "ask": trained.at.ask},
            EMERGENCY: None
            if verdict.emergency is None
            else {"name": verdict.emergency[0], "confidence": verdict.emergency[1]},
            IS_ANSWERED: verdict.answered,
            IS_UNKNOWN: verdict.out_of_scope,
        }
        for name, value in properties.items():
            message.set(name, value, add_to_output=True)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        for name in cls.get_default_config():
            if not 0 <= float(config.get(name, 0)) <= 1:
                raise RasaException(f"{name} must be a share from 0 to 1")


def _metadata(message: Message) -> Any:
    return message.get("metadata")


def _vector(message: Message) -> np.ndarray:
    _, sentence = message.get_dense_features(TEXT)
    if sentence is None:
        raise RasaException("SentenceFeaturizer must stand before CalibratedClassifier")
    return sentence.features[0]
