"""A performance of an excerpt of a composition: tempo, key, timing, borrowed drums."""

from dataclasses import dataclass, replace

import mido
import numpy as np

from bench.songs.composition import DRUMS, Composition
from server.arrays import Float64Array

Rng = np.random.Generator


@dataclass(frozen=True)
class Performance:
    """Notes, controls and beats of an excerpt; times in seconds from its start."""

    name: str
    seconds: float
    notes: Float64Array
    """(n, 5): start, length, channel, pitch, velocity, as in a composition."""
    controls: list[tuple[float, mido.Message]]
    beats: Float64Array
    """(m, 2): times, and 1.0 for the first of a bar."""

    def of_drums(self, *, drums: bool) -> "Performance":
        """Return the drums alone, or everything except the drums."""
        chosen = (self.notes[:, 2] == DRUMS) == drums
        controls = [
            (time, message)
            for time, message in self.controls
            if (message.channel == DRUMS) == drums
        ]
        return replace(self, notes=self.notes[chosen], controls=controls)


def excerpt(composition: Composition, seconds: float, rng: Rng) -> Performance:
    """Perform an excerpt.

    Args:
        composition: any.
        seconds: length, or less if the composition is shorter.
        rng: the random generator for tempo, key and timing.
    """
    speed = float(np.exp(rng.normal(0, 0.07)))
    shift = int(rng.integers(-3, 4))
    notes, beats = composition.notes.copy(), composition.beats.copy()
    notes[:, :2] /= speed
    beats[:, 0] /= speed
    whole = composition.seconds / speed
    length = min(seconds, whole)
    start = _start(notes, whole - length, rng)
    notes = notes[(notes[:, 0] >= start) & (notes[:, 0] < start + length - 0.1)]
    notes[:, 0] -= start
    notes[:, 1] = np.minimum(notes[:, 1], length - notes[:, 0])
    pitched = notes[:, 2] != DRUMS
    notes[pitched, 3] = np.clip(notes[pitched, 3] + shift, 0, 127)
    _loosen(notes, rng)
    beats = beats[(beats[:, 0] >= start) & (beats[:, 0] < start + length)]
    beats[:, 0] -= start
    controls = [(time / speed - start, message) for time, message in composition.controls]
    return Performance(
        composition.name,
        length,
        notes[np.argsort(notes[:, 0], kind="stable")],
        _chase_controls(controls, length),
        beats,
    )


def _start(notes: Float64Array, latest: float, rng: Rng) -> float:
    """Choose a start soon before drums, if there are any."""
    if latest <= 0:
        return 0.0
    drum_times = notes[notes[:, 2] == DRUMS, 0]
    if len(drum_times) and rng.random() < 0.8:
        earliest = max(float(drum_times[0]) - 8, 0)
        return float(rng.uniform(min(earliest, latest), latest))
    return float(rng.uniform(0, latest))


def _loosen(notes: Float64Array, rng: Rng) -> None:
    """Vary timing and velocity like a human player, separately for drums and the rest."""
    for drums in (True, False):
        chosen = np.flatnonzero((notes[:, 2] == DRUMS) == drums)
        if not len(chosen):
            continue
        loose = float(rng.choice([0.0, 0.003, 0.007]))
        # Simultaneous notes on one channel stay together, as if played by one hand.
        keys = np.round(notes[chosen, 0] * 100) + 1e6 * notes[chosen, 2]
        _, group = np.unique(keys, return_inverse=True)
        notes[chosen, 0] += rng.normal(0, loose, group.max() + 1)[group]
        strength = rng.normal(1, 0.06, len(chosen))
        notes[chosen, 4] = np.clip(notes[chosen, 4] * strength, 1, 127)
    notes[:, 0] = np.maximum(notes[:, 0], 0)


def with_drums_of(
    notes: Float64Array, beats: Float64Array, donor: Composition, rng: Rng
) -> Float64Array:
    """Replace the drums by those of another composition, aligned to these bars."""
    drum_notes = donor.notes[donor.notes[:, 2] == DRUMS].copy()
    donor_beats, target_beats = donor.beats, beats
    if len(donor_beats) < 8 or len(target_beats) < 8 or not len(drum_notes):
        return notes
    first, target_bar = _first_bar(donor_beats), _first_bar(target_beats)
    positions = (
        np.interp(drum_notes[:, 0], donor_beats[:, 0], np.arange(len(donor_beats)))
        - first
        + target_bar
    )
    last = len(target_beats) - 1
    positions -= 4 * rng.integers(0, max(1, int(positions.max() - last) // 4) + 1)
    inside = (positions >= 0) & (positions <= last)
    drum_notes, positions = drum_notes[inside], positions[inside]
    drum_notes[:, 0] = np.interp(positions, np.arange(len(target_beats)), target_beats[:, 0])
    mixed = np.concatenate([notes[notes[:, 2] != DRUMS], drum_notes])
    in_order: Float64Array = mixed[np.argsort(mixed[:, 0], kind="stable")]
    return in_order


def _first_bar(beats: Float64Array) -> int:
    downbeats = np.flatnonzero(beats[:, 1] > 0)
    return int(downbeats[0]) if len(downbeats) else 0


def _chase_controls(
    controls: list[tuple[float, mido.Message]], length: float
) -> list[tuple[float, mido.Message]]:
    """Return the controls of the excerpt, with the earlier state set at its start."""
    state: dict[tuple[object, ...], mido.Message] = {}
    later = []
    for time, message in controls:
        if time <= 0:
            number = getattr(message, "control", None)
            state[message.type, message.channel, number] = message
        elif time < length:
            later.append((time, message))
    return [(0.0, message) for message in state.values()] + later
