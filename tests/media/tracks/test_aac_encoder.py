"""The audio of the video lasts as long as its frames and is not delayed."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from server.errors import ToqiboxError
from server.media.tracks import aac_encoder
from tests.harness import tracks

Samples = np.ndarray[Any, np.dtype[Any]]
MakeWav = Callable[..., Path]


def test_the_aac_lasts_exactly_and_is_not_late(
    make_wav: MakeWav, decode_audio: Callable[..., Samples], tmp_path: Path
) -> None:
    samples = np.zeros(48000, np.float32)
    samples[[7200, 40000]] = 0.9
    path = make_wav(samples)
    for frames, fps in ((37, 24), (1, 60), (45, 25)):
        out = tmp_path / "sound.m4a"
        assert aac_encoder.encode(path, frames, fps, out).cpu_s > 0
        decoded = decode_audio(out)
        samples_expected = frames * 48000 // fps
        assert samples_expected <= len(decoded) < samples_expected + 1024
        if samples_expected > 8000:
            assert abs(int(np.argmax(np.abs(decoded[:12000, 0]))) - 7200) <= 48
        assert np.abs(decoded[50_000:]).max(initial=0) < 0.01
    assert sorted(os.listdir(tmp_path)) == ["made.wav", "sound.m4a", "sound.m4a.sum"]


def test_aac_of_a_missing_file_fails(tmp_path: Path) -> None:
    with pytest.raises(ToqiboxError) as caught:
        aac_encoder.encode(tmp_path / "none", 30, 30, tmp_path / "out.m4a")
    assert caught.value.code == "encoder_failed"
    assert os.listdir(tmp_path) == []


def test_peaks_beyond_full_scale_lower_the_whole(
    make_wav: MakeWav, decode_audio: Callable[..., Samples], tmp_path: Path
) -> None:
    """A loud master, cut off at full scale as many are, is not cut off once more."""
    quiet = tracks.noise(1, 48_000, 1)[:, 0]
    loud = np.sign(np.sin(2 * np.pi * 220 * np.arange(48_000) / 48_000))
    out = tmp_path / "sound.m4a"
    assert aac_encoder.encode(make_wav(quiet), 30, 30, out).gain == 1
    encoded = aac_encoder.encode(make_wav(loud), 30, 30, out)
    decoded = decode_audio(out)[:48000, 0]
    assert 0.9 < encoded.peak <= 1
    assert np.abs(decoded).max() == pytest.approx(encoded.peak, abs=1e-6)
    assert tracks.true_peak(decoded[:, None]) <= tracks.true_peak(loud[:, None])
    assert 0.4 < encoded.gain < 0.95
    assert np.dot(decoded, loud) / np.dot(loud, loud) == pytest.approx(encoded.gain, rel=0.02)
    assert tracks.lag(decoded, loud)[0] == 0
