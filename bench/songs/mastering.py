"""A mix of stems as songs are mixed: balance, equalizers, rooms, pumping, compression, loudness."""

import subprocess
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter, oaconvolve

from bench.music.track import RATE

Floats = NDArray[np.float32]
Reals = NDArray[np.float64]
Chance = np.random.Generator

CODECS = {
    "mp3": ("mp3", ["-c:a", "libmp3lame"], ("96k", "128k", "192k")),
    "aac": ("m4a", ["-c:a", "aac"], ("96k", "128k", "192k")),
    "opus": ("opus", ["-c:a", "libopus"], ("64k", "96k")),
}
_TAPS = 4096
_LOUDNESS_DB = (-23.0, -8.0)
"""RMS of the finished mixes, about -20 to -6 LUFS."""


def mix(drums: Floats, rest: Floats, kicks: Reals, chance: Chance) -> Floats:
    """The mix of two stems, samples x 2, within -1..1.

    Args:
        drums: samples x 2; may be silent.
        rest: everything else.
        kicks: times of the kicks in seconds, for side-chain pumping.
    """
    drums, rest = _balanced(drums, rest, chance)
    rest = equalized(rest, chance)
    drums = equalized(drums, chance)
    if chance.random() < 0.25:
        drive = float(chance.uniform(1, 8))
        rest = np.tanh(drive * rest / max(_rms(rest) * 4, 1e-6)).astype(np.float32) * _rms(rest) * 2
    if chance.random() < 0.25 and len(kicks):
        rest = rest * _pumping(len(rest), kicks, chance)[:, None]
    drums = _room(drums, chance, 0.5)
    both = _room(drums + rest, chance, 0.4)
    if chance.random() < 0.3:
        level = 10 ** (chance.uniform(-65, -38) / 20) * max(_rms(both), 1e-6) * 4
        both = both + (level * chance.standard_normal(both.shape, np.float32)).astype(np.float32)
    return mastered(both, chance)


