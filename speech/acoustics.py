"""The acoustic network of a model folder, as `speech.training` wrote it, run in numpy without Vosk."""

import re
import struct
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from speech.audio import Samples
from speech.audio.mfcc import mfcc
from speech.phones import PHONES

Array = npt.NDArray[Any]
Scores = npt.NDArray[np.float32]


class Layer(NamedTuple):
    """An affine layer over spliced inputs: weight [out, in × len(offsets)], bias [out], offsets in frames."""

    weight: Array
    bias: Array
    offsets: tuple[int, ...]


class Acoustics:
    """Says how much each 30 ms of sound resembles each phone."""

    def __init__(self, layers: list[Layer]) -> None:
        self._layers = layers
        self._context = sum(max(layer.offsets) for layer in layers)

    @classmethod
    def read(cls, acoustic_model: Path) -> "Acoustics":
        """Of a final.mdl. Raises ValueError if it is not one of ours: another maker's has other phones."""
        layers = read_layers(acoustic_model.read_bytes())
        if not layers or len(layers[-1].bias) != len(PHONES):
            raise ValueError(f"{acoustic_model} has not the phones of speech.phones")
        return cls(layers)

    def scores(self, samples: Samples) -> Scores:
        """log P(phone | sound) less its share of the prior, [30 ms steps, phones]; the sound is held at both ends."""
        frames = mfcc(samples.astype(np.float32))
        if not len(frames):
            return np.zeros((0, len(PHONES)), np.float32)
        x = np.pad(frames, ((self._context, self._context), (0, 0)), "edge")
        for number, layer in enumerate(self._layers):
            # From the third layer on only every third frame is asked for.
            offsets = layer.offsets if number < 2 else tuple(offset // 3 for offset in layer.offsets)
            x = x[::3] if number == 2 else x
            count = len(x) - 2 * offsets[-1]
            spliced = np.concatenate([x[offsets[-1] + o : offsets[-1] + o + count] for o in offsets], 1)
            x = spliced @ layer.weight.T + layer.bias
            x = x if layer is self._layers[-1] else np.maximum(x, 0)
        x -= x.max(1, keepdims=True)
        return np.asarray(x - np.log(np.exp(x).sum(1, keepdims=True)), np.float32)


def read_layers(content: bytes) -> list[Layer]:
    """The affine layers of a final.mdl that `kaldi_format.acoustic_model` wrote, the output last.

    Raises ValueError for one that Kaldi itself wrote.
    """
    spliced = re.findall(rb"input=Append\(([^\n]*)\)\n", content)
    # "Offset(t0.relu, -3)" or, for what is under the frame itself, the bare name.
    offsets = [
        tuple(int(offset or 0) for offset in re.findall(rb"Offset\([^,]+, (-?\d+)\)|[^\s,()]+", inputs))
        for inputs in spliced
    ]
    layers = []
    at = 0
    for own in [*offsets, (0,)]:
        at = content.index(b"<LinearParams> CM2 ", at) + len(b"<LinearParams> CM2 ")
        least, span, rows, columns = struct.unpack_from("<ffii", content, at)
        weight = np.frombuffer(content, "<u2", rows * columns, at + 16).reshape(rows, columns)
        at = content.index(b"<BiasParams> FV ", at + 16 + 2 * rows * columns) + len(b"<BiasParams> FV \x04")
        bias = np.frombuffer(content, "<f4", rows, at + 4)
        layers.append(Layer(least + weight.astype(np.float32) * (span / 65535), bias, own))
    return layers
