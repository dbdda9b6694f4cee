"""The fast analysis equals a slow implementation of the definition."""

import cmath
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from server.audio.features import Features, analyse
from server.audio.spectrum import analyser_node
from server.audio.spectrum.spectrogram import RECORD, TAIL
from server.effects.model.feature import STEP_FEATURES
from server.errors import ToqiboxError
from server.media import wav
from server.protocol import file_names
from server.protocol.file_names import LEVELS, SPECTRA, TRACK

Samples = np.ndarray[Any, np.dtype[Any]]
MakeWav = Callable[..., Path]
Analyse = Callable[..., Features]


@pytest.fixture
def features(make_wav: MakeWav, tmp_path: Path) -> Analyse:
    """Analyse samples at 48 kHz."""

    def run(samples: Samples) -> Features:
        shutil.rmtree(tmp_path / "features", ignore_errors=True)
        analyse(make_wav(samples), tmp_path / "features")
        return Features(tmp_path / "features")

    return run


def _spectra(signal: Samples, steps: int) -> Samples:
    return _smoothed(analyser_node.AnalyserNode(), analyser_node.windows(signal, 0, steps, 2048))


def _smoothed(analyser: analyser_node.AnalyserNode, frames: Samples) -> Samples:
    return analyser.smooth(analyser_node.measure_magnitudes(frames))


def _slow_spectrum(signal: list[float], steps: int, bins: list[int]) -> list[list[int]]:
    """Compute AnalyserNode by definition: Blackman, DFT / N, smoothing 0.8, decibels to bytes."""
    size, smooth, answers = 2048, dict.fromkeys(bins, 0.0), []
    for step in range(steps):
        end = 735 * step
        window = [signal[at] if at >= 0 else 0.0 for at in range(end - size, end)]
        weighted = [
            x
            * (
                0.42
                - 0.5 * math.cos(2 * math.pi * n / size)
                + 0.08 * math.cos(4 * math.pi * n / size)
            )
            for n, x in enumerate(window)
        ]
        row = []
        for k in bins:
            turn = -2j * math.pi * k / size
            magnitude = abs(sum(x * cmath.exp(turn * n) for n, x in enumerate(weighted))) / size
            smooth[k] = 0.8 * smooth[k] + 0.2 * magnitude
            decibels = 20 * math.log10(smooth[k]) if smooth[k] else -math.inf
            value = 255 / 70 * (decibels + 100)
            row.append(0 if value < 0 else min(255, math.floor(value)))
        answers.append(row)
    return answers


def test_the_spectrum_is_that_of_an_analyser_node() -> None:
    steps, bins = 5, [0, 1, 20, 21, 300, 1023]
    random = np.random.default_rng(2)
    time = np.arange(735 * steps) / 44100
    left = 0.4 * np.sin(2 * np.pi * 441 * time) + 0.02 * random.standard_normal(735 * steps)
    right = 0.3 * np.cos(2 * np.pi * 6500 * time)
    stereo = np.stack([left, right], axis=1).astype(np.float32)
    padded = np.concatenate([np.zeros((2048, 2), np.float32), stereo])
    fast = _spectra(padded, steps)
    for row, signal in enumerate((stereo.mean(axis=1), stereo[:, 0], stereo[:, 1])):
        slow = _slow_spectrum(signal.astype(float).tolist(), steps, bins)
        assert fast[:, row][:, bins].tolist() == slow


def test_smoothing_keeps_its_state_between_calls() -> None:
    signal = np.random.default_rng(3).uniform(-1, 1, (2048 + 735 * 9, 2)).astype(np.float32)
    whole = _spectra(signal, 9)
    parted = analyser_node.AnalyserNode()
    halves = [
        _smoothed(parted, analyser_node.windows(signal, 0, 4, 2048)),
        _smoothed(parted, analyser_node.windows(signal, 4 * 735, 5, 2048)),
    ]
    assert np.array_equal(whole, np.concatenate(halves))


def test_the_byte_waveform_has_floor_semantics() -> None:
    signal = np.array([-2, -1, -1e-6, 0, 1e-6, 0.5, 127 / 128, 1, 2], np.float32)
    assert analyser_node.wave_bytes(signal).tolist() == [0, 0, 127, 128, 128, 192, 255, 255, 255]


@pytest.mark.slow
def test_steps_are_counted_from_the_length(features: Analyse, make_wav: MakeWav) -> None:
    for samples, steps in ((48000, 61), (47999, 60), (1, 1)):
        analysed = features(np.zeros(samples, np.float32))
        assert analysed.steps == steps
    assert RECORD.itemsize == 735 * 5 + 1024 * 3 + 40 + 2 * 96


