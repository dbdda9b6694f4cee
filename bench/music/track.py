"""A track and its truth."""

from dataclasses import dataclass

import numpy as np

from bench.music.grid import Grid
from server.arrays import Float64Array, Int16Array

RATE = 44_100
MERGED_S = 0.03
"""Sounds that begin within this many seconds of each other count as one onset."""


@dataclass(frozen=True)
class Truth:
    """The true events of a track; times in seconds, rising."""

    onsets: Float64Array
    kicks: Float64Array
    snares: Float64Array
    hats: Float64Array
    beats: Float64Array
    downbeats: Float64Array
    """First beats of bars; empty if the track does not mark them."""
    tempo: Float64Array
    """(n, 2): a time, and the beats a minute from there on."""
    sections: list[tuple[float, float, str]]
    """Start, end and kind: plain, build, drop or break; empty without sections."""


@dataclass(frozen=True)
class Track:
    """Stereo audio at 44.1 kHz, samples x 2, and its events."""

    samples: Int16Array
    truth: Truth
    style: str
    """A description, for the analysis of errors."""


def truth(
    grid: Grid,
    seconds: float,
    onset_times: dict[str, list[float]],
    sections: list[tuple[float, float, str]] | None = None,
) -> Truth:
    """Return the truth of a track from its grid and the onsets of each instrument.

    Args:
        grid: the beats.
        seconds: length of the track.
        onset_times: times by instrument: kick, snare, hat and others.
        sections: start, end and kind.
    """
    every = np.sort([time for times in onset_times.values() for time in times])
    beats = grid.times[grid.times < seconds]
    return Truth(
        onsets=merged(every),
        kicks=np.sort(onset_times.get("kick", [])),
        snares=merged(np.sort(onset_times.get("snare", []))),
        hats=np.sort(onset_times.get("hat", [])),
        beats=beats,
        downbeats=beats[:: grid.bar] if grid.bar else np.zeros(0),
        tempo=np.stack([grid.times[:-1], 60 / np.diff(grid.times)], axis=1)[: len(beats)],
        sections=sections or [],
    )


def merged(times: Float64Array) -> Float64Array:
    """Remove times that follow a kept one within MERGED_S."""
    kept: list[float] = []
    for time in times:
        if not kept or time - kept[-1] > MERGED_S:
            kept.append(float(time))
    return np.array(kept)
