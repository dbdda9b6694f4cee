"""Small tracks and photos for tests, and the contents of MP4 files."""

import json
import subprocess
import wave
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.harness.limits import HANG_S

RATE = 44_100


def wav(seconds: float, *, kick_every: float = 0.5, seed: int = 0) -> bytes:
    """Return a 16-bit stereo track: decaying 60 Hz kicks over quiet noise."""
    count = round(seconds * RATE)
    time = np.arange(count) / RATE
    since = np.mod(time, kick_every)
    kick = np.sin(2 * np.pi * 60 * since) * np.exp(-since * 18)
    noise = np.random.default_rng(seed).standard_normal((count, 2)) * 0.02
    return wav_of(np.clip(kick[:, None] * 0.8 + noise, -1, 1), RATE)


def wav_of(samples: np.ndarray[Any, Any], rate: int) -> bytes:
    """Return a 16-bit WAV of these samples: (samples, channels), -1 to 1."""
    file = BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(samples.shape[1])
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((samples * 32767).astype("<i2").tobytes())
    return file.getvalue()


def photo(width: int = 96, height: int = 54, seed: int = 0) -> bytes:
    """Return a JPEG with broad coloured areas; by default it fills a frame of 16:9."""
    field = np.random.default_rng(seed).integers(0, 255, (4, 6, 3), dtype=np.uint8)
    file = BytesIO()
    Image.fromarray(field).resize((width, height), Image.Resampling.BICUBIC).save(
        file, "JPEG", quality=92
    )
    return file.getvalue()


def convert(source: bytes, suffix: str, folder: Path, *options: str) -> Path:
    """Convert `source` (a WAV) with ffmpeg to a file with `suffix`."""
    path = folder / f"converted.{suffix}"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "wav", "-i", "pipe:0", *options]
    subprocess.run([*command, str(path)], input=source, check=True, timeout=HANG_S)
    return path


def contents(video: Path, *options: str) -> dict[str, Any]:
    """Return the report of ffprobe: format and streams with packet counts; more by `options`."""
    command = ["ffprobe", "-v", "error", "-of", "json", "-count_packets", *options]
    command += ["-show_format", "-show_streams", str(video)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=HANG_S)
    return dict(json.loads(done.stdout))


def frame_hashes(video: Path) -> list[str]:
    """Return the MD5 of every decoded frame."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(video), "-map", "0:v"]
    done = subprocess.run(
        [*command, "-f", "framemd5", "-"],
        capture_output=True,
        check=True,
        timeout=HANG_S,
        text=True,
    )
    lines = [line for line in done.stdout.splitlines() if not line.startswith("#")]
    return [line.rsplit(",", 1)[1].strip() for line in lines]


def frames(video: Path, width: int, height: int) -> np.ndarray[Any, Any]:
    """Return every decoded frame as RGB: (frames, height, width, 3), unsigned bytes."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(video), "-map", "0:v"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=HANG_S)
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width, 3)


def read_audio(video: Path, rate: int = 48_000) -> np.ndarray[Any, Any]:
    """Return the decoded audio: (samples, 2), floats."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(video), "-map", "0:a"]
    command += ["-f", "f32le", "-ar", str(rate), "-ac", "2", "-"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=HANG_S)
    return np.frombuffer(done.stdout, np.float32).reshape(-1, 2)
