"""Tracks whose every sample is known, in all the containers and codecs that are accepted."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.harness.limits import HANG_S

Samples = NDArray[np.float32]
"""(samples, channels), -1 to 1."""

OUR_RATE = 48_000
_RATES = (8000, 11025, 16000, 22050, 32000, 44100, 48000, 96000)
_MP3_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
_OPUS_RATES = (8000, 12000, 16000, 24000, 48000)


@dataclass(frozen=True)
class Format:
    """A way to store audio: a container and ffmpeg's options for the codec in it."""

    suffix: str
    options: str
    rates: tuple[int, ...] = _RATES
    delayed: bool = False
    """True if the format cannot declare the encoder's delay and padding."""


FORMATS = {
    "mp3-cbr": Format("mp3", "-c:a libmp3lame -b:a 64k", _MP3_RATES),
    "mp3-vbr": Format("mp3", "-c:a libmp3lame -q:a 4", _MP3_RATES),
    "mp3-bare": Format(
        "mp3", "-c:a libmp3lame -q:a 4 -write_xing 0 -id3v2_version 0", _MP3_RATES, delayed=True
    ),
    "wav-8": Format("wav", "-c:a pcm_u8"),
    "wav-16": Format("wav", "-c:a pcm_s16le"),
    "wav-24": Format("wav", "-c:a pcm_s24le"),
    "wav-32": Format("wav", "-c:a pcm_s32le"),
    "wav-float": Format("wav", "-c:a pcm_f32le"),
    "flac-16": Format("flac", "-c:a flac -sample_fmt s16"),
    "flac-24": Format("flac", "-c:a flac -sample_fmt s32"),
    "ogg-vorbis": Format("ogg", "-c:a libvorbis -q:a 4"),
    "ogg-opus": Format("opus", "-c:a libopus -b:a 64k", _OPUS_RATES),
    "m4a-aac": Format("m4a", "-c:a aac"),
    "m4a-alac": Format("m4a", "-c:a alac"),
    "aac-adts": Format("aac", "-c:a aac -f adts", delayed=True),
    "aiff-16": Format("aiff", "-c:a pcm_s16be"),
    "aiff-24": Format("aiff", "-c:a pcm_s24be"),
}


def noise(seconds: float, rate: int, channels: int, seed: int = 0) -> Samples:
    """Return noise without treble, which codecs discard; its channels differ."""
    count = round(seconds * rate)
    white = np.random.default_rng(seed).standard_normal((count, channels))
    spectrum = np.fft.rfft(white, axis=0)
    hertz = np.fft.rfftfreq(count, 1 / rate)[:, None]
    dull = np.fft.irfft(spectrum / (1 + (hertz / 1200) ** 2), count, axis=0)
    scaled: Samples = (dull * (0.12 / dull.std())).clip(-0.9, 0.9).astype(np.float32)
    return scaled


def store(
    samples: Samples, rate: int, kind: Format, path: Path, *options: str, cover: Path | None = None
) -> Path:
    """Write `samples` to `path`; `options` are further ones of ffmpeg, for the output.

    `cover` is a picture that becomes input 1.
    """
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "f32le", "-ar", str(rate)]
    command += ["-ac", str(samples.shape[1]), "-i", "pipe:0"]
    command += ["-i", str(cover)] if cover else []
    command += [*kind.options.split(), "-ar", str(rate), *options, str(path)]
    subprocess.run(command, input=samples.tobytes(), check=True, timeout=HANG_S)
    return path


def decoded(path: Path) -> Samples:
    """Return all samples of a file as a player decodes them: at 48 kHz, in its own channels."""
    ask = ["ffprobe", "-v", "error", "-of", "csv=p=0", "-show_entries", "stream=channels"]
    ask += ["-select_streams", "a:0", str(path)]
    probed = subprocess.run(ask, capture_output=True, check=True, timeout=HANG_S, text=True)
    channels = int(probed.stdout.split()[0].strip(","))
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(path), "-map", "0:a:0"]
    command += ["-f", "f32le", "-ar", str(OUR_RATE), "-"]
    output = subprocess.run(command, capture_output=True, check=True, timeout=HANG_S)
    return np.frombuffer(output.stdout, np.float32).reshape(-1, channels)


def at_our_rate(samples: Samples, rate: int) -> Samples:
    """Resample `samples` to 48 kHz by their spectrum: sample 0 stays sample 0."""
    count = len(samples)
    wanted = round(count * OUR_RATE / rate)
    spectrum = np.fft.rfft(samples, axis=0)
    resampled = np.fft.irfft(_cut(spectrum, wanted // 2 + 1), wanted, axis=0) * (wanted / count)
    return resampled.astype(np.float32)


def _cut(spectrum: NDArray[Any], length: int) -> NDArray[Any]:
    kept = np.zeros((length, spectrum.shape[1]), spectrum.dtype)
    both = min(length, len(spectrum))
    kept[:both] = spectrum[:both]
    return kept


def true_peak(samples: Samples) -> float:
    """Return the largest value of the signal between the samples too, at four times the rate.

    It is the true peak of ITU-R BS.1770-4, annex 2, with an ideal interpolation.
    """
    count = len(samples)
    spectrum = _cut(np.fft.rfft(samples, axis=0), 2 * count + 1)
    return float(np.abs(np.fft.irfft(spectrum, 4 * count, axis=0)).max() * 4)


def lag(of: NDArray[Any], behind: NDArray[Any]) -> tuple[int, float]:
    """Return the delay of `of` after `behind` in samples, and their correlation (0 to 1).

    Both are one channel at one rate; the delay is that of the best correlation.
    """
    size = 1 << (len(of) + len(behind)).bit_length()
    product = np.fft.rfft(of, size) * np.conj(np.fft.rfft(behind, size))
    match = np.fft.irfft(product, size)
    best = int(np.argmax(match))
    energy = float(np.sqrt(np.sum(np.square(of, dtype=np.float64))))
    energy *= float(np.sqrt(np.sum(np.square(behind, dtype=np.float64))))
    return best - size if best > size // 2 else best, float(match[best]) / energy
