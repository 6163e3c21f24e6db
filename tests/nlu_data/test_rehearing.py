import pytest
from components.rehearing import Speller, probably_said
from rasa.shared.nlu.training_data.message import Message

EXAMPLES = [
    "我想约个助浴",
    "助浴怎么约",
    "约个理发",
    "上门理发",
    "理发师傅来不来",
    "我想约个理发",
    "明天来助浴",
]


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller.of(EXAMPLES * 4)


@pytest.mark.parametrize(
    ("heard", "said"),
    [("我想约个猪浴", "我想约个助浴"), ("上门离发", "上门理发"), ("约个，离发。", "约个，理发。")],
)
def test_what_sounds_like_the_examples_is_spelt_as_in_them(speller: Speller, heard: str, said: str) -> None:
    assert speller.respell(heard) == said


@pytest.mark.parametrize("text", ["我想约个助浴", "今天天气好", "助", "", "OK，200块", "桂花开了"])
def test_what_was_right_or_is_unknown_stays(speller: Speller, text: str) -> None:
    assert speller.respell(text) == text.lower()


def test_offsets_stay(speller: Speller) -> None:
    text = "嗯……我想 约个猪浴！"
    assert len(speller.respell(text)) == len(text)


def test_learns_nothing_from_nothing() -> None:
    assert Speller({}).respell("我想约个猪浴") == "我想约个猪浴"


def test_a_message_that_was_not_reheard_says_its_text() -> None:
    message = Message(data={"text": "猪浴"})
    assert probably_said(message) == "猪浴"
    message.set("heard", "助浴")
    assert probably_said(message) == "助浴"
