"""The events of a performance: times that a listener should name, and times that are optional.

Optional are events that may be reported or not: soft entries of pads and strings among the
onsets, ghost notes and sticks among the snares, rides and shakers among the hats.
"""

import numpy as np
from numpy.typing import NDArray

from bench.music.track import merged
from bench.songs.composition import DRUMS
from bench.songs.performance import Performance

Reals = NDArray[np.float64]
Truth = dict[str, list[float]]

PITCHES = {"kicks": (35, 36), "snares": (38, 39, 40), "hats": (42, 44, 46)}
_MAYBE = {"kicks": (41,), "snares": (31, 37), "hats": (51, 53, 54, 59, 69, 70, 80, 81, 82)}
_SOFT_PROGRAMS = {*range(48, 56), *range(88, 104), *range(40, 46), 119, *range(120, 128)}
"""Bowed strings, choirs, pads and effects: they swell rather than begin."""
_ON_BEAT_S, _BEYOND_CHANCE = 0.030, 0.12
_BARS = (3, 4)
"""Beats of a bar; files with others mostly never set their time signature."""
_GHOST = 28
_FAINT = 20


def truth(performance: Performance) -> Truth:
    """All events by kind, in seconds; `KIND?` holds the optional ones.

    There are no beats where the notes do not lie on the file's own grid.
    """
    notes = performance.notes
    drums = notes[notes[:, 2] == DRUMS]
    found: dict[str, Reals] = {}
    for kind, pitches in PITCHES.items():
        struck = drums[np.isin(drums[:, 3], pitches)]
        faint = struck[:, 4] < _GHOST
        found[kind] = merged(struck[~faint, 0])
        maybe = drums[np.isin(drums[:, 3], _MAYBE[kind]), 0]
        found[f"{kind}?"] = np.sort(np.concatenate([struck[faint, 0], maybe]))
    soft = np.isin(_programs(performance), list(_SOFT_PROGRAMS)) & (notes[:, 2] != DRUMS)
    soft |= notes[:, 4] < _FAINT
    found["onsets"] = merged(notes[~soft, 0])
    found["onsets?"] = notes[soft, 0]
    if _on_grid(performance):
        found["beats"] = performance.beats[:, 0]
        first = np.flatnonzero(performance.beats[:, 1] > 0)
        if len(first) > 2 and np.median(np.diff(first)) in _BARS:
            found["downbeats"] = performance.beats[first, 0]
    return {kind: [round(float(time), 5) for time in times] for kind, times in found.items()}


def _on_grid(performance: Performance) -> bool:
    """Whether drums fall on the beats more often than by chance: some files have no true grid."""
    notes, beats = performance.notes, performance.beats[:, 0]
    drums = notes[(notes[:, 2] == DRUMS) & np.isin(notes[:, 3], sum(PITCHES.values(), ())), 0]
    if len(beats) < 4 or len(drums) < 8:
        return len(beats) >= 4 and not len(drums)
    near = np.abs(drums[:, None] - beats).min(axis=1) < _ON_BEAT_S
    chance = 2 * _ON_BEAT_S / float(np.median(np.diff(beats)))
    return float(near.mean()) - chance >= _BEYOND_CHANCE


def _programs(performance: Performance) -> NDArray[np.int64]:
    """The program that each note is played with."""
    changes: dict[int, list[tuple[float, int]]] = {}
    for time, message in performance.controls:
        if message.type == "program_change":
            changes.setdefault(message.channel, []).append((time, message.program))
    programs = np.zeros(len(performance.notes), np.int64)
    for channel, rows in changes.items():
        chosen = np.flatnonzero(performance.notes[:, 2] == channel)
        times = [time for time, _ in rows]
        at = np.searchsorted(times, performance.notes[chosen, 0] + 1e-6) - 1
        values = np.array([program for _, program in rows])
        programs[chosen] = np.where(at >= 0, values[np.maximum(at, 0)], 0)
    return programs
