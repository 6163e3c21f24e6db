"""The intent classifier: one linear model whose confidence means what it says."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.linear import LinearModel, Rows, best_temperature, features, membership

RANKING = 10


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CalibratedIntentClassifier(IntentClassifier, GraphComponent):
    """Ridge regression onto the intents; a fifth of the examples, held out, sets the temperature.

    `balance` raises rare intents: 0 counts every example alike, 1 every intent.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"ridge": 10.0, "balance": 1.0, "held_out": 0.2, "seed": 1}

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config, self._storage, self._resource = config, model_storage, resource
        self._model: LinearModel | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CalibratedIntentClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CalibratedIntentClassifier:
        classifier = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            classifier._model = LinearModel.load(folder)
        return classifier

    def train(self, training_data: TrainingData) -> Resource:
        examples = [m for m in training_data.training_examples if m.get(INTENT) and m.get(TEXT)]
        rows, labels = features(examples), [message.get(INTENT) for message in examples]
        temperature = self._temperature(rows, labels, [m.get("of") or m.get(TEXT) for m in examples])
        self._model = replace(self._fit(rows, labels), temperature=temperature)
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def _fit(self, rows: Rows, labels: list[str]) -> LinearModel:
        counts = Counter(labels)
        typical = len(labels) / len(counts)
        rarity = [(typical / counts[label]) ** self._config["balance"] for label in labels]
        targets = membership(sorted(counts), [[label] for label in labels])
        importance = np.array(rarity, dtype=np.float32)
        return LinearModel.fit(rows, sorted(counts), targets, self._config["ridge"], importance)

    def _temperature(self, rows: Rows, labels: list[str], originals: list[str]) -> float:
        """A misheard copy stays on its original's side, or held-out examples would look too easy."""
        random = np.random.default_rng(self._config["seed"])
        out = {text for text in sorted(set(originals)) if random.random() < self._config["held_out"]}
        held = np.array([text in out for text in originals])
        if not held.any() or len(set(np.array(labels)[~held])) < len(set(labels)):
            return 1.0
        model = self._fit(rows[~held], [label for label, is_held in zip(labels, held) if not is_held])
        truth = np.array([model.classes.index(label) for label, is_held in zip(labels, held) if is_held])
        return best_temperature(model.scores(rows[held]), truth)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            ranking = self._ranking(message)
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking[:RANKING], add_to_output=True)
        return messages

    def _ranking(self, message: Message) -> list[dict[str, Any]]:
        if self._model is None or not message.get(TEXT):
            return [{"name": None, "confidence": 0.0}]
        scores = self._model.probabilities(features([message]))[0]
        order = np.argsort(-scores)
        return [{"name": self._model.classes[i], "confidence": float(scores[i])} for i in order]

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing can be wrong."""
