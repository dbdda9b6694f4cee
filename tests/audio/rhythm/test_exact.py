"""A kick changes the frame that contains its onset, never the one before or after."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from server.arrays import Float64Array, Int16Array
from server.audio.track_events import TrackEvents, find_events
from tests.audio import sounds

RATES = (24, 25, 30, 50, 60)


def bounds(fps: int) -> Float64Array:
    """Return the start of a track, and bounds of frames at uneven distances."""
    chance = np.random.default_rng(fps)
    steps = chance.integers(int(0.22 * fps), int(0.6 * fps), 9)
    return np.concatenate([[0.0], np.cumsum(steps) / fps])


def late(events: TrackEvents, times: Float64Array) -> Float64Array:
    """Return the delay in seconds of kicks and onsets after their true times."""
    assert len(events.kicks) == len(events.onsets) == len(times)
    return np.concatenate([events.kicks[:, 0] - times, events.onsets[:, 0] - times])


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("make", [sounds.bursts, sounds.drums])
def test_a_kick_is_in_the_frame_of_its_onset(
    fps: int, make: Callable[[float, Float64Array], Float64Array]
) -> None:
    times = bounds(fps)
    events = find_events(sounds.samples(make(times[-1] + 0.7, times)))
    behind = late(events, times)
    assert behind.min() >= 0
    assert behind.max() <= 0.0003
    assert np.array_equal(np.floor(events.kicks[:, 0] * fps), np.rint(times * fps))


def test_a_kick_is_in_its_frame_after_resampling() -> None:
    """From 48 kHz, whose conversion rings slightly before each onset."""
    times = bounds(60)
    mono = sounds.drums(times[-1] + 0.7, times, rate=48_000)
    raw = sounds.samples(mono).astype("<i2").tobytes()
    command = ["ffmpeg", "-v", "error", "-f", "s16le", "-ar", "48000", "-ac", "2", "-i", "-"]
    command += ["-ar", "44100", "-f", "s16le", "-"]
    out = subprocess.run(command, input=raw, stdout=subprocess.PIPE, check=True).stdout
    behind = late(find_events(np.frombuffer(out, "<i2").reshape(-1, 2)), times)
    assert behind.min() >= 0
    assert behind.max() <= 0.0003


@pytest.mark.slow
def test_a_kick_is_in_its_frame_after_four_minutes_in_a_mapped_file(tmp_path: Path) -> None:
    times = np.array([0.0, 100.5, 239.0, 239.5])
    track: Int16Array = np.lib.format.open_memmap(
        tmp_path / "track.npy", "w+", np.int16, (240 * 44_100, 2)
    )
    for time in times:
        first = int(time * 44_100)
        part = sounds.samples(sounds.bursts(0.4, np.zeros(1)))
        track[first : first + len(part)] = part
    behind = late(find_events(track), times)
    assert behind.min() >= 0
    assert behind.max() <= 0.0003


def test_a_kick_under_bass_and_hats_is_a_few_milliseconds_off() -> None:
    times = np.arange(0.2, 7.5, 0.5)
    time = sounds.span(8)
    signal = sounds.drums(8, times) + 0.12 * np.sin(2 * np.pi * 82.4 * time)
    events = find_events(sounds.samples(0.8 * (signal + sounds.hats(8, times + 0.25)))).kicks
    assert len(events) == len(times)
    assert np.abs(events[:, 0] - times).max() < 0.003
