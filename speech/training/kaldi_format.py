"""Kaldi's binary objects, written without Kaldi: a one-state TransitionModel and an nnet3 network of TDNN layers."""

import struct
from collections.abc import Sequence
from io import BytesIO

import numpy as np

from speech.acoustics import Array, Layer


class Writer:
    """Tokens and numbers as Kaldi's basic types are stored."""

    def __init__(self) -> None:
        self._out = BytesIO()
        self._out.write(b"\0B")

    def token(self, *tokens: str) -> None:
        """Tokens, each followed by a space."""
        for token in tokens:
            self._out.write(token.encode() + b" ")

    def text(self, text: str) -> None:
        """Bytes as they are."""
        self._out.write(text.encode())

    def integer(self, *values: int) -> None:
        """int32 values with their size byte."""
        for value in values:
            self._out.write(b"\x04" + struct.pack("<i", value))

    def real(self, value: float) -> None:
        """A float32."""
        self._out.write(b"\x04" + struct.pack("<f", value))

    def double(self, value: float) -> None:
        """A float64."""
        self._out.write(b"\x08" + struct.pack("<d", value))

    def integers(self, values: Sequence[int]) -> None:
        """A std::vector<int32>."""
        self.integer(len(values))
        self._out.write(np.asarray(values, "<i4").tobytes())

    def vector(self, values: Array | Sequence[float]) -> None:
        """A Vector<float>."""
        self.token("FV")
        self.integer(len(values))
        self._out.write(np.asarray(values, "<f4").tobytes())

    def matrix(self, values: Array) -> None:
        """A Matrix<float>."""
        self.token("FM")
        self.integer(*values.shape)
        self._out.write(np.ascontiguousarray(values, "<f4").tobytes())

    def compressed_matrix(self, values: Array) -> None:
        """A matrix in 16 bits a value, from its least to its greatest (Kaldi's CompressedMatrix, kTwoByte)."""
        least, span = float(values.min()), float(np.ptp(values)) or 1.0
        self.token("CM2")
        self._out.write(struct.pack("<ffii", least, span, *values.shape))
        self._out.write(np.round((values - least) / span * 65535).astype("<u2").tobytes())

    def content(self) -> bytes:
        """All that was written."""
        return self._out.getvalue()


def acoustic_model(phones: int, layers: list[Layer], output: Layer, *, bins: int, context: int) -> bytes:
    """final.mdl: every phone is one state with a self loop; pdf = phone − 1."""
    out = Writer()
    _transitions(out, phones)
    _network(out, layers, output, bins)
    out.token("<LeftContext>")
    out.integer(context)
    out.token("<RightContext>")
    out.integer(context)
    out.token("<Priors>")
    out.vector([])
    return out.content()


def _transitions(out: Writer, phones: int, stay: float = 0.5) -> None:
    out.token("<TransitionModel>", "<Topology>")
    out.integers(range(1, phones + 1))
    out.integers([-1] + [0] * phones)
    out.integer(1, 2)  # one topology of two states
    out.integer(0, 2, 0)  # pdf class 0 with two transitions: stay,
    out.real(stay)
    out.integer(1)  # or go on
    out.real(1 - stay)
    out.integer(-1, 0)  # the end emits nothing
    out.token("</Topology>", "<Triples>")
    out.integer(phones)
    for phone in range(1, phones + 1):
        out.integer(phone, 0, phone - 1)
    out.token("</Triples>", "<LogProbs>")
    out.vector([0.0] + [np.log(stay), np.log(1 - stay)] * phones)
    out.token("</LogProbs>", "</TransitionModel>")


def _network(out: Writer, layers: list[Layer], output: Layer, bins: int) -> None:
    out.token("<Nnet3>")
    config, previous = [f"input-node name=input dim={bins}"], "input"
    for i, layer in enumerate(layers):
        spliced = ", ".join(previous if o == 0 else f"Offset({previous}, {o})" for o in layer.offsets)
        config.append(f"component-node name=t{i}.affine component=t{i}.affine input=Append({spliced})")
        config.append(f"component-node name=t{i}.relu component=t{i}.relu input=t{i}.affine")
        previous = f"t{i}.relu"
    config.append(f"component-node name=output.affine component=output.affine input={previous}")
    config.append("output-node name=output input=output.affine objective=linear")
    out.text("\n" + "\n".join(config) + "\n\n")
    out.token("<NumComponents>")
    out.integer(2 * len(layers) + 1)
    for i, layer in enumerate(layers):
        _affine(out, f"t{i}.affine", layer)
        _relu(out, f"t{i}.relu", len(layer.bias))
    _affine(out, "output.affine", output)
    out.token("</Nnet3>")


def _affine(out: Writer, name: str, layer: Layer) -> None:
    out.token("<ComponentName>", name, "<FixedAffineComponent>", "<LinearParams>")
    out.compressed_matrix(layer.weight)
    out.token("<BiasParams>")
    out.vector(layer.bias)
    out.token("</FixedAffineComponent>")


def _relu(out: Writer, name: str, width: int) -> None:
    out.token("<ComponentName>", name, "<RectifiedLinearComponent>", "<Dim>")
    out.integer(width)
    for statistics, count in (
        ("<ValueAvg>", None),
        ("<DerivAvg>", "<Count>"),
        ("<OderivRms>", "<OderivCount>"),
    ):
        out.token(statistics)
        out.vector([])
        if count:
            out.token(count)
            out.double(0.0)
    for count in ("<NumDimsSelfRepaired>", "<NumDimsProcessed>"):
        out.token(count)
        out.double(0.0)
    out.token("</RectifiedLinearComponent>")
