"""An excerpt of a composition as somebody plays it: tempo, key, timing, borrowed drums."""

from dataclasses import dataclass, replace

import mido
import numpy as np
from numpy.typing import NDArray

from bench.songs.composition import DRUMS, Composition

Reals = NDArray[np.float64]
Chance = np.random.Generator


@dataclass(frozen=True)
class Performance:
    """Notes, controls and beats of an excerpt; times in seconds from its start."""

    name: str
    seconds: float
    notes: Reals
    """(n, 5): start, length, channel, pitch, velocity, as in a composition."""
    controls: list[tuple[float, mido.Message]]
    beats: Reals
    """(m, 2): times, and 1.0 for the first of a bar."""

    def of_drums(self, *, drums: bool) -> "Performance":
        """The drums alone, or all but the drums."""
        chosen = (self.notes[:, 2] == DRUMS) == drums
        controls = [
            (time, message)
            for time, message in self.controls
            if (message.channel == DRUMS) == drums
        ]
        return replace(self, notes=self.notes[chosen], controls=controls)


def excerpt(composition: Composition, seconds: float, chance: Chance) -> Performance:
    """Perform an excerpt.

    Args:
        composition: any.
        seconds: length, or less where the composition is shorter.
        chance: what tempo, key and timing are drawn from.
    """
    speed = float(np.exp(chance.normal(0, 0.07)))
    shift = int(chance.integers(-3, 4))
    notes, beats = composition.notes.copy(), composition.beats.copy()
    notes[:, :2] /= speed
    beats[:, 0] /= speed
    whole = composition.seconds / speed
    length = min(seconds, whole)
    start = _start(notes, whole - length, chance)
    notes = notes[(notes[:, 0] >= start) & (notes[:, 0] < start + length - 0.1)]
    notes[:, 0] -= start
    notes[:, 1] = np.minimum(notes[:, 1], length - notes[:, 0])
    pitched = notes[:, 2] != DRUMS
    notes[pitched, 3] = np.clip(notes[pitched, 3] + shift, 0, 127)
    _loosen(notes, chance)
    beats = beats[(beats[:, 0] >= start) & (beats[:, 0] < start + length)]
    beats[:, 0] -= start
    controls = [(time / speed - start, message) for time, message in composition.controls]
    return Performance(
        composition.name,
        length,
        notes[np.argsort(notes[:, 0], kind="stable")],
        _chased(controls, length),
        beats,
    )


def _start(notes: Reals, latest: float, chance: Chance) -> float:
    """A moment from which there are drums soon, where there are any."""
    if latest <= 0:
        return 0.0
    struck = notes[notes[:, 2] == DRUMS, 0]
    if len(struck) and chance.random() < 0.8:
        earliest = max(float(struck[0]) - 8, 0)
        return float(chance.uniform(min(earliest, latest), latest))
    return float(chance.uniform(0, latest))


def _loosen(notes: Reals, chance: Chance) -> None:
    """Hands that are not exact, and not always as strong: drums and the rest apart."""
    for drums in (True, False):
        chosen = np.flatnonzero((notes[:, 2] == DRUMS) == drums)
        if not len(chosen):
            continue
        loose = float(chance.choice([0.0, 0.003, 0.007]))
        # Notes of one moment on one channel stay together, as one hand plays them.
        keys = np.round(notes[chosen, 0] * 100) + 1e6 * notes[chosen, 2]
        _, group = np.unique(keys, return_inverse=True)
        notes[chosen, 0] += chance.normal(0, loose, group.max() + 1)[group]
        strength = chance.normal(1, 0.06, len(chosen))
        notes[chosen, 4] = np.clip(notes[chosen, 4] * strength, 1, 127)
    notes[:, 0] = np.maximum(notes[:, 0], 0)


def with_drums_of(notes: Reals, beats: Reals, donor: Composition, chance: Chance) -> Reals:
    """The notes with another composition's drums, moved from its bars to these bars."""
    struck = donor.notes[donor.notes[:, 2] == DRUMS].copy()
    theirs, ours = donor.beats, beats
    if len(theirs) < 8 or len(ours) < 8 or not len(struck):
        return notes
    first, onto = _first_bar(theirs), _first_bar(ours)
    place = np.interp(struck[:, 0], theirs[:, 0], np.arange(len(theirs))) - first + onto
    last = len(ours) - 1
    place -= 4 * chance.integers(0, max(1, int(place.max() - last) // 4) + 1)
    inside = (place >= 0) & (place <= last)
    struck, place = struck[inside], place[inside]
    struck[:, 0] = np.interp(place, np.arange(len(ours)), ours[:, 0])
    mixed = np.concatenate([notes[notes[:, 2] != DRUMS], struck])
    ordered: Reals = mixed[np.argsort(mixed[:, 0], kind="stable")]
    return ordered


def _first_bar(beats: Reals) -> int:
    firsts = np.flatnonzero(beats[:, 1] > 0)
    return int(firsts[0]) if len(firsts) else 0


def _chased(
    controls: list[tuple[float, mido.Message]], length: float
) -> list[tuple[float, mido.Message]]:
    """Controls of the excerpt, with the state before it set at its start."""
    state: dict[tuple[object, ...], mido.Message] = {}
    later = []
    for time, message in controls:
        if time <= 0:
            number = getattr(message, "control", None)
            state[message.type, message.channel, number] = message
        elif time < length:
            later.append((time, message))
    return [(0.0, message) for message in state.values()] + later
