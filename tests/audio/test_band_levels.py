"""Band levels on the scale of the track: moving on any master, and still in silence."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from server.arrays import Float64Array
from server.audio import band_levels
from server.audio.features import Features, analyse
from server.audio.spectrum import analyser_node, bands, log_bands
from server.audio.spectrum.spectrogram import TAIL
from server.protocol.file_names import LEVELS

Samples = NDArray[Any]
MakeWav = Callable[..., Path]
RATE = analyser_node.RATE
WINDOW_STEPS = 300


def levels(samples: Samples) -> Float64Array:
    """Return the levels, 0 to 1, steps by 3 by bands, of samples at 44.1 kHz."""
    stereo = np.stack([samples, samples], axis=1) if samples.ndim == 1 else samples
    padded = np.pad(stereo.astype(np.float32), ((bands.LONG_WINDOW // 2,) * 2, (0, 0)))
    frames = analyser_node.windows(padded, 0, len(stereo) // analyser_node.HOP, bands.LONG_WINDOW)
    return band_levels.compute_levels(bands.measure_bands(frames).log_bands) / 255


@cache
def song(seconds: int) -> Samples:
    """Make kicks, a bass line, chords, a melody and hats, eight bars of 2 s per cycle."""
    generator = np.random.default_rng(5)
    time = np.arange(seconds * RATE) / RATE
    beat = np.mod(time, 0.5)
    signal = 0.5 * np.sin(2 * np.pi * 55 * beat) * np.exp(-14 * beat)
    notes = generator.integers(0, 12, seconds * 4)
    played = notes[(time * 4).astype(int)]
    fade = np.exp(-6 * np.mod(time, 0.25))
    for octave, loudness in ((82.4, 0.2), (330, 0.12), (660, 0.08), (1320, 0.04)):
        pitch = octave * 2 ** (played / 12)
        phase = 2 * np.pi * np.cumsum(pitch) / RATE
        signal += loudness * fade * sum(np.sin(k * phase) / k for k in range(1, 8))
    hiss = generator.standard_normal(len(time)) * np.exp(-40 * np.mod(time, 0.125))
    return np.asarray(signal + 0.03 * hiss, np.float32)


def moving(heights: Float64Array) -> float:
    """Return the minimum share of bands that move by a tenth of the height in 5 s."""
    windows = [heights[at : at + WINDOW_STEPS] for at in range(0, len(heights), WINDOW_STEPS)]
    return min(
        float(np.mean(np.ptp(window, axis=0) > 0.1)) for window in windows if len(window) > 60
    )


@pytest.mark.parametrize("master", ["quiet", "bassy", "loud"])
def test_bars_move_from_end_to_end_on_every_master(master: str) -> None:
    signal = song(6)
    if master == "quiet":
        signal = signal * np.float32(0.01)
    if master == "bassy":
        signal = signal * np.float32(0.05) + np.float32(0.4) * np.convolve(
            signal, np.ones(200, np.float32) / 200, "same"
        )
    if master == "loud":
        signal = np.tanh(12 * signal)
    rows = levels(signal)[:, 0]
    assert moving(rows) > 0.9
    assert 0.2 < rows.mean() < 0.65
    assert (rows > 0.97).mean() < 0.05


def test_a_quiet_passage_moves_and_is_lower() -> None:
    signal = song(11).copy()
    signal[: len(signal) // 2] *= np.float32(0.03)
    rows = levels(signal)[:, 0]
    quiet, loud = rows[20:320], rows[350:650]
    assert moving(quiet) > 0.8
    assert 0.04 < quiet.mean() < 0.75 * loud.mean()


def test_inaudible_audio_is_not_amplified() -> None:
    assert not levels(np.zeros(RATE, np.float32)).any()
    hiss = np.random.default_rng(1).standard_normal(4 * RATE) * 1e-5
    assert not levels(hiss[:RATE].astype(np.float32)).any()
    signal = song(4) + hiss
    signal[2 * RATE :] = hiss[2 * RATE :]
    assert levels(np.asarray(signal, np.float32))[180:].max() < 0.02


def test_a_steady_sound_does_not_move_the_bars() -> None:
    time = np.arange(3 * RATE) / RATE
    chord = sum(np.sin(2 * np.pi * hertz * time) for hertz in (220, 277.2, 329.6))
    assert np.ptp(levels(0.2 * np.asarray(chord))[60:-30], axis=0).max() < 0.1


def test_a_tone_is_in_the_bar_of_its_pitch() -> None:
    time = np.arange(RATE) / RATE
    for hertz in (60.0, 440.0, 2000.0, 9000.0):
        row = levels(0.3 * np.sin(2 * np.pi * hertz * time))[30, 0]
        limits = log_bands.band_edges()
        band = int(np.searchsorted(limits, hertz)) - 1
        assert row[band] > row.max() - 0.02 > 0.15
        assert row[np.abs(np.arange(len(row)) - band) > 24].max() < 0.1


def test_channels_are_separate_and_a_silent_one_shows_the_mean() -> None:
    window = song(2)
    other = np.roll(window, RATE // 8) * 0.3
    separate = levels(np.stack([window, other], axis=1))
    assert separate[:, 1].mean() > separate[:, 2].mean() + 0.1
    single = levels(np.stack([window, np.zeros_like(window)], axis=1))
    assert (single[:, 2] == single[:, 0]).all()
    against = levels(np.stack([window, -window], axis=1))
    assert against[:, 0] == pytest.approx(levels(window)[:, 0], abs=0.02)


def test_only_its_own_file_is_read(make_wav: MakeWav, tmp_path: Path) -> None:
    folder = tmp_path / "features"
    analyse(make_wav(np.zeros(24_000, np.float32)), folder)
    steps = 31 + TAIL
    assert band_levels.load(folder / LEVELS, steps).shape == (steps, 3, log_bands.BAND_COUNT)
    for content in (None, b"", b"nothing of the kind"):
        (folder / LEVELS).unlink()
        if content is not None:
            (folder / LEVELS).write_bytes(content)
        with pytest.raises(ValueError, match="is not a file of band levels of format 1"):
            Features(folder).levels(0)
        (folder / LEVELS).touch()
    np.save(folder / LEVELS, np.zeros((steps, 3, 5), np.uint8))
    with pytest.raises(ValueError, match="levels of format 1"):
        Features(folder).levels(0)
