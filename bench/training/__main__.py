"""Train the network and write its weights.

    python -m bench.training FEATURES WEIGHTS.npz [--minutes M] [--seed S] [--from FORMER.npz]

FEATURES is a folder written by `python -m bench.songs --features`; files added meanwhile are used
too. The weights written are the exponential moving average of those of all steps (Polyak & Juditsky
1992, "Acceleration of Stochastic Approximation by Averaging"). Needs `pip install torch`.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from bench.training import dataset
from bench.training.network import OUTPUTS, Network, weights
from bench.training.restore import restore
from server.arrays import Float64Array

_BATCH, _STEPS = 12, 1500
_LEARNING_RATE = 8e-4
_SHARES = (1.0, 2.0, 3.0, 1.0, 1.5, 3.0)
"""Weights of the outputs in the loss."""
_AVERAGED = 0.998
"""The share of the average that each step keeps."""
_RESCAN_S = 90.0


def main() -> None:
    """Train for some minutes; the learning rate falls to zero at the end."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("features", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--from", dest="former", type=Path)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    examples_by_path: dict[Path, dataset.Example] = {}
    _scan(options.features, examples_by_path)
    if not examples_by_path:
        parser.error(f"{options.features} has no features: make some with python -m bench.songs")
    network = Network()
    if options.former:
        levels, _, _ = dataset.batch(list(examples_by_path.values()), _BATCH, _STEPS, rng)
        network = restore(options.former, levels)
    averaged = AveragedModel(
        network, multi_avg_fn=get_ema_multi_avg_fn(_AVERAGED), use_buffers=True
    )
    optimizer = torch.optim.AdamW(network.parameters(), _LEARNING_RATE, weight_decay=1e-3)
    start = last_scan = time.monotonic()
    step, mean = 0, np.zeros(len(OUTPUTS))
    while (elapsed_s := time.monotonic() - start) < 60 * options.minutes:
        if time.monotonic() - last_scan > _RESCAN_S:
            _scan(options.features, examples_by_path)
            last_scan = time.monotonic()
        examples = list(examples_by_path.values())
        _set_rate(optimizer, elapsed_s / (60 * options.minutes), step)
        losses = _step(network, optimizer, dataset.batch(examples, _BATCH, _STEPS, rng))
        averaged.update_parameters(network)
        mean += 0.02 * (losses - mean) if step else losses
        step += 1
        if step % 50 == 0:
            losses_text = " ".join(f"{n} {v:.4f}" for n, v in zip(OUTPUTS, mean, strict=True))
            print(
                f"{step} {elapsed_s / 60:.1f} min {len(examples)} examples: {losses_text}",
                flush=True,
            )
            _save(averaged, options.weights)
    _save(averaged, options.weights)


def _scan(folder: Path, examples_by_path: dict[Path, dataset.Example]) -> None:
    """Add the examples of files that are new in the folder."""
    for path in sorted(folder.glob("*.npz")):
        if path not in examples_by_path:
            examples_by_path[path] = dataset.load(path)


def _set_rate(optimizer: torch.optim.Optimizer, progress: float, step: int) -> None:
    """Set the learning rate: up over 100 steps, then down along half a cosine."""
    rate = (
        _LEARNING_RATE
        * min(1.0, (step + 1) / 100)
        * (0.5 + 0.5 * np.cos(np.pi * min(progress, 1.0)))
    )
    for group in optimizer.param_groups:
        group["lr"] = max(float(rate), 1e-6)


def _step(
    network: Network,
    optimizer: torch.optim.Optimizer,
    batch: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
) -> Float64Array:
    """Learn from a batch; return the loss of each output."""
    levels, targets, counted = batch
    network.train()
    with torch.autocast("cpu", torch.bfloat16):
        logits = network(levels)
    logits = logits.float().transpose(1, 2)
    per_element = torch.nn.functional.binary_cross_entropy_with_logits(
        logits, targets, reduction="none"
    )
    losses = (per_element * counted).sum((0, 1)) / counted.sum((0, 1)).clamp(min=1)
    loss = (losses * torch.tensor(_SHARES)).sum()
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
    optimizer.step()
    return losses.detach().numpy().astype(np.float64)


def _save(averaged: AveragedModel, path: Path) -> None:
    network = averaged.module
    assert isinstance(network, Network)
    np.savez(path, allow_pickle=False, **weights(network))


if __name__ == "__main__":
    main()
