"""The events of a performance: times that should be detected, and optional times.

Optional events may be detected or not: soft entries of pads and strings among the onsets, ghost
notes and sticks among the snares, rides and shakers among the hats.
"""

import numpy as np

from bench.music.track import merged
from bench.songs.composition import DRUMS
from bench.songs.performance import Performance
from server.arrays import Float64Array, Int64Array

Truth = dict[str, list[float]]

PITCHES = {"kicks": (35, 36), "snares": (38, 39, 40), "hats": (42, 44, 46)}
_OPTIONAL_PITCHES = {
    "kicks": (41,),
    "snares": (31, 37),
    "hats": (51, 53, 54, 59, 69, 70, 80, 81, 82),
}
_SOFT_PROGRAMS = {*range(48, 56), *range(88, 104), *range(40, 46), 119, *range(120, 128)}
"""Bowed strings, choirs, pads and effects, which have slow attacks."""
_ON_BEAT_S, _MIN_EXCESS = 0.030, 0.12
_BARS = (3, 4)
"""Beats of a bar; files with other lengths mostly lack a correct time signature."""
_GHOST = 28
_FAINT = 20


def truth(performance: Performance) -> Truth:
    """Return all events by kind, in seconds; `KIND?` holds the optional ones.

    There are no beats if the notes do not lie on the file's grid.
    """
    notes = performance.notes
    drums = notes[notes[:, 2] == DRUMS]
    events: dict[str, Float64Array] = {}
    for kind, pitches in PITCHES.items():
        drum_notes = drums[np.isin(drums[:, 3], pitches)]
        faint = drum_notes[:, 4] < _GHOST
        events[kind] = merged(drum_notes[~faint, 0])
        optional = drums[np.isin(drums[:, 3], _OPTIONAL_PITCHES[kind]), 0]
        events[f"{kind}?"] = np.sort(np.concatenate([drum_notes[faint, 0], optional]))
    soft = np.isin(_programs(performance), list(_SOFT_PROGRAMS)) & (notes[:, 2] != DRUMS)
    soft |= notes[:, 4] < _FAINT
    events["onsets"] = merged(notes[~soft, 0])
    events["onsets?"] = notes[soft, 0]
    if _on_grid(performance):
        events["beats"] = performance.beats[:, 0]
        first = np.flatnonzero(performance.beats[:, 1] > 0)
        if len(first) > 2 and np.median(np.diff(first)) in _BARS:
            events["downbeats"] = performance.beats[first, 0]
    return {kind: [round(float(time), 5) for time in times] for kind, times in events.items()}


def _on_grid(performance: Performance) -> bool:
    """Return whether drums fall on the beats more often than by chance."""
    notes, beats = performance.notes, performance.beats[:, 0]
    drums = notes[(notes[:, 2] == DRUMS) & np.isin(notes[:, 3], sum(PITCHES.values(), ())), 0]
    if len(beats) < 4 or len(drums) < 8:
        return len(beats) >= 4 and not len(drums)
    near = np.abs(drums[:, None] - beats).min(axis=1) < _ON_BEAT_S
    chance = 2 * _ON_BEAT_S / float(np.median(np.diff(beats)))
    return float(near.mean()) - chance >= _MIN_EXCESS


def _programs(performance: Performance) -> Int64Array:
    """Return the program that each note is played with."""
    changes: dict[int, list[tuple[float, int]]] = {}
    for time, message in performance.controls:
        if message.type == "program_change":
            changes.setdefault(message.channel, []).append((time, message.program))
    programs = np.zeros(len(performance.notes), np.int64)
    for channel, program_changes in changes.items():
        of_channel = np.flatnonzero(performance.notes[:, 2] == channel)
        times = [time for time, _ in program_changes]
        at = np.searchsorted(times, performance.notes[of_channel, 0] + 1e-6) - 1
        values = np.array([program for _, program in program_changes])
        programs[of_channel] = np.where(at >= 0, values[np.maximum(at, 0)], 0)
    return programs
