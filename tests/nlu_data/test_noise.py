from random import Random

from components.noise import RecogniserNoise, mishear
from components.text import fuzzy_syllables
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

SAID = "我想给我妈订一份明天中午的午饭"


def test_seeded_and_alike_in_sound() -> None:
    heard = mishear(SAID, 0.5, Random(1))
    assert heard == mishear(SAID, 0.5, Random(1)) != SAID
    whole = [mishear(SAID, 0.3, Random(seed)) for seed in range(20)]
    same_length = [text for text in whole if len(text) == len(SAID)]
    assert all(fuzzy_syllables(text) == fuzzy_syllables(SAID) for text in same_length)


def test_only_training_is_disturbed() -> None:
    component = RecogniserNoise(RecogniserNoise.get_default_config())
    message = Message.build(SAID, "book_service", intent_metadata={"service_type": "meal"})
    data = component.process_training_data(TrainingData([message]))
    assert [each.get("of") for each in data.training_examples] == [None, SAID]
    assert data.training_examples[1].get("metadata") == message.get("metadata")
    assert component.process([message]) == [message]


def test_nothing_to_mishear() -> None:
    assert mishear("ok 123", 1.0, Random(1)) == "ok 123"
