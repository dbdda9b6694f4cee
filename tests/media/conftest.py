"""What the media tests share: sounds and pictures made at run time, never stored."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from server.media import wave

Samples = np.ndarray[Any, np.dtype[Any]]
MakeWav = Callable[..., Path]
Convert = Callable[..., Path]
Decode = Callable[..., Samples]


@pytest.fixture
def make_wav(tmp_path: Path) -> MakeWav:
    """Write samples (mono or stereo, at 48 kHz) as a WAV file of ours."""

    def make(samples: Samples, name: str = "made.wav") -> Path:
        stereo = np.stack([samples, samples], axis=1) if samples.ndim == 1 else samples
        path = tmp_path / name
        path.write_bytes(wave.header(len(stereo)) + stereo.astype("<f4").tobytes())
        return path

    return make


@pytest.fixture
def convert(tmp_path: Path) -> Convert:
    """Run ffmpeg as anybody would: an input, options, a name for the output."""

    def run(source: Path | str, name: str, *options: str, before: tuple[str, ...] = ()) -> Path:
        path = tmp_path / name
        command = ["ffmpeg", "-v", "error", "-y", *before, "-i", str(source), *options, str(path)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return path

    return run


@pytest.fixture
def decode_sound() -> Decode:
    """The sound of any file at 48 kHz, samples by two channels."""

    def decode(path: Path) -> Samples:
        command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:a:0"]
        command += ["-ar", "48000", "-f", "f32le", "-"]
        raw = subprocess.run(command, check=True, capture_output=True).stdout
        return np.frombuffer(raw, "<f4").reshape(-1, 2)

    return decode


@pytest.fixture
def decode_frames() -> Decode:
    """The luma of every frame of a film: frames by height by width."""

    def decode(path: Path, width: int, height: int) -> Samples:
        command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v:0"]
        command += ["-fps_mode", "passthrough", "-f", "rawvideo", "-"]
        raw = subprocess.run(command, check=True, capture_output=True).stdout
        planes = np.frombuffer(raw, np.uint8).reshape(-1, height * 3 // 2, width)
        return planes[:, :height]

    return decode
