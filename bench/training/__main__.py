"""Train the network and write its weights.

    python -m bench.training FEATURES WEIGHTS.npz [--minutes M] [--seed S] [--from STATE.pt]

FEATURES is a folder of `python -m bench.songs --features`; files that are added while this runs
are taken up. Needs `pip install torch`.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from bench.training import dataset
from bench.training.network import OUTPUTS, Network, weights

_BATCH, _STEPS = 12, 1500
_RATE = 8e-4
_SHARES = (1.0, 2.0, 2.0, 1.0, 1.5, 3.0)
"""How much each output counts."""
_LOOK_EVERY_S = 90.0


def main() -> None:
    """Train for some minutes; the rate of learning falls to nothing at the end."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    options.add_argument("features", type=Path)
    options.add_argument("weights", type=Path)
    options.add_argument("--minutes", type=float, default=60)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--from", dest="state", type=Path)
    chosen = options.parse_args()
    torch.manual_seed(chosen.seed)
    chance = np.random.default_rng(chosen.seed)
    network = Network()
    if chosen.state:
        network.load_state_dict(torch.load(chosen.state, weights_only=True))
    optimizer = torch.optim.AdamW(network.parameters(), _RATE, weight_decay=1e-3)
    known: dict[Path, dataset.Example] = {}
    begun, looked, step, mean = time.monotonic(), -_LOOK_EVERY_S, 0, np.zeros(len(OUTPUTS))
    while (spent := time.monotonic() - begun) < 60 * chosen.minutes:
        if time.monotonic() - looked > _LOOK_EVERY_S:
            new = [path for path in sorted(chosen.features.glob("*.npz")) if path not in known]
            known |= {path: dataset.load(path) for path in new}
            examples, looked = list(known.values()), time.monotonic()
        _set_rate(optimizer, spent / (60 * chosen.minutes), step)
        losses = _step(network, optimizer, dataset.batch(examples, _BATCH, _STEPS, chance))
        mean += 0.02 * (losses - mean) if step else losses
        step += 1
        if step % 50 == 0:
            shown = " ".join(f"{n} {v:.4f}" for n, v in zip(OUTPUTS, mean, strict=True))
            print(f"{step} {spent / 60:.1f} min {len(examples)} examples: {shown}", flush=True)
            _save(network, chosen.weights)
    _save(network, chosen.weights)


def _set_rate(optimizer: torch.optim.Optimizer, through: float, step: int) -> None:
    """Up over 100 steps, then down along half a cosine."""
    rate = _RATE * min(1.0, (step + 1) / 100) * (0.5 + 0.5 * np.cos(np.pi * min(through, 1.0)))
    for group in optimizer.param_groups:
        group["lr"] = max(float(rate), 1e-6)


def _step(
    network: Network,
    optimizer: torch.optim.Optimizer,
    batch: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
) -> NDArray[np.float64]:
    """Learn from a batch; the loss of each output."""
    levels, targets, counted = batch
    network.train()
    with torch.autocast("cpu", torch.bfloat16):
        logits = network(levels)
    logits = logits.float().transpose(1, 2)
    each = torch.nn.functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    losses = (each * counted).sum((0, 1)) / counted.sum((0, 1)).clamp(min=1)
    loss = (losses * torch.tensor(_SHARES)).sum()
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
    optimizer.step()
    return losses.detach().numpy().astype(np.float64)


def _save(network: Network, path: Path) -> None:
    network.eval()
    np.savez(path, allow_pickle=False, **weights(network))
    torch.save(network.state_dict(), path.with_suffix(".pt"))


if __name__ == "__main__":
    main()
