"""Band levels for drawing: each frequency band on the scale of its own level in this track.

A browser's spectrum uses one scale for all sounds: a bassy track moves only its lowest bins, and
a loud master saturates them. Here the typical and the loud level of each band map to the same two
heights for any master. Quiet passages are raised by about half of their distance to the rest, so
they move and are still lower; silence, and everything far below the track, is 0.

The file is a `.npy` array of bytes: steps (those of the spectra) by 3 (mean power of the channels,
left, right) by log_bands.BAND_COUNT.
"""

from pathlib import Path

import numpy as np

from server.arrays import Float32Array, UInt8Array
from server.audio.spectrum import log_bands, spectrogram
from server.audio.spectrum.analyser_node import STEPS_PER_S
from server.files import atomic

FORMAT = 1
"""Version of the file format and of the meaning of its values."""

_LOUD_PERCENTILE, _TYPICAL_PERCENTILE = 97, 50
_LOUD_LEVEL, _TYPICAL_LEVEL = 0.92, 0.36
"""Heights that these percentiles map to."""
_MIN_SPAN_DB, _MAX_SPAN_DB = 14.0, 48.0
"""Limits of the range from 0 to 1, so that steady noise does not jump and a piano still moves."""
_WEAK_DB, _FLOOR_DB = 45.0, 66.0
"""Below the loudest band of the track: the lowest value assumed for a band's loud level, and the
level that is drawn as 0."""
_WEAK_IN_REGION_DB = 12.0
"""The first of these within the band's region: gaps between partials of a tone are not raised."""
_TILT_DB = 2.0
"""Decrease of both per octave; bands of equal width in octaves already fall by 3 dB an octave."""
_FADE_DB = 14.0
_INAUDIBLE_DB, _SOUNDING_DB = -110.0, -75.0
"""Level at which a band is never drawn; peak from which a step counts for the statistics."""

_GAIN_SHARE, _MAX_GAIN_DB, _GAIN_THRESHOLD_DB = 0.55, 26.0, 6.0
"""Gain of quiet passages: its share of the distance, its maximum, and where it starts."""
_SLOW_SMOOTHING_S, _COARSE_STEPS = 2.5, 15
_REGION_SMOOTHING_BANDS = 6.0
_SPAN_SMOOTHING_BANDS, _DISPLAY_SMOOTHING_BANDS = 2.0, 0.7
"""Standard deviations of smoothing across bands, in bands: of loudness, spans and output."""
_RELEASE_S = 0.16
_SMOOTHING_KERNEL = (0.06, 0.24, 0.4, 0.24, 0.06)
"""Weights of neighbouring steps, 83 ms in all: a rise takes two frames."""
_SILENT_CHANNEL_DB = 50.0
"""A channel that stays this far below the other is silent and gets the mean."""


def analyse(spectra: Path, out: Path) -> None:
    """Write `out`, through its `.part`.

    Args:
        spectra: the track's spectra.
        out: the file to write.

    Raises:
        ToqiboxError: storage_full.
        ValueError: `spectra` is not a file of spectra.
    """
    levels = compute_levels(np.ascontiguousarray(spectrogram.load(spectra)["logbands"]))
    with atomic.atomic_write(out, sealed=True) as file:
        np.save(file, levels, allow_pickle=False)


def load(path: Path, steps: int) -> UInt8Array:
    """Map a file; nothing is read until it is accessed.

    Raises:
        ValueError: the file does not belong to a track of `steps` steps.
    """
    problem = f"{path.name} is not a file of band levels of format {FORMAT}"
    try:
        levels: UInt8Array = np.load(path, mmap_mode="r")
    except (ValueError, EOFError, OSError) as error:
        raise ValueError(problem) from error
    if levels.dtype != np.uint8 or levels.shape != (steps, 3, log_bands.BAND_COUNT):
        raise ValueError(problem)
    return levels


def compute_levels(band_bytes: UInt8Array) -> UInt8Array:
    """Compute the levels of a whole track.

    Args:
        band_bytes: steps by 2 channels by bands, see log_bands.to_bytes.

    Returns:
        Steps by 3 (mean, left, right) by bands.
    """
    left, right = (_to_power(_channel(band_bytes, channel)) for channel in (0, 1))
    left += right
    left /= np.float32(2)
    mixed = _to_decibels(left)
    del left, right
    scale = _Scale(mixed)
    mean = scale.apply(mixed)
    del mixed
    result = np.repeat(mean[:, np.newaxis], 3, axis=1)
    peaks = log_bands.from_bytes(band_bytes.max(axis=(0, 2)))
    for channel, peak in enumerate(peaks):
        if peak > peaks.max() - _SILENT_CHANNEL_DB:
            result[:, 1 + channel] = scale.apply(_channel(band_bytes, channel))
    return result


