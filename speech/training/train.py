# mypy: disable-error-code="import-not-found,import-untyped"
"""Frame-wise cross-entropy training of the network, seeded, with checkpoints to go on from."""

import math
import pickle
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from speech.audio.mfcc import BINS, HIGH, LOW, cepstra, mel
from speech.phones import PHONES
from speech.training.network import CONTEXT, Tdnn

CHUNK: Final = 96
"""Output frames (30 ms each) of a training chunk."""
BATCH: Final = 48
CHECKPOINT: Final = 50
"""Steps an interruption may cost."""
HELD_OUT: Final = 150
PEAK_RATE: Final = 2e-3
MASKED_BINS: Final = 6
MASKED_FRAMES: Final = 12
"""10 ms each."""

WARPS: Final = (0.84, 1.2)
"""Length of the vocal tract against the speaker's own."""

Frames = tuple[npt.NDArray[np.float16], npt.NDArray[np.uint8]]


class Group(NamedTuple):
    """Speakers of one make, the files of their features, and the share of the chunks that come from them."""

    name: str
    files: list[Path]
    share: float


class Corpus:
    """Features and labels in memory; chunks drawn by the share of their group, within it in proportion to length."""

    def __init__(self, groups: list[Group], seed: int) -> None:
        self.seed = seed
        self.items: list[Frames] = []
        self.held_out: dict[str, list[Frames]] = {}
        shares = []
        for group in groups:
            items: list[Frames] = [item for path in group.files for item in pickle.loads(path.read_bytes())]
            # The last sentences are held out whole (all their versions stand side by side).
            last = max(1, min(HELD_OUT, len(items) // 10))
            self.held_out[group.name] = items[-last:]
            self.items += items[:-last]
            lengths = np.array([len(features) for features, _ in items[:-last]], float)
            shares.append(group.share * lengths / lengths.sum())
        self.share = np.concatenate(shares)
        self.share /= self.share.sum()
        # Half of the chunks get a random constant offset, as another microphone would give, most in the first
        # coefficients.
        self._bend = np.linspace(4, 0.5, self.items[0][0].shape[1])

    def priors(self) -> npt.NDArray[np.float64]:
        """How often each phone is the label of an output frame."""
        counts = np.bincount(np.concatenate([label[::3] for _, label in self.items]), minlength=len(PHONES))
        return np.asarray(counts / counts.sum())

    def batch(self, step: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Chunks with CONTEXT frames around them, and labels (−1 beyond the end); the same at every run."""
        rng = np.random.default_rng((self.seed, step))
        features, targets = [], []
        for i in rng.choice(len(self.items), BATCH, p=self.share):
            frames, label = self.items[i]
            start = int(rng.integers(0, max(1, len(frames) - CHUNK * 3 // 2)))
            x, y = _chunk(frames, label, start)
            if rng.random() < 0.6:
                x = warped(x, rng.uniform(*WARPS))
            if rng.random() < 0.5:
                x = x + (self._bend * rng.standard_normal(x.shape[1])).astype(np.float32)
            if rng.random() < 0.5:
                x = masked(x, rng)
            features.append(x.astype(np.float32))
            targets.append(y)
        return torch.from_numpy(np.stack(features)), torch.from_numpy(np.stack(targets))


def warped(frames: npt.NDArray[Any], length: float) -> npt.NDArray[np.float32]:
    """MFCC as a vocal tract `length` times as long would give: each mel bin takes the energy of a higher frequency."""
    return np.asarray(frames @ _warping(round(length, 2)), np.float32)


@lru_cache(maxsize=100)
def _warping(length: float) -> npt.NDArray[np.float64]:
    """From cepstra to mel bins, along the frequencies, and back."""
    edges = np.linspace(mel(LOW), mel(HIGH), BINS + 2)
    hertz = 700 * (np.exp(edges[1:-1] / 1127) - 1)
    sources = np.clip((mel(hertz * length) - edges[0]) / (edges[1] - edges[0]) - 1, 0, BINS - 1)
    below = np.minimum(sources.astype(int), BINS - 2)
    weights = np.zeros((BINS, BINS))
    weights[below, np.arange(BINS)] = below + 1 - sources
    weights[below + 1, np.arange(BINS)] += sources - below
    return np.asarray(np.linalg.inv(cepstra()) @ weights @ cepstra())


def masked(frames: npt.NDArray[Any], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """MFCC with a band of mel bins and two spans of time flattened to the mean (SpecAugment, Park et al. 2019)."""
    mean = frames.mean(0)
    energies = (frames - mean) @ np.linalg.inv(cepstra())
    low = rng.integers(0, BINS - MASKED_BINS)
    energies[:, low : low + rng.integers(1, MASKED_BINS + 1)] = 0
    for _ in range(2):
        start = rng.integers(0, max(1, len(frames) - MASKED_FRAMES))
        energies[start : start + rng.integers(1, MASKED_FRAMES + 1)] = 0
    return np.asarray(mean + energies @ cepstra(), np.float32)


def _chunk(frames: Any, label: Any, start: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    count = len(frames)
    seen = np.clip(np.arange(start - CONTEXT, start + 3 * CHUNK - 2 + CONTEXT), 0, count - 1)
    outputs = np.arange(start, start + 3 * CHUNK, 3)
    targets = np.where(outputs < count, label[np.clip(outputs, 0, count - 1)].astype(np.int64), -1)
    return frames[seen].astype(np.float32), targets


def accuracy(network: Tdnn, items: list[Frames]) -> float:
    """Share of output frames whose best phone is the label."""
    network.eval()
    right = total = 0
    with torch.no_grad():
        for frames, label in items:
            outputs = np.arange(0, len(frames), 3)
            seen = np.clip(np.arange(-CONTEXT, outputs[-1] + 1 + CONTEXT), 0, len(frames) - 1)
            best = network(torch.from_numpy(frames[seen].astype(np.float32))[None])[0].argmax(0).numpy()
            right += int((best[: len(outputs)] == label[outputs][: len(best)]).sum())
            total += min(len(outputs), len(best))
    network.train()
    return right / max(1, total)


def train(
    groups: list[Group],
    target: Path,
    *,
    steps: int,
    hidden: int,
    threads: int,
    seed: int,
    report: Callable[[str], None],
    start: Path | None = None,
) -> None:
    """Train and write {state, hidden, priors, accuracy} to `target`.

    Goes on from its own checkpoint if there is one, else from the network `start` at half the learning rate.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    corpus = Corpus(groups, seed)
    network = Tdnn(hidden, len(PHONES))
    optimiser = torch.optim.AdamW(network.parameters(), PEAK_RATE, weight_decay=1e-4)
    peak = PEAK_RATE
    if start is not None:
        network.load_state_dict(torch.load(start, weights_only=False)["state"])
        peak = PEAK_RATE / 2
    checkpoint = target.with_suffix(".checkpoint")
    first = 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=False)
        network.load_state_dict(saved["state"])
        optimiser.load_state_dict(saved["optimiser"])
        first = saved["step"]
    losses: list[float] = []
    for step in range(first, steps):
        for group in optimiser.param_groups:
            group["lr"] = (
                peak * min(1.0, (step + 1) / 100) * (0.5 * (1 + math.cos(math.pi * step / steps)) + 0.005)
            )
        losses.append(_step(network, optimiser, *corpus.batch(step)))
        if (step + 1) % 100 == 0:
            report(f"step {step + 1} of {steps}: loss {np.mean(losses[-100:]):.3f}")
        if (step + 1) % 250 == 0:
            report(f"frames right on held-out sentences: {_told(_accuracies(network, corpus))}")
        if (step + 1) % CHECKPOINT == 0:
            torch.save(
                {"state": network.state_dict(), "optimiser": optimiser.state_dict(), "step": step + 1},
                checkpoint,
            )
    right = _accuracies(network, corpus)
    report(f"frames right on held-out sentences: {_told(right)}")
    torch.save(
        {"state": network.state_dict(), "hidden": hidden, "priors": corpus.priors(), "accuracy": right},
        target,
    )


def mean(one: Path, other: Path, target: Path) -> None:
    """Write the mean of two networks of which one was trained on from the other (Wortsman et al. 2022)."""
    before, after = (torch.load(path, weights_only=False) for path in (one, other))
    state = {
        name: (before["state"][name] + weight) / 2 if weight.is_floating_point() else weight
        for name, weight in after["state"].items()
    }
    torch.save(after | {"state": state, "priors": (before["priors"] + after["priors"]) / 2}, target)


def _accuracies(network: Tdnn, corpus: Corpus) -> dict[str, float]:
    return {name: accuracy(network, items) for name, items in corpus.held_out.items()}


def _told(shares: dict[str, float]) -> str:
    return ", ".join(f"{name} {share:.3f}" for name, share in shares.items())


def _step(
    network: Tdnn, optimiser: torch.optim.Optimizer, features: torch.Tensor, targets: torch.Tensor
) -> float:
    with torch.autocast("cpu", torch.bfloat16):
        scores = network(features)
    loss = torch.nn.functional.cross_entropy(
        scores[:, :, : targets.shape[1]], targets[:, : scores.shape[2]], ignore_index=-1, label_smoothing=0.05
    )
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
    optimiser.step()
    return float(loss.item())
