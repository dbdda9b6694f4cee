"""Mixing of stems: balance, equalizers, rooms, pumping, compression, loudness."""

import subprocess
import tempfile
from pathlib import Path

import numpy as np
from scipy.signal import lfilter, oaconvolve

from bench.music.track import RATE
from server.arrays import Float32Array, Float64Array, Int16Array

Rng = np.random.Generator

CODECS = {
    "mp3": ("mp3", ["-c:a", "libmp3lame"], ("96k", "128k", "192k")),
    "aac": ("m4a", ["-c:a", "aac"], ("96k", "128k", "192k")),
    "opus": ("opus", ["-c:a", "libopus"], ("64k", "96k")),
}
_TAPS = 4096
_LOUDNESS_DB = (-23.0, -8.0)
"""RMS of the finished mixes, about -20 to -6 LUFS."""


def mix(drums: Float32Array, rest: Float32Array, kicks: Float64Array, rng: Rng) -> Float32Array:
    """Mix two stems, samples x 2, within -1..1.

    Args:
        drums: samples x 2; may be silent.
        rest: everything else.
        kicks: times of the kicks in seconds, for side-chain pumping.
    """
    drums, rest = _balance(drums, rest, rng)
    rest = equalize(rest, rng)
    drums = equalize(drums, rng)
    if rng.random() < 0.25:
        drive = float(rng.uniform(1, 8))
        rest = np.tanh(drive * rest / max(_rms(rest) * 4, 1e-6)).astype(np.float32) * _rms(rest) * 2
    if rng.random() < 0.25 and len(kicks):
        rest = rest * _pumping_gain(len(rest), kicks, rng)[:, None]
    drums = _add_room(drums, rng, 0.5)
    mixed = _add_room(drums + rest, rng, 0.4)
    if rng.random() < 0.3:
        level = 10 ** (rng.uniform(-65, -38) / 20) * max(_rms(mixed), 1e-6) * 4
        mixed = mixed + (level * rng.standard_normal(mixed.shape, np.float32)).astype(np.float32)
    return master(mixed, rng)


