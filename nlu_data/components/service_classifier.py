"""Which services a message means, named or implied ("中午没人做饭" is meal)."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components import context
from components.linear import LinearModel, features, membership
from components.rehearing import probably_said
from components.services import namings

_CLAUSE = re.compile(r"[^，。,；;！!？?…\s]+")
_UNABLE = re.compile(
    r"[买做洗去弄打扫剪理走].{0,3}(?:不成|不了|不动|不得|没法|费劲)|没法[买做洗去弄打扫剪理]"
)
_ASKING = re.compile(r"想|要|给我|帮|请|订|约|派|能不能|能给|来个|送")
_REFUSED = re.compile(r"(?:不想|不要|不愿意?|不用|不再|别|甭|莫)(?:再|去|做|给[我他她])?$")
_PROFESSION = re.compile(r"(?:我是|是个?|当|做|考)(?:了|个|名|过)?$")  # 我是护工 asks for no nursing
_JOINED = re.compile(r"[和跟与](?!.{1,8}一样)|、|还是|或者|以及")
_PLACES_OF_CARE = frozenset(("day_care", "short_stay", "residential", "home_bed"))

SEVERAL = 3  # no one asks for more at once
THRESHOLDS = {"first": 0.25, "wanted": 0.15, "answer": 0.4, "second": 0.43, "named": 0.33}
ABOUT_SERVICES = (None, "in_form", "order", "reason", "rating")  # whose answers may name one
WANTING = ("book_service", "find_service")  # intents that seldom come without a service


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class ServiceTypeClassifier(GraphComponent):
    """A score for every service type; those that reach their threshold are meant.

    `first` is the threshold of the best one, lower (`wanted`) where a service is wanted or was asked
    for, higher (`answer`) where something else was asked for; `second` that of further ones, lower
    (`named`) where the service's name is said.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"ridge": 10.0, **THRESHOLDS}

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
    ) -> ServiceTypeClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ServiceTypeClassifier:
        classifier = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            classifier._model = LinearModel.load(folder)
        return classifier

    def train(self, training_data: TrainingData) -> Resource:
        examples = [m for m in training_data.training_examples if m.get(INTENT) and m.get(TEXT)]
        meant = [context.service_types(message) for message in examples]
        classes = sorted({service for services in meant for service in services})
        targets, alike = membership(classes, meant), np.ones(len(examples), dtype=np.float32)
        self._model = LinearModel.fit(features(examples), classes, targets, self._config["ridge"], alike)
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if self._model is not None and message.get(TEXT):
                found = [self._entity(message, *service) for service in self.services(message)]
                message.set(ENTITIES, [*message.get(ENTITIES, []), *found], add_to_output=True)
        return messages

    def services(self, message: Message) -> list[tuple[str, float]]:
        """Service types meant and their confidence, in the order in which they are said."""
        assert self._model is not None
        scores = dict(
            zip(self._model.classes, self._model.scores(features([message]))[0].tolist(), strict=True)
        )
        named = {naming.service_type: naming.start for naming in reversed(namings(probably_said(message)))}
        ranked = sorted(scores, key=lambda service: -scores[service])
        if scores[ranked[0]] < self._config[_expectation(message)]:
            return []
        further = [
            s for s in ranked[1:SEVERAL] if scores[s] >= self._config["named" if s in named else "second"]
        ]
        meant = _wanted(_one_place([ranked[0], *further], probably_said(message)), probably_said(message))
        meant.sort(key=lambda service: named.get(service, len(message.get(TEXT))))
        return [(service, scores[service]) for service in meant]

    def _entity(self, message: Message, service: str, confidence: float) -> dict[str, Any]:
        text = probably_said(message)
        naming = next((n for n in namings(text) if n.service_type == service), None)
        start, end = (naming.start, naming.end) if naming else (0, len(text))
        return {
            "entity": "service_type",
            "value": service,
            "start": start,
            "end": end,
            "confidence_entity": round(float(np.clip(confidence, 0, 1)), 4),
            "extractor": "ServiceTypeClassifier",
        }

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data


def _one_place(meant: list[str], text: str) -> list[str]:
    """One lives in one place: of places of care the likeliest, unless several are named together."""
    if _JOINED.search(text):
        return meant
    place = next((service for service in meant if service in _PLACES_OF_CARE), None)
    return [service for service in meant if service == place or service not in _PLACES_OF_CARE]


def _wanted(meant: list[str], text: str) -> list[str]:
    """Of several services those that are no mere reason: 买菜也买不成，给我送口饭 wants a meal only.

    Nor is one wanted that is refused (不想插管) or somebody's trade (我是护工).
    """
    clauses = [(match.start(), match.end()) for match in _CLAUSE.finditer(text)]
    reasons = [(start, end) for start, end in clauses if _UNABLE.search(text[start:end])]
    reasons = [(start, end) for start, end in reasons if not _ASKING.search(text[start:end])]
    named = {naming.service_type: naming.start for naming in namings(text)}
    wanted = [
        service
        for service in meant
        if service not in named
        or not (
            any(start <= named[service] < end for start, end in reasons)
            or _REFUSED.search(text[: named[service]])
            or _PROFESSION.search(text[: named[service]])
        )
    ]
    return wanted or meant


def _expectation(message: Message) -> str:
    """Name of the threshold for the best service, by what was said and what was asked."""
    asked, intent = context.asked(message), (message.get(INTENT) or {}).get("name")
    if intent in WANTING or asked == "service":
        return "wanted"
    return "first" if asked in ABOUT_SERVICES else "answer"
