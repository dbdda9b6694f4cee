"""The spectrum for pictures: each band beside what the same band reaches in this very track.

A browser's spectrum is on one scale for all sounds: a bassy track moves its lowest bins alone, and
a loud master fills them. Here the usual level of each band and its loud one lead to the same two
heights, whatever the master is like. Quiet passages are raised by half of what they are below the
rest, so they move and are still lower; silence, and what lies far below the track, is 0.

The file is a `.npy` array of bytes, steps (those of the spectra) by 3 (mean power of the channels,
left, right) by logbands.BANDS.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from server.audio.spectrum import log_bands, spectrogram
from server.audio.spectrum.analyser_node import STEPS_PER_S
from server.files import atomic

FORMAT = 1
"""Number of the format of the file, and of what its numbers mean."""

_LOUD_PERCENTILE, _USUAL_PERCENTILE = 97, 50
_LOUD_LEVEL, _USUAL_LEVEL = 0.92, 0.36
"""Heights that these become."""
_LEAST_SPAN_DB, _MOST_SPAN_DB = 14.0, 48.0
"""What 0 to 1 spans: a steady noise does not jump, a piano does not only rest."""
_WEAK_DB, _FLOOR_DB = 45.0, 66.0
"""Below the loudest band of the track: the least that a band's loud level is taken for, and where
nothing is seen any more."""
_WEAK_IN_REGION_DB = 12.0
"""The same of its region: what lies between the partials of a tone is not lifted to them."""
_TILT_DB = 2.0
"""An octave higher both begin so much lower; bands of equal octaves have 3 dB an octave already."""
_FADE_DB = 14.0
_INAUDIBLE_DB, _SOUNDING_DB = -110.0, -75.0
"""Of a band: never seen; the loudest of a step that says something about the track."""

_RAISED_SHARE, _MOST_RAISED_DB, _NOT_RAISED_DB = 0.55, 26.0, 6.0
"""Of how quiet passages are raised: the share, the most, and what below the loud is not quiet."""
_SLOW_S, _COARSE_STEPS = 2.5, 15
_REGION_BANDS = 6.0
_SPAN_BANDS, _SPREAD_BANDS = 2.0, 0.7
"""Standard deviations of smoothing across bands: of loudness, of the spans, of the picture."""
_RELEASE_S = 0.16
_SOFTENED = (0.06, 0.24, 0.4, 0.24, 0.06)
"""Weights of neighbours in time, 83 ms in all: a rise takes two frames."""
_SILENT_DB = 50.0
"""A channel that stays so far below the other is silent, and shows the mean."""

Reals = NDArray[np.float32]
Bytes = NDArray[np.uint8]


def analyse(heard: Path, out: Path) -> None:
    """Write `out`, through its `.part`.

    Args:
        heard: the track's spectra.
        out: the file to write.

    Raises:
        ToqiboxError: storage_full.
        ValueError: `heard` is no file of spectra.
    """
    found = levels(np.ascontiguousarray(spectrogram.load(heard)["logbands"]))
    with atomic.atomic_write(out, sealed=True) as file:
        np.save(file, found, allow_pickle=False)


def load(path: Path, steps: int) -> Bytes:
    """Map a file; nothing of it is read before it is asked for.

    Raises:
        ValueError: it is not the file of a track of so many steps.
    """
    problem = f"{path.name} is not what the analysis of levels of format {FORMAT} writes"
    try:
        found: Bytes = np.load(path, mmap_mode="r")
    except (ValueError, EOFError, OSError) as error:
        raise ValueError(problem) from error
    if found.dtype != np.uint8 or found.shape != (steps, 3, log_bands.BANDS):
        raise ValueError(problem)
    return found


def levels(measured: Bytes) -> Bytes:
    """The levels of a whole track.

    Args:
        measured: steps by 2 channels by bands, see logbands.to_bytes.

    Returns:
        Steps by 3 (mean, left, right) by bands.
    """
    sides = [log_bands.decibels(measured[:, channel]) for channel in (0, 1)]
    both = _decibels((_powers(sides[0]) + _powers(sides[1])) / np.float32(2))
    scale = _Scale(both)
    mean = scale.apply(both)
    found = np.repeat(mean[:, np.newaxis], 3, axis=1)
    loudest = max(side.max() for side in sides)
    for channel, side in enumerate(sides):
        if side.max() > loudest - _SILENT_DB:
            found[:, 1 + channel] = scale.apply(side)
    return found


class _Scale:
    """Leads the decibels of one track to levels.

    Args:
        both: steps by bands, of the mean power of the channels.
    """

    def __init__(self, both: Reals) -> None:
        sounding = both[both.max(axis=1) > _SOUNDING_DB]
        chosen = sounding if len(sounding) else both
        loud = _percentiles(chosen, _LOUD_PERCENTILE)[0]
        octaves = np.log2(log_bands.centres() / log_bands.LOWEST_HZ).astype(np.float32)
        line = loud.max() - _TILT_DB * octaves
        around = _decibels(_across(_powers(loud), _REGION_BANDS))
        weak = np.maximum(line - _WEAK_DB, around - _WEAK_IN_REGION_DB)
        self._floor = np.maximum(line - _FLOOR_DB, _INAUDIBLE_DB)
        self._raised = _raised(both, np.maximum(loud, weak))
        raised = (both + self._raised)[both.max(axis=1) > _SOUNDING_DB] if len(sounding) else both
        usual, loud = _percentiles(raised, _USUAL_PERCENTILE, _LOUD_PERCENTILE)
        rise = _LOUD_LEVEL - _USUAL_LEVEL
        span = _across((loud - usual) / rise, _SPAN_BANDS)
        self._span = np.clip(span, _LEAST_SPAN_DB, _MOST_SPAN_DB)
        # Where the span was widened, the usual level keeps its height and the loud one is lower.
        self._loud = np.maximum(np.maximum(loud, usual + rise * self._span), weak)

    def apply(self, decibels: Reals) -> Bytes:
        """Levels of one channel, steps by bands."""
        values = decibels + self._raised
        values -= self._loud
        values /= self._span
        values += np.float32(_LOUD_LEVEL)
        values *= np.clip((decibels - self._floor) / np.float32(_FADE_DB), 0, 1)
        values = _released(_across(np.clip(values, 0, 1), _SPREAD_BANDS))
        return np.rint(_along(values, _SOFTENED) * 255).astype(np.uint8)


def _raised(both: Reals, loud: Reals) -> Reals:
    """Decibels that each band is raised by at each step, from how loud its region is for seconds.

    Args:
        both: steps by bands, decibels.
        loud: of each band.
    """
    count = -(-len(both) // _COARSE_STEPS)
    padded = np.pad(both, ((0, count * _COARSE_STEPS - len(both)), (0, 0)), mode="edge")
    coarse = _powers(padded).reshape(count, _COARSE_STEPS, -1).mean(axis=1)
    slow = _along(coarse, _bell(_SLOW_S * STEPS_PER_S / _COARSE_STEPS))
    slow, usual = (_decibels(_across(rows, _REGION_BANDS)) for rows in (slow, _powers(loud)))
    wanted = np.clip(_RAISED_SHARE * (usual - slow - _NOT_RAISED_DB), 0, _MOST_RAISED_DB)
    middles = (np.arange(len(both)) - (_COARSE_STEPS - 1) / 2) / _COARSE_STEPS
    at = np.clip(middles, 0, count - 1)
    before = at.astype(int)
    share = (at - before).astype(np.float32)[:, np.newaxis]
    after = np.minimum(before + 1, count - 1)
    return np.asarray(wanted[before] * (1 - share) + wanted[after] * share, np.float32)


def _percentiles(rows: Reals, *shares: int) -> Reals:
    return np.asarray(np.percentile(rows[::3], shares, axis=0), np.float32)


def _powers(decibels: Reals) -> Reals:
    return np.asarray(np.exp2(decibels * np.float32(np.log2(10) / 10)), np.float32)


def _decibels(powers: Reals) -> Reals:
    return np.asarray(10 * np.log10(np.maximum(powers, np.float32(1e-13))), np.float32)


def _bell(deviation: float) -> tuple[float, ...]:
    """Weights of a Gaussian, adding up to 1."""
    reach = int(np.ceil(2.5 * deviation))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
    return tuple((weights / weights.sum()).tolist())


def _across(rows: Reals, deviation: float) -> Reals:
    """The rows smoothed over the bands; at the ends over those that there are."""
    apart = np.arange(rows.shape[-1])[:, np.newaxis] - np.arange(rows.shape[-1])
    weights = np.exp(-0.5 * (apart / deviation) ** 2)
    return np.asarray(rows @ (weights / weights.sum(axis=0)).astype(np.float32))


def _along(rows: Reals, weights: tuple[float, ...]) -> Reals:
    """The rows smoothed over the steps."""
    reach = len(weights) // 2
    padded = np.pad(rows, ((reach, reach), (0, 0)), mode="edge")
    found = np.zeros_like(rows)
    for at, weight in enumerate(weights):
        found += np.float32(weight) * padded[at : at + len(rows)]
    return found


def _released(rows: Reals) -> Reals:
    """At once up, and down by an exponential."""
    fall = np.float32(np.exp(-1 / (_RELEASE_S * STEPS_PER_S)))
    found = np.empty_like(rows)
    state = np.zeros(rows.shape[1], np.float32)
    for at, row in enumerate(rows):
        np.multiply(state, fall, out=state)
        np.maximum(state, row, out=state)
        found[at] = state
    return found
