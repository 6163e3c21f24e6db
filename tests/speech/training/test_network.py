"""The network and what it is fed; these need the training environment and are skipped without it."""

import pickle
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from speech.audio.mfcc import cepstra, mfcc  # noqa: E402
from speech.phones import PHONES  # noqa: E402
from speech.training.network import CONTEXT, Tdnn  # noqa: E402
from speech.training.train import MASKED_BINS, MASKED_FRAMES, Corpus, Group, masked, warped  # noqa: E402


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


def test_masking_flattens_a_band_and_spans_and_repeats() -> None:
    frames = np.random.default_rng(1).normal(size=(300, 40)).astype(np.float32)
    changed = masked(frames, np.random.default_rng(2))
    energies = (changed - frames.mean(0)) @ np.linalg.inv(cepstra())
    flat = np.abs(energies) < 1e-4
    assert 1 <= flat.all(0).sum() <= MASKED_BINS
    assert 1 <= flat.all(1).sum() <= 2 * MASKED_FRAMES
    assert (changed == masked(frames, np.random.default_rng(2))).all()


def test_a_longer_vocal_tract_lowers_what_resounds() -> None:
    tone = (8_000 * np.sin(np.arange(8_000) * 2 * np.pi * 1_500 / 8_000)).astype(np.float32)
    frames = mfcc(tone + np.random.default_rng(0).normal(0, 50, 8_000).astype(np.float32))

    def loudest(changed: object) -> int:
        return int((np.asarray(changed) @ np.linalg.inv(cepstra())).mean(0).argmax())

    assert loudest(warped(frames, 1.2)) < loudest(warped(frames, 1.0)) < loudest(warped(frames, 0.85))
    assert np.abs(warped(frames, 1.0) - frames).max() < 1e-3


def test_a_make_that_speaks_little_is_heard_by_its_share(tmp_path: Path) -> None:
    def features(name: str, sentences: int, phone: int) -> list[Path]:
        item = (np.zeros((400, 40), np.float16), np.full(400, phone, np.uint8))
        (tmp_path / name).write_bytes(pickle.dumps([item] * sentences))
        return [tmp_path / name]

    corpus = Corpus(
        [Group("much", features("much", 90, 1), 0.5), Group("little", features("little", 10, 2), 0.5)], 1
    )
    drawn = np.concatenate([corpus.batch(step)[1][:, 0].numpy() for step in range(4)])
    assert 0.35 < (drawn == 2).mean() < 0.65
    assert set(corpus.held_out) == {"much", "little"}
