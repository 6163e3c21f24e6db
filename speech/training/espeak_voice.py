"""eSpeak NG (GPL-3, only run, never shipped) as further speakers: a synthesiser by formants, almost free to make.

It is read pinyin, syllable by syllable, and tells where each phone starts, so that no aligner is needed. Nobody sounds
like it; it teaches what all speakers have in common.
"""

import ctypes
import random
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import soxr

from speech.saying import clauses, pronounce
from speech.saying.syllables import Syllable, spelled
from speech.training.voices import RATE, Spoken

_VARIANTS: Final = (
    "f1 f2 f3 f5 m1 m2 m3 m4 m5 m6 m8 Andy Annie anika aunty belinda benjamin boris edward grandma grandpa john klatt "
    "klatt2 klatt4 klatt5 michel miguel norbert pablo paul pedro quincy rob sandro shelby steph travis victor zac"
)
VARIANTS: Final = tuple(_VARIANTS.split())
HELD_OUT: Final = ("f4", "m7", "linda", "klatt3")
"""Never trained on: these speak the calls that the model is measured with."""
_LIBRARY: Final = "libespeak-ng.so.1"
_RETRIEVE, _PHONEME_EVENTS, _NO_EXIT = 1, 1, 0x8000
_UTF8: Final = 1
_END, _WORD, _PHONEME = 0, 1, 7
_RATE, _PITCH, _RANGE = 1, 3, 4
_PAUSES: Final = {"_:", "_"}
"""Real ones; "_|" between two syllables is the closure of what follows."""


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    """espeak_EVENT of speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    )


_Heard = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class EspeakMissing(RuntimeError):
    """The library is not installed (Debian: libespeak-ng1)."""


class EspeakVoice:
    """Syllables to sound; one in a process, for the library has one state."""

    def __init__(self) -> None:
        try:
            self._library: Any = ctypes.CDLL(_LIBRARY)
        except OSError as error:
            raise EspeakMissing(str(error)) from error
        self.rate = int(self._library.espeak_Initialize(_RETRIEVE, 0, None, _PHONEME_EVENTS | _NO_EXIT))
        self._sound: list[npt.NDArray[np.int16]] = []
        self._events: list[tuple[int, int, str]] = []
        self._callback = _Heard(self._keep)
        self._library.espeak_SetSynthCallback(self._callback)

    def speak(
        self, syllables: list[Syllable], variant: str, *, words_a_minute: int = 150, pitch: int = 50
    ) -> tuple[npt.NDArray[np.int16], list[tuple[str, int]]]:
        """Samples at `rate` Hz, and each phone with the sample it starts at, silences among them.

        Raises ValueError if the voice does not take the syllables one by one.
        """
        self._sound, self._events = [], []
        self._library.espeak_SetVoiceByName(f"cmn-latn-pinyin+{variant}".encode())
        for parameter, value in ((_RATE, words_a_minute), (_PITCH, pitch), (_RANGE, 50)):
            self._library.espeak_SetParameter(parameter, value, 0)
        text = " ".join(spelled(syllable) for syllable in syllables).encode()
        self._library.espeak_Synth(text, len(text) + 1, 0, 1, 0, _UTF8, None, None)
        self._library.espeak_Synchronize()
        return np.concatenate([*self._sound, np.zeros(0, np.int16)]), self._phones(syllables)

    def _phones(self, syllables: list[Syllable]) -> list[tuple[str, int]]:
        """A syllable starts with its word event; its second sound is the final if it has an initial."""
        out: list[tuple[str, int]] = []
        coming = iter(syllables)
        final = ""
        begun: int | None = None
        for kind, sample, name in self._events:
            if kind == _WORD:
                begun = sample
            elif kind == _PHONEME and name in _PAUSES:
                out.append(("SIL", sample))
            elif kind == _PHONEME and begun is not None:
                if (syllable := next(coming, None)) is None:
                    raise ValueError(f"more was said than {syllables}")
                final = f"{syllable.final}{syllable.tone}"
                out.append((syllable.initial or final, begun))
                begun = None
            elif kind == _PHONEME and name != "_|" and out and out[-1][0] != final:
                out.append((final, sample))
        if next(coming, None) is not None:
            raise ValueError(f"not said syllable by syllable: {syllables}")
        return out

    def _keep(self, samples: Any, count: int, events: Any) -> int:
        if samples and count > 0:
            self._sound.append(np.ctypeslib.as_array(samples, (count,)).copy())
        at = 0
        while (event := events[at]).type != _END:
            name = event.id.string.decode("utf-8", "replace") if event.type == _PHONEME else ""
            self._events.append((event.type, event.sample, name))
            at += 1
        return 0


def say(voice: EspeakVoice, text: str, rng: random.Random) -> Spoken:
    """A sentence by a training speaker of any size, pitch and pace. Raises ValueError if nothing can be said."""
    pause, size = rng.choice((0.05, 0.15, 0.4)), rng.uniform(0.88, 1.15)
    return recorded(
        voice, text, rng.choice(VARIANTS), rng.randint(125, 230), rng.randint(15, 85), size, pause
    )


def recorded(
    voice: EspeakVoice,
    text: str,
    variant: str,
    words_a_minute: int = 160,
    pitch: int = 50,
    size: float = 1.0,
    pause: float = 0.15,
) -> Spoken:
    """A sentence at 8 kHz with its phones, `pause` s between clauses; `size` < 1 is a larger body."""
    sound: list[npt.NDArray[np.int16]] = []
    starts: list[tuple[str, int]] = []
    at = 0
    for clause in clauses(text):
        if syllables := _uncoloured(pronounce(clause.text)):
            samples, own = voice.speak(syllables, variant, words_a_minute=words_a_minute, pitch=pitch)
            starts += [(phone, at + start) for phone, start in own]
            quiet = np.zeros(int(pause * voice.rate), np.int16)
            sound += [samples, quiet]
            at += len(samples) + len(quiet)
    if not sound:
        raise ValueError(f"nothing to say: {text}")
    made = voice.rate * size
    ends = [start / made for _, start in starts[1:]] + [at / made]
    phones = [(phone, start / made, end) for (phone, start), end in zip(starts, ends, strict=True)]
    heard = soxr.resample(np.concatenate(sound).astype(np.float32), made, RATE)
    return Spoken(text, (heard / (np.abs(heard).max() + 1e-6) * 0.6 * 32767).astype(np.int16), phones)


def _uncoloured(syllables: list[Syllable]) -> list[Syllable]:
    """A coloured final as two syllables: this voice knows none."""
    return [
        part
        for syllable in syllables
        for part in (
            [syllable._replace(erhua=False), Syllable("", "er", 5)] if syllable.erhua else [syllable]
        )
    ]
