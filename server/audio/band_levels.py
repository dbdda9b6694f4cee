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

from server.arrays import Float32Array, UInt8Array
from server.audio.spectrum import log_bands, spectrogram
from server.audio.spectrum.analyser_node import STEPS_PER_S
from server.files import atomic

FORMAT = 1
"""Number of the format of the file, and of what its numbers mean."""

_LOUD_PERCENTILE, _TYPICAL_PERCENTILE = 97, 50
_LOUD_LEVEL, _TYPICAL_LEVEL = 0.92, 0.36
"""Heights that these become."""
_MIN_SPAN_DB, _MAX_SPAN_DB = 14.0, 48.0
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

_GAIN_SHARE, _MAX_GAIN_DB, _GAIN_THRESHOLD_DB = 0.55, 26.0, 6.0
"""Of how quiet passages are raised: the share, the most, and what below the loud is not quiet."""
_SLOW_SMOOTHING_S, _COARSE_STEPS = 2.5, 15
_REGION_SMOOTHING_BANDS = 6.0
_SPAN_SMOOTHING_BANDS, _DISPLAY_SMOOTHING_BANDS = 2.0, 0.7
"""Standard deviations of smoothing across bands: of loudness, of the spans, of the picture."""
_RELEASE_S = 0.16
_SMOOTHING_KERNEL = (0.06, 0.24, 0.4, 0.24, 0.06)
"""Weights of neighbours in time, 83 ms in all: a rise takes two frames."""
_SILENT_CHANNEL_DB = 50.0
"""A channel that stays so far below the other is silent, and shows the mean."""


def analyse(spectra: Path, out: Path) -> None:
    """Write `out`, through its `.part`.

    Args:
        spectra: the track's spectra.
        out: the file to write.

    Raises:
        ToqiboxError: storage_full.
        ValueError: `heard` is no file of spectra.
    """
    levels = compute_levels(np.ascontiguousarray(spectrogram.load(spectra)["logbands"]))
    with atomic.atomic_write(out, sealed=True) as file:
        np.save(file, levels, allow_pickle=False)


def load(path: Path, steps: int) -> UInt8Array:
    """Map a file; nothing of it is read before it is asked for.

    Raises:
        ValueError: it is not the file of a track of so many steps.
    """
    problem = f"{path.name} is not what the analysis of levels of format {FORMAT} writes"
    try:
        levels: UInt8Array = np.load(path, mmap_mode="r")
    except (ValueError, EOFError, OSError) as error:
        raise ValueError(problem) from error
    if levels.dtype != np.uint8 or levels.shape != (steps, 3, log_bands.BANDS):
        raise ValueError(problem)
    return levels


def compute_levels(band_bytes: UInt8Array) -> UInt8Array:
    """The levels of a whole track.

    Args:
        band_bytes: steps by 2 channels by bands, see logbands.to_bytes.

    Returns:
        Steps by 3 (mean, left, right) by bands.
    """
    channels = [log_bands.from_bytes(band_bytes[:, channel]) for channel in (0, 1)]
    mixed = _to_decibels((_to_power(channels[0]) + _to_power(channels[1])) / np.float32(2))
    scale = _Scale(mixed)
    mean = scale.apply(mixed)
    result = np.repeat(mean[:, np.newaxis], 3, axis=1)
    peak = max(decibels.max() for decibels in channels)
    for channel, decibels in enumerate(channels):
        if decibels.max() > peak - _SILENT_CHANNEL_DB:
            result[:, 1 + channel] = scale.apply(decibels)
    return result


