"""Network, alignment and features; these need the training environment and are skipped without it."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("kaldi_native_fbank")

from speech.training.features import augment, labels, mfcc, through_g711  # noqa: E402
from speech.training.network import CONTEXT, Tdnn  # noqa: E402
from speech.training.phones import PHONE_ID, PHONES  # noqa: E402
from speech.training.recordings import _best_path  # noqa: E402
from speech.training.train import MASKED_BINS, MASKED_FRAMES, _cepstra, masked  # noqa: E402
from speech.training.voices import Spoken  # noqa: E402


def test_one_output_for_three_frames() -> None:
    network = Tdnn(16, len(PHONES)).eval()
    frames = 90
    scores = network(torch.zeros(1, frames - 2 + 2 * CONTEXT, 40))
    assert scores.shape == (1, len(PHONES), frames // 3)


def test_an_output_sees_its_context_and_no_more() -> None:
    network = Tdnn(16, len(PHONES)).eval()
    quiet = torch.zeros(1, 88 + 2 * CONTEXT, 40)
    loud = quiet.clone()
    loud[0, CONTEXT + 45] = 1
    changed = (network(quiet) != network(loud)).any(1)[0].nonzero()[:, 0].tolist()
    assert changed == list(range((45 - CONTEXT + 2) // 3, (45 + CONTEXT) // 3 + 1))


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
    energies = mfcc(tone.astype(np.float32)) @ np.linalg.inv(_cepstra(40))
    # The tone, 255 Hz, lies in a low bin; what is above it is the quiet noise.
    assert energies.mean(0).argmax() < 12
    assert np.ptp(energies[:, 25:].mean(0)) < 3


def test_masking_flattens_a_band_and_spans_and_repeats() -> None:
    frames = np.random.default_rng(1).normal(size=(300, 40)).astype(np.float32)
    changed = masked(frames, np.random.default_rng(2))
    energies = (changed - frames.mean(0)) @ np.linalg.inv(_cepstra(40))
    flat = np.abs(energies) < 1e-4
    assert 1 <= flat.all(0).sum() <= MASKED_BINS
    assert 1 <= flat.all(1).sum() <= 2 * MASKED_FRAMES
    assert (changed == masked(frames, np.random.default_rng(2))).all()


def test_alignment_finds_the_boundaries() -> None:
    scores = np.full((9, 3), -5.0)
    scores[:3, 0] = scores[3:7, 1] = scores[7:, 2] = 0
    path, score = _best_path(scores)
    assert list(path) == [0, 0, 0, 1, 1, 1, 1, 2, 2]
    assert score == 0