def equalize(samples: Float32Array, rng: Rng) -> Float32Array:
    """Apply a tilt and two broad peaks or dips of a few decibels by a linear-phase filter."""
    hertz = np.maximum(np.fft.rfftfreq(_TAPS, 1 / RATE), 20.0)
    octaves = np.log2(hertz / 640)
    gains = rng.normal(0, 0.8) * np.clip(octaves, -4, 4)
    for _ in range(2):
        middle, wide = rng.uniform(-4, 4.5), rng.uniform(0.5, 1.5)
        gains = gains + rng.normal(0, 3.5) * np.exp(-0.5 * ((octaves - middle) / wide) ** 2)
    if rng.random() < 0.12:
        gains = gains - 24 / (1 + (hertz / rng.uniform(60, 140)) ** 4)
    if rng.random() < 0.12:
        gains = gains - 30 / (1 + (rng.uniform(6000, 12000) / hertz) ** 6)
    taps = np.roll(np.fft.irfft(10 ** (gains / 20)), _TAPS // 2) * np.hanning(_TAPS)
    padded = np.pad(samples, ((0, _TAPS // 2), (0, 0)))
    filtered: Float32Array = oaconvolve(padded, taps.astype(np.float32)[:, None], axes=0)
    return filtered[_TAPS // 2 : _TAPS // 2 + len(samples)]


def master(samples: Float32Array, rng: Rng) -> Float32Array:
    """Bring the mix to its final loudness: compress, clip softly or hard, limit to full scale."""
    target_db = float(rng.uniform(*_LOUDNESS_DB))
    samples = samples / max(_rms(samples), 1e-6) * 10 ** (target_db / 20)
    if rng.random() < 0.6:
        samples = _compress(samples, float(rng.uniform(1.5, 6)), rng)
        samples = samples / max(_rms(samples), 1e-6) * 10 ** (target_db / 20)
    if rng.random() < 0.5:
        samples = np.tanh(samples * 1.2) / np.tanh(1.2)
    peak = float(np.abs(samples).max(initial=0))
    if peak > 0.99 and rng.random() < 0.25:
        samples = samples / peak * 0.98
    mastered_samples: Float32Array = np.clip(samples, -1, 1).astype(np.float32)
    return mastered_samples


def to_int16(samples: Float32Array) -> Int16Array:
    """Return the samples, -1..1, in 16 bits; those beyond are clipped."""
    return np.rint(np.clip(samples, -1, 1) * 32767).astype(np.int16)


def encode_and_decode(samples: Float32Array, codec: str, rng: Rng) -> Float32Array:
    """Pass the samples through a lossy codec; length and timing stay the same."""
    ending, options, rates = CODECS[codec]
    raw = ["-f", "f32le", "-ar", str(RATE), "-ac", "2"]
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / f"sound.{ending}")
        write = [
            "ffmpeg",
            "-v",
            "error",
            *raw,
            "-i",
            "-",
            *options,
            "-b:a",
            str(rng.choice(rates)),
        ]
        subprocess.run([*write, file], input=samples.tobytes(), check=True)
        read = ["ffmpeg", "-v", "error", "-i", file, *raw, "-"]
        data = subprocess.run(read, capture_output=True, check=True).stdout
    decoded = np.frombuffer(data, "<f4").reshape(-1, 2)
    out = np.zeros_like(samples)
    out[: len(decoded)] = decoded[: len(samples)]
    return out


def _balance(
    drums: Float32Array, rest: Float32Array, rng: Rng
) -> tuple[Float32Array, Float32Array]:
    """Scale both stems: the loud moments of the drums about as loud as those of the rest."""
    ratio = 10 ** (rng.normal(1.0, 3.5) / 20)
    return drums / max(_loud_rms(drums), 1e-5) * ratio, rest / max(_loud_rms(rest), 1e-5)


def _loud_rms(samples: Float32Array) -> float:
    """Return the RMS of the loud tenths of a second."""
    step = RATE // 10
    powers = np.square(samples[: len(samples) // step * step]).reshape(-1, step * 2).mean(axis=1)
    return float(np.sqrt(np.percentile(powers, 90))) if len(powers) else 0.0


def _rms(samples: Float32Array) -> float:
    return float(np.sqrt(np.mean(np.square(samples)))) if len(samples) else 0.0


def _pumping_gain(count: int, kicks: Float64Array, rng: Rng) -> Float32Array:
    """Return the gain of a side chain that ducks under each kick."""
    depth, back = rng.uniform(0.3, 0.9), rng.uniform(0.1, 0.3)
    since = np.full(count, 9.0, np.float32)
    starts = np.minimum(np.rint(np.sort(kicks) * RATE).astype(np.int64), count - 1)
    for start, end in zip(starts, [*starts[1:], count], strict=True):
        since[start:end] = np.arange(end - start, dtype=np.float32) / RATE
    gain: Float32Array = (1 - depth * np.exp(-3 * since / back)).astype(np.float32)
    return gain


def _add_room(samples: Float32Array, rng: Rng, likely: float) -> Float32Array:
    """Add the decaying noise of a room."""
    if rng.random() > likely:
        return samples
    seconds = float(rng.uniform(0.15, 1.2))
    span = np.arange(round(seconds * RATE)) / RATE
    tail = rng.standard_normal((len(span), 2)) * np.exp(-6.9 * span / seconds)[:, None]
    tail[: round(rng.uniform(0.002, 0.03) * RATE)] = 0
    dark = float(rng.uniform(0.2, 0.7))
    tail = lfilter([1 - dark], [1, -dark], tail, axis=0)
    tail /= np.sqrt(np.square(tail).sum(axis=0)) + 1e-9
    wet = oaconvolve(samples, tail.astype(np.float32), axes=0)[: len(samples)]
    mixed: Float32Array = (samples + 10 ** (rng.uniform(-18, -6) / 20) * wet).astype(np.float32)
    return mixed


def _compress(samples: Float32Array, ratio: float, rng: Rng) -> Float32Array:
    """Compress by the loudness of short blocks, 3 dB under the loud ones."""
    step = 64
    count = -(-len(samples) // step)
    padded = np.zeros((count * step, 2), np.float32)
    padded[: len(samples)] = samples
    power = np.square(padded).reshape(count, -1).mean(axis=1)
    attack, release = (step / (RATE * time) for time in (rng.uniform(0.002, 0.03), 0.15))
    smoothed = lfilter([min(attack, 1)], [1, min(attack, 1) - 1], power)
    smoothed = np.maximum(smoothed, lfilter([min(release, 1)], [1, min(release, 1) - 1], power))
    decibels = 10 * np.log10(smoothed + 1e-9)
    threshold = float(np.percentile(decibels, 90)) - float(rng.uniform(2, 12))
    gain = 10 ** (-np.maximum(decibels - threshold, 0) * (1 - 1 / ratio) / 20)
    gains = np.interp(np.arange(len(samples)), np.arange(count) * step, gain)
    compressed: Float32Array = (samples * gains[:, None]).astype(np.float32)
    return compressed
