"""Waveforms and spectra equal those of a real browser's AnalyserNode."""

import base64
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from server.arrays import Float32Array, Int16Array, UInt8Array
from server.audio.features import Features, analyse
from server.audio.spectrum import analyser_node
from server.samples import sample_track
from tests.harness.browser import Page

pytestmark = pytest.mark.browser

"""Samples by two channels, 44.1 kHz."""
Outputs = tuple[list[int], UInt8Array, UInt8Array]
"""Sample positions; the waveforms and the spectra there, by position and MIX, LEFT, RIGHT."""
Listen = Callable[..., Awaitable[Outputs]]
MakeWav = Callable[..., Path]
Convert = Callable[..., Path]

SIZE, RATE, BLOCK = 2048, 44_100, 128
MIX = 0
SCRIPT = Path(__file__).parents[2] / "data" / "analyser" / "analyser.js"


@pytest.fixture
def listen(page: Page) -> Listen:
    """Let the browser analyse audio, once every `hop` samples."""

    async def run(samples: Float32Array, hop: int) -> Outputs:
        planes = base64.b64encode(samples.T.astype("<f4").tobytes()).decode()
        browser_output = await page.run(f"({SCRIPT.read_text()})('{planes}', {hop})")
        content = base64.b64decode(browser_output["readings"].split(",", 1)[1])
        readings = np.frombuffer(content, np.uint8).reshape(-1, 3, SIZE + SIZE // 2)
        return browser_output["positions"], readings[..., :SIZE], readings[..., SIZE:]

    return run


def _music() -> Float32Array:
    """Return the demo track: the rest before the lift, and the lift with all its voices."""
    return sample_track.mix()[11 * RATE : 14 * RATE]


def _sines() -> Float32Array:
    """Return one sine at the frequency of a bin, and one between two bins above full scale."""
    time = np.arange(RATE) / RATE
    voices = [0.5 * np.sin(2 * np.pi * 20 * RATE / SIZE * time), 1.7 * np.sin(7000 * time)]
    return np.stack(voices, axis=1).astype(np.float32)


def _noise() -> Float32Array:
    """Return noise from below the resolution of a byte to far too loud."""
    loudness = np.geomspace(1e-9, 4, RATE)[:, None]
    noise = np.random.default_rng(5).uniform(-1, 1, (RATE, 2))
    return (loudness * noise).astype(np.float32)


def _click() -> Float32Array:
    """Return one sample to the left, and its opposite to the right a moment later."""
    samples = _silence()
    samples[20_000, 0], samples[20_500, 1] = 1, -1
    return samples


def _silence() -> Float32Array:
    return np.zeros((RATE, 2), np.float32)


@pytest.mark.slow
@pytest.mark.parametrize("make", [_music, _sines, _noise, _click, _silence])
async def test_a_browser_gives_the_same_at_the_same_time(
    make: Callable[[], Float32Array], listen: Listen
) -> None:
    samples = make()
    positions, waves, spectra = await listen(samples, analyser_node.HOP)
    assert len(positions) == len(samples) // analyser_node.HOP
    assert all(position % BLOCK == 0 for position in positions)
    before = np.concatenate([np.zeros((SIZE, 2), np.float32), samples])
    frames = np.concatenate([analyser_node.windows(before, at, 1, SIZE) for at in positions])
    _check_waves(_waves(frames), waves)
    magnitudes = analyser_node.measure_magnitudes(frames)
    _check_spectra(analyser_node.AnalyserNode().smooth(magnitudes), spectra)


@pytest.mark.slow
async def test_a_features_file_has_the_values_of_a_browser(
    listen: Listen, make_wav: MakeWav, convert: Convert, tmp_path: Path
) -> None:
    audio = make_wav(_music())  # as if it were at 48 kHz: a little faster and higher
    analyse(audio, tmp_path / "features")
    features = Features(tmp_path / "features")
    raw = convert(audio, "raw", "-ar", str(RATE), "-f", "f32le")
    resampled = np.frombuffer(raw.read_bytes(), "<f4").reshape(-1, 2)
    before = np.concatenate([np.zeros((SIZE, 2), np.float32), resampled])
    # The browser cannot stop at every step, but the windows of the steps fill its blocks. It keeps
    # only one: a sequence of windows is equivalent to the sound itself.
    frames = analyser_node.windows(before, 0, features.steps, SIZE)
    row = frames.transpose(0, 2, 1).reshape(-1, 2)
    room = np.zeros((BLOCK, 2), np.float32)
    positions, waves, spectra = await listen(np.concatenate([row, room]), SIZE)
    assert positions == list(range(0, len(row) + 1, SIZE))
    steps = range(features.steps)
    _check_waves(np.stack([features.wave(step) for step in steps]), waves[1:, MIX])
    ours = [[features.spectrum(step, channel) for channel in (None, 0, 1)] for step in steps]
    _check_spectra(np.array(ours), spectra[1:])


def _waves(frames: NDArray[Any]) -> UInt8Array:
    """Return our waveforms, by frame and MIX, LEFT, RIGHT."""
    mix = analyser_node.mix_to_mono(frames.transpose(0, 2, 1))
    return analyser_node.wave_bytes(np.stack([mix, frames[:, 0], frames[:, 1]], axis=1))


def _check_waves(ours: UInt8Array, theirs: UInt8Array) -> None:
    """Check equality: a byte waveform has one rounding, so there is no difference."""
    assert ours.shape == theirs.shape
    assert _difference(ours, theirs).max() == 0


def _check_spectra(ours: UInt8Array, theirs: UInt8Array) -> None:
    """Check near equality: a browser's single precision changes a few bins by one."""
    assert ours.shape == theirs.shape
    difference = _difference(ours, theirs)
    assert difference.max() <= 1
    assert (difference == 0).mean() > 0.999


def _difference(ours: UInt8Array, theirs: UInt8Array) -> Int16Array:
    difference: Int16Array = np.abs(ours.astype(np.int16) - theirs)
    return difference
