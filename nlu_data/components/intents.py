"""The intent classifier: one linear model whose confidence means what it says."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.linear import (
    Floats,
    LinearModel,
    Rows,
    best_temperature,
    bias,
    features,
    held_out_scores,
    membership,
    solve,
)

RANKING = 10


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CalibratedIntentClassifier(IntentClassifier, GraphComponent):
    """Ridge regression onto the intents; half of the examples, held out of a second fit, set the temperature.

    `balance` raises rare intents: 0 counts every example alike, 1 every intent.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"ridge": 10.0, "balance": 1.0, "held_out": 0.5, "seed": 1}

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
        labels = [message.get(INTENT) for message in examples]
        classes = sorted(set(labels))
        rows, targets = features(examples), membership(classes, [[label] for label in labels])
        importance = self._importance(targets)
        shares = solve(rows, targets, self._config["ridge"], importance)
        temperature = self._temperature(rows, targets, importance, self._held_out(examples))
        self._model = LinearModel(tuple(classes), rows.combine(shares), bias(shares), temperature)
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def _importance(self, targets: Floats) -> Floats:
        """Rare intents weigh more; an example of an intent of average size weighs 1."""
        counts = targets.sum(axis=0)
        rarity = (counts.mean() / counts) ** self._config["balance"]
        return np.asarray(targets @ rarity, dtype=np.float32)

    def _held_out(self, examples: list[Message]) -> NDArray[np.bool_]:
        """A misheard copy stays on its original's side, or held-out examples would look too easy."""
        originals = [message.get("of") or message.get(TEXT) for message in examples]
        random = np.random.default_rng(self._config["seed"])
        out = {text for text in sorted(set(originals)) if random.random() < self._config["held_out"]}
        return np.array([text in out for text in originals])

    def _temperature(self, rows: Rows, targets: Floats, importance: Floats, held: NDArray[np.bool_]) -> float:
        if not held.any() or not targets[~held].any(axis=0).all():
            return 1.0
        scores = held_out_scores(rows, targets, self._config["ridge"], importance, held)
        return best_temperature(scores, targets[held].argmax(axis=1))

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
