"""Click tracks: metronomes with many sounds, steady or not, in silence or in noise."""

import numpy as np

from bench.music import drums, grid, mixing
from bench.music.track import RATE, Track, truth
from server.arrays import Float64Array

_SECONDS = 22.0


def make(seed: int) -> Track:
    """Make a click track of 60 to 180 beats a minute."""
    rng = np.random.default_rng([1, seed])
    tempo = rng.uniform(60, 180)
    change = str(rng.choice(["none", "none", "drift", "step", "ramp"]))
    curve = grid.tempo_curve(rng, tempo, int(_SECONDS * tempo / 60 * 1.5) + 4, change)
    bar = int(rng.choice([0, 0, 3, 4, 4]))
    beat_grid = grid.Grid(grid.times(curve, rng.uniform(0, 1.2)), bar)
    has_eighths = tempo < 110 and rng.random() < 0.25
    bus = mixing.Bus(_SECONDS)
    onset_times = _play(rng, bus, beat_grid, has_eighths)
    mix = mixing.panned(bus.sound, rng.uniform(-0.7, 0.7))
    if rng.random() < 0.4:
        hiss = drums.noise(rng, _SECONDS, 50, 15000)
        mix = mix + 10 ** (rng.uniform(-50, -30) / 20) * hiss[:, None]
    samples = mixing.master(rng, mix, 0.0, 10 ** (rng.uniform(-24, 0) / 20))
    style = f"clicks {tempo:.0f} {change}, bar {bar}{', divided' if has_eighths else ''}"
    return Track(samples, truth(beat_grid, len(samples) / RATE, onset_times), style)


def _play(
    rng: np.random.Generator, bus: mixing.Bus, beat_grid: grid.Grid, has_eighths: bool
) -> dict[str, list[float]]:
    click, accent = _sounds(rng)
    rest = int(rng.integers(8, 20)) if rng.random() < 0.3 else -9
    onset_times: dict[str, list[float]] = {"click": []}
    for beat in range(len(beat_grid.times) - 1):
        if rest <= beat < rest + 4:
            continue
        first = bool(beat_grid.bar) and beat % beat_grid.bar == 0
        gain = rng.uniform(0.8, 1.0)
        if beat_grid.bar:
            gain = 1.0 if first else rng.uniform(0.55, 0.75)
        onsets = [bus.add(accent if first else click, beat_grid.at(beat), gain)]
        if has_eighths:
            onsets.append(bus.add(click, beat_grid.at(beat + 0.5), 0.4 * gain))
        onset_times["click"] += [time for time in onsets if time is not None]
    return onset_times


def _sounds(rng: np.random.Generator) -> tuple[Float64Array, Float64Array]:
    """Return the click, and the click on the first beat of a bar."""
    which = str(rng.choice(["beep", "wood", "tick", "drum"]))
    if which in ("wood", "drum"):
        kit = drums.kit(rng)
        return (
            (kit.sounds["perc"][0], kit.sounds["perc"][1])
            if which == "wood"
            else (kit.sounds["snare"][0], kit.sounds["tom"][0])
        )
    if which == "beep":
        pitch, length = rng.uniform(600, 1500), rng.uniform(0.015, 0.06)
        time = drums.span(length)
        fade = np.minimum(1, (length - time) / 0.005)
        return np.sin(2 * np.pi * pitch * time) * fade, np.sin(3 * np.pi * pitch * time) * fade
    time = drums.span(0.03)
    hiss = drums.noise(rng, 0.03, rng.uniform(800, 4000), 16000)
    return hiss * np.exp(-time / 0.004), 1.2 * hiss * np.exp(-time / 0.006)
