"""Whole arrangements: drums, bass, chords, melody and risers, in sections with known bounds."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from bench.music import drums, grid, mixing, tones
from bench.music.beat import Drummer, OnsetTimes, drummer
from bench.music.patterns import STYLES, Bar, Style
from bench.music.track import RATE, Track, truth
from server.arrays import Float64Array

_MIN_S = 24.0
_FORMS = [
    [("plain", 2), ("build", 2), ("drop", 4), ("break", 3), ("build", 2), ("drop", 4)],
    [("plain", 3), ("drop", 4), ("break", 3), ("build", 2), ("drop", 4)],
    [("plain", 4), ("build", 2), ("drop", 4), ("plain", 3)],
    [("drop", 4), ("break", 4), ("build", 2), ("drop", 4)],
    [("plain", 4), ("plain", 4), ("plain", 4)],
]
_CHORDS = [(0, 3, 7), (-4, 0, 3), (3, 7, 10), (-2, 2, 5), (5, 8, 12), (0, 3, 7, 10)]
_BASSES = [
    "#.......#.......",
    "#.+.#.+.#.+.#.+.",
    "..#...#...#...#.",
    "#..#..#...#.#...",
    "#...............",
]
_STABS = [
    "#...............",
    "#.......#.......",
    "..#...#...#...#.",
    "#..#..#.........",
    "....#.......#...",
]
_SCALE = (0, 3, 5, 7, 10, 12, 15)


@dataclass
class Band:
    """The instruments of a track, and their buses in the mix."""

    rng: np.random.Generator
    grid: grid.Grid
    drummer: Drummer
    bass: tones.Voice
    keys: tones.Voice
    pad: tones.Voice
    lead: tones.Voice
    tonal: mixing.Bus
    key: int
    chords: list[tuple[int, ...]]
    bass_steps: str
    stab_steps: str
    melody: list[tuple[float, int, float]]
    """Rows of beat within two bars, step of the scale, and length in beats."""

    @property
    def onset_times(self) -> OnsetTimes:
        """The events played so far."""
        return self.drummer.onset_times

    def note(
        self, name: str, voice: tones.Voice, beat: float, note: tuple[float, float, float]
    ) -> None:
        """Play a note: MIDI number, length in beats and gain."""
        midi, beats, gain = note
        time = self.grid.at(beat)
        sound = voice.note(midi, beats * self.grid.period(beat))
        onset = self.tonal.add(sound, time, gain)
        if onset is not None and voice.attack <= 0.03:
            self.onset_times.setdefault(name, []).append(onset)


def make(seed: int) -> Track:
    """Make an arrangement of 60 to 180 beats a minute."""
    rng = np.random.default_rng([3, seed])
    name = list(STYLES)[seed % len(STYLES)]
    style = STYLES[name]
    tempo = rng.uniform(*style.tempo)
    form = _form(rng, tempo)
    beats = 4 * sum(bars for _, bars in form)
    change = str(rng.choice(["none", "none", "none", "drift", "ramp"]))
    times = grid.times(grid.tempo_curve(rng, tempo, beats, change), rng.choice([0.0, 0.5]))
    beat_grid = grid.Grid(times, 4, rng.uniform(*style.swing), style.unit)
    seconds = float(times[-1]) + 0.6
    band = _band(rng, beat_grid, style, seconds)
    _play(band, form, style)
    samples = _mix_down(rng, band, ducked=name in ("house", "techno") and rng.random() < 0.7)
    description = f"{name} {tempo:.0f} {change}: {' '.join(kind for kind, _ in form)}"
    events = truth(
        beat_grid, len(samples) / RATE, band.onset_times, _sections(form, times, seconds)
    )
    events = replace(events, beats=times[:-1], downbeats=times[:-1:4])
    return Track(samples, events, description)


def _form(rng: np.random.Generator, tempo: float) -> list[tuple[str, int]]:
    """Return sections and their bars, long enough at this tempo."""
    form = _FORMS[int(rng.integers(len(_FORMS)))]
    bar_s = 240 / tempo
    repeats = max(1, round(_MIN_S / (bar_s * sum(bars for _, bars in form))))
    if bar_s * sum(bars for _, bars in form) > 1.6 * _MIN_S:
        form = form[-4:] if len(form) > 4 else form
    return [(kind, bars * repeats) for kind, bars in form]


def _sections(
    form: list[tuple[str, int]], times: Float64Array, seconds: float
) -> list[tuple[float, float, str]]:
    bounds = np.concatenate([[0], np.cumsum([4 * bars for _, bars in form])])
    starts = [0.0, *map(float, times[bounds[1:-1]]), seconds]
    # The first section follows neither a build nor a break, so it is not a drop.
    kinds = ["plain", *(kind for kind, _ in form[1:])]
    return list(zip(starts[:-1], starts[1:], kinds, strict=True))


def _band(rng: np.random.Generator, beat_grid: grid.Grid, style: Style, seconds: float) -> Band:
    melody = []
    beat = 0.0
    while beat < 8:
        length = float(rng.choice([0.5, 0.5, 1.0, 1.5]))
        if rng.random() < 0.75:
            melody.append((beat, int(rng.integers(len(_SCALE))), 0.9 * length))
        beat += length
    chords = [_CHORDS[int(rng.integers(len(_CHORDS)))] for _ in range(4)]
    return Band(
        rng,
        beat_grid,
        drummer(rng, drums.kit(rng), beat_grid, mixing.Bus(seconds), style),
        tones.bass(rng),
        tones.keys(rng),
        tones.pad(rng),
        tones.lead(rng),
        mixing.Bus(seconds),
        int(rng.integers(33, 45)),
        chords,
        str(rng.choice(_BASSES)),
        str(rng.choice(_STABS)),
        melody,
    )


def _play(band: Band, form: list[tuple[str, int]], style: Style) -> None:
    plays: dict[str, Callable[[Band, float, int, Bar], None]] = {
        "plain": _plain, "build": _build, "drop": _drop, "break": _break,
    }  # fmt: skip
    bar = style.bars[int(band.rng.integers(len(style.bars)))]
    first = 0.0
    for kind, bars in form:
        plays[kind](band, first, bars, bar)
        first += 4.0 * bars


def _plain(band: Band, first: float, bars: int, bar: Bar) -> None:
    """Play drums, bass and chords; hats alone for the first bars of a track."""
    for count in range(bars):
        at = first + 4.0 * count
        thin = first == 0 and bars <= 3
        played = {
            name: steps for name, steps in bar.items() if not thin or name not in ("kick", "snare")
        }
        band.drummer.bar(played, at)
        _chord(band, at, stabs=not thin, gain=0.5)
        if not thin:
            _bass(band, at, 0.35)


def _build(band: Band, first: float, bars: int, bar: Bar) -> None:
    """Play a riser and a roll that becomes denser, without bass."""
    riser = tones.riser(band.rng, band.grid.at(first + 4 * bars) - band.grid.at(first))
    band.drummer.bus.add(riser, band.grid.at(first), 0.5)
    name = str(band.rng.choice(["snare", "tom"]))
    for count in range(bars):
        at = first + 4.0 * count
        steps = 1 if count < bars / 2 else 2
        band.drummer.roll(name, at, 2.0, steps)
        band.drummer.roll(name, at + 2, 1.5, 4 if count == bars - 1 else steps)
        if "hat" in bar:
            band.drummer.bar({"hat": bar["hat"]}, at)
        _chord(band, at, stabs=False, gain=0.5)


def _drop(band: Band, first: float, bars: int, bar: Bar) -> None:
    """Play everything, beginning with a crash."""
    band.drummer.play("crash", first, 1.0)
    for count in range(bars):
        at = first + 4.0 * count
        ends = count == bars - 1 and band.rng.random() < 0.4
        band.drummer.bar(bar, at, end=2.0 if ends else 4.0)
        if ends:
            band.drummer.fill(at + 2)
        _bass(band, at, 0.5)
        _chord(band, at, stabs=True, gain=0.6)
        if count % 2 == 0:
            _melody(band, at, min(8.0, 4.0 * (bars - count)), 0.3)


def _break(band: Band, first: float, bars: int, bar: Bar) -> None:
    """Play pads and melody."""
    for count in range(bars):
        at = first + 4.0 * count
        _chord(band, at, stabs=False, gain=0.5)
        if count % 2 == 0:
            _melody(band, at, min(8.0, 4.0 * (bars - count)), 0.25)


def _chord(band: Band, at: float, stabs: bool, gain: float) -> None:
    chord = band.chords[int(at / 4) % 4]
    for tone in chord:
        band.note("pad", band.pad, at, (band.key + 24 + tone, 4.0, 0.35 * gain / len(chord)))
    if not stabs:
        return
    for index, step in enumerate(band.stab_steps):
        if step != ".":
            for tone in chord:
                band.note(
                    "keys",
                    band.keys,
                    at + index / 4,
                    (band.key + 24 + tone, 0.6, gain / len(chord)),
                )


def _bass(band: Band, at: float, gain: float) -> None:
    places = [index for index, step in enumerate(band.bass_steps) if step != "."]
    root = band.key + band.chords[int(at / 4) % 4][0]
    for place, after in zip(places, [*places[1:], 16], strict=True):
        band.note("bass", band.bass, at + place / 4, (root, 0.9 * (after - place) / 4, gain))


def _melody(band: Band, at: float, beats: float, gain: float) -> None:
    for beat, step, length in band.melody:
        if beat < beats:
            band.note("lead", band.lead, at + beat, (band.key + 36 + _SCALE[step], length, gain))


def _mix_down(
    rng: np.random.Generator, band: Band, ducked: bool
) -> "np.ndarray[tuple[int, ...], np.dtype[np.int16]]":
    tonal, beat = band.tonal.sound, band.drummer.bus.sound
    if ducked:
        time = np.arange(len(tonal)) / RATE
        kicks = np.sort(band.onset_times.get("kick", [-9.0]))
        ages = time - kicks[np.maximum(np.searchsorted(kicks, time, "right") - 1, 0)]
        tonal = tonal * (1 - 0.7 * np.exp(-np.maximum(ages, 0) / 0.1) * (ages >= 0))
    mix = mixing.panned(beat, 0) + mixing.panned(tonal, rng.uniform(-0.2, 0.2))
    wet = 10 ** (rng.uniform(-26, -14) / 20)
    mix = mix + wet * mixing.room(rng, beat + tonal, rng.uniform(0.4, 2.0))
    drive = float(rng.choice([0.0, rng.uniform(0.2, 1.0)]))
    return mixing.master(rng, mix, drive, 10 ** (rng.uniform(-26, 0) / 20))
