"""A network with the weights of a file that the analyser reads, so that training can go on."""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from bench.training.network import Block, Network


def restore(path: Path, levels: torch.Tensor) -> Network:
    """Read weights with folded normalisations, and unfold them by the statistics of a batch.

    Args:
        path: an .npz of `python -m bench.training`.
        levels: batch x steps x 82. The network gives the same outputs for any levels in evaluation
            mode, and apart from dropout nearly the same for these in training mode.
    """
    network = Network()
    with np.load(path) as file:
        arrays = {name: torch.from_numpy(file[name].astype(np.float32)) for name in file.files}
    _copy(network.first, arrays, "first")
    _copy(network.second, arrays, "second")
    _copy(network.heads, arrays, "heads")
    folded: list[tuple[str, nn.Conv1d, nn.BatchNorm1d]] = [("gather", network.gather, network.norm)]
    for number, block in enumerate(network.blocks):
        assert isinstance(block, Block)
        folded.append((f"block{number}", block.conv, block.norm))
    hooks = []
    for name, conv, norm in folded:
        _copy(conv, arrays, name)
        norm.bias.data = arrays[f"{name}.bias"]
        hooks.append(norm.register_forward_pre_hook(_unfold))
    network.eval()
    with torch.no_grad():
        network(levels)
    for hook in hooks:
        hook.remove()
    return network


def _copy(layer: nn.Module, arrays: dict[str, torch.Tensor], name: str) -> None:
    assert isinstance(layer, nn.Conv1d | nn.Conv2d)
    kernel = arrays[name]
    last = kernel.dim() - 1
    layer.weight.data = kernel.permute(last, last - 1, *range(last - 1)).contiguous()
    if layer.bias is not None:
        layer.bias.data = arrays[f"{name}.bias"]


def _unfold(norm: nn.BatchNorm1d, inputs: tuple[torch.Tensor]) -> None:
    """Give a normalisation the statistics of its input, and the scale that cancels them."""
    (x,) = inputs
    assert norm.running_mean is not None
    assert norm.running_var is not None
    norm.running_mean.copy_(x.mean((0, 2)))
    norm.running_var.copy_(x.var((0, 2)))
    norm.bias.data = norm.bias.data + norm.running_mean
    norm.weight.data = torch.sqrt(norm.running_var + norm.eps)
