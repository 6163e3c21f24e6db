"""Streaming recognition with Vosk: partial results, words with confidence, alternatives, hints for one question.

One `SpeechModel` is loaded a process; every caller gets a light `Recognition` on it. The native call releases the
interpreter lock, so several callers are heard at once from a pool of threads.
"""

import asyncio
import json
import math
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeVar

import vosk

from speech.acoustics import Acoustics
from speech.audio import TELEPHONE_RATE, samples_of
from speech.audio.resampling import resample
from speech.beliefs import BELIEVED, Alternative, picked
from speech.rescue import meant
from speech.spotting import LONGEST_S, beliefs

T = TypeVar("T")
ALTERNATIVES: Final = 8
"""Best paths looked at: enough for a posterior, few enough to cost nothing."""
IDLE: Final = 8
"""Recognitions kept for callers to come, of up to some 30 MB each."""
_SHARPNESS: Final = 0.35
"""Scale from differences of path scores to log odds; fitted on development sentences so that confidence tells the
share of words that are right (see the model card)."""


class ModelMissing(RuntimeError):
    """The folder holds no Vosk model."""


@dataclass(frozen=True)
class Word:
    """A word heard, in seconds from the start of the turn; confidence 0..1."""

    text: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True)
class Heard:
    """A turn as it was heard. `text` has no spaces; `alternatives` begin with `text` itself."""

    text: str
    confidence: float
    words: tuple[Word, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    beliefs: tuple[Alternative, ...] = ()
    """In the phrases that can be meant now, held against the sound itself, best first; empty if there are none."""

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True)
class Hints:
    """What is likely to be said now, as whole phrases.

    With `only` the recogniser is confined to their words, and what it heard becomes the phrase that fits the sound best;
    without, it hears freely, and the phrase it sounds most like stands among the alternatives.
    """

    phrases: tuple[str, ...] = ()
    only: bool = True
    held: tuple[str, ...] = ()
    """Held against the sound itself at the end of the turn; with `only` the phrases are."""

    @property
    def spotted(self) -> tuple[str, ...]:
        """All that is held against the sound."""
        return self.phrases if self.only else self.held


NO_HINTS: Final = Hints()


class SpeechModel:
    """A Vosk model in memory, shared by all recognitions."""

    def __init__(self, folder: Path) -> None:
        """Raises ModelMissing."""
        vosk.SetLogLevel(-1)
        if not (folder / "am" / "final.mdl").exists() and not (folder / "final.mdl").exists():
            raise ModelMissing(f"no Vosk model in {folder}")
        self.folder = folder
        self._model = vosk.Model(str(folder))
        self.acoustics = _acoustics(folder)

    def knows(self, word: str) -> bool:
        """Whether a word is in the model's vocabulary."""
        return int(self._model.vosk_model_find_word(word)) >= 0

    def known(self, phrase: str) -> list[str] | None:
        """A phrase as words of the vocabulary, the longest first; None if a character of it has no word.

        Vosk silently drops unknown words from a grammar, which would leave phrases that nobody says.
        """
        words: list[str] = []
        at = 0
        while at < len(phrase):
            longest = next(
                (end for end in range(min(len(phrase), at + 5), at, -1) if self.knows(phrase[at:end])), None
            )
            if longest is None:
                return None
            words.append(phrase[at:longest])
            at = longest
        return words

    def grammar(self, phrases: Iterable[str]) -> str | None:
        """Phrases as Vosk takes them (JSON); None if none can be heard with this vocabulary."""
        known = [
            " ".join(words) for phrase in dict.fromkeys(phrases) if phrase and (words := self.known(phrase))
        ]
        return json.dumps(known, ensure_ascii=False) if known else None

    def recognition(self, hints: Hints = NO_HINTS, rate: int = TELEPHONE_RATE) -> "Recognition":
        """A recognition of one turn after another at `rate` Hz."""
        grammar = self.grammar(hints.phrases) if hints.only else None
        native = (
            vosk.KaldiRecognizer(self._model, rate, grammar)
            if grammar
            else vosk.KaldiRecognizer(self._model, rate)
        )
        return Recognition(native, hints, rate, grammar is not None, self.acoustics)


def _acoustics(folder: Path) -> Acoustics | None:
    """The network by itself, to hold phrases against the sound; None for a model that is not of our making."""
    try:
        return Acoustics.read(folder / "am" / "final.mdl")
    except (OSError, ValueError):
        return None


