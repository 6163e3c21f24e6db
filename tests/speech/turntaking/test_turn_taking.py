"""Who has the floor, from chunks of 20 ms that are written down rather than waited for."""

import os
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from speech.audio.comfort import comfort_noise, tone
from speech.turntaking import (
    BargeIn,
    Event,
    Patience,
    PreRoll,
    SilenceStep,
    SileroDetector,
    TurnTaking,
    VoiceActivity,
    is_unfinished,
)
from speech.turntaking.voice_activity import LineNoise

CHUNK = 20.0


def chunks(
    turns: TurnTaking, ms: float, probability: float, partial: str = ""
) -> Iterator[tuple[float, Event]]:
    """Push `ms` of sound; yield events with the time they came at."""
    for i in range(int(ms / CHUNK)):
        event = turns.push(CHUNK, probability, partial)
        if event:
            yield (i + 1) * CHUNK, event


def listening(asked: str = "free") -> TurnTaking:
    turns = TurnTaking()
    turns.ask(asked)
    turns.finished_speaking()
    return turns


def end_after(turns: TurnTaking, partial: str) -> float:
    list(chunks(turns, 800, 0.9, partial))
    return next(at for at, event in chunks(turns, 5000, 0.05, partial) if event is Event.TURN_ENDED)


def test_a_turn_begins_and_ends() -> None:
    turns = listening()
    assert [event for _, event in chunks(turns, 400, 0.9)] == [Event.SPEECH_STARTED]
    assert [event for _, event in chunks(turns, 1500, 0.05, "我想订明天的饭")] == [Event.TURN_ENDED]


def test_a_yes_ends_sooner_than_an_address() -> None:
    assert end_after(listening("yes_no"), "对") < 600 < end_after(listening("address"), "人民路十二号")


@pytest.mark.parametrize("partial", ["我想", "我想嗯", "就是那个", "我家住在", "因为", "帮我"])
def test_half_a_sentence_waits_for_its_rest(partial: str) -> None:
    assert end_after(listening(), partial) >= 1.8 * end_after(listening(), "我想订明天的饭")


@pytest.mark.parametrize("partial", ["我想洗澡", "好的", "三号楼二单元五零一", "不用了谢谢", "多少钱"])
def test_a_whole_sentence_does_not(partial: str) -> None:
    assert not is_unfinished(partial)


def test_a_bare_yes_is_an_answer_to_a_question_only() -> None:
    assert not is_unfinished("对", asked="yes_no")
    assert not is_unfinished("那个", asked="choice")
    assert is_unfinished("那个")
    assert is_unfinished("幺三九零", asked="phone")
    assert not is_unfinished("幺三九零零零零幺幺幺幺", asked="phone")


def test_somebody_who_pauses_gets_more_patience_within_the_call() -> None:
    patience = Patience()
    before = patience.for_question("free")
    for _ in range(4):
        patience.went_on_after(750)
    assert patience.for_question("free") > before
    assert patience.for_question("free") <= 2500


def test_being_cut_off_is_noticed() -> None:
    turns = listening()
    list(chunks(turns, 600, 0.9, "我想订饭"))
    list(chunks(turns, 1000, 0.05, "我想订饭"))
    before = turns.patience.factor
    list(chunks(turns, 200, 0.9, "还有"))
    assert turns.patience.factor > before


def test_no_turn_ends_before_anybody_spoke_and_silence_has_its_steps() -> None:
    turns = listening()
    steps = []
    for at, event in chunks(turns, 40_000, 0.02):
        assert event is Event.SILENCE
        steps.append((at, turns.step))
    assert [step for _, step in steps] == list(SilenceStep)
    assert steps[0][0] == 7_000


@pytest.mark.parametrize("partial", ["嗯", "嗯嗯", "哦哦", "对对", "好的好的", ""])
def test_back_channels_coughs_and_the_television_do_not_interrupt(partial: str) -> None:
    turns = TurnTaking()
    turns.ask()
    assert list(chunks(turns, 2_000, 0.9, partial)) == []


def test_speech_with_a_word_interrupts_quickly() -> None:
    turns = TurnTaking()
    turns.ask()
    events = list(chunks(turns, 2_000, 0.9, "我不是要这个"))
    assert events[0] == (120.0, Event.BARGE_IN)


