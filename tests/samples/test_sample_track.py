"""The sample track has a known tempo, and its kicks are at the stated times."""

import io
import wave
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from server.media import ffmpeg
from server.samples import sample_files, sample_track
from server.samples.synth import RATE


@cache
def _bass_energy() -> npt.NDArray[np.float64]:
    """Return the energy of the mono mix below 110 Hz, by sample."""
    mono = sample_track.mix().mean(axis=1, dtype=np.float64)
    spectrum = np.fft.rfft(mono)
    spectrum[np.fft.rfftfreq(len(mono), 1 / RATE) > 110] = 0
    return np.fft.irfft(spectrum, len(mono)) ** 2


def test_kicks_fall_on_the_beats_after_two_bars() -> None:
    kicks = sample_track.kick_times()
    beats = np.array(kicks) / sample_track.BEAT_S
    assert np.allclose(beats, np.round(beats))
    assert kicks[0] == 2 * sample_track.BAR_S
    assert kicks == sorted(kicks)
    assert kicks[-1] < sample_track.DURATION_S
    assert 30 <= len(kicks) <= 40


@pytest.mark.slow
def test_each_kick_raises_the_bass() -> None:
    energy = _bass_energy()
    for kick in sample_track.kick_times():
        at = round(kick * RATE)
        before = energy[at - round(0.04 * RATE) : at - round(0.005 * RATE)].mean()
        after = energy[at : at + round(0.06 * RATE)].mean()
        assert after > 4 * before, f"kick at {kick:.3f} s"


def test_introduction_has_no_bass() -> None:
    energy = _bass_energy()
    first = round(sample_track.kick_times()[0] * RATE)
    assert energy[: first - RATE // 20].mean() < energy[first:].mean() / 100


def test_wav_is_whole_and_never_clips() -> None:
    with wave.open(io.BytesIO(sample_track.wav())) as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (RATE, 2, 2)
        assert file.getnframes() == round(sample_track.DURATION_S * RATE)
        levels = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int32)
    assert 20_000 < np.abs(levels).max() < 32_767


@pytest.mark.slow
def test_track_is_the_same_every_time() -> None:
    first = sample_track.mix()
    sample_track.mix.cache_clear()
    assert np.array_equal(first, sample_track.mix())


def test_mp3_has_the_length_of_the_track(tmp_path: Path) -> None:
    wav, mp3 = tmp_path / "a.wav", tmp_path / "a.mp3"
    wav.write_bytes(sample_track.wav())
    sample_files.encode_mp3(wav, mp3)
    audio = ffmpeg.input_file(mp3, format="mp3").audio
    argv = ffmpeg.output(audio, "pipe:1", format="s16le", ac=1)
    raw = ffmpeg.run(argv, stdout_bytes=1 << 22).raise_for_status().stdout
    assert abs(len(raw) / 2 / RATE - sample_track.DURATION_S) < 0.05
