"""The network in PyTorch, and its weights as the analyser reads them.

Two small convolutions over time and pitch, then dilated convolutions over time (Bai, Kolter &
Koltun 2018; for beats Davies & Böck 2019, "Temporal Convolutional Networks for Musical Audio Beat
Tracking"). Everything is symmetric in time: a track is analysed as a whole.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

OUTPUTS = ("onsets", "kicks", "snares", "hats", "beats", "downbeats")
BANDS = 82
LAG = 2
"""Steps between the levels whose difference is the second input."""
_FIRST, _SECOND, _WIDTH = 12, 24, 64
_DILATIONS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_ROWS = 14
"""Pitches remaining of the 82 after both convolutions."""
_LOCAL = 3
"""Number of blocks before the outputs' short context; the last block gives the long one."""


class Block(nn.Module):
    """A residual dilated convolution."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(
            _WIDTH, _WIDTH, 5, padding=2 * dilation, dilation=dilation, bias=False
        )
        self.norm = nn.BatchNorm1d(_WIDTH)
        self.drop = nn.Dropout(0.1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.drop(torch.relu(self.norm(self.conv(x))))


class Network(nn.Module):
    """Levels (batch x steps x 82) to logits (batch x 6 x steps)."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(2, _FIRST, (3, 5), stride=(1, 2), padding=(1, 2))
        self.second = nn.Conv2d(_FIRST, _SECOND, (3, 3), stride=(1, 3), padding=(1, 1))
        self.gather = nn.Conv1d(_SECOND * _ROWS, _WIDTH, 1, bias=False)
        self.norm = nn.BatchNorm1d(_WIDTH)
        self.blocks = nn.ModuleList(Block(dilation) for dilation in _DILATIONS)
        self.heads = nn.Conv1d(2 * _WIDTH, len(OUTPUTS), 1)

    def forward(self, levels: torch.Tensor) -> torch.Tensor:
        x = torch.stack([levels, rises(levels)], dim=1)
        x = x.to(memory_format=torch.channels_last)
        x = torch.relu(self.first(x))
        x = torch.relu(self.second(x))
        x = x.permute(0, 1, 3, 2).flatten(1, 2)
        x = torch.relu(self.norm(self.gather(x)))
        local = x
        for number, block in enumerate(self.blocks, 1):
            x = block(x)
            if number == _LOCAL:
                local = x
        return self.heads(torch.cat([local, x], dim=1))


def rises(levels: torch.Tensor) -> torch.Tensor:
    """Return how much each level exceeds itself LAG steps before, at least 0."""
    before = torch.nn.functional.pad(levels, (0, 0, LAG, 0))[:, :-LAG]
    return torch.relu(levels - before)


def weights(network: Network) -> dict[str, NDArray[np.float16]]:
    """Return all weights, normalisations folded in, in the layout of the analyser.

    A kernel's axes are its taps, inputs and outputs, so that each tap is a product of matrices.
    """
    by_name: dict[str, NDArray[np.float16]] = {}

    def keep(name: str, kernel: torch.Tensor, bias: torch.Tensor | None) -> None:
        assert bias is not None
        order = (*range(2, kernel.dim()), 1, 0)
        by_name[name] = kernel.permute(order).detach().numpy().astype(np.float16)
        by_name[f"{name}.bias"] = bias.detach().numpy().astype(np.float16)

    def fold(name: str, conv: nn.Conv1d, norm: nn.BatchNorm1d) -> None:
        assert norm.running_mean is not None
        assert norm.running_var is not None
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        keep(name, conv.weight * scale.view(-1, 1, 1), norm.bias - norm.running_mean * scale)

    keep("first", network.first.weight, network.first.bias)
    keep("second", network.second.weight, network.second.bias)
    fold("gather", network.gather, network.norm)
    for number, block in enumerate(network.blocks):
        assert isinstance(block, Block)
        fold(f"block{number}", block.conv, block.norm)
    keep("heads", network.heads.weight, network.heads.bias)
    return by_name
