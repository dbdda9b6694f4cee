"""Fixtures of the media tests: audio and images made at run time, never stored."""

import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from server.media import wav
from server.media.photos import photo
from server.media.sniff import sniff_audio_file
from server.media.tracks import audio_decoder
from server.protocol.results.media import DecodedAudio

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
        path.write_bytes(wav.header(len(stereo)) + stereo.astype("<f4").tobytes())
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
def decode_audio() -> Decode:
    """Return a function that decodes any file at 48 kHz, samples by two channels."""

    def decode(path: Path) -> Samples:
        command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:a:0"]
        command += ["-ar", "48000", "-f", "f32le", "-"]
        raw = subprocess.run(command, check=True, capture_output=True).stdout
        return np.frombuffer(raw, "<f4").reshape(-1, 2)

    return decode


@pytest.fixture
def decode_frames() -> Decode:
    """Return a function for the luma of every frame of a video: frames by height by width."""

    def decode(path: Path, width: int, height: int) -> Samples:
        command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v:0"]
        command += ["-fps_mode", "passthrough", "-f", "rawvideo", "-"]
        raw = subprocess.run(command, check=True, capture_output=True).stdout
        planes = np.frombuffer(raw, np.uint8).reshape(-1, height * 3 // 2, width)
        return planes[:, :height]

    return decode


@pytest.fixture
def decode(tmp_path: Path) -> Callable[..., DecodedAudio]:
    """Return a function that sniffs and decodes a file, by default the whole of it."""

    def run(
        path: Path, start: str = "0", duration: str | None = None, longest: str = "240"
    ) -> DecodedAudio:
        kind = sniff_audio_file(path)
        assert kind is not None
        length = None if duration is None else Decimal(duration)
        part = audio_decoder.Part(Decimal(start), length, Decimal(longest))
        return audio_decoder.decode(path, kind, part, tmp_path / "sound.wav")

    return run


@pytest.fixture
def written(tmp_path: Path) -> Callable[[], Samples]:
    """Return a function that reads the samples of the file that `decode` wrote."""

    def read() -> Samples:
        data = (tmp_path / "sound.wav").read_bytes()[wav.HEADER_BYTES :]
        return np.frombuffer(data, "<f4").reshape(-1, 2)

    return read


@pytest.fixture
def prepare(tmp_path: Path) -> Callable[..., Samples]:
    """Prepare a photo and read it back: rows by columns by RGBA."""

    def run(path: Path) -> Samples:
        prepared = photo.prepare(path, tmp_path / "photo")
        width, height = prepared.width, prepared.height
        loaded = photo.load(tmp_path / "photo")
        assert loaded[:2] == (width, height)
        return np.frombuffer(loaded[2], np.uint8).reshape(height, width, 4)

    return run


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    """Write a picture; the name says nothing of the kind, as with an upload."""

    def write(image: Image.Image, kind: str, **options: Any) -> Path:
        path = tmp_path / "upload"
        image.save(path, format=kind, **options)
        return path

    return write
