"""A composition read from a MIDI file: notes, controls and the grid of beats, in seconds."""

from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np

from server.arrays import Float64Array, Int64Array

DRUMS = 9
"""The channel of General MIDI's percussion, counted from 0."""
_DEFAULT_TEMPO_US = 500_000
_MAX_BPM, _MIN_BPM = 190.0, 57.0
"""Notated tempi outside this range are counted in half or double notes, as people tap."""
_MAX_S = 900.0


@dataclass(frozen=True)
class Composition:
    """The contents of a MIDI file that a performance needs."""

    name: str
    notes: Float64Array
    """(n, 5), by time: start s, length s, channel, pitch, velocity 1..127."""
    controls: list[tuple[float, mido.Message]]
    """Programs, controllers and bends, by time in seconds."""
    beats: Float64Array
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
    except (OSError, EOFError, ValueError, KeyError, IndexError, mido.KeySignatureError) as error:
        raise ValueError(f"{path.name} cannot be read: {error}") from error
    ticks = np.cumsum([message.time for message in messages])
    tempo_map = _TempoMap(messages, ticks, file.ticks_per_beat)
    times = tempo_map.seconds(ticks)
    notes = _notes(messages, times)
    if not len(notes) or times[-1] > _MAX_S:
        raise ValueError(f"{path.name} has no notes, or is longer than {_MAX_S:.0f} s")
    kinds = ("program_change", "control_change", "pitchwheel")
    controls = [
        (float(time), message)
        for time, message in zip(times, messages, strict=True)
        if message.type in kinds
    ]
    return Composition(path.stem, notes, controls, _beats(messages, ticks, tempo_map))


class _TempoMap:
    """Converts ticks to seconds by the tempo map."""

    def __init__(self, messages: list[mido.Message], ticks: Int64Array, beat: int) -> None:
        tempo_changes = [(0, _DEFAULT_TEMPO_US)]
        tempo_changes += [
            (int(tick), message.tempo)
            for tick, message in zip(ticks, messages, strict=True)
            if message.type == "set_tempo" and message.tempo > 0
        ]
        self.beat = beat
        self._ticks = np.array([tick for tick, _ in tempo_changes])
        rates = np.array([tempo for _, tempo in tempo_changes]) / 1e6 / beat
        spans = np.diff(self._ticks) * rates[:-1]
        self._starts = np.concatenate([[0.0], np.cumsum(spans)])
        self._rates = rates

    def seconds(self, ticks: Int64Array) -> Float64Array:
        at = np.searchsorted(self._ticks, ticks, side="right") - 1
        result: Float64Array = self._starts[at] + (ticks - self._ticks[at]) * self._rates[at]
        return result


def _notes(messages: list[mido.Message], times: Float64Array) -> Float64Array:
    open_notes: dict[tuple[int, int], tuple[float, int]] = {}
    notes: list[tuple[float, float, float, float, float]] = []
    for time, message in zip(times, messages, strict=True):
        if message.type not in ("note_on", "note_off"):
            continue
        key = (message.channel, message.note)
        if key in open_notes:
            start, velocity = open_notes.pop(key)
            notes.append((start, max(float(time) - start, 0.02), *key, velocity))
        if message.type == "note_on" and message.velocity > 0:
            open_notes[key] = (float(time), message.velocity)
    notes += [(start, 0.5, *key, velocity) for key, (start, velocity) in open_notes.items()]
    return np.array(sorted(notes), np.float64).reshape(-1, 5)


def _beats(messages: list[mido.Message], ticks: Int64Array, tempo_map: _TempoMap) -> Float64Array:
    """Return the beats by time signatures; three eighths make a beat in 6/8, 9/8 and 12/8."""
    signatures = [(0, 4, 4)]
    for tick, message in zip(ticks, messages, strict=True):
        if message.type == "time_signature":
            if int(tick) == signatures[-1][0]:
                signatures.pop()
            signatures.append((int(tick), message.numerator, message.denominator))
    beat_ticks: list[tuple[int, float]] = []
    ends = [*(signature[0] for signature in signatures[1:]), int(ticks[-1])]
    for (start, numerator, denominator), end in zip(signatures, ends, strict=True):
        unit, count = tempo_map.beat * 4 // denominator, numerator
        if denominator >= 8 and numerator % 3 == 0 and numerator > 3:
            unit, count = unit * 3, numerator // 3
        for index, tick in enumerate(range(start, end, max(unit, 1))):
            beat_ticks.append((tick, float(index % count == 0)))
    times = tempo_map.seconds(np.array([tick for tick, _ in beat_ticks], np.int64))
    beats = np.stack([times, np.array([first for _, first in beat_ticks])], axis=1)
    return _at_tapped_level(beats)


def _at_tapped_level(beats: Float64Array) -> Float64Array:
    """Return the beats as people tap them: every second of a fast tempo, two per slow beat."""
    if len(beats) < 4:
        return beats
    tempo = 60 / float(np.median(np.diff(beats[:, 0])))
    if tempo > _MAX_BPM:
        downbeats = np.flatnonzero(beats[:, 1] > 0)
        bar = int(np.median(np.diff(downbeats))) if len(downbeats) > 1 else 4
        if bar % 2 == 0:
            first = int(downbeats[0]) if len(downbeats) else 0
            return beats[first % 2 :: 2]
    if tempo < _MIN_BPM:
        middles = (beats[:-1, 0] + beats[1:, 0]) / 2
        doubled = np.concatenate([beats, np.stack([middles, np.zeros(len(middles))], axis=1)])
        return doubled[np.argsort(doubled[:, 0])]
    return beats
