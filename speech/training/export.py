# mypy: disable-error-code="import-not-found,import-untyped"
"""The trained network as final.mdl: batch norms folded into the affine layer that follows, priors into the output."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from speech.acoustics import Array, Layer
from speech.phones import PHONES
from speech.training.kaldi_format import acoustic_model
from speech.training.network import CONTEXT, KERNELS, Tdnn

PRIOR_SCALE: Final = 0.7
"""How much of the log prior is taken off the scores; measured on development sentences."""


def export(trained: Path, target: Path, bins: int = 40) -> None:
    """Read what `train` wrote, write final.mdl."""
    saved: dict[str, Any] = torch.load(trained, weights_only=False)
    network = Tdnn(saved["hidden"], len(PHONES), bins)
    network.load_state_dict(saved["state"])
    network.eval()
    scale, shift = _norm(network.input_norm)
    layers = []
    for i, (affine, norm, kernel) in enumerate(zip(network.affine, network.norm, KERNELS, strict=True)):
        step = 1 if i < 2 else 3
        weight, bias = _folded(affine, scale, shift, kernel)
        layers.append(Layer(weight, bias, tuple((j - kernel // 2) * step for j in range(kernel))))
        scale, shift = _norm(norm)
    weight, bias = _folded(network.output, scale, shift, 1)
    bias = bias - PRIOR_SCALE * np.log(np.maximum(saved["priors"], 1e-4))
    content = acoustic_model(len(PHONES), layers, Layer(weight, bias, (0,)), bins=bins, context=CONTEXT)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def _norm(norm: Any) -> tuple[Array, Array]:
    scale = 1 / torch.sqrt(norm.running_var + norm.eps)
    return scale.numpy(), (-norm.running_mean * scale).numpy()


def _folded(affine: Any, scale: Array, shift: Array, kernel: int) -> tuple[Array, Array]:
    weight = affine.weight.detach().numpy()
    bias = affine.bias.detach().numpy() + weight @ np.tile(shift, kernel)
    return weight * np.tile(scale, kernel)[None], bias
