"""A composition read from a MIDI file: notes, controls and the grid of beats, in seconds."""

from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

DRUMS = 9
"""The channel of General MIDI's percussion, counted from 0."""
_DEFAULT_TEMPO_US = 500_000
_FASTEST_BPM, _SLOWEST_BPM = 190.0, 57.0
"""Notated tempi outside are counted in half or double notes, as people tap."""
_LONGEST_S = 900.0


@dataclass(frozen=True)
class Composition:
    """Everything that a performance needs of a MIDI file."""

    name: str
    notes: Reals
    """(n, 5), by time: start s, length s, channel, pitch, velocity 1..127."""
    controls: list[tuple[float, mido.Message]]
    """Programs, controllers and bends, by time in seconds."""
    beats: Reals
    """(m, 2): times in seconds, and 1.0 for the first of a bar."""

    @property
    def seconds(self) -> float:
        """The end of the last note."""
        return float((self.notes[:, 0] + self.notes[:, 1]).max())


def read(path: Path) -> Composition:
    """Read a MIDI file.

    Raises:
        ValueError: the file is not MIDI, is empty, or lasts longer than 15 minutes.
    """
    try:
        file = mido.MidiFile(path, clip=True)
        messages = list(mido.merge_tracks(file.tracks))
    except (OSError, EOFError, ValueError, KeyError, IndexError) as error:
        raise ValueError(f"{path.name} cannot be read: {error}") from error
    ticks = np.cumsum([message.time for message in messages])
    clock = _Clock(messages, ticks, file.ticks_per_beat)
    times = clock.seconds(ticks)
    notes = _notes(messages, times)
    if not len(notes) or times[-1] > _LONGEST_S:
        raise ValueError(f"{path.name} holds no notes, or more than {_LONGEST_S:.0f} s")
    kinds = ("program_change", "control_change", "pitchwheel")
    controls = [
        (float(time), message)
        for time, message in zip(times, messages, strict=True)
        if message.type in kinds
    ]
    return Composition(path.stem, notes, controls, _beats(messages, ticks, clock))


class _Clock:
    """Seconds of ticks, by the tempo map."""

    def __init__(self, messages: list[mido.Message], ticks: NDArray[np.int64], beat: int) -> None:
        rows = [(0, _DEFAULT_TEMPO_US)]
        rows += [
            (int(tick), message.tempo)
            for tick, message in zip(ticks, messages, strict=True)
            if message.type == "set_tempo" and message.tempo > 0
        ]
        self.beat = beat
        self._ticks = np.array([tick for tick, _ in rows])
        rates = np.array([tempo for _, tempo in rows]) / 1e6 / beat
        spans = np.diff(self._ticks) * rates[:-1]
        self._starts = np.concatenate([[0.0], np.cumsum(spans)])
        self._rates = rates

    def seconds(self, ticks: NDArray[np.int64]) -> Reals:
        at = np.searchsorted(self._ticks, ticks, side="right") - 1
        found: Reals = self._starts[at] + (ticks - self._ticks[at]) * self._rates[at]
        return found


def _notes(messages: list[mido.Message], times: Reals) -> Reals:
    open_notes: dict[tuple[int, int], tuple[float, int]] = {}
    rows: list[tuple[float, float, float, float, float]] = []
    for time, message in zip(times, messages, strict=True):
        if message.type not in ("note_on", "note_off"):
            continue
        key = (message.channel, message.note)
        if key in open_notes:
            start, velocity = open_notes.pop(key)
            rows.append((start, max(float(time) - start, 0.02), *key, velocity))
        if message.type == "note_on" and message.velocity > 0:
            open_notes[key] = (float(time), message.velocity)
    rows += [(start, 0.5, *key, velocity) for key, (start, velocity) in open_notes.items()]
    return np.array(sorted(rows), np.float64).reshape(-1, 5)


def _beats(messages: list[mido.Message], ticks: NDArray[np.int64], clock: _Clock) -> Reals:
    """Beats by the time signatures; three eighths make a beat in 6/8, 9/8 and 12/8."""
    signatures = [(0, 4, 4)]
    for tick, message in zip(ticks, messages, strict=True):
        if message.type == "time_signature":
            if int(tick) == signatures[-1][0]:
                signatures.pop()
            signatures.append((int(tick), message.numerator, message.denominator))
    rows: list[tuple[int, float]] = []
    ends = [*(signature[0] for signature in signatures[1:]), int(ticks[-1])]
    for (start, over, under), end in zip(signatures, ends, strict=True):
        unit, count = clock.beat * 4 // under, over
        if under >= 8 and over % 3 == 0 and over > 3:
            unit, count = unit * 3, over // 3
        for index, tick in enumerate(range(start, end, max(unit, 1))):
            rows.append((tick, float(index % count == 0)))
    times = clock.seconds(np.array([tick for tick, _ in rows], np.int64))
    beats = np.stack([times, np.array([first for _, first in rows])], axis=1)
    return _tapped(beats)


def _tapped(beats: Reals) -> Reals:
    """The level that people tap: every second beat of the fastest, two a beat of the slowest."""
    if len(beats) < 4:
        return beats
    tempo = 60 / float(np.median(np.diff(beats[:, 0])))
    if tempo > _FASTEST_BPM:
        firsts = np.flatnonzero(beats[:, 1] > 0)
        bar = int(np.median(np.diff(firsts))) if len(firsts) > 1 else 4
        if bar % 2 == 0:
            first = int(firsts[0]) if len(firsts) else 0
            return beats[first % 2 :: 2]
    if tempo < _SLOWEST_BPM:
        middles = (beats[:-1, 0] + beats[1:, 0]) / 2
        both = np.concatenate([beats, np.stack([middles, np.zeros(len(middles))], axis=1)])
        return both[np.argsort(both[:, 0])]
    return beats
