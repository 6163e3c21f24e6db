"""Training examples as a recogniser would mishear them: homophones, dropped characters. Seeded."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from random import Random
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.text import fuzzy, is_han, syllables

FIRST_LEVEL = range(0xB0, 0xD8)  # rows of GB 2312 with its 3,755 characters of common use
DROPPED = 0.03


@lru_cache(maxsize=1)
def homophones() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Common characters by syllable without tone, and by fuzzy syllable."""
    exact: dict[str, list[str]] = defaultdict(list)
    alike: dict[str, list[str]] = defaultdict(list)
    for row in FIRST_LEVEL:
        for cell in range(0xA1, 0xFF):
            character = bytes([row, cell]).decode("gb2312", errors="ignore")
            if character:
                (syllable,) = syllables(character)
                exact[syllable.rstrip("12345")].append(character)
                alike[fuzzy(syllable)].append(character)
    return exact, alike


def mishear(text: str, share: float, random: Random) -> str:
    """The text with about `share` of its Han characters misheard, one in four of them only alike."""
    exact, alike = homophones()
    heard: list[str] = []
    for character, syllable in zip(text, syllables(text), strict=True):
        if not is_han(character) or random.random() >= share:
            heard.append(character)
        elif random.random() >= DROPPED:
            similar = random.random() < 0.25
            choices = alike.get(fuzzy(syllable)) if similar else exact.get(syllable.rstrip("12345"))
            heard.append(random.choice(choices or [character]))
    return "".join(heard) or text


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class RecogniserNoise(GraphComponent):
    """Adds a misheard version of a `share` of the training examples; leaves live messages alone."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"share": 1.0, "least": 0.08, "most": 0.35, "seed": 1}

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> RecogniserNoise:
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        random = Random(self._config["seed"])
        misheard = []
        for message in training_data.training_examples:
            text = message.get(TEXT)
            if not text or not message.get(INTENT) or random.random() >= self._config["share"]:
                continue
            heard = mishear(text, random.uniform(self._config["least"], self._config["most"]), random)
            if heard != text:
                misheard.append(_copy(message, heard))
        return type(training_data)(
            training_examples=[*training_data.training_examples, *misheard],
            entity_synonyms=training_data.entity_synonyms,
            regex_features=training_data.regex_features,
            lookup_tables=training_data.lookup_tables,
            responses=training_data.responses,
        )


def _copy(message: Message, text: str) -> Message:
    """The same example in other characters; `of` names the original, so that both stay in one fold."""
    data = {INTENT: message.get(INTENT), "metadata": message.get("metadata"), "of": message.get(TEXT)}
    return Message(data={TEXT: text, **data})