@dataclass
class Recognition:
    """One caller's running recognition. Not safe for two threads at once; `RecognizerPool` sees to that.

    It unfolds the graph as it hears, and keeps what it unfolded (10 MB after ten seconds, 30 MB after ten minutes):
    warm, it costs less than half as much as fresh.
    """

    _native: Any
    _hints: Hints = NO_HINTS
    rate: int = TELEPHONE_RATE
    confined: bool = False
    """To the words of its hints: good for no other question."""
    acoustics: Acoustics | None = None
    _sound: bytearray = field(default_factory=bytearray)
    _pieces: list[Heard] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._native.SetWords(True)
        self._native.SetMaxAlternatives(ALTERNATIVES)

    def push(self, pcm: bytes) -> str:
        """Hear more s16le sound; returns the whole turn so far as text."""
        if self._hints.spotted and self.acoustics and len(self._sound) <= 2 * self.rate * LONGEST_S:
            self._sound += pcm
        if self._native.AcceptWaveform(pcm):
            self._keep(self._native.Result())
        partial = json.loads(self._native.PartialResult()).get("partial", "")
        return "".join(piece.text for piece in self._pieces) + _joined(partial)

    def expect(self, hints: Hints) -> None:
        """A turn anew with hints that leave hearing free; sound not finished is lost. Not for a confined one."""
        self._native.Reset()
        self._pieces.clear()
        self._sound.clear()
        self._hints = hints

    def finish(self) -> Heard:
        """What was heard since the last `finish`; the next turn starts afresh."""
        self._keep(self._native.FinalResult())
        pieces, self._pieces = self._pieces, []
        self._native.Reset()
        return _meant(replace(_together(pieces), beliefs=self._beliefs()), self._hints)

    def _beliefs(self) -> tuple[Alternative, ...]:
        sound, self._sound = samples_of(bytes(self._sound)), bytearray()
        if self.acoustics is None or not len(sound):
            return ()
        return beliefs(self.acoustics, resample(sound, self.rate, TELEPHONE_RATE), self._hints.spotted)

    def _keep(self, result: str) -> None:
        heard = parse(json.loads(result))
        if heard:
            self._pieces.append(heard)


def parse(result: dict[str, Any]) -> Heard:
    """A Vosk result with alternatives as `Heard`: shares are a softmax of path scores, and a word is believed as
    much as the alternatives that have it at the same place."""
    paths = [path for path in result.get("alternatives", []) if path.get("text")]
    if not paths:
        return Heard("", 0.0)
    top = max(path["confidence"] for path in paths)
    weights = [math.exp(_SHARPNESS * (path["confidence"] - top)) for path in paths]
    shares = [weight / sum(weights) for weight in weights]
    words = tuple(
        Word(word["word"], word["start"], word["end"], _belief(word, paths, shares))
        for word in paths[0].get("result", [])
    )
    length = sum(len(word.text) for word in words)
    confidence = sum(word.confidence * len(word.text) for word in words) / length if length else shares[0]
    merged: dict[str, float] = {}
    for path, share in zip(paths, shares, strict=True):
        text = _joined(path["text"])
        merged[text] = merged.get(text, 0.0) + share
    alternatives = tuple(Alternative(text, share) for text, share in merged.items())
    return Heard(_joined(paths[0]["text"]), confidence, words, alternatives)


def _belief(word: dict[str, Any], paths: Sequence[dict[str, Any]], shares: Sequence[float]) -> float:
    middle = (word["start"] + word["end"]) / 2
    return sum(
        share
        for path, share in zip(paths, shares, strict=True)
        if any(
            other["word"] == word["word"] and other["start"] <= middle <= other["end"]
            for other in path.get("result", [])
        )
    )


def _joined(text: str) -> str:
    return text.replace(" ", "")


def _together(pieces: list[Heard]) -> Heard:
    """Pieces of one turn (Vosk ends one at a pause) as a whole; alternatives vary the piece least sure."""
    if not pieces:
        return Heard("", 0.0)
    if len(pieces) == 1:
        return pieces[0]
    text = "".join(piece.text for piece in pieces)
    confidence = sum(piece.confidence * len(piece.text) for piece in pieces) / len(text)
    weakest = min(range(len(pieces)), key=lambda i: pieces[i].confidence)
    before = "".join(piece.text for piece in pieces[:weakest])
    after = "".join(piece.text for piece in pieces[weakest + 1 :])
    alternatives = tuple(Alternative(before + a.text + after, a.share) for a in pieces[weakest].alternatives)
    return Heard(text, confidence, tuple(word for piece in pieces for word in piece.words), alternatives)


