"""The packaged voice: streaming, caching, pace and loudness, the same sound every time."""

from pathlib import Path

import numpy as np
import pytest

from speech.audio import TELEPHONE_RATE
from speech.audio.level import dbfs
from speech.saying import pronounce
from speech.synthesizer import WEB_RATE, ClauseCache, Delivery, ZhttsSynthesizer
from speech.zhtts_voice import FRAME_SECONDS, SAMPLE_RATE, ZhttsVoice, symbols_of


def test_sound_comes_clause_by_clause(synthesizer: ZhttsSynthesizer) -> None:
    parts = list(synthesizer.stream("您好，这里是银铃。请问有什么可以帮您？"))
    assert len(parts) == 3
    assert all(part.dtype == np.int16 and part.size > TELEPHONE_RATE // 10 for part in parts)


def test_the_same_text_sounds_the_same(voice: ZhttsVoice) -> None:
    first, _ = voice.speak(pronounce("助餐"))
    second, _ = voice.speak(pronounce("助餐"))
    assert (first == second).all()


def test_timings_add_up_to_the_sound(voice: ZhttsVoice) -> None:
    sound, timings = voice.speak(pronounce("今天天气很好"))
    assert sum(t.frames for t in timings) * FRAME_SECONDS == pytest.approx(len(sound) / SAMPLE_RATE, abs=0.01)


def test_slower_is_longer_and_louder_is_louder(synthesizer: ZhttsSynthesizer) -> None:
    usual = synthesizer.speak("您的订单已经安排好了")
    assert synthesizer.speak("您的订单已经安排好了", Delivery(pace=0.8)).size > 1.15 * usual.size
    louder = synthesizer.speak("您的订单已经安排好了", Delivery(loudness=6))
    assert dbfs(louder) > dbfs(usual) + 4


def test_wishes_add_up_within_limits() -> None:
    delivery = Delivery()
    for _ in range(10):
        delivery = delivery.slower().louder()
    assert delivery == Delivery(0.6, 12.0)


def test_sentences_come_at_one_level(synthesizer: ZhttsSynthesizer) -> None:
    levels = [
        dbfs(synthesizer.speak(text)) for text in ("好的", "请您稍等一下", "中午的饭十一点半送到您家里")
    ]
    assert max(levels) - min(levels) < 3


def test_the_web_gets_a_higher_rate(synthesizer: ZhttsSynthesizer) -> None:
    ratio = synthesizer.speak("谢谢您", rate=WEB_RATE).size / synthesizer.speak("谢谢您").size
    assert ratio == pytest.approx(3, abs=0.05)


def test_what_was_prepared_is_not_made_again(
    synthesizer: ZhttsSynthesizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    synthesizer.prepare(["银铃热线欢迎您的来电"])
    monkeypatch.setattr(synthesizer, "_voice", None)
    assert synthesizer.speak("银铃热线欢迎您的来电").size > 0


def test_the_cache_lives_on_disk_and_forgets_the_oldest_in_memory(tmp_path: Path) -> None:
    cache = ClauseCache(tmp_path, seconds=1)
    for name in "abc":
        cache.put(name, np.full(6_000, ord(name), np.int16), on_disk=name != "b")
    assert set(cache._memory) == {"c"}
    found = ClauseCache(tmp_path).get("a")
    assert found is not None
    assert found[0] == ord("a")
    assert cache.get("b") is None


def test_only_prepared_phrases_are_written_to_disk(voice: ZhttsVoice, tmp_path: Path) -> None:
    synthesizer = ZhttsSynthesizer(tmp_path)
    synthesizer.speak("张三您好")
    assert not list((tmp_path / "clauses").iterdir())
    synthesizer.prepare(["您好"])
    assert len(list((tmp_path / "clauses").iterdir())) == 1


def test_text_without_sound_gives_none(synthesizer: ZhttsSynthesizer) -> None:
    assert synthesizer.speak("👌").size == 0


def test_symbols_of_a_clause() -> None:
    assert symbols_of(pronounce("我这儿")) == ["sil", "^", "uo3", "#0", "zh", "e4", "er5", "sil"]
