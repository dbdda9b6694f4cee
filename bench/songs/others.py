"""Training material other than songs: generated tracks, and sounds without events."""

from collections.abc import Iterator

import numpy as np

from bench.music import KINDS
from bench.music.track import RATE
from bench.songs import kits, mastering, voices
from bench.songs.song import instruments
from bench.songs.truth import PITCHES, Truth
from server.arrays import Float32Array, Float64Array, Int16Array

_DRUMS = ("kicks", "snares", "hats")
_CALM_S = 20.0


def code_made_tracks(first: int, count: int) -> Iterator[tuple[str, Int16Array, Truth]]:
    """Yield tracks of bench.music, `count` seeds of each kind from seed `first` on.

    A click track has no truth of drums, since a click may sound like one.
    """
    for kind, make in KINDS.items():
        for seed in range(first, first + count):
            track = make(seed)
            names = ["onsets", "beats", *(_DRUMS if kind != "clicks" else ())]
            if len(track.truth.downbeats):
                names.append("downbeats")
            truth = {name: getattr(track.truth, name).tolist() for name in names}
            yield f"{kind}-{seed}", track.samples, truth


def calm_sounds(count: int, seed: int) -> Iterator[tuple[str, Int16Array, Truth]]:
    """Yield noises, voices, held chords and silence, without drums or beats."""
    rng = np.random.default_rng(seed)
    makers = (_noise, _voice, _chord, _silence, _coloured_noise, _voice)
    for number in range(count):
        samples = makers[number % len(makers)](rng)
        kind = makers[number % len(makers)].__name__[1:]
        truth: Truth = {name: [] for name in (*_DRUMS, "beats", "downbeats")}
        if kind in ("noise", "silence"):
            truth["onsets"] = []
        yield f"{kind}-{seed}-{number}", mastering.to_int16(samples), truth


def plain_kicks(count: int, seed: int) -> Iterator[tuple[str, Int16Array, Truth]]:
    """Yield synthesized kicks alone: regular or not, few or many, from sample 0 on."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        gaps = rng.uniform(0.3, 0.7, 60)
        if rng.random() < 0.6:
            gaps[:] = gaps[0]
        times = np.cumsum(gaps) - float(gaps[0])
        times = times[(times < _CALM_S - 1) & (rng.random(60) < rng.choice([0.1, 0.6, 1.0]))]
        if rng.random() < 0.5:
            times = times + rng.uniform(0, 0.5)
        span = np.arange(round(0.4 * RATE)) / RATE
        fall = float(rng.choice([0.0, 1.5, 4.0])) * np.exp(-span / 0.02)
        phase = 2 * np.pi * np.cumsum(float(rng.uniform(42, 75)) * (1 + fall)) / RATE
        kick = np.sin(phase) * np.exp(-span / float(rng.uniform(0.03, 0.12)))
        samples = np.zeros((round(_CALM_S * RATE), 2), np.float32)
        for time in times:
            loud = float(rng.uniform(0.3, 0.7))
            samples[round(time * RATE) :][: len(kick)] += loud * kick[:, None].astype(np.float32)
        if rng.random() < 0.3:
            samples += 0.3 * _chord(rng)
        truth: Truth = {"kicks": times.tolist(), "snares": [], "hats": [], "onsets": times.tolist()}
        yield f"plain-{seed}-{number}", mastering.to_int16(samples), truth


def random_drums(count: int, seed: int) -> Iterator[tuple[str, Int16Array, Truth]]:
    """Yield drums of all kits at random moments, alone or over a held chord or a voice."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        tools = instruments("train").kits
        kit = kits.kit(tools[int(rng.integers(len(tools)))], rng)
        times = np.cumsum(rng.exponential(rng.choice([0.2, 0.5, 2.0]), 100) + 0.06)
        times = times[times < _CALM_S - 0.5]
        pitches = rng.choice([36, 36, 38, 39, 42, 42, 46, 45, 49], len(times))
        notes = np.zeros((len(times), 5))
        notes[:, 0], notes[:, 3] = times, pitches
        notes[:, 4] = rng.uniform(50, 127, len(times))
        samples = 0.7 * kit.play(notes, _CALM_S, rng)[: round(_CALM_S * RATE)]
        if rng.random() < 0.6:
            other = _chord(rng) if rng.random() < 0.5 else _voice(rng)
            samples = samples + np.float32(rng.uniform(0.05, 0.6)) * other[: len(samples)]
        by_kind = {name: np.isin(pitches, PITCHES[name]) for name in _DRUMS}
        truth: Truth = {name: times[chosen].tolist() for name, chosen in by_kind.items()}
        yield f"struck-{seed}-{number}", mastering.to_int16(samples), truth