class _Scale:
    """Leads the decibels of one track to levels.

    Args:
        both: steps by bands, of the mean power of the channels.
    """

    def __init__(self, mixed: Float32Array) -> None:
        sounding = mixed[mixed.max(axis=1) > _SOUNDING_DB]
        reference = sounding if len(sounding) else mixed
        loud = _percentiles(reference, _LOUD_PERCENTILE)[0]
        octaves = np.log2(log_bands.band_centres() / log_bands.LOWEST_HZ).astype(np.float32)
        line = loud.max() - _TILT_DB * octaves
        neighbourhood = _to_decibels(_smooth_bands(_to_power(loud), _REGION_SMOOTHING_BANDS))
        weak = np.maximum(line - _WEAK_DB, neighbourhood - _WEAK_IN_REGION_DB)
        self._floor = np.maximum(line - _FLOOR_DB, _INAUDIBLE_DB)
        self._gain = _quiet_passage_gain(mixed, np.maximum(loud, weak))
        lifted = (mixed + self._gain)[mixed.max(axis=1) > _SOUNDING_DB] if len(sounding) else mixed
        typical, loud = _percentiles(lifted, _TYPICAL_PERCENTILE, _LOUD_PERCENTILE)
        rise = _LOUD_LEVEL - _TYPICAL_LEVEL
        span = _smooth_bands((loud - typical) / rise, _SPAN_SMOOTHING_BANDS)
        self._span = np.clip(span, _MIN_SPAN_DB, _MAX_SPAN_DB)
        # Where the span was widened, the usual level keeps its height and the loud one is lower.
        self._loud = np.maximum(np.maximum(loud, typical + rise * self._span), weak)

    def apply(self, decibels: Float32Array) -> UInt8Array:
        """Levels of one channel, steps by bands."""
        values = decibels + self._gain
        values -= self._loud
        values /= self._span
        values += np.float32(_LOUD_LEVEL)
        values *= np.clip((decibels - self._floor) / np.float32(_FADE_DB), 0, 1)
        values = _apply_release(_smooth_bands(np.clip(values, 0, 1), _DISPLAY_SMOOTHING_BANDS))
        return np.rint(_smooth_steps(values, _SMOOTHING_KERNEL) * 255).astype(np.uint8)


def _quiet_passage_gain(mixed: Float32Array, loud: Float32Array) -> Float32Array:
    """Decibels that each band is raised by at each step, from how loud its region is for seconds.

    Args:
        mixed: steps by bands, decibels.
        loud: of each band.
    """
    count = -(-len(mixed) // _COARSE_STEPS)
    padded = np.pad(mixed, ((0, count * _COARSE_STEPS - len(mixed)), (0, 0)), mode="edge")
    coarse = _to_power(padded).reshape(count, _COARSE_STEPS, -1).mean(axis=1)
    slow = _smooth_steps(coarse, _gaussian_kernel(_SLOW_SMOOTHING_S * STEPS_PER_S / _COARSE_STEPS))
    slow, typical = (
        _to_decibels(_smooth_bands(powers, _REGION_SMOOTHING_BANDS))
        for powers in (slow, _to_power(loud))
    )
    gain = np.clip(_GAIN_SHARE * (typical - slow - _GAIN_THRESHOLD_DB), 0, _MAX_GAIN_DB)
    positions = (np.arange(len(mixed)) - (_COARSE_STEPS - 1) / 2) / _COARSE_STEPS
    at = np.clip(positions, 0, count - 1)
    lower = at.astype(int)
    share = (at - lower).astype(np.float32)[:, np.newaxis]
    upper = np.minimum(lower + 1, count - 1)
    return np.asarray(gain[lower] * (1 - share) + gain[upper] * share, np.float32)


def _percentiles(decibels: Float32Array, *shares: int) -> Float32Array:
    return np.asarray(np.percentile(decibels[::3], shares, axis=0), np.float32)


def _to_power(decibels: Float32Array) -> Float32Array:
    return np.asarray(np.exp2(decibels * np.float32(np.log2(10) / 10)), np.float32)


def _to_decibels(powers: Float32Array) -> Float32Array:
    return np.asarray(10 * np.log10(np.maximum(powers, np.float32(1e-13))), np.float32)


def _gaussian_kernel(deviation: float) -> tuple[float, ...]:
    """Weights of a Gaussian, adding up to 1."""
    reach = int(np.ceil(2.5 * deviation))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
    return tuple((weights / weights.sum()).tolist())


def _smooth_bands(values: Float32Array, deviation: float) -> Float32Array:
    """The rows smoothed over the bands; at the ends over those that there are."""
    band_distance = np.arange(values.shape[-1])[:, np.newaxis] - np.arange(values.shape[-1])
    weights = np.exp(-0.5 * (band_distance / deviation) ** 2)
    return np.asarray(values @ (weights / weights.sum(axis=0)).astype(np.float32))


def _smooth_steps(values: Float32Array, weights: tuple[float, ...]) -> Float32Array:
    """The rows smoothed over the steps."""
    reach = len(weights) // 2
    padded = np.pad(values, ((reach, reach), (0, 0)), mode="edge")
    smoothed = np.zeros_like(values)
    for at, weight in enumerate(weights):
        smoothed += np.float32(weight) * padded[at : at + len(values)]
    return smoothed


def _apply_release(values: Float32Array) -> Float32Array:
    """At once up, and down by an exponential."""
    fall = np.float32(np.exp(-1 / (_RELEASE_S * STEPS_PER_S)))
    released = np.empty_like(values)
    state = np.zeros(values.shape[1], np.float32)
    for at, levels in enumerate(values):
        np.multiply(state, fall, out=state)
        np.maximum(state, levels, out=state)
        released[at] = state
    return released
