"""A small neural network that detects onsets, drums and beats from a track's levels, in numpy.

Two convolutions over time and pitch, then dilated convolutions over time with residuals (Bai,
Kolter & Koltun 2018, "An Empirical Evaluation of Generic Convolutional and Recurrent Networks for
Sequence Modeling"; Davies & Böck 2019, "Temporal Convolutional Networks for Musical Audio Beat
Tracking"). `python -m bench.training` trains the weights; docs/audio.md describes how.
"""

from functools import cache
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from server.arrays import Float32Array
from server.audio.series.blocks import for_each_block

OUTPUTS = ("onsets", "kicks", "snares", "hats", "beats", "downbeats")
"""Columns of the result."""
_WEIGHTS = Path(__file__).with_name("weights.npz")
_LAG = 2
"""Steps between the levels whose difference is the second input."""
_DILATIONS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_LOCAL_BLOCKS = 3
_REACH = 2 * sum(_DILATIONS) + 4
"""Steps before and after that an output depends on."""
_LEADING_SILENCE = 50
_PIECE, _BLOCK = 24_000, 1000
"""Steps computed at a time, so that hours do not need gigabytes."""


def activations(levels: Float32Array) -> Float32Array:
    """Return the probability of each kind of event in each step.

    Args:
        levels: steps x 82, from `filterbank.compute_spectra`.

    Returns:
        Steps x 6 in the order of OUTPUTS, 0..1.
    """
    # Silence before the track, so that audio at its very beginning counts as an onset.
    levels = np.concatenate([np.zeros((_LEADING_SILENCE, levels.shape[1]), np.float32), levels])
    result = np.empty((len(levels), len(OUTPUTS)), np.float32)
    for start in range(0, len(levels), _PIECE):
        end = min(start + _PIECE, len(levels))
        first = max(start - _REACH, 0)
        piece = _activations_of_piece(levels[first : end + _REACH])
        result[start:end] = piece[start - first : end - first]
    return result[_LEADING_SILENCE:]


def _activations_of_piece(levels: Float32Array) -> Float32Array:
    """Compute the activations of some minutes."""
    weights = _weights()
    x = _convolve_pitch(levels, weights)
    local = x
    for number, dilation in enumerate(_DILATIONS):
        rise = _convolve_dilated(
            x, weights[f"block{number}"], weights[f"block{number}.bias"], dilation
        )
        rise += x
        x = rise
        if number + 1 == _LOCAL_BLOCKS:
            local = x
    heads = weights["heads"][0]
    logits = local @ heads[: x.shape[1]] + x @ heads[x.shape[1] :] + weights["heads.bias"]
    probabilities: Float32Array = 1 / (1 + np.exp(-logits))
    return probabilities


@cache
def _weights() -> dict[str, Float32Array]:
    with np.load(_WEIGHTS) as file:
        return {name: file[name].astype(np.float32) for name in file.files}


def _convolve_pitch(levels: Float32Array, weights: dict[str, Float32Array]) -> Float32Array:
    """Apply the convolutions over time and pitch, a block of steps at a time.

    Returns:
        Steps x channels.
    """
    gathered = np.empty((len(levels), weights["gather"].shape[2]), np.float32)

    def compute(start: int, end: int) -> None:
        piece = _inputs(levels, start - 2, end + 2)
        x = _convolve_time_and_pitch(piece, weights["first"], weights["first.bias"], 2, 2)
        # The input of the second convolution is 0 before the first step and after the last.
        x[: max(1 - start, 0)] = 0
        x[len(x) - max(end + 1 - len(levels), 0) :] = 0
        x = _convolve_time_and_pitch(x, weights["second"], weights["second.bias"], 3, 1)
        flat = x.transpose(0, 2, 1).reshape(len(x), -1)
        gathered[start:end] = np.maximum(flat @ weights["gather"][0] + weights["gather.bias"], 0)

    for_each_block(compute, len(levels), _BLOCK)
    return gathered


def _inputs(levels: Float32Array, first: int, last: int) -> Float32Array:
    """Return the levels and their rises in the steps [first, last), 0 outside of the track.

    Returns:
        Steps x pitches x 2.
    """
    low, high = max(first, 0), min(last, len(levels))
    inputs = np.zeros((last - first, levels.shape[1], 2), np.float32)
    inside = inputs[low - first : high - first]
    inside[..., 0] = inside[..., 1] = levels[low:high]
    lagged = max(low, _LAG)
    inside[lagged - low :, :, 1] -= levels[lagged - _LAG : max(high - _LAG, 0)]
    np.maximum(inside[..., 1], 0, out=inside[..., 1])
    return inputs


def _convolve_time_and_pitch(
    x: Float32Array, kernel: Float32Array, bias: Float32Array, stride: int, side: int
) -> Float32Array:
    """Convolve over 3 steps and some pitches, without padding in time.

    Args:
        x: steps x pitches x channels.
        kernel: 3 x pitches x channels in x channels out.
        bias: one per output channel.
        stride: pitches from one result to the next.
        side: pitches of padding on both sides.
    """
    padded = np.pad(x, ((0, 0), (side, side), (0, 0)))
    windows = sliding_window_view(padded, kernel.shape[:2], axis=(0, 1))[:, ::stride]
    # steps x pitches x channels x 3 x pitches: one product of matrices.
    flat = windows.transpose(0, 1, 3, 4, 2).reshape(-1, kernel[..., 0].size)
    out = np.maximum(flat @ kernel.reshape(-1, kernel.shape[3]) + bias, 0)
    result: Float32Array = out.reshape(*windows.shape[:2], -1)
    return result


def _convolve_dilated(
    x: Float32Array, kernel: Float32Array, bias: Float32Array, dilation: int
) -> Float32Array:
    """Convolve over steps `dilation` apart; the result is as long as `x`."""
    side = len(kernel) // 2
    out = x @ kernel[side]
    for tap, matrix in enumerate(kernel):
        shift = (tap - side) * dilation
        if shift == 0 or abs(shift) >= len(x):
            continue
        if shift > 0:
            out[:-shift] += x[shift:] @ matrix
        else:
            out[-shift:] += x[:shift] @ matrix
    out += bias
    result: Float32Array = np.maximum(out, 0, out=out)
    return result
