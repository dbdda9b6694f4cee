"""Features of songs with their truth, cut at random and changed as masters differ."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from bench.training.network import OUTPUTS

Floats = NDArray[np.float32]
Chance = np.random.Generator

STEPS_PER_S = 100
_SPREAD = {"beats": (0.5, 0.25), "downbeats": (0.5, 0.25)}
_OTHERS = (0.4,)
"""Targets of the steps beside an event; those of beats reach further."""
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
    """0 where an event is optional, or of a kind that the song has no truth of."""


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
            spread = _SPREAD.get(kind, _OTHERS)
            for away, value in [(0, 1.0), *enumerate(spread, 1)]:
                for step in {at - away, at + away}:
                    if 0 <= step < steps:
                        targets[step, column] = max(targets[step, column], value)
                        weights[step, column] = 1
    return Example(levels, targets, weights)


def batch(
    examples: list[Example], count: int, steps: int, chance: Chance
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Random cuts: levels, targets and weights, batch x steps x bands or outputs."""
    rows: list[tuple[Floats, Floats, Floats]] = []
    for _ in range(count):
        example = examples[int(chance.integers(len(examples)))]
        start = int(chance.integers(max(len(example.levels) - steps, 0) + 1))
        start *= int(chance.random() > _BEGINNINGS)
        part = slice(start, start + steps)
        levels = altered(example.levels[part].astype(np.float32), chance)
        counted = example.weights[part].copy()
        if start:
            counted[:_CUT_STEPS] = 0  # the cut looks like an onset
        row: list[NDArray[np.floating]] = [levels, example.targets[part], counted]
        padded = [np.pad(each, ((0, steps - len(each)), (0, 0))) for each in row]
        rows.append((padded[0], padded[1].astype(np.float32), padded[2].astype(np.float32)))
    stacked = [torch.from_numpy(np.stack(each)) for each in zip(*rows, strict=True)]
    return stacked[0], stacked[1], stacked[2]


def altered(levels: Floats, chance: Chance) -> Floats:
    """Levels as another gain, tilt and equalizer would have made them, and with a noise floor."""
    bands = levels.shape[1]
    places = np.linspace(-1, 1, bands)
    gains = chance.normal(0, 0.25) + chance.normal(0, 0.35) * places
    for _ in range(2):
        middle, wide = chance.uniform(-1, 1), chance.uniform(0.1, 0.5)
        gains = gains + chance.normal(0, 0.35) * np.exp(-0.5 * ((places - middle) / wide) ** 2)
    magnitudes = np.expm1(levels) * np.exp(gains).astype(np.float32)
    if chance.random() < 0.2:
        floor = np.float32(np.exp(chance.uniform(-4, 0.5)))
        magnitudes += floor * chance.rayleigh(1.0, magnitudes.shape).astype(np.float32)
    changed: Floats = np.log1p(magnitudes)
    return changed