def test_ordinary_words_interrupt_after_a_quarter_second() -> None:
    turns = TurnTaking()
    turns.ask()
    at, event = next(chunks(turns, 2_000, 0.9, "明天下午"))
    assert event is Event.BARGE_IN
    assert 240 <= at <= 300


def test_a_click_does_not_interrupt_even_with_a_word() -> None:
    turns = TurnTaking()
    turns.ask()
    assert list(chunks(turns, 100, 0.9, "明天")) == []
    assert list(chunks(turns, 2_000, 0.1, "明天")) == []


def test_protected_sentences_are_heard_to_their_end() -> None:
    turns = TurnTaking()
    turns.ask(protected=True)
    assert list(chunks(turns, 3_000, 0.95, "等一下不对")) == []
    turns.finished_speaking()
    assert next(chunks(turns, 500, 0.95, "等一下不对"))[1] is Event.SPEECH_STARTED


def test_the_barge_in_speech_is_the_callers_turn() -> None:
    turns = TurnTaking()
    turns.ask()
    assert next(chunks(turns, 1_000, 0.9, "我要转人工"))[1] is Event.BARGE_IN
    assert next(event for _, event in chunks(turns, 3_000, 0.05, "我要转人工")) is Event.TURN_ENDED


def test_quiet_resets_what_the_barge_in_has_heard() -> None:
    policy = BargeIn()
    policy.begin()
    for _ in range(10):
        assert not policy.push(20, 0.9, "明天")
        assert not policy.push(400, 0.1, "明天")


@pytest.mark.parametrize(
    ("heard", "stops"), [("嗯了而知", False), ("不过", False), ("嗯我想改", True), ("明天", True)]
)
def test_a_misheard_murmur_does_not_stop_us(heard: str, stops: bool) -> None:
    policy = BargeIn()
    policy.begin()
    assert any(policy.push(20, 0.9, heard) for _ in range(50)) is stops


def test_voice_activity_does_not_flutter() -> None:
    activity = VoiceActivity()
    states = [activity.push(20, p) for p in (0.9, 0.1, 0.9, 0.1)]
    assert states == [False] * 4
    for _ in range(3):
        activity.push(20, 0.9)
    assert activity.speaking
    assert activity.push(20, 0.1)


def test_the_pre_roll_keeps_half_a_second() -> None:
    pre_roll = PreRoll(500)
    for i in range(100):
        pre_roll.push(20, bytes([i]))
    assert pre_roll.take() == bytes(range(75, 100))
    assert pre_roll.take() == b""


def test_silero_hears_no_speech_in_noise() -> None:
    detector = SileroDetector()
    noise = comfort_noise(2000, -40)
    assert max(detector.push(noise[i : i + 160]) for i in range(0, len(noise), 160)) < 0.5
    assert detector.push(np.zeros(160, np.int16)) < 0.5


def test_silero_works_in_the_thread_that_asks() -> None:
    """A process of its own: what loaded the library before decides how many threads it has."""
    script = """
import os, numpy
from speech.turntaking import SileroDetector
before = len(os.listdir("/proc/self/task"))
noise = numpy.random.default_rng(1).integers(-9000, 9000, 4000, numpy.int16)
assert SileroDetector().push(noise) > 0
print(len(os.listdir("/proc/self/task")) - before)
"""
    environment = {name: value for name, value in os.environ.items() if name != "OMP_THREAD_LIMIT"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True)
    assert done.stdout.strip() == b"0"


def test_the_limit_of_one_thread_is_left_to_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_THREAD_LIMIT", raising=False)
    SileroDetector()
    assert "OMP_THREAD_LIMIT" not in os.environ


def test_only_noise_is_told_from_anything_more() -> None:
    noise, window = LineNoise(), 256
    line = comfort_noise(2000, -55).reshape(-1)
    quiet = [noise.is_all(line[at : at + window]) for at in range(0, len(line) - window, window)]
    assert all(quiet[1:])
    assert not noise.is_all(tone(300, 32, -45))
    assert noise.is_all(line[:window])


def test_a_line_that_grows_noisy_is_learnt_and_a_loud_one_always_looked_at() -> None:
    noise = LineNoise()
    loud = comfort_noise(32, -46)
    assert not noise.is_all(loud)
    assert any(noise.is_all(loud) for _ in range(15 * 1000 // 32)), "a decibel a second"
    deafening = comfort_noise(32, -30)
    assert not any(noise.is_all(deafening) for _ in range(3000))