def kicks_with_bass(count: int, seed: int) -> Iterator[tuple[str, Int16Array, Truth]]:
    """Yield synthesized kicks between bass notes, noise snares, and hats alone."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        step = float(rng.uniform(0.2, 0.4))
        places = np.arange(0.1, _CALM_S - 1, step)
        kinds = rng.choice(4, len(places), p=[0.35, 0.3, 0.2, 0.15]) if number % 4 else None
        kicks = places[kinds == 0] if kinds is not None else places[:0]
        basses = places[kinds == 1] if kinds is not None else places[:0]
        snares = places[kinds == 3] if kinds is not None else places[:0]
        hats = places if kinds is None else places[rng.random(len(places)) < 0.3]
        samples = np.zeros(round(_CALM_S * RATE), np.float32)
        _add(samples, kicks, _machine_kick(rng), float(rng.uniform(0.4, 0.8)))
        for pitch in rng.uniform(41, 110, 3):
            note = _bass(float(pitch), rng)
            _add(samples, basses[rng.random(len(basses)) < 0.5], note, 0.4)
        rattle = _noise_burst(float(rng.uniform(0.04, 0.12)), rng)
        _add(samples, snares, rattle, float(rng.uniform(0.1, 0.3)))
        tick = np.diff(_noise_burst(float(rng.uniform(0.007, 0.035)), rng))
        _add(samples, hats, tick, float(rng.uniform(0.05, 0.3)))
        onsets = np.sort(np.concatenate([kicks, hats, snares]))
        truth: Truth = {
            "kicks": kicks.tolist(),
            "snares": snares.tolist(),
            "hats": hats.tolist(),
            "hats?": snares.tolist(),
            "onsets": onsets.tolist(),
            "onsets?": basses.tolist(),
        }
        stereo = np.repeat(np.clip(samples, -1, 1)[:, None], 2, axis=1)
        yield f"beside-{seed}-{number}", mastering.to_int16(stereo), truth


def _add(samples: Float32Array, times: Float64Array, drum: Float32Array, loud: float) -> None:
    for time in times:
        region = samples[round(float(time) * RATE) :][: len(drum)]
        region += np.float32(loud) * drum[: len(region)]


def _machine_kick(rng: np.random.Generator) -> Float32Array:
    """Synthesize a drum machine's kick."""
    span = np.arange(round(0.4 * RATE)) / RATE
    fall = float(rng.uniform(1, 4)) * np.exp(-span / float(rng.uniform(0.01, 0.04)))
    phase = 2 * np.pi * np.cumsum(float(rng.uniform(42, 65)) * (1 + fall)) / RATE
    return (np.sin(phase) * np.exp(-span / float(rng.uniform(0.05, 0.15)))).astype(np.float32)


def _bass(pitch: float, rng: np.random.Generator) -> Float32Array:
    """Synthesize a held note with a few harmonics."""
    length = float(rng.uniform(0.2, 0.6))
    span = np.arange(round(length * RATE)) / RATE
    bright = float(rng.uniform(0, 0.8))
    tone = [bright**k * np.sin(2 * np.pi * pitch * (k + 1) * span) for k in range(5)]
    shape = np.minimum(span / 0.005, 1) * np.minimum((length - span) / 0.02, 1)
    note: Float32Array = (np.sum(tone, axis=0) * shape).astype(np.float32)
    return note


def _noise_burst(decay_s: float, rng: np.random.Generator) -> Float32Array:
    """Synthesize decaying white noise."""
    span = np.arange(round(6 * decay_s * RATE)) / RATE
    return (rng.standard_normal(len(span)) * np.exp(-span / decay_s)).astype(np.float32)


def _noise(rng: np.random.Generator) -> Float32Array:
    white = rng.standard_normal((round(_CALM_S * RATE), 2)).astype(np.float32)
    return 10 ** (rng.uniform(-40, -12) / 20) * mastering.equalize(white, rng)


def _coloured_noise(rng: np.random.Generator) -> Float32Array:
    """Synthesize pink or brown noise, or interfering low tones."""
    count = round(_CALM_S * RATE)
    if rng.random() < 0.3:
        span = np.arange(count) / RATE
        pitches = float(rng.uniform(40, 300)) * np.array([1, 1 + float(rng.uniform(0, 0.05))])
        tones = np.sin(2 * np.pi * pitches[:, None] * span).sum(axis=0)
        return np.repeat((0.3 * tones)[:, None], 2, axis=1).astype(np.float32)
    spectrum = np.fft.rfft(rng.standard_normal(count))
    spectrum /= np.maximum(np.arange(len(spectrum)), 200) ** float(rng.choice([0.5, 1.0]))
    noise = np.fft.irfft(spectrum, count)
    noise *= 10 ** (rng.uniform(-40, -12) / 20) / noise.std()
    return np.repeat(noise[:, None], 2, axis=1).astype(np.float32)


def _voice(rng: np.random.Generator) -> Float32Array:
    return mastering.master(mastering.equalize(voices.voice(_CALM_S, rng), rng), rng)


def _chord(rng: np.random.Generator) -> Float32Array:
    span = np.arange(round(_CALM_S * RATE)) / RATE
    pitches = 110 * 2 ** (rng.choice(24, 4, replace=False) / 12)
    swell = 1 + 0.3 * np.sin(2 * np.pi * rng.uniform(0.1, 6) * span)
    tones = [np.sin(2 * np.pi * pitch * span) / k for k, pitch in enumerate(pitches, 1)]
    driven = np.tanh(float(rng.uniform(0.5, 4)) * np.sum(tones, axis=0))
    tone = driven * swell * np.minimum(span / 0.05, 1)
    stereo = np.repeat(tone[:, None], 2, axis=1).astype(np.float32)
    return mastering.master(stereo, rng)


def _silence(rng: np.random.Generator) -> Float32Array:
    hiss = rng.standard_normal((round(_CALM_S * RATE), 2)).astype(np.float32)
    return np.float32(rng.choice([0.0, 1e-4])) * hiss
