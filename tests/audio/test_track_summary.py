"""Peaks and loudness of a track."""

import base64
from pathlib import Path

import numpy as np
import pytest

from server.arrays import Float32Array
from server.audio.track_summary import PEAKS, find_peaks, integrated_loudness, summarise_track
from server.media import wav
from server.protocol.prepared_audio import SAMPLE_RATE
from server.protocol.results.upload_facts import TrackFacts


def summarise(folder: Path, samples: Float32Array) -> TrackFacts:
    audio = folder / "sound.wav"
    audio.write_bytes(wav.header(len(samples)) + samples.astype("<f4").tobytes())
    return summarise_track(audio, len(samples))


def test_a_sine_of_997_hz_has_its_level_as_loudness(tmp_path: Path) -> None:
    """ITU-R BS.1770-4, annex 1: in both channels, 0 dBFS are 0 LUFS."""
    wave = 0.1 * np.sin(2 * np.pi * 997 * np.arange(3 * SAMPLE_RATE) / SAMPLE_RATE)
    facts = summarise(tmp_path, np.stack([wave, wave], axis=1).astype(np.float32))
    assert facts.loudness == pytest.approx(-20.0, abs=0.1)
    assert facts.peak_count == PEAKS
    peaks = np.frombuffer(base64.b64decode(facts.peaks), np.int8)
    assert (peaks.min(), peaks.max()) == (-13, 13)


def test_silence_has_no_loudness(tmp_path: Path) -> None:
    facts = summarise(tmp_path, np.zeros((SAMPLE_RATE, 2), np.float32))
    assert facts.loudness is None
    assert not any(base64.b64decode(facts.peaks))


def test_quiet_parts_do_not_count() -> None:
    """The relative gate is 10 LU below the mean of what is above -70 LUFS."""
    momentary = np.array([-10.0] * 50 + [-30.0] * 50 + [-90.0] * 100)
    assert integrated_loudness(momentary) == -10.0


def test_peaks_are_those_of_either_channel() -> None:
    samples = np.array([[0.5, -0.25], [0, 2], [-0.001, 0]], np.float32)
    assert find_peaks(samples).tolist() == [[-32, 64], [0, 127], [-1, 0]]
