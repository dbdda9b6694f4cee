"""The sections of a track: where they begin, and whether each is a build, a drop or a break.

`boundaries` finds where sections begin; their kinds follow from energy (Yadati, Larson, Liem &
Hanjalic 2014, "Detecting Drops in Electronic Dance Music": a build, then a sudden jump as the bass
returns). Only music with drums has drops, and few of them.
"""

from itertools import pairwise

import numpy as np

from server.arrays import Float64Array
from server.audio.structure import boundaries
from server.audio.structure.bar_features import Bars

PLAIN, BUILD, DROP, BREAK = range(4)
"""Kinds of sections."""

Parts = list[tuple[int, int]]
"""First bar and the bar after the last."""

_OCTAVE_WEIGHT = 0.4
"""Weight of a change of instrumentation relative to a change of energy."""
_MIN_ENERGY_JUMP, _MIN_BASS_JUMP = 0.15, 0.4
"""Minimum jump of energy at a drop, or of bass if the energy was high before."""
_MIN_DROP_ENERGY, _MIN_DROP_BASS, _MIN_DROP_KICKS = 0.6, 0.5, 0.4
"""Minimum energy and bass of a drop, and its kicks as a share of the track's maximum."""
_CALM_BASS = 0.5
"""With less bass than this a section may be a build or a break regardless of its kicks."""
_MAX_DROP_BARS, _MAX_BUILD_BARS = 16, 24
"""Maximum bars of a drop (the rest of its section is plain) and of a build."""
_MIN_DROPS, _MAX_DROPS, _DROP_EVERY_S = 2, 4, 75.0
"""Maximum number of drops: in a short track, in a song of some minutes, and one per this many
seconds in longer music."""


def find_sections(bars: Bars, *, drums: bool) -> Float64Array:
    """Return rows of start and end in seconds, energy 0..1 and kind; they cover the track.

    Args:
        bars: the features of the bars.
        drums: whether a kick drum plays in the track.
    """
    features = np.stack(
        [bars.loudness, bars.bass, bars.density, bars.brightness, bars.kicks], axis=1
    )
    bar_s = float(np.median(np.diff(bars.bounds)))
    part_bounds = boundaries.find_boundaries(
        np.hstack([features, _OCTAVE_WEIGHT * bars.octaves]), bar_s, readily=bars.has_beats
    )
    pairs = list(pairwise(part_bounds))
    kinds = (
        _SectionClassifier(bars, pairs).classify() if drums else _kinds_without_drums(bars, pairs)
    )
    pairs, kinds = _split_long_drops(pairs, kinds)
    energy = [float(bars.energy[first:last].mean()) for first, last in pairs]
    bounds = [(bars.bounds[first], bars.bounds[last]) for first, last in pairs]
    return np.column_stack([np.array(bounds), energy, kinds]).astype(np.float64)


class _SectionClassifier:
    """Classifies each section given those before and after it."""

    def __init__(self, bars: Bars, pairs: Parts) -> None:
        self._bars, self._pairs = bars, pairs
        self._energy, self._low, self._kicks = (
            np.array([float(values[first:last].mean()) for first, last in pairs])
            for values in (bars.energy, bars.bass, bars.kicks)
        )
        self._driven = float(self._kicks.max())

    def classify(self) -> list[int]:
        kinds = [PLAIN] * len(self._pairs)
        for part in self._drops():
            kinds[part] = DROP
        for part in range(len(kinds)):
            if kinds[part] == DROP or not self._calm(part):
                continue
            after = kinds[part + 1] if part + 1 < len(kinds) else PLAIN
            if after == DROP and self._short(part) and self._rises(part):
                kinds[part] = BUILD
            elif 0 < part < len(kinds) - 1 and self._jump(part) <= -_MIN_ENERGY_JUMP:
                kinds[part] = BREAK
        return kinds

    def _short(self, part: int) -> bool:
        first, last = self._pairs[part]
        return last - first <= _MAX_BUILD_BARS

    def _jump(self, part: int) -> float:
        return float(self._energy[part] - self._energy[part - 1])

    def _calm(self, part: int) -> bool:
        return bool(self._kicks[part] < 0.5 * self._driven or self._low[part] < _CALM_BASS)

    def _drops(self) -> list[int]:
        """Return the sections after a build or a break, the greatest jumps first, a few at most."""
        jumps = {}
        for part in range(1, len(self._pairs)):
            jump, back = self._jump(part), float(self._low[part] - self._low[part - 1])
            full = (
                self._low[part] >= _MIN_DROP_BASS
                and self._kicks[part] >= _MIN_DROP_KICKS * self._driven
            )
            sudden = jump >= _MIN_ENERGY_JUMP or (back >= _MIN_BASS_JUMP and jump >= 0)
            if sudden and self._calm(part - 1) and self._energy[part] >= _MIN_DROP_ENERGY and full:
                jumps[part] = jump + back
        seconds = float(self._bars.bounds[-1])
        max_drops = max(
            _MIN_DROPS, min(_MAX_DROPS, round(seconds / 45)), round(seconds / _DROP_EVERY_S)
        )
        return sorted(jumps, key=lambda part: -jumps[part])[:max_drops]

    def _rises(self, part: int) -> bool:
        """Return whether a section grows denser or brighter, in itself or from the one before."""
        (first, last), bars = self._pairs[part], self._bars
        grows = bars.density + bars.brightness + bars.loudness
        inside = float(grows[last - 1] - grows[first]) if last - first > 1 else 0.0
        if part == 0:
            return inside > 4 * _MIN_ENERGY_JUMP
        before = float(grows[self._pairs[part - 1][0] : first].mean())
        return (
            inside > _MIN_ENERGY_JUMP
            or float(grows[first:last].mean()) > before + 2 * _MIN_ENERGY_JUMP
        )


def _kinds_without_drums(bars: Bars, pairs: Parts) -> list[int]:
    """Return the kinds of sections without drums: plain, or a break between louder ones."""
    energy = [float(bars.energy[first:last].mean()) for first, last in pairs]
    inner = range(1, len(pairs) - 1)
    breaks = {
        part
        for part in inner
        if energy[part] <= min(energy[part - 1], energy[part + 1]) - _MIN_ENERGY_JUMP
    }
    return [BREAK if part in breaks else PLAIN for part in range(len(pairs))]


def _split_long_drops(pairs: Parts, kinds: list[int]) -> tuple[Parts, list[int]]:
    """Return the sections with long drops split in two."""
    parts: list[tuple[int, int, int]] = []
    for (first, last), kind in zip(pairs, kinds, strict=True):
        long = kind == DROP and last - first >= _MAX_DROP_BARS + boundaries.MIN_BARS
        middle = first + _MAX_DROP_BARS if long else last
        parts.append((first, middle, kind))
        if long:
            parts.append((middle, last, PLAIN))
    return [(first, last) for first, last, _ in parts], [kind for _, _, kind in parts]