def test_a_frame_takes_the_last_step_not_after_it(features: Analyse) -> None:
    analysed = features(np.zeros(48000, np.float32))
    assert [analysed.step(frame, 24) for frame in range(5)] == [0, 2, 5, 7, 10]
    assert [analysed.step(frame, 60) for frame in (0, 59, 60)] == [0, 59, 60]
    assert analysed.step(10_000, 30) == 60 + TAIL


def test_the_waveform_ends_at_the_step(features: Analyse) -> None:
    time = np.arange(96000) / 48000
    stereo = np.stack([0.5 * np.sin(2 * np.pi * 100 * time), np.zeros(96000)], axis=1)
    stereo[48000:, 1] = 0.1  # a track with a silent right side gives the mean
    analysed = features(stereo)
    left = analysed.waveform(30, 1024, 0)
    moments = (735 * 30 - 1024 + np.arange(1024)) / 44100
    assert left.dtype == np.float32
    assert left == pytest.approx(0.5 * np.sin(2 * np.pi * 100 * moments), abs=2e-3)
    assert not analysed.waveform(30, 1024, 1).any()
    assert analysed.waveform(30, 1024) == pytest.approx(left / 2, abs=1e-4)
    assert analysed.wave(30, 1024) == pytest.approx(np.floor(128 * (1 + left / 2)), abs=1)
    beginning = analysed.waveform(1, 1000, 0)
    assert not beginning[:265].any()
    assert beginning[400:].any()
    assert not analysed.waveform(0, 500, 0).any()
    assert (analysed.wave(0, 500) == 128).all()
    assert not analysed.waveform(analysed.step(9999, 30), 2048).any()
    assert analysed.waveform(5, 7000).shape == (7000,)


def test_both_spectra_show_a_tone(features: Analyse) -> None:
    time = np.arange(48000) / 48000
    stereo = np.stack([np.sin(2 * np.pi * 440 * time), np.sin(2 * np.pi * 5000 * time)], axis=1)
    analysed = features(stereo * 0.5)
    low, high = round(440 * 2048 / 44100), round(5000 * 2048 / 44100)
    assert abs(int(analysed.spectrum(40, 0).argmax()) - low) <= 1
    assert abs(int(analysed.spectrum(40, 1).argmax()) - high) <= 1
    both = analysed.spectrum(40)
    assert both.shape == (1024,)
    assert both[low] > 200
    assert both[high] > 200
    assert not analysed.spectrum(0).any()


def test_the_spectrum_fades_out_after_the_end(features: Analyse) -> None:
    analysed = features(np.random.default_rng(1).uniform(-1, 1, 24000).astype(np.float32))
    heights = [
        int(analysed.spectrum(analysed.step(frame, 60)).max()) for frame in (30, 40, 60, 200)
    ]
    assert heights[0] > heights[1] > heights[2] > heights[3] == 0


def test_the_spectrum_of_silence_is_zero(features: Analyse) -> None:
    analysed = features(np.zeros(48000, np.float32))
    for name in STEP_FEATURES:
        assert not analysed.column(name, 60, 30).any(), name
    assert not analysed.column("tempo", 60, 30).any()
    assert not analysed.spectrum(50).any()
    assert (analysed.wave(50) == 128).all()


@pytest.mark.parametrize("loudness", [1.0, 0.02])
def test_each_band_measures_its_own_frequencies(features: Analyse, loudness: float) -> None:
    hertz = {"sub": 40, "bass": 100, "lowmid": 250, "mid": 1000, "highmid": 3500, "treble": 9000}
    time = np.arange(24000) / 48000
    parts = [loudness * np.sin(2 * np.pi * tone * time) for tone in hertz.values()]
    analysed = features(np.concatenate(parts))
    for place, name in enumerate(hertz):
        column = analysed.column(name, 90, 30)
        assert column.dtype == np.float32
        assert column[15 * place + 7] > 0.95
        assert np.delete(column.reshape(6, 15)[:, 5:10], place, axis=0).max() < 0.4
        assert 0 <= column.min() <= column.max() <= 1
    assert analysed.column("level", 90, 30)[3:87].min() > 0.8


def test_columns_reach_past_the_end(features: Analyse) -> None:
    time = np.arange(24000) / 48000
    analysed = features(np.sin(2 * np.pi * 100 * time))
    column = analysed.column("bass", 200, 50)
    assert column[10] > 0.9
    assert not column[60:].any()


def test_sums_grow_with_the_audio_and_not_in_silence(features: Analyse) -> None:
    """A second of a tone, a second of silence, half a second of the tone; then nothing."""
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(48000) / 48000)
    analysed = features(np.concatenate([tone, np.zeros(48000), tone[:24000]]))
    for name in ("sounding.sum", "level.sum"):
        column = analysed.column(name, 200, 50).astype(np.float64)
        assert (np.diff(column) >= 0).all()
        assert np.diff(column[5:45]) == pytest.approx(np.full(39, 1 / 50), abs=2e-3)
        assert np.ptp(column[60:99]) == 0
        assert np.ptp(column[150:]) == 0
        assert column[-1] == pytest.approx(1.5, abs=0.1)