def _meant(heard: Heard, hints: Hints) -> Heard:
    """Bring what was heard together with what was likely to be said."""
    if not hints.phrases:
        return heard
    if hints.only and (answer := _answer(heard)):
        others = [other for other in heard.alternatives if other.text != answer.text]
        return replace(heard, text=answer.text, confidence=answer.share, alternatives=(answer, *others))
    best = meant([(a.text, a.share) for a in heard.alternatives] or [(heard.text, 1.0)], hints.phrases)
    if not heard or best is None or best.phrase == heard.text:
        return heard
    guess = Alternative(best.phrase, best.likeness)
    if hints.only:
        return replace(
            heard,
            text=best.phrase,
            confidence=heard.confidence * best.likeness,
            alternatives=(guess, *heard.alternatives),
        )
    return replace(heard, alternatives=(*heard.alternatives[:1], guess, *heard.alternatives[1:]))


def _answer(heard: Heard) -> Alternative | None:
    """The phrase that fits best where one of them was said: shares of those alone, if anything was heard at all."""
    total = sum(belief.share for belief in heard.beliefs)
    if not total or (not heard and total < BELIEVED):
        return None
    return picked([Alternative(belief.text, belief.share / total) for belief in heard.beliefs])


class RecognizerPool:
    """Recognitions for many callers on a few threads; each caller's sound stays in order.

    Recognitions of calls that are over are kept for the next ones, warm.
    """

    def __init__(self, model: SpeechModel, threads: int = 2) -> None:
        self.model = model
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="recognizer")
        self._idle: list[Recognition] = []

    def open(self, hints: Hints = NO_HINTS, rate: int = TELEPHONE_RATE) -> "PooledRecognition":
        """A recognition whose work is done in the pool."""
        return PooledRecognition(self, hints, rate)

    def take(self, hints: Hints, rate: int) -> Recognition:
        """An idle recognition, else a new one, that expects `hints`."""
        if hints.only and hints.phrases:
            return self.model.recognition(hints, rate)
        while self._idle:
            recognition = self._idle.pop()
            if recognition.rate == rate:
                recognition.expect(hints)
                return recognition
        return self.model.recognition(hints, rate)

    def give_back(self, recognition: Recognition) -> None:
        """Keep what nobody uses any more, if it hears freely and there is room."""
        if not recognition.confined and len(self._idle) < IDLE:
            self._idle.append(recognition)

    def run(self, work: Callable[..., T], *arguments: object) -> "asyncio.Future[T]":
        """Work of one of them, on a thread of the pool."""
        return asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    def close(self) -> None:
        """Let running work end and the threads go."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._idle.clear()


class PooledRecognition:
    """`Recognition` for asyncio. Hints may change between turns."""

    def __init__(self, pool: RecognizerPool, hints: Hints, rate: int) -> None:
        self._pool = pool
        self._rate = rate
        self._hints = hints
        self._recognition: Recognition | None = pool.take(hints, rate)
        self._order = asyncio.Lock()

    async def push(self, pcm: bytes) -> str:
        """As `Recognition.push`."""
        return await self._run(self._open.push, pcm)

    async def finish(self) -> Heard:
        """As `Recognition.finish`."""
        return await self._run(self._open.finish)

    async def hint(self, hints: Hints) -> None:
        """What the next turn is likely to be. Call it between turns: sound not finished is lost."""
        if hints != self._hints:
            self._hints = hints
            self._recognition = await self._run(self._changed, self._open, hints)

    def close(self) -> None:
        """Nothing more is heard; the recognition, if it is at rest, is left to the next caller."""
        if self._recognition is not None and not self._order.locked():
            self._pool.give_back(self._recognition)
        self._recognition = None

    def _changed(self, recognition: Recognition, hints: Hints) -> Recognition:
        self._pool.give_back(recognition)
        return self._pool.take(hints, self._rate)

    @property
    def _open(self) -> Recognition:
        assert self._recognition is not None, "closed"
        return self._recognition

    async def _run(self, work: Callable[..., T], *arguments: object) -> T:
        async with self._order:
            return await self._pool.run(work, *arguments)
