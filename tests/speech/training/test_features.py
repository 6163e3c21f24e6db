"""Sound to frames, with the phone under each."""

import numpy as np

from speech.audio.mfcc import cepstra, mfcc
from speech.phones import PHONE_ID
from speech.training.features import augment, labels, through_g711
from speech.training.voices import Spoken

KALDI = [57.06, 64.737, -112.486, -109.579, -13.6]


def test_frames_are_ten_milliseconds() -> None:
    assert mfcc(np.zeros(8_000, np.float32)).shape == (98, 40)


def test_labels_follow_the_phones() -> None:
    spoken = Spoken("好", np.zeros(800, np.int16), [("SIL", 0, 0.05), ("h", 0.05, 0.07), ("ao3", 0.07, 0.1)])
    assert list(labels(spoken, 8)) == [
        PHONE_ID[p] - 1 for p in ("SIL", "SIL", "SIL", "SIL", "h", "h", "ao3", "ao3")
    ]


def test_augmented_sound_stays_in_range_and_repeats() -> None:
    tone = np.sin(np.arange(8_000) / 5).astype(np.float32)
    for seed in range(20):
        out = augment(tone, np.random.default_rng(seed))
        assert len(out) == len(tone)
        assert np.abs(out).max() <= 1
        assert (out == augment(tone, np.random.default_rng(seed))).all()


def test_g711_keeps_the_sound() -> None:
    tone = (np.sin(np.arange(800) / 5) / 2).astype(np.float32)
    assert np.abs(through_g711(tone) - tone).max() < 0.03


def test_cepstra_of_mel_energies_are_what_the_extractor_makes() -> None:
    tone = 8_000 * np.sin(np.arange(8_000) / 5).astype(np.float32) + np.random.default_rng(0).normal(
        0, 50, 8_000
    )
    energies = mfcc(tone.astype(np.float32)) @ np.linalg.inv(cepstra())
    # The tone, 255 Hz, lies in a low bin; what is above it is the quiet noise.
    assert energies.mean(0).argmax() < 12
    assert np.ptp(energies[:, 25:].mean(0)) < 3


def test_they_are_what_kaldi_makes() -> None:
    # By kaldi-native-fbank 1.23.0 for a rising tone, the 3rd frame's first five.
    samples = (5_000 * np.sin(np.arange(800) ** 1.5 / 40)).astype(np.float32)
    assert np.allclose(mfcc(samples)[2, :5], KALDI, atol=0.01)
