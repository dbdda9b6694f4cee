"""Loudness and peaks of a prepared track, for the person who has sent it."""

import base64
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from server.arrays import Float32Array, Float64Array
from server.audio.spectrum.loudness import measure_file
from server.errors import ToqiboxError
from server.media import wav
from server.media.ffmpeg import MediaError
from server.protocol.prepared_audio import CHANNELS
from server.protocol.results.upload_facts import TrackFacts

PEAKS = 4000
"""Maximum number of parts that have peaks."""
_ABSOLUTE_GATE, _RELATIVE_GATE = -70.0, -10.0


def summarise_track(audio: Path, samples: int) -> TrackFacts:
    """Measure one of our WAV files of that many samples.

    Raises:
        ToqiboxError: internal: ffmpeg failed.
    """
    try:
        # The first three readings are of blocks that are not full yet.
        loudness = integrated_loudness(measure_file(audio)[3:, 0])
    except MediaError as error:
        raise ToqiboxError("internal", detail=str(error)) from error
    offset = len(wav.header(samples))
    stereo = np.memmap(audio, "<f4", "r", offset, (samples, CHANNELS))
    peaks = find_peaks(np.asarray(stereo, np.float32))
    encoded = base64.b64encode(peaks.tobytes()).decode()
    return TrackFacts(loudness=loudness, peaks=encoded, peak_count=len(peaks))


def find_peaks(samples: Float32Array) -> NDArray[np.int8]:
    """Return the lowest and the highest sample of up to PEAKS equal parts, of both channels.

    Args:
        samples: (count, CHANNELS), full scale is ±1.
    """
    count = min(PEAKS, len(samples))
    starts = np.arange(count) * len(samples) // count
    low = np.minimum.reduceat(samples, starts).min(axis=1)
    high = np.maximum.reduceat(samples, starts).max(axis=1)
    scaled = np.stack([np.floor(low * 128), np.ceil(high * 128)], axis=1)
    return np.asarray(np.clip(scaled, -128, 127), np.int8)


def integrated_loudness(momentary: Float64Array) -> float | None:
    """Return the loudness of a track in LUFS by the gates of ITU-R BS.1770-4, annex 1.

    Args:
        momentary: loudness of blocks of 400 ms, every 100 ms.
    """
    loud = momentary[momentary > _ABSOLUTE_GATE]
    if not len(loud):
        return None
    gated = loud[loud > _mean(loud) + _RELATIVE_GATE]
    return round(_mean(gated), 1)


def _mean(loudness: Float64Array) -> float:
    return float(10 * np.log10(np.mean(10 ** (loudness / 10))))
