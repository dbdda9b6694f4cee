"""Compositions of POP909 (Wang et al. 2020): melody, bridge and piano, with annotated bars.

They have no drums: those of another composition are added, aligned to the same bars.
"""

from dataclasses import replace
from pathlib import Path

import mido
import numpy as np

from bench.songs.composition import Composition, read

Rng = np.random.Generator

_ANNOTATION = "beat_midi.txt"
"""A row per beat: its time in seconds and two flags; the second marks a first beat."""
_REGULAR = 0.9
"""Minimum share of bars with four beats."""
_LEADS = (0, 4, 11, 22, 26, 27, 52, 56, 65, 66, 71, 73, 80, 81)
_CHORDS = (0, 1, 2, 4, 5, 24, 25, 26, 27, 30, 48, 49, 50, 89, 90)
_BASSES = (32, 33, 34, 35, 36, 38, 39)
"""Programs of General MIDI, counted from 0."""
_BASS_CHANNEL, _HIGHEST_BASS = 4, 55
_BASS_VELOCITY = 100.0


def compositions(folder: Path) -> list[Composition]:
    """Read the songs in 4/4 of a folder of POP909, with their annotated beats."""
    songs = []
    for path in sorted(folder.rglob(_ANNOTATION)):
        beat_rows = np.loadtxt(path, ndmin=2)
        beats = beat_rows[:, [0, 2]]
        bars = np.diff(np.flatnonzero(beats[:, 1] > 0))
        if not len(bars) or float((bars == 4).mean()) < _REGULAR:
            continue
        try:
            composition = read(path.with_name(f"{path.parent.name}.mid"))
        except ValueError:
            continue
        songs.append(replace(composition, beats=beats))
    return songs


def arrange(composition: Composition, rng: Rng) -> Composition:
    """Arrange the composition for a band: other instruments, and a bass on the lowest notes."""
    notes = composition.notes
    controls = [(time, m) for time, m in composition.controls if m.type != "program_change"]
    programs = {0: _LEADS, 1: _CHORDS, 2: _CHORDS, _BASS_CHANNEL: _BASSES}
    for channel, choices in programs.items():
        program = int(rng.choice(choices))
        controls.append((0.0, mido.Message("program_change", channel=channel, program=program)))
    low = notes[(notes[:, 2] == 2) & (notes[:, 3] <= _HIGHEST_BASS)].copy()
    first = np.diff(low[:, 0], prepend=-1.0) > 0.02
    bass = low[first]
    bass[:, 2] = _BASS_CHANNEL
    bass[:, 3] = 28 + (bass[:, 3] - 28) % 12 + 12 * (rng.random() < 0.3)
    bass[:, 4] = _BASS_VELOCITY
    all_notes = np.concatenate([notes, bass])
    order = np.argsort(all_notes[:, 0], kind="stable")
    controls.sort(key=lambda control: control[0])
    return replace(composition, notes=all_notes[order], controls=controls)
