"""Tracks of clicks at known times, and the frames of a video that flash."""

import numpy as np
from numpy.typing import NDArray

from tests.harness.tracks import Samples

FLASH = """/*{"ISFVSN": "2", "CREDIT": "test", "LICENSE": "MIT", "INPUTS": [
    {"NAME": "inputImage", "TYPE": "image"},
    {"NAME": "flash", "TYPE": "event", "BIND": "onset"}]}*/
void main() { gl_FragColor = vec4(vec3(flash ? 1.0 : 0.0), 1.0); }
"""
"""An effect that is white in the frame of each onset, and black in all others."""

_GAP_S = (0.42, 0.9)
"""Least and greatest time between clicks: under three flashes a second, and without a beat."""
_MARGIN_S = 0.002
"""Time from a click to the nearest other frame: codecs smear a click by up to 1.3 ms."""
_END_S = 0.3
_CLICK_S = 0.1
_DECAY_S = 0.006
_HERTZ = (800, 1600)


def click_frames(seconds: float, fps: int) -> NDArray[np.int64]:
    """Return the frames of the clicks of a track: 0, others at uneven gaps, and one near the end.

    The gaps depend on the frame rate.
    """
    low, high = (round(gap * fps) for gap in _GAP_S)
    last = round((seconds - _END_S) * fps)
    gaps = np.random.default_rng(fps).integers(low, high, last // low)
    frames = np.concatenate([[0], np.cumsum(gaps)])
    return np.append(frames[frames <= last - low], last)


def click_times(frames: NDArray[np.int64], fps: int) -> NDArray[np.float64]:
    """Return the time in seconds of a click in each frame.

    They are by turns close to the start and to the end of their frame: any delay or advance moves
    every other one to another frame.
    """
    at_start = np.arange(len(frames)) % 2 == 0
    return np.where(at_start, frames / fps + _MARGIN_S, (frames + 1) / fps - _MARGIN_S)


def clicks(times: NDArray[np.float64], seconds: float, rate: int) -> Samples:
    """Return short, decaying tones at these times, each of another pitch, (samples, 2)."""
    signal = np.zeros(round(seconds * rate))
    pitches = np.random.default_rng(1).uniform(*_HERTZ, len(times))
    for time, hertz in zip(times, pitches, strict=True):
        first = int(np.ceil(time * rate - 1e-9))
        age = np.arange(first, min(first + round(_CLICK_S * rate), len(signal))) / rate - time
        signal[first : first + len(age)] += np.sin(2 * np.pi * hertz * age) * np.exp(
            -age / _DECAY_S
        )
    scaled = signal * (0.99 / np.abs(signal).max())
    return np.repeat(scaled[:, np.newaxis], 2, axis=1).astype(np.float32)


def flashing_frames(shown: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the indices of the bright frames of a video, (frames, height, width, …)."""
    return np.flatnonzero(shown.reshape(len(shown), -1).mean(axis=1) > 128)
