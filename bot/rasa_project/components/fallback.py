"""Turns an uncertain guess into Rasa's fallback intent."""

from __future__ import annotations

from typing import Any, Dict, List, Text, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY
from rasa.shared.nlu.training_data.message import Message

from components.classifier import IS_ANSWERED, IS_UNKNOWN, THRESHOLDS, CalibratedClassifier


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class CalibratedFallback(GraphComponent, IntentClassifier):
    """Like Rasa's FallbackClassifier, with the threshold the model was calibrated to.

    Rasa's own reads its threshold from config.yml, which cannot know it before training.
    """

    @classmethod
    def required_components(cls) -> List[Type]:
        return [CalibratedClassifier]

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "CalibratedFallback":
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            intent = message.get(INTENT)
            if not intent or message.get(THRESHOLDS) is None:
                continue
            if message.get(IS_UNKNOWN) or not message.get(IS_ANSWERED):
                message.set(
                    INTENT,
                    {
                        INTENT_NAME_KEY: DEFAULT_NLU_FALLBACK_INTENT_NAME,
                        PREDICTED_CONFIDENCE_KEY: intent[PREDICTED_CONFIDENCE_KEY],
                    },
                    add_to_output=True,
                )
        return messages
