"""The learned voice: its terms, its fit, and that what lies on disk belongs to the present examples."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from assistant.safety import teaching
from assistant.safety.triage import normalise, triage
from assistant.safety.voice import Voice, vector, views, voice

EVALUATION = Path(__file__).parents[1] / "evaluation"
LONG = 8  # characters from which on equal words are no coincidence


def test_the_voice_on_disk_was_taught_with_what_is_here() -> None:
    assert voice().taught_by == teaching.digest(), "run python -m assistant.safety.teaching"


def test_what_is_written_differently_but_sounds_alike_shares_its_sounds() -> None:
    _, said, _ = views("摔倒了")
    _, heard, _ = views("帅到乐")
    assert said == heard
    assert views("摔倒了")[0] != views("帅到乐")[0]


def test_a_fit_tells_its_examples_apart_and_generalises_by_shared_characters() -> None:
    texts = ["老伴倒了没气了", "奶奶没气了", "爷爷倒了", "想订饭", "订个午饭", "饭几点送"]
    danger = np.array([True, True, True, False, False, False])
    rarity = teaching.rarity_of(texts)
    rows = teaching.Rows(texts, rarity)
    weights = teaching.fit(rows, danger, np.ones(6, dtype=bool))
    assert (rows.times(weights) > 0).tolist() == danger.tolist()
    fitted = Voice(weights.astype(np.float32), rarity, {"score": 1.0, "none": 0.0}, "")
    assert fitted.score("爷爷没气了") > 0 > fitted.score("午饭几点送")


def test_calibration_believes_rules_as_far_as_they_were_right() -> None:
    scores = np.array([0.0] * 8)
    readings = ["danger"] * 4 + ["none"] * 4
    danger = np.array([True, True, True, False, False, False, False, False])
    odds = teaching.calibrate(scores, readings, danger)
    assert odds["danger"] > odds["ask"] > odds["none"]


def test_a_voice_is_read_as_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = voice()
    before.save(tmp_path / "voice.npz")
    monkeypatch.setattr("assistant.safety.voice.FILE", tmp_path / "voice.npz")
    voice.cache_clear()
    try:
        assert voice().score("老伴叫不醒了") == pytest.approx(before.score("老伴叫不醒了"), abs=1e-3)
        assert voice().calibration == before.calibration
    finally:
        voice.cache_clear()


@pytest.mark.parametrize(
    "text", ["老倌喊我帮他把裤子换了，说他看见他死去的娘来接他了", "这道关口我怕是迈不过去了，快叫孩子来"]
)
def test_danger_that_no_rule_names_is_heard(text: str) -> None:
    verdict = triage(text)
    assert verdict.level != "none"
    assert verdict.reason == "voice"


def test_strong_disagreement_becomes_a_question() -> None:
    """A rule hears carbon monoxide, the voice a school question."""
    assert triage("一氧化碳的化学式是什么").level != "danger"


def test_nothing_taught_stands_in_an_evaluation_set() -> None:
    taught = {each.text for each in teaching.examples() if each.author}
    for file in EVALUATION.glob("emergency*.jsonl"):
        lines = file.read_text(encoding="utf-8").splitlines()
        said = {normalise(json.loads(line)["text"]) for line in lines if line.strip()}
        assert not {text for text in said & taught if len(text) >= LONG}, file.name


def test_what_one_example_alone_has_is_left_out() -> None:
    rarity = teaching.rarity_of(["摔倒", "摔跤"])
    only_edges = vector("别的", rarity)[0]
    assert set(vector("摔", rarity)[0]) > set(only_edges)
    assert vector("倒跤", rarity)[0] == only_edges
