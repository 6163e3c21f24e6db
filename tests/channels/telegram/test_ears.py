"""Which of two hearings is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from channels.telegram.ears import choose, ears
from channels.telegram.hearing import NotSound, decode
from speech.beliefs import Alternative
from speech.models import ModelStore
from speech.recognizer import Heard

VOSK = Heard("明天订赵饭", 0.6, alternatives=(Alternative("明天订赵饭", 0.7), Alternative("明天订早饭", 0.3)))


def test_the_second_hearing_has_the_last_word() -> None:
    heard = choose(VOSK, Heard("明天订早饭", 0.8))
    assert (heard.text, heard.confidence) == ("明天订早饭", 0.8)
    assert heard.alternatives == ["明天订赵饭"]


@pytest.mark.parametrize("second", [None, Heard("嗯哼", 0.1)])
def test_without_one_or_when_it_guesses_the_first_counts(second: Heard | None) -> None:
    heard = choose(VOSK, second)
    assert (heard.text, heard.alternatives) == ("明天订赵饭", ["明天订早饭"])


def test_silence_is_nothing() -> None:
    assert choose(Heard("", 0.0), None).text == ""


def test_without_a_model_there_are_no_ears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ModelStore, "list", lambda self: [])
    assert ears(tmp_path) is None


def test_what_is_no_sound_cannot_be_decoded() -> None:
    with pytest.raises(NotSound):
        decode(b"<html>no sound</html>")
