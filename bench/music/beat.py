"""A drummer: plays bars of a style on a grid, with fills, rolls and loose timing."""

from dataclasses import dataclass

import numpy as np

from bench.music import mixing
from bench.music.drums import Kit
from bench.music.grid import Grid
from bench.music.patterns import FILLS, VELOCITY, Bar, Style

LEVELS = {
    "kick": 1.0, "snare": 0.7, "hat": 0.45, "open": 0.4, "ride": 0.4, "tom": 0.8, "crash": 0.5,
    "shaker": 0.3, "perc": 0.4,
}  # fmt: skip
_COUNTED_AS = {"open": "hat", "ride": "hat"}
"""The kind of an instrument in the truth, where it differs."""

OnsetTimes = dict[str, list[float]]


@dataclass
class Drummer:
    """A drum kit, its grid and its bus."""

    rng: np.random.Generator
    kit: Kit
    grid: Grid
    bus: mixing.Bus
    onset_times: OnsetTimes
    loose: float
    levels: dict[str, float]

    def play(self, name: str, beat: float, velocity: float) -> None:
        """Play one sound of the kit, slightly off its position."""
        sounds = self.kit.sounds[name]
        gain = velocity * float(np.clip(self.rng.normal(1, 0.07), 0.75, 1.2))
        time = self.grid.at(beat) + float(np.clip(self.rng.normal(0, self.loose), -0.015, 0.015))
        sound = sounds[int(self.rng.integers(len(sounds)))]
        onset = self.bus.add(sound, max(0.0, time), gain * self.levels[name])
        if onset is not None:
            self.onset_times.setdefault(_COUNTED_AS.get(name, name), []).append(onset)

    def bar(self, bar: Bar, first: float, begin: float = 0.0, end: float = 4.0) -> None:
        """Play a bar from beat `first` on, limited to the beats from `begin` to `end`."""
        for name, steps in bar.items():
            for index, step in enumerate(steps):
                place = index * 4 / len(steps)
                if step != "." and begin <= place < end:
                    self.play(name, first + place, VELOCITY[step])

    def fill(self, first: float) -> None:
        """Play a fill over two beats from `first` on."""
        for name, steps in FILLS[int(self.rng.integers(len(FILLS)))].items():
            for index, step in enumerate(steps):
                if step != ".":
                    self.play(name, first + index / 4, VELOCITY[step])

    def roll(self, name: str, first: float, beats: float, steps: int) -> None:
        """Play a roll of `steps` onsets per beat, with increasing volume."""
        count = round(beats * steps)
        for index in range(count):
            self.play(name, first + index / steps, 0.45 + 0.5 * index / count)


def drummer(
    rng: np.random.Generator, kit: Kit, grid: Grid, bus: mixing.Bus, style: Style
) -> Drummer:
    """Return a drummer with a random balance of instruments."""
    levels = {name: level * 10 ** (rng.uniform(-3, 3) / 20) for name, level in LEVELS.items()}
    return Drummer(rng, kit, grid, bus, {}, rng.uniform(0, style.loose), levels)
