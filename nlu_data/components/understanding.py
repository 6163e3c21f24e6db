"""Intent and services of a message: one row of features, two linear models over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components import context, matters, service_types
from components.features import Featurizer, Said
from components.forked import all_of
from components.linear import Floats, LinearModel, Rows, best_temperature, held_out_scores, membership
from components.rehearing import probably_said
from components.services import namings

RANKING = 10


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Understanding(IntentClassifier, GraphComponent):
    """Ridge regressions onto the intents and onto the service types.

    `scales` are the lengths of a message's vector in every view; `balance` raises rare intents: 0 counts every
    example alike, 1 every intent. Of the examples a share `held_out` of a second fit sets the temperature.
    `thresholds` are the scores from which on a service is meant (`service_types.THRESHOLDS`).
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return []

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "scales": {"characters": 5.0, "pinyin": 5.0, "situation": 5.0, "services": 4.0, "meaning": 6.5},
            "sharpness": 1.5,
            "ridge": 10.0,
            "balance": 1.0,
            "held_out": 0.5,
            "seed": 1,
            "thresholds": service_types.THRESHOLDS,
        }

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config, self._storage, self._resource = config, model_storage, resource
        self._featurizer: Featurizer | None = None
        self._intents: LinearModel | None = None
        self._services: LinearModel | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Understanding:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Understanding:
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._featurizer = Featurizer.load(
                folder / "features.npz", config["scales"], config["sharpness"]
            )
            component._intents = LinearModel.load(folder / "intents.npz")
            component._services = LinearModel.load(folder / "services.npz")
        return component

    def train(self, training_data: TrainingData) -> Resource:
        examples = [m for m in training_data.training_examples if m.get(INTENT) and m.get(TEXT)]
        featurizer, rows = Featurizer.learn(
            [_said(message) for message in examples],
            np.array([message.get("of") is None for message in examples]),
            self._config["scales"],
            self._config["sharpness"],
        )
        ridge, held = self._config["ridge"], self._held_out(examples)
        intents, targets = membership([[message.get(INTENT)] for message in examples])
        services, meant = membership(
            [service_types.taught(context.service_types(message)) for message in examples]
        )
        importance, alike = self._importance(targets), np.ones(len(examples), dtype=np.float32)
        fits: list[Callable[[], Any]] = [
            lambda: LinearModel.fit(rows, intents, targets, ridge, importance),
            lambda: LinearModel.fit(rows, services, meant, ridge, alike),
            lambda: _temperature(rows, targets, ridge, importance, held),
        ]
        model, self._services, temperature = all_of(fits)
        self._featurizer, self._intents = featurizer, replace(model, temperature=temperature)
        with self._storage.write_to(self._resource) as folder:
            featurizer.save(folder / "features.npz")
            self._intents.save(folder / "intents.npz")
            self._services.save(folder / "services.npz")
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

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if self._featurizer is None or not message.get(TEXT):
                message.set(INTENT, {"name": None, "confidence": 0.0}, add_to_output=True)
                continue
            row = self._featurizer.rows([_said(message)])
            self._set_intent(message, row)
            self._set_services(message, row)
        return messages

    def _set_intent(self, message: Message, row: Rows) -> None:
        assert self._intents is not None
        names = self._intents.classes
        scores = self._of_the_first_matter(message, self._intents.probabilities(row)[0])
        ranking = [{"name": names[i], "confidence": float(scores[i])} for i in np.argsort(-scores)[:RANKING]]
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set("intent_ranking", ranking, add_to_output=True)

    def _of_the_first_matter(self, message: Message, scores: Floats) -> Floats:
        """The probabilities; of the beginning alone, where another matter follows it."""
        assert self._intents is not None and self._featurizer is not None
        names = self._intents.classes
        said, asked = _said(message)
        beginning = matters.first(said)
        if beginning is None or names[scores.argmax()] not in matters.MATTERS:
            return scores
        alone = self._intents.probabilities(self._featurizer.rows([(beginning, asked)]))[0]
        sure = alone.max() >= matters.SURE and names[alone.argmax()] in matters.MATTERS
        return alone if sure else scores

    def _set_services(self, message: Message, row: Rows) -> None:
        assert self._services is not None
        scores = dict(zip(self._services.classes, self._services.scores(row)[0].tolist(), strict=True))
        said, intent = _said(message), message.get(INTENT)["name"]
        meant = service_types.meant(scores, *said, intent, self._config["thresholds"])
        found = [_entity(said[0], *service) for service in meant]
        message.set(ENTITIES, [*message.get(ENTITIES, []), *found], add_to_output=True)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing can be wrong."""


def _said(message: Message) -> Said:
    return probably_said(message), context.asked(message)


def _temperature(
    rows: Rows, targets: Floats, ridge: float, importance: Floats, held: NDArray[np.bool_]
) -> float:
    """What a model of the other examples needs for its scores of the `held` ones to be probabilities."""
    if not held.any() or not targets[~held].any(axis=0).all():
        return 1.0
    scores = held_out_scores(rows, targets, ridge, importance, held)
    return best_temperature(scores, targets[held].argmax(axis=1))


def _entity(text: str, service: str, confidence: float) -> dict[str, Any]:
    """A service type as Rasa's entity, where it is named or over the whole text."""
    naming = next((n for n in namings(text) if n.service_type == service), None)
    start, end = (naming.start, naming.end) if naming else (0, len(text))
    return {
        "entity": "service_type",
        "value": service,
        "start": start,
        "end": end,
        "confidence_entity": round(float(np.clip(confidence, 0, 1)), 4),
        "extractor": Understanding.__name__,
    }
