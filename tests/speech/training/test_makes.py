"""Further makes of voices: how they are written, who speaks, and that those held out never do."""

import random

import pytest

from speech.saying.syllables import Syllable
from speech.training import espeak_voice, kokoro_voice
from speech.training.kokoro_voice import Written, sentence, written


def test_a_syllable_as_kokoro_reads_it() -> None:
    assert written(Syllable("zh", "uang", 4)) == [Written("zh", "ꭧ"), Written("uang4", "wa↘ŋ")]
    assert written(Syllable("", "i", 5)) == [Written("i5", "i")]
    assert written(Syllable("d", "ian", 3, erhua=True))[-1] == Written("er5", "ɚ")


def test_a_sentence_has_commas_between_clauses() -> None:
    pytest.importorskip("jieba")
    symbols = "".join(phone.symbols for phone in sentence("好的，谢谢"))
    assert symbols == "xau↓tɤ, ɕje↘ɕje."


def test_whoever_is_held_out_never_trains() -> None:
    rng = random.Random(1)
    drawn = [kokoro_voice.draw_shares(rng) for _ in range(500)]
    assert all(sum(shares.values()) == pytest.approx(1) for shares in drawn)
    assert {name for shares in drawn for name in shares} == {*kokoro_voice.MANDARIN, *kokoro_voice.OTHERS}
    assert not {*kokoro_voice.MANDARIN, *kokoro_voice.OTHERS} & {*kokoro_voice.HELD_OUT}
    assert not {*espeak_voice.VARIANTS} & {*espeak_voice.HELD_OUT}


@pytest.fixture(scope="module")
def espeak() -> espeak_voice.EspeakVoice:
    try:
        return espeak_voice.EspeakVoice()
    except espeak_voice.EspeakMissing as error:
        pytest.skip(str(error))


def test_espeak_says_syllable_by_syllable_and_when(espeak: espeak_voice.EspeakVoice) -> None:
    spoken = espeak_voice.recorded(espeak, "我想洗澡，明天 一点儿", "f2")
    phones = [phone for phone, *_ in spoken.phones if phone != "SIL"]
    assert phones == [
        "uo2",
        "x",
        "iang3",
        "x",
        "i2",
        "z",
        "ao3",
        "m",
        "ing2",
        "t",
        "ian1",
        "i4",
        "d",
        "ian3",
        "er5",
    ]
    for (_, _, end), (_, start, _) in zip(spoken.phones, spoken.phones[1:], strict=False):
        assert start == pytest.approx(end)
    assert spoken.phones[-1][2] == pytest.approx(len(spoken.samples) / 8_000, abs=0.01)


def test_espeak_again_says_the_same_within_a_few_samples(espeak: espeak_voice.EspeakVoice) -> None:
    once, again = (espeak_voice.say(espeak, "今天有点冷", random.Random(3)) for _ in range(2))
    assert [phone for phone, *_ in once.phones] == [phone for phone, *_ in again.phones]
    assert len(once.samples) == pytest.approx(len(again.samples), abs=200)