def test_extreme_but_valid_samples_stay_finite(features: Analyse) -> None:
    analysed = features(np.full(24000, 4.0, np.float32))
    for name in STEP_FEATURES:
        column = analysed.column(name, 30, 60)
        if name.endswith(".sum"):
            assert 0 <= column.max() <= 0.5, name
            continue
        assert ((column >= 0) & (column <= 1)).all(), name


def test_blocks_are_joined_without_a_seam(features: Analyse) -> None:
    """The file is written in blocks: a tone must not show their boundaries."""
    time = np.arange(48000 * 5) / 48000
    analysed = features(0.5 * np.sin(2 * np.pi * 441 * time))
    bins = np.stack([analysed.spectrum(step) for step in range(100, 290)])
    assert np.ptp(bins[:, 19:23].astype(int), axis=0).max() <= 1
    assert np.ptp(analysed.column("lowmid", 280, 60)[100:]) < 0.01


def test_only_files_of_this_kind_are_read(tmp_path: Path) -> None:
    other = tmp_path / SPECTRA
    np.save(other, np.zeros(100))
    with pytest.raises(ValueError, match=r"spectra.npy is not .* format 3: its records are float"):
        Features(tmp_path)
    np.save(other, np.zeros(TAIL, RECORD))
    with pytest.raises(ValueError, match="shape"):
        Features(tmp_path)
    np.save(other, np.array(7, RECORD["flux"]))
    with pytest.raises(ValueError, match="format 3"):
        Features(tmp_path)
    for content in (b"", b"nothing of the kind"):
        other.write_bytes(content)
        with pytest.raises(ValueError, match="not a file of spectra of format 3"):
            Features(tmp_path)
    np.save(other, np.zeros(TAIL + 1, RECORD))
    for whole in (None, b"", b"nothing of the kind"):
        if whole is not None:
            (tmp_path / TRACK).write_bytes(whole)
        with pytest.raises(ValueError, match="is not a file of track features of format 5"):
            Features(tmp_path).events("kick")
    np.savez(tmp_path / TRACK, columns=np.zeros((3, 3)))
    with pytest.raises(ValueError, match="is not a file of track features"):
        Features(tmp_path).column("level", 5, 5)


def test_progress_is_reported_block_by_block(make_wav: MakeWav, tmp_path: Path) -> None:
    percentages: list[int] = []
    audio = make_wav(np.zeros(48000 * 9, np.float32))
    analyse(audio, tmp_path / "features", on_progress=lambda: percentages.append(1))
    blocks = -(-(9 * 60 + 1 + TAIL) // 64)
    assert len(percentages) == blocks + 2


def test_the_whole_track_is_analysed_only_on_request(make_wav: MakeWav, tmp_path: Path) -> None:
    audio, folder = make_wav(np.zeros(24_000, np.float32)), tmp_path / "features"
    assert analyse(audio, folder, whole=False) == 0.5
    assert [entry.name for entry in folder.glob("*.np?")] == [SPECTRA]
    made = (folder / SPECTRA).stat().st_mtime_ns
    analyse(audio, folder)
    assert {entry.name for entry in folder.glob("*.np?")} == {SPECTRA, LEVELS, TRACK}
    assert (folder / SPECTRA).stat().st_mtime_ns == made
    named = (file_names.SPECTRA, file_names.LEVELS, file_names.TRACK)
    assert named == (SPECTRA, LEVELS, TRACK)


def test_features_that_are_damaged_on_disk_are_written_again(
    make_wav: MakeWav, tmp_path: Path
) -> None:
    audio, folder = make_wav(np.zeros(24_000, np.float32)), tmp_path / "features"
    analyse(audio, folder)
    written = {path.name: path.read_bytes() for path in folder.iterdir()}
    for name in (SPECTRA, TRACK):
        content = bytearray(written[name])
        content[len(content) // 2] ^= 1
        (folder / name).write_bytes(content)
    (folder / LEVELS).unlink()
    analyse(audio, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == written


def test_a_file_that_is_not_a_wav_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sound.wav").write_bytes(bytes(wav.HEADER_BYTES + 8000))
    with pytest.raises(ToqiboxError) as caught:
        analyse(tmp_path / "sound.wav", tmp_path / "features")
    assert caught.value.code == "undecodable_audio"
    assert [entry.name for entry in (tmp_path / "features").iterdir()] == []
