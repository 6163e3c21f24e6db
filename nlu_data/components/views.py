"""Sparse views of a message: a view turns text and context into terms, TF-IDF weighs them."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import coo_matrix

from components import context, entities
from components.rehearing import SILENT, probably_said
from components.services import namings
from components.text import fuzzy, is_han, normalise, syllables

_FILLER = re.compile(r"(那个|这个|就是说|就是|那什么|嗯|呃|啊|哎|喂|哦|呀|嘛|呢|吧)+")


def _ngrams(units: Sequence[str], longest: int, prefix: str) -> Iterator[str]:
    for size in range(1, longest + 1):
        for start in range(len(units) - size + 1):
            yield prefix + "_".join(units[start : start + size])


def _spoken(text: str) -> str:
    """The text without punctuation, every digit as 0: figures are entities, not meaning."""
    return re.sub(r"\d", "0", SILENT.sub("", normalise(text)))


def characters(text: str, asked: str | None) -> list[str]:
    """Character n-grams of 1 to 4, with marks for start and end."""
    return list(_ngrams(["^", *_spoken(text), "$"], 4, ""))


def pinyin(text: str, asked: str | None) -> list[str]:
    """Fuzzy syllables (n-grams of 1 to 3) and toned ones (1 to 2)."""
    toned = syllables(_spoken(text))
    merged = [fuzzy(syllable) for syllable in toned]
    return [*_ngrams(["^", *merged, "$"], 3, "f:"), *_ngrams(toned, 2, "t:")]


def situation(text: str, asked: str | None) -> list[str]:
    """What was asked, crossed with how the answer looks: its length, its entities, its characters."""
    group = context.group(asked)
    said = _spoken(text)
    core = _FILLER.sub("", said) or said
    length = sum(map(is_han, core)) or len(core)
    bucket = (
        "1" if length <= 1 else "2" if length == 2 else "4" if length <= 4 else "8" if length <= 8 else "+"
    )
    found = {entity.name for entity in entities.extract(text, asked)}
    about = [
        f"len:{bucket}",
        *(f"has:{name}" for name in sorted(found)),
        *(["has:none"] if not found else []),
    ]
    if asked in found:
        about.append("has:asked")
    if group != "none":
        about += _ngrams(["^", *core[:12], "$"], 2, "said:")
    terms = [f"asked:{group}", f"datum:{asked}", *about]
    return terms + [f"{group}|{item}" for item in about]


def services(text: str, asked: str | None) -> list[str]:
    """Names of services in the text, as written or only as sounding."""
    named = [(naming.service_type, "said" if naming.exact else "heard") for naming in namings(text)]
    return [f"services:{min(len(named), 3)}", *(f"{kind}:{service}" for service, kind in named)]


VIEWS: dict[str, Callable[[str, str | None], list[str]]] = {
    "characters": characters,
    "pinyin": pinyin,
    "situation": situation,
    "services": services,
}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class ViewFeaturizer(SparseFeaturizer, GraphComponent):
    """Sentence-level TF-IDF over the terms of one view (`view`: characters, pinyin or situation)."""

    @classmethod
    def required_components(cls) -> list[type]:
        return []

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**SparseFeaturizer.get_default_config(), "view": "characters", "scale": 5.0, "min_count": 1}

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, name: str
    ) -> None:
        super().__init__(name, config)
        self._storage, self._resource = model_storage, resource
        self._terms = VIEWS[self._config["view"]]
        self._weights: dict[str, tuple[int, float]] = {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ViewFeaturizer:
        return cls(config, model_storage, resource, execution_context.node_name)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ViewFeaturizer:
        featurizer = cls(config, model_storage, resource, execution_context.node_name)
        with model_storage.read_from(resource) as folder:
            stored = json.loads((folder / "terms.json").read_text(encoding="utf-8"))
        featurizer._weights = {term: (index, idf) for index, (term, idf) in enumerate(stored)}
        return featurizer

    def train(self, training_data: TrainingData) -> Resource:
        """Terms are learned from texts as written; misheard copies only use them."""
        written = [m for m in training_data.training_examples if m.get(TEXT) and not m.get("of")]
        counts: Counter[str] = Counter()
        for message in written:
            counts.update(set(self._terms(probably_said(message), context.asked(message))))
        stored = [
            (term, 1.0 + math.log((1 + len(written)) / (1 + count)))
            for term, count in sorted(counts.items())
            if count >= self._config["min_count"]
        ]
        self._weights = {term: (index, idf) for index, (term, idf) in enumerate(stored)}
        with self._storage.write_to(self._resource) as folder:
            (folder / "terms.json").write_text(json.dumps(stored, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT):
                vector = self._vector(probably_said(message), context.asked(message))
                alias = self._config[FEATURIZER_CLASS_ALIAS]
                message.add_features(Features(vector, FEATURE_TYPE_SENTENCE, TEXT, alias))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def _vector(self, text: str, asked: str | None) -> coo_matrix:
        counts = Counter(term for term in self._terms(text, asked) if term in self._weights)
        columns = np.fromiter((self._weights[term][0] for term in counts), dtype=np.int32, count=len(counts))
        values = np.fromiter(
            ((1.0 + math.log(count)) * self._weights[term][1] for term, count in counts.items()),
            dtype=np.float32,
            count=len(counts),
        )
        values *= self._config["scale"] / (float(np.linalg.norm(values)) or 1.0)
        rows = np.zeros(len(counts), dtype=np.int32)
        return coo_matrix((values, (rows, columns)), shape=(1, len(self._weights)))

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        if config.get("view", "characters") not in VIEWS:
            raise ValueError(f"unknown view {config['view']!r}, one of {sorted(VIEWS)}")
