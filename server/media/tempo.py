"""The tempo of a track and where its beats fall, taken as the same from beginning to end.

The period comes from the autocorrelation of the onset envelope, weighted towards 120 beats a
minute (Ellis 2007, "Beat Tracking by Dynamic Programming", section 3.2). A comb then finds period
and phase more exactly: the beats are where most of the envelope's rises fall.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_USUAL_S = 0.5
_OCTAVES = 0.9
"""Standard deviation of the weight: Ellis found 0.9 octaves best for beats."""
_SHORTEST_S, _LONGEST_S = 0.25, 1.5
_RECURRENCES = ((1, 1.0), (2, 0.5), (4, 0.5))
_LEAST_CORRELATION = 0.4
_KICK = 1.6
"""What a strong kick counts beside the loudest rise."""
_LEAST_RISE = 0.02
"""What a held sound may ripple from step to step without being an onset."""
_LEAST_LOUDEST = 0.1
_WINDOW_S = 0.023
"""Windows of the loudness; a sound is in them before it is in their middle."""
_FINEST = 2001
_AROUND = 0.02
"""How far the comb's period may be from the autocorrelation's, as a share of it."""

Reals = NDArray[np.float64]


class Tempo(NamedTuple):
    """Beats at first_s, first_s + period_s, …"""

    period_s: float
    first_s: float
    """0 <= first_s < period_s."""


CALM = Tempo(_USUAL_S, 0.0)
"""What is taken for sound in which nothing recurs: 120 beats a minute from the start."""


def find(loudness: NDArray[np.float32], kicks: Reals, steps_per_s: int) -> Tempo:
    """The tempo of a track.

    Args:
        loudness: steps by ranges, each 0..1, measured in short windows around each step.
        kicks: rows of time in seconds and strength 0..1.
        steps_per_s: steps of `loudness` a second.
    """
    onsets = _onsets(loudness, kicks, steps_per_s)
    period = _period(onsets, steps_per_s)
    return _comb(onsets, kicks, steps_per_s, period) if period else CALM


def _onsets(loudness: NDArray[np.float32], kicks: Reals, steps_per_s: int) -> Reals:
    """How much louder each step is than the one before, in all ranges and by its kicks."""
    rises = np.diff(loudness.astype(np.float64), axis=0, prepend=loudness[:1])
    onsets: Reals = np.maximum(rises - _LEAST_RISE, 0).mean(axis=1)
    loudest = onsets.max(initial=_LEAST_LOUDEST)
    steps = np.minimum(np.floor(kicks[:, 0] * steps_per_s).astype(int), len(onsets) - 1)
    np.add.at(onsets, steps, _KICK * loudest * kicks[:, 1])
    return onsets


def _period(onsets: Reals, steps_per_s: int) -> float | None:
    """Seconds after which the onsets most likely recur; None where they do not."""
    correlation = _correlation(onsets, steps_per_s)
    longest = min(int(_LONGEST_S * steps_per_s), len(onsets) // 4)
    shortest = int(_SHORTEST_S * steps_per_s)
    if longest <= shortest or correlation[0] <= 1e-9:
        return None
    lags = np.arange(shortest, longest + 1)
    # A beat recurs after two and four beats as well; half as many recurrences speak of a bar
    # with a syncope in it.
    score = np.sum([share * _near(correlation, n * lags) for n, share in _RECURRENCES], axis=0)
    weight = np.exp(-0.5 * np.square(np.log2(lags / steps_per_s / _USUAL_S) / _OCTAVES))
    best = int(np.argmax(score * weight))
    if score[best] < _LEAST_CORRELATION * correlation[0]:
        return None
    return float(lags[best]) / steps_per_s


def _correlation(onsets: Reals, steps_per_s: int) -> Reals:
    """The autocorrelation of the onsets."""
    if not len(onsets):
        return np.zeros(1)
    size = 1 << (2 * len(onsets) - 1).bit_length()
    power = np.square(np.abs(np.fft.rfft(onsets - onsets.mean(), size)))
    correlation: Reals = np.fft.irfft(power, size)[: len(onsets)]
    return correlation


def _near(correlation: Reals, lags: NDArray[np.int64]) -> Reals:
    """The correlation at these lags; a recurrence between two steps is spread over both."""
    padded = np.pad(correlation, (0, max(0, int(lags[-1]) + 2 - len(correlation))))
    near: Reals = padded[lags] + np.maximum(padded[lags - 1], padded[lags + 1])
    return near


def _comb(onsets: Reals, kicks: Reals, steps_per_s: int, about: float) -> Tempo:
    """The period near `about`, and the phase, at which beats meet the most of the onsets.

    The sum of the onsets, each turned by its place in the beat, is longest for the right period
    and points to where in the beat they are. Its overtone makes narrow peaks of them.
    """
    at = np.flatnonzero(onsets > 0.1 * onsets.max())
    # What is louder at a step than at the one before rose between the two.
    times, weights = (at - 0.5) / steps_per_s + _WINDOW_S / 2, onsets[at]
    for time_s, _ in kicks:  # a kick's own time is finer than its step
        times[at == int(time_s * steps_per_s)] = time_s
    reach = min(_AROUND, 2 / (steps_per_s * about))
    periods = about * np.linspace(1 - reach, 1 + reach, _FINEST)
    strengths = [
        abs(_turned(times, weights, one)) + abs(_turned(times, weights, one / 2)) for one in periods
    ]
    period = float(periods[int(np.argmax(strengths))])
    angle = float(np.angle(_turned(times, weights, period)))
    return Tempo(period, angle / (2 * np.pi) * period % period)


def _turned(times: Reals, weights: Reals, period: float) -> complex:
    return complex(np.sum(weights * np.exp(2j * np.pi * times / period)))
