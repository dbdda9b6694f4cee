"""The FLAC that a browser plays has every sample of the prepared audio, rounded to 16 bits."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from server.errors import ToqiboxError
from server.media.tracks import flac_encoder

MakeWav = Callable[..., Path]


def test_every_sample_is_rounded_to_16_bits(make_wav: MakeWav, tmp_path: Path) -> None:
    samples = np.random.default_rng(5).uniform(-1.2, 1.2, 50_001).astype(np.float32)
    samples[:4] = [0.0, 1.0, -1.0, 0.4 / 32_768]
    out = tmp_path / "sound.flac"
    assert flac_encoder.encode(make_wav(samples), out) > 0
    command = ["ffmpeg", "-v", "error", "-i", str(out), "-f", "s16le", "pipe:1"]
    decoded = subprocess.run(command, capture_output=True, check=True).stdout
    expected = np.clip(np.rint(samples.astype(np.float64) * 32_768), -32_768, 32_767)
    both = np.frombuffer(decoded, "<i2").reshape(-1, 2)
    assert np.array_equal(both, np.stack([expected, expected], axis=1))
    assert sorted(os.listdir(tmp_path)) == ["made.wav", "sound.flac"]


def test_flac_of_a_missing_file_fails(tmp_path: Path) -> None:
    with pytest.raises(ToqiboxError) as caught:
        flac_encoder.encode(tmp_path / "none", tmp_path / "out.flac")
    assert caught.value.code == "encoder_failed"
    assert os.listdir(tmp_path) == []