def _channel(band_bytes: UInt8Array, channel: int) -> Float32Array:
    """Return the decibels of one channel, steps by bands."""
    return log_bands.from_bytes(band_bytes[:, channel])


class _Scale:
    """Maps the decibels of one track to levels.

    Args:
        mixed: steps by bands, of the mean power of the channels.
    """

    def __init__(self, mixed: Float32Array) -> None:
        is_sounding = mixed.max(axis=1) > _SOUNDING_DB
        sounding = mixed[is_sounding]
        reference = sounding if len(sounding) else mixed
        loud = _percentiles(reference, _LOUD_PERCENTILE)[0]
        octaves = np.log2(log_bands.band_centres() / log_bands.LOWEST_HZ).astype(np.float32)
        line = loud.max() - _TILT_DB * octaves
        neighbourhood = _to_decibels(_smooth_bands(_to_power(loud), _REGION_SMOOTHING_BANDS))
        weak = np.maximum(line - _WEAK_DB, neighbourhood - _WEAK_IN_REGION_DB)
        self._floor = np.maximum(line - _FLOOR_DB, _INAUDIBLE_DB)
        self._gain = _quiet_passage_gain(mixed, np.maximum(loud, weak))
        lifted = sounding + self._gain[is_sounding] if len(sounding) else mixed
        typical, loud = _percentiles(lifted, _TYPICAL_PERCENTILE, _LOUD_PERCENTILE)
        rise = _LOUD_LEVEL - _TYPICAL_LEVEL
        span = _smooth_bands((loud - typical) / rise, _SPAN_SMOOTHING_BANDS)
        self._span = np.clip(span, _MIN_SPAN_DB, _MAX_SPAN_DB)
        # Where the span was widened, the typical level keeps its height and the loud one is lower.
        self._loud = np.maximum(np.maximum(loud, typical + rise * self._span), weak)

    def apply(self, decibels: Float32Array) -> UInt8Array:
        """Return the levels of one channel, steps by bands."""
        values = decibels + self._gain
        values -= self._loud
        values /= self._span
        values += np.float32(_LOUD_LEVEL)
        fade = decibels - self._floor
        fade /= np.float32(_FADE_DB)
        values *= np.clip(fade, 0, 1, out=fade)
        del fade
        np.clip(values, 0, 1, out=values)
        values = _apply_release(_smooth_bands(values, _DISPLAY_SMOOTHING_BANDS))
        values = _smooth_steps(values, _SMOOTHING_KERNEL)
        values *= 255
        return np.rint(values, out=values).astype(np.uint8)


def _quiet_passage_gain(mixed: Float32Array, loud: Float32Array) -> Float32Array:
    """Return the gain in decibels of each band at each step, for quiet passages.

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
    """Return the weights of a Gaussian; they sum to 1."""
    reach = int(np.ceil(2.5 * deviation))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
    return tuple((weights / weights.sum()).tolist())


def _smooth_bands(values: Float32Array, deviation: float) -> Float32Array:
    """Smooth values across the bands; at both ends only existing bands count."""
    band_distance = np.arange(values.shape[-1])[:, np.newaxis] - np.arange(values.shape[-1])
    weights = np.exp(-0.5 * (band_distance / deviation) ** 2)
    return np.asarray(values @ (weights / weights.sum(axis=0)).astype(np.float32))


def _smooth_steps(values: Float32Array, weights: tuple[float, ...]) -> Float32Array:
    """Smooth values over the steps."""
    reach = len(weights) // 2
    padded = np.pad(values, ((reach, reach), (0, 0)), mode="edge")
    smoothed = np.zeros_like(values)
    for at, weight in enumerate(weights):
        smoothed += np.float32(weight) * padded[at : at + len(values)]
    return smoothed


def _apply_release(values: Float32Array) -> Float32Array:
    """Rise at once and fall exponentially."""
    fall = np.float32(np.exp(-1 / (_RELEASE_S * STEPS_PER_S)))
    released = np.empty_like(values)
    state = np.zeros(values.shape[1], np.float32)
    for at, levels in enumerate(values):
        np.multiply(state, fall, out=state)
        np.maximum(state, levels, out=state)
        released[at] = state
    return released
