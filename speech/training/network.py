# mypy: disable-error-code="import-not-found,import-untyped"
"""A small time-delay network that nnet3 can hold: affine, ReLU, batch norm without gain, eight times."""

from typing import Final

import torch
from torch import nn

KERNELS: Final = (5, 3, 3, 3, 3, 3, 3, 3)
"""Frames each layer looks at: the first two at 10 ms (offsets ±2, ±1), the rest at 30 ms (±3)."""
CONTEXT: Final = 21
"""Frames seen to either side of an output: 2 + 1 + 6 × 3."""


class Tdnn(nn.Module):  # type: ignore[misc]
    """MFCC [batch, time, 40] → phone scores [batch, phones, time / 3]; the second layer steps by three frames."""

    def __init__(self, hidden: int, phones: int, bins: int = 40) -> None:
        super().__init__()
        widths = [bins] + [hidden] * len(KERNELS)
        self.hidden = hidden
        self.input_norm = nn.BatchNorm1d(bins, affine=False)
        self.affine = nn.ModuleList(nn.Linear(widths[i] * k, widths[i + 1]) for i, k in enumerate(KERNELS))
        self.norm = nn.ModuleList(nn.BatchNorm1d(hidden, affine=False) for _ in KERNELS)
        self.output = nn.Linear(hidden, phones)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Expects CONTEXT frames of padding on both sides."""
        x = _normalised(self.input_norm, features)
        for i, (affine, norm, kernel) in enumerate(zip(self.affine, self.norm, KERNELS, strict=True)):
            if i == 1:
                steps = (x.shape[1] - 3) // 3 + 1
                x = x[:, : steps * 3].reshape(x.shape[0], steps, 3 * x.shape[2])
            else:
                steps = x.shape[1] - kernel + 1
                x = torch.cat([x[:, j : j + steps] for j in range(kernel)], 2)
            x = _normalised(norm, torch.relu(affine(x)))
        scores: torch.Tensor = self.output(x).transpose(1, 2).float()
        return scores


def _normalised(norm: nn.BatchNorm1d, x: torch.Tensor) -> torch.Tensor:
    """[batch, time, width] by width, all frames as one batch: transposed, a step would take three quarters longer."""
    normalised: torch.Tensor = norm(x.flatten(0, 1)).view(x.shape)
    return normalised
