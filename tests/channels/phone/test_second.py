"""Which of two hearings is believed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from channels.phone.hints import Question
from channels.phone.second import settle, worth_asking
from speech.beliefs import Alternative
from speech.recognizer import Heard

YES = Question(expects="yes_no", asks="confirm", choices=("对", "不对"))
FREE = Question()


def heard(text: str, confidence: float, *others: str) -> Heard:
    return Heard(text, confidence, (), tuple(Alternative(one, 0.1) for one in (text, *others)))


@pytest.mark.parametrize(
    ("first", "question", "trial", "wanted"),
    [
        (heard("我想订饭", 0.95), FREE, False, False),
        (heard("我想订饭", 0.5), FREE, False, True),
        (heard("我想订饭", 0.95), FREE, True, True),
        (heard("对", 0.45), YES, True, False),
        (heard("对", 0.2), YES, True, True),
        (heard("我想改一下", 0.45), YES, True, True),
        (heard("救命我摔倒了", 0.1), FREE, True, False),
        (heard("幺三九", 0.6), Question(expects="digits"), True, False),
    ],
)
def test_when_an_utterance_is_heard_again(
    first: Heard, question: Question, trial: bool, wanted: bool
) -> None:
    assert worth_asking(first, question, trial_model=trial) is wanted


def test_what_sounds_like_an_expected_answer_is_that_answer() -> None:
    assert settle(heard("队", 0.5), None, YES).text == "对"
    assert settle(heard("布对", 0.5), None, YES).text == "不对"
    assert settle(heard("不要辣的", 0.9), None, YES).text == "不要辣的"


def test_two_that_agree_keep_the_first() -> None:
    understood = settle(heard("我想订明天的午饭", 0.5), heard("我想定明天的午饭", 0.9), FREE)
    assert (understood.text, understood.by) == ("我想订明天的午饭", "vosk")
    assert "我想定明天的午饭" in understood.alternatives


def test_of_two_that_differ_the_surer_is_believed_and_the_other_told() -> None:
    first, second = heard("血压测兰", 0.4, "血压册栏"), heard("我要量血压", 0.8)
    understood = settle(first, second, FREE)
    assert (understood.text, understood.by, understood.confidence) == ("我要量血压", "whisper", 0.8)
    assert understood.alternatives[0] == "血压测兰"
    assert settle(heard("我想订饭", 0.95), second, FREE).text == "我想订饭"
    assert settle(first, heard("谢谢观看", 0.2), FREE).text == "血压测兰"


def test_a_closed_question_is_answered_by_what_fits_the_sound() -> None:
    def again(text: str, *beliefs: tuple[str, float]) -> Heard:
        return Heard(text, 0.2, (), (Alternative(text, 1.0),), tuple(Alternative(*one) for one in beliefs))

    meals = Question(expects="choice", choices=("低盐餐", "软食餐"))
    first = heard("第三灿", 0.3)
    understood = settle(first, again("滴岩残", ("低盐餐", 0.7), ("软食餐", 0.1)), meals)
    assert (understood.text, understood.confidence, understood.by) == ("低盐餐", 0.7, "expected")
    assert settle(first, again("滴岩残", ("低盐餐", 0.4), ("软食餐", 0.3)), meals).text == "第三灿"
    assert settle(first, again("救命", ("低盐餐", 0.7)), meals).text != "低盐餐"
    assert settle(first, again("滴岩残", ("低盐餐", 0.7)), FREE).text == "第三灿"


def believing(text: str, *beliefs: tuple[str, float]) -> Heard:
    return Heard(text, 0.3, (), (Alternative(text, 1.0),), tuple(Alternative(*one) for one in beliefs))


def test_what_the_first_hearing_believes_needs_no_second() -> None:
    doubtful = believing("第三灿", ("软食餐", 0.8), ("低盐餐", 0.1))
    meals = Question(expects="choice", choices=("低盐餐", "软食餐"))
    assert settle(doubtful, None, meals).text == "软食餐"
    assert not worth_asking(replace(doubtful, confidence=0.4), meals, trial_model=True)
    assert settle(believing("第三灿", ("软食餐", 0.4), ("低盐餐", 0.35)), None, meals).text == "第三灿"


def test_ways_to_say_yes_are_one_answer() -> None:
    divided = believing("队底", ("对的", 0.3), ("对", 0.3), ("不对", 0.1))
    assert settle(divided, None, YES).text == "对的"
    assert settle(believing("布队", ("不对", 0.3), ("不是", 0.3), ("对", 0.1)), None, YES).text == "不对"
    assert settle(believing("队", ("对的", 0.35), ("不对", 0.3)), None, FREE).text == "队"


def test_a_call_for_help_is_no_answer_and_raises_nothing_by_its_sound_alone() -> None:
    assert "救命" in YES.hints.held and not FREE.hints.held
    # "就行" sounds like it: its likeness in writing makes it no other reading.
    assert "救命" not in YES.hints.phrases
    understood = settle(believing("就订这个", ("救命", 0.9), ("对", 0.05)), None, YES)
    assert (understood.text, understood.alternatives) == ("就订这个", ())


def test_what_was_clearly_heard_otherwise_stands() -> None:
    clear = replace(believing("我想问一下", ("不行", 0.7), ("对", 0.1)), confidence=0.9)
    assert settle(clear, None, YES).text == "我想问一下"
    assert settle(replace(clear, confidence=0.4), None, YES).text == "不行"


def test_nothing_heard_twice_is_nothing() -> None:
    assert settle(Heard("", 0.0), None, FREE).text == ""
    assert settle(Heard("", 0.0), heard("喂你好", 0.7), FREE).text == "喂你好"