def equalized(sound: Floats, chance: Chance) -> Floats:
    """A tilt and two broad peaks or dips of a few decibels, by a filter of linear phase."""
    hertz = np.maximum(np.fft.rfftfreq(_TAPS, 1 / RATE), 20.0)
    octaves = np.log2(hertz / 640)
    gains = chance.normal(0, 0.8) * np.clip(octaves, -4, 4)
    for _ in range(2):
        middle, wide = chance.uniform(-4, 4.5), chance.uniform(0.5, 1.5)
        gains = gains + chance.normal(0, 3.5) * np.exp(-0.5 * ((octaves - middle) / wide) ** 2)
    if chance.random() < 0.12:
        gains = gains - 24 / (1 + (hertz / chance.uniform(60, 140)) ** 4)
    if chance.random() < 0.12:
        gains = gains - 30 / (1 + (chance.uniform(6000, 12000) / hertz) ** 6)
    taps = np.roll(np.fft.irfft(10 ** (gains / 20)), _TAPS // 2) * np.hanning(_TAPS)
    padded = np.pad(sound, ((0, _TAPS // 2), (0, 0)))
    filtered: Floats = oaconvolve(padded, taps.astype(np.float32)[:, None], axes=0)
    return filtered[_TAPS // 2 : _TAPS // 2 + len(sound)]


def mastered(sound: Floats, chance: Chance) -> Floats:
    """The mix at its final loudness: compressed, clipped softly or hard, limited to full scale."""
    wanted = float(chance.uniform(*_LOUDNESS_DB))
    sound = sound / max(_rms(sound), 1e-6) * 10 ** (wanted / 20)
    if chance.random() < 0.6:
        sound = _compressed(sound, float(chance.uniform(1.5, 6)), chance)
        sound = sound / max(_rms(sound), 1e-6) * 10 ** (wanted / 20)
    if chance.random() < 0.5:
        sound = np.tanh(sound * 1.2) / np.tanh(1.2)
    peak = float(np.abs(sound).max(initial=0))
    if peak > 0.99 and chance.random() < 0.25:
        sound = sound / peak * 0.98
    done: Floats = np.clip(sound, -1, 1).astype(np.float32)
    return done


def coded(sound: Floats, codec: str, chance: Chance) -> Floats:
    """The sound after a lossy codec, as long as before and at the same time."""
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
            str(chance.choice(rates)),
        ]
        subprocess.run([*write, file], input=sound.tobytes(), check=True)
        read = ["ffmpeg", "-v", "error", "-i", file, *raw, "-"]
        data = subprocess.run(read, capture_output=True, check=True).stdout
    decoded = np.frombuffer(data, "<f4").reshape(-1, 2)
    out = np.zeros_like(sound)
    out[: len(decoded)] = decoded[: len(sound)]
    return out


def _balanced(drums: Floats, rest: Floats, chance: Chance) -> tuple[Floats, Floats]:
    """Both stems at levels of a mix: the drums' loud moments about as loud as the rest's."""
    ratio = 10 ** (chance.normal(1.0, 3.5) / 20)
    return drums / max(_loud(drums), 1e-5) * ratio, rest / max(_loud(rest), 1e-5)


def _loud(sound: Floats) -> float:
    """RMS of the loud tenths of a second."""
    step = RATE // 10
    rows = np.square(sound[: len(sound) // step * step]).reshape(-1, step * 2).mean(axis=1)
    return float(np.sqrt(np.percentile(rows, 90))) if len(rows) else 0.0


def _rms(sound: Floats) -> float:
    return float(np.sqrt(np.mean(np.square(sound)))) if len(sound) else 0.0


def _pumping(count: int, kicks: Reals, chance: Chance) -> Floats:
    """Gain of what ducks under each kick and comes back."""
    depth, back = chance.uniform(0.3, 0.9), chance.uniform(0.1, 0.3)
    since = np.full(count, 9.0, np.float32)
    starts = np.minimum(np.rint(np.sort(kicks) * RATE).astype(np.int64), count - 1)
    for start, end in zip(starts, [*starts[1:], count], strict=True):
        since[start:end] = np.arange(end - start, dtype=np.float32) / RATE
    gain: Floats = (1 - depth * np.exp(-3 * since / back)).astype(np.float32)
    return gain


def _room(sound: Floats, chance: Chance, likely: float) -> Floats:
    """The sound with a room's decaying noise under it."""
    if chance.random() > likely:
        return sound
    seconds = float(chance.uniform(0.15, 1.2))
    span = np.arange(round(seconds * RATE)) / RATE
    tail = chance.standard_normal((len(span), 2)) * np.exp(-6.9 * span / seconds)[:, None]
    tail[: round(chance.uniform(0.002, 0.03) * RATE)] = 0
    dark = float(chance.uniform(0.2, 0.7))
    tail = lfilter([1 - dark], [1, -dark], tail, axis=0)
    tail /= np.sqrt(np.square(tail).sum(axis=0)) + 1e-9
    wet = oaconvolve(sound, tail.astype(np.float32), axes=0)[: len(sound)]
    mixed: Floats = (sound + 10 ** (chance.uniform(-18, -6) / 20) * wet).astype(np.float32)
    return mixed


def _compressed(sound: Floats, ratio: float, chance: Chance) -> Floats:
    """A bus compressor that follows the loudness of short blocks, 3 dB under the loud ones."""
    step = 64
    count = -(-len(sound) // step)
    padded = np.zeros((count * step, 2), np.float32)
    padded[: len(sound)] = sound
    power = np.square(padded).reshape(count, -1).mean(axis=1)
    attack, release = (step / (RATE * time) for time in (chance.uniform(0.002, 0.03), 0.15))
    smooth = lfilter([min(attack, 1)], [1, min(attack, 1) - 1], power)
    smooth = np.maximum(smooth, lfilter([min(release, 1)], [1, min(release, 1) - 1], power))
    decibels = 10 * np.log10(smooth + 1e-9)
    threshold = float(np.percentile(decibels, 90)) - float(chance.uniform(2, 12))
    gain = 10 ** (-np.maximum(decibels - threshold, 0) * (1 - 1 / ratio) / 20)
    gains = np.interp(np.arange(len(sound)), np.arange(count) * step, gain)
    squeezed: Floats = (sound * gains[:, None]).astype(np.float32)
    return squeezed
