"""The audio of the video lasts as long as its frames and is not delayed."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from server.errors import ToqiboxError
from server.media.tracks import aac_encoder

Samples = np.ndarray[Any, np.dtype[Any]]
MakeWav = Callable[..., Path]


def test_the_aac_lasts_exactly_and_is_not_late(
    make_wav: MakeWav, decode_sound: Callable[..., Samples], tmp_path: Path
) -> None:
    samples = np.zeros(48000, np.float32)
    samples[[7200, 40000]] = 0.9
    path = make_wav(samples)
    for frames, fps in ((37, 24), (1, 60), (45, 25)):
        out = tmp_path / "sound.m4a"
        assert aac_encoder.encode(path, frames, fps, out).cpu_s > 0
        decoded = decode_sound(out)
        samples_expected = frames * 48000 // fps
        assert samples_expected <= len(decoded) < samples_expected + 1024
        if samples_expected > 8000:
            assert abs(int(np.argmax(np.abs(decoded[:12000, 0]))) - 7200) <= 48
        assert np.abs(decoded[50_000:]).max(initial=0) < 0.01
    assert sorted(os.listdir(tmp_path)) == ["made.wav", "sound.m4a", "sound.m4a.sum"]


def test_aac_of_a_missing_sound_fails(tmp_path: Path) -> None:
    with pytest.raises(ToqiboxError) as caught:
        aac_encoder.encode(tmp_path / "none", 30, 30, tmp_path / "out.m4a")
    assert caught.value.code == "encoder_failed"
    assert os.listdir(tmp_path) == []
