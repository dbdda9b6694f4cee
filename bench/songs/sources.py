"""MIDI files of folders: those with a usable song, without duplicates, split by composition.

The part of a composition follows from a hash of its notes, so that it does not change when files
are added, and a song under two names is one composition. Held-out collections are never part of the
training material.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from bench.songs.composition import DRUMS, Composition, read

PARTS = ("train", "tune", "test")
_SUFFIXES = {".mid", ".midi", ".kar"}
_MIN_S, _MIN_KICKS, _MIN_SNARES = 40.0, 20, 10
_KICKS, _SNARES = (35, 36), (37, 38, 39, 40)
_HELD_OUT_PERCENT, _TUNE_PERCENT = 20, 8


def files(folders: Iterable[Path]) -> list[Path]:
    """Return all MIDI files below the folders, in a fixed order."""
    midi_files = [
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.suffix.lower() in _SUFFIXES and path.is_file()
    ]
    return sorted(midi_files, key=lambda path: (path.name.lower(), str(path)))


def compositions(folders: Iterable[Path], *, drums: bool = True) -> list[Composition]:
    """Return the distinct songs of the folders: at least 40 s, with drums (or without any)."""
    by_key: dict[str, Composition] = {}
    for path in files(folders):
        try:
            composition = read(path)
        except ValueError:
            continue
        if _is_usable(composition, drums=drums):
            by_key.setdefault(key(composition), composition)
    return list(by_key.values())


def key(composition: Composition) -> str:
    """Return a hash of the pitch sequence of a composition, independent of tempo and sound."""
    pitches = composition.notes[:400, 3].astype(np.uint8)
    return hashlib.sha256(pitches.tobytes()).hexdigest()


def part(composition: Composition, *, held_out: bool) -> str:
    """Return the part of the material that a composition belongs to.

    Args:
        composition: any.
        held_out: whether its collection is kept for tuning and testing.
    """
    number = int(key(composition)[:8], 16) % 100
    if held_out:
        return "tune" if number < 35 else "test"
    if number < _HELD_OUT_PERCENT:
        return "tune" if number < _TUNE_PERCENT else "test"
    return "train"


def _is_usable(composition: Composition, *, drums: bool) -> bool:
    if composition.seconds < _MIN_S:
        return False
    drum_pitches = composition.notes[composition.notes[:, 2] == DRUMS, 3]
    if not drums:
        return len(drum_pitches) == 0
    kicks = int(np.isin(drum_pitches, _KICKS).sum())
    return kicks >= _MIN_KICKS and int(np.isin(drum_pitches, _SNARES).sum()) >= _MIN_SNARES
