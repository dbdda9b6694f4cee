"""Features of songs with their truth, cut at random and augmented like different masters."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from bench.training.network import OUTPUTS
from server.arrays import Float32Array

Rng = np.random.Generator

STEPS_PER_S = 100
_SPREADS = {"beats": (0.5, 0.25), "downbeats": (0.5, 0.25)}
_ONE_STEP = (0.4,)
"""Targets of the steps next to an event; those of beats extend further."""
_OPTIONAL_STEPS = 4
_BEGINNINGS = 0.2
"""The share of cuts that begin with their song."""
_CUT_STEPS = 10


@dataclass(frozen=True)
class Example:
    """One song."""

    levels: NDArray[np.float16]
    targets: NDArray[np.float16]
    """Steps x outputs, 0..1."""
    weights: NDArray[np.float16]
    """0 near optional events, and for kinds without truth in the song."""


def load(path: Path) -> Example:
    """Read a file of `python -m bench.songs --features`."""
    with np.load(path) as file:
        levels, truth = file["levels"], json.loads(str(file["truth"]))
    steps = len(levels)
    targets = np.zeros((steps, len(OUTPUTS)), np.float16)
    weights = np.ones_like(targets)
    for column, kind in enumerate(OUTPUTS):
        if kind not in truth:
            weights[:, column] = 0
            continue
        for time in truth.get(f"{kind}?", []):
            at = round(time * STEPS_PER_S)
            weights[max(at - _OPTIONAL_STEPS, 0) : at + _OPTIONAL_STEPS + 1, column] = 0
        for time in truth[kind]:
            at = round(time * STEPS_PER_S)
            spread = _SPREADS.get(kind, _ONE_STEP)
            for away, value in [(0, 1.0), *enumerate(spread, 1)]:
                for step in {at - away, at + away}:
                    if 0 <= step < steps:
                        targets[step, column] = max(targets[step, column], value)
                        weights[step, column] = 1
    return Example(levels, targets, weights)


def batch(
    examples: list[Example], count: int, steps: int, rng: Rng
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return random cuts: levels, targets and weights, batch x steps x bands or outputs."""
    cuts: list[tuple[Float32Array, Float32Array, Float32Array]] = []
    for _ in range(count):
        example = examples[int(rng.integers(len(examples)))]
        start = int(rng.integers(max(len(example.levels) - steps, 0) + 1))
        start *= int(rng.random() > _BEGINNINGS)
        window = slice(start, start + steps)
        levels = augment(example.levels[window].astype(np.float32), rng)
        counted = example.weights[window].copy()
        if start:
            counted[:_CUT_STEPS] = 0  # the cut looks like an onset
        cut: list[NDArray[np.floating]] = [levels, example.targets[window], counted]
        padded = [np.pad(array, ((0, steps - len(array)), (0, 0))) for array in cut]
        cuts.append((padded[0], padded[1].astype(np.float32), padded[2].astype(np.float32)))
    stacked = [torch.from_numpy(np.stack(array)) for array in zip(*cuts, strict=True)]
    return stacked[0], stacked[1], stacked[2]


def augment(levels: Float32Array, rng: Rng) -> Float32Array:
    """Change levels as another gain, tilt and equalizer would, and add a noise floor."""
    bands = levels.shape[1]
    positions = np.linspace(-1, 1, bands)
    gains = rng.normal(0, 0.25) + rng.normal(0, 0.35) * positions
    for _ in range(2):
        middle, wide = rng.uniform(-1, 1), rng.uniform(0.1, 0.5)
        gains = gains + rng.normal(0, 0.35) * np.exp(-0.5 * ((positions - middle) / wide) ** 2)
    magnitudes = np.expm1(levels) * np.exp(gains).astype(np.float32)
    if rng.random() < 0.2:
        floor = np.float32(np.exp(rng.uniform(-4, 0.5)))
        magnitudes += floor * rng.rayleigh(1.0, magnitudes.shape).astype(np.float32)
    augmented: Float32Array = np.log1p(magnitudes)
    return augmented
