"""Callers on one model at a time."""

import numpy as np

from speech.bench import bench
from speech.recognizer import SpeechModel


async def test_every_caller_is_heard(speech_model: SpeechModel) -> None:
    figures = await bench(speech_model, [np.zeros(8_000, np.int16)], callers=2, seconds=0.4, warm=0.5)
    assert figures["callers"] == 2
    assert 0 < figures["p50"] <= figures["p95"] <= figures["p99"]
    assert 0 < figures["cores"] < 2.5
