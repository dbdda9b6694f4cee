"""Click tracks: what a metronome plays, of many sounds, steady or not, in silence or in noise."""

import numpy as np

from bench.music import drums, grid, mixing
from bench.music.track import RATE, Track, truth

_SECONDS = 22.0


def make(seed: int) -> Track:
    """A click track of 60 to 180 beats a minute."""
    chance = np.random.default_rng([1, seed])
    tempo = chance.uniform(60, 180)
    change = str(chance.choice(["none", "none", "drift", "step", "ramp"]))
    curve = grid.tempo_curve(chance, tempo, int(_SECONDS * tempo / 60 * 1.5) + 4, change)
    bar = int(chance.choice([0, 0, 3, 4, 4]))
    places = grid.Grid(grid.times(curve, chance.uniform(0, 1.2)), bar)
    divided = tempo < 110 and chance.random() < 0.25
    bus = mixing.Bus(_SECONDS)
    hits = _play(chance, bus, places, divided)
    mix = mixing.panned(bus.sound, chance.uniform(-0.7, 0.7))
    if chance.random() < 0.4:
        hiss = drums.noise(chance, _SECONDS, 50, 15000)
        mix = mix + 10 ** (chance.uniform(-50, -30) / 20) * hiss[:, None]
    samples = mixing.master(chance, mix, 0.0, 10 ** (chance.uniform(-24, 0) / 20))
    style = f"clicks {tempo:.0f} {change}, bar {bar}{', divided' if divided else ''}"
    return Track(samples, truth(places, len(samples) / RATE, hits), style)


def _play(
    chance: np.random.Generator, bus: mixing.Bus, places: grid.Grid, divided: bool
) -> dict[str, list[float]]:
    click, accent = _sounds(chance)
    rest = int(chance.integers(8, 20)) if chance.random() < 0.3 else -9
    hits: dict[str, list[float]] = {"click": []}
    for beat in range(len(places.times) - 1):
        if rest <= beat < rest + 4:
            continue
        first = bool(places.bar) and beat % places.bar == 0
        loud = chance.uniform(0.8, 1.0)
        if places.bar:
            loud = 1.0 if first else chance.uniform(0.55, 0.75)
        begun = [bus.add(accent if first else click, places.at(beat), loud)]
        if divided:
            begun.append(bus.add(click, places.at(beat + 0.5), 0.4 * loud))
        hits["click"] += [time for time in begun if time is not None]
    return hits


def _sounds(chance: np.random.Generator) -> tuple[drums.Sound, drums.Sound]:
    """The click, and what it is in the first beat of a bar."""
    which = str(chance.choice(["beep", "wood", "tick", "drum"]))
    if which in ("wood", "drum"):
        kit = drums.kit(chance)
        return (
            (kit.sounds["perc"][0], kit.sounds["perc"][1])
            if which == "wood"
            else (kit.sounds["snare"][0], kit.sounds["tom"][0])
        )
    if which == "beep":
        pitch, length = chance.uniform(600, 1500), chance.uniform(0.015, 0.06)
        time = drums.span(length)
        fade = np.minimum(1, (length - time) / 0.005)
        return np.sin(2 * np.pi * pitch * time) * fade, np.sin(3 * np.pi * pitch * time) * fade
    time = drums.span(0.03)
    hiss = drums.noise(chance, 0.03, chance.uniform(800, 4000), 16000)
    return hiss * np.exp(-time / 0.004), 1.2 * hiss * np.exp(-time / 0.006)
