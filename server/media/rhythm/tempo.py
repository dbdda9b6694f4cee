"""How fast the music goes, at every moment of it.

What recurs within some seconds is read from the autocorrelation of the onsets there (a tempogram:
Grosche, Müller & Kurth 2010, "Cyclic Tempogram"). One path through all moments that seldom jumps
is the tempo curve; over silence it goes on as it was.
"""

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from server.media.rhythm.spectra import STEPS_PER_S

Reals = NDArray[np.float64]

SLOWEST, FASTEST = 50.0, 220.0
_OCTAVES = (50.0, 62.0, 78.0, 98.0, 124.0)
"""Where the octaves begin that are looked at."""
_PER_OCTAVE = 60
_WINDOW = 6 * STEPS_PER_S
_EVERY = STEPS_PER_S // 2
_TURN, _MOST = 120.0, 2.0
"""What a change of tempo costs, in units of a perfect recurrence: times the square of its octaves,
and no more than so much,"""
_FAR, _TOO_FAR = 0.4, 25.0
"""unless it is by so many octaves: then it is another pulse of the same tempo."""

GRID = SLOWEST * 2 ** (np.arange(int(np.log2(FASTEST / SLOWEST) * _PER_OCTAVE) + 1) / _PER_OCTAVE)
"""The tempi that are told apart, in beats a minute."""


class Curve(NamedTuple):
    """A tempo that may change."""

    tempo: Reals
    """Beats a minute at each step."""
    clear: float
    """How much recurs after a beat of it, 0..1."""


def curves(novelty: Reals) -> list[Curve]:
    """What the tempo may be: of each octave that a listener may tap in, the best curve.

    Args:
        novelty: how much begins in each step, >= 0.
    """
    found = salience(novelty)
    kept: list[Curve] = []
    for slowest in _OCTAVES:
        inside = np.flatnonzero((slowest <= GRID) & (slowest * 2 >= GRID))
        salient = found[:, inside]
        path = _path(salient)
        middles = np.arange(len(path)) * _EVERY
        tempo = GRID[inside][path]
        clear = salient[np.arange(len(path)), path]
        heard = found.max(axis=1) > 0
        confidence = float(np.median(clear[heard])) if heard.any() else 0.0
        curve = np.exp(np.interp(np.arange(len(novelty)), middles, np.log(tempo)))
        if not any(np.allclose(curve, other.tempo, rtol=0.03) for other in kept):
            kept.append(Curve(curve, confidence))
    return kept


def salience(novelty: Reals) -> Reals:
    """Moments, two a second, by tempi: how much the onsets around recur after a beat; 0..1."""
    half = _WINDOW // 2
    padded = np.pad(novelty, (half, half + _EVERY))
    rows = sliding_window_view(padded, _WINDOW)[::_EVERY]
    rows = (rows - rows.mean(axis=1, keepdims=True)) * np.hanning(_WINDOW)
    power = np.square(np.abs(np.fft.rfft(rows, 2 * _WINDOW, axis=1)))
    correlation = np.fft.irfft(power, axis=1)[:, :_WINDOW]
    bias = np.correlate(np.hanning(_WINDOW), np.hanning(_WINDOW), "full")[_WINDOW - 1 :]
    correlation *= bias[0] / np.maximum(bias, 0.05 * bias[0])
    scale = correlation[:, :1]
    correlation = np.divide(correlation, scale, out=np.zeros_like(correlation), where=scale > 1e-9)
    lags = 60 * STEPS_PER_S / GRID
    total = np.zeros((len(correlation), len(GRID)))
    for times, weight in ((1, 0.4), (2, 0.3), (4, 0.3)):
        total += weight * _at(correlation, np.minimum(times * lags, 0.6 * _WINDOW))
    return np.clip(total, 0, 1)


def _at(correlation: Reals, lags: Reals) -> Reals:
    """The correlation at lags between steps; a recurrence there is spread over both."""
    low = lags.astype(np.int64)
    part = lags - low
    near = np.maximum(correlation[:, :-2], correlation[:, 1:-1])
    near = np.maximum(near, correlation[:, 2:])
    mixed: Reals = near[:, low - 1] * (1 - part) + near[:, low] * part
    return mixed


def _path(weighted: Reals) -> NDArray[np.int64]:
    """The tempi, one a moment, of most weight in all, less what their changes cost (Viterbi)."""
    count = weighted.shape[1]
    apart = np.abs(np.arange(count)[:, None] - np.arange(count)[None, :]) / _PER_OCTAVE
    cost = np.where(apart < _FAR, np.minimum(_TURN * np.square(apart), _MOST), _TOO_FAR)
    total = weighted[0].copy()
    came = np.zeros(weighted.shape, np.int64)
    for moment in range(1, len(weighted)):
        ways = total[:, None] - cost
        came[moment] = ways.argmax(axis=0)
        total = ways.max(axis=0) + weighted[moment]
    path = np.empty(len(weighted), np.int64)
    path[-1] = int(total.argmax())
    for moment in range(len(weighted) - 1, 0, -1):
        path[moment - 1] = came[moment, path[moment]]
    return path
