"""What only the whole track tells: levels beside its loud parts, and the events of the music.

One `.npz`: `columns` (steps by COLUMNS, float32, on the grid of the spectra), `tempo` (beats a
minute, confidence, half or twice as many), for each kind of event an array of its name (rows of
time in seconds and strength 0..1), `sections` (rows of start, end, energy and kind) with their
`labels`, and `confidence` (that of each of CONFIDENT in the whole track).
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from server.audio.events import Events, find_events
from server.audio.rhythm import confidence
from server.audio.spectrum import bands, spectrogram
from server.audio.spectrum.analyser_node import STEPS_PER_S
from server.audio.spectrum.loudness import STEP_S, Meter
from server.audio.structure import section_labels
from server.errors import ToqiboxError
from server.files import atomic
from server.media import ffmpeg

FORMAT = 4
"""Number of the format of the file, and of what its numbers mean."""
_LEVELS = (*bands.NAMES, "loudness", "loudness.short")
EVENTS = ("accent", "onset", "kick", "snare", "hat", "beat", "downbeat", "drop", "section")
"""Kinds of events; each has an array in the file."""
KINDS = ("plain", "build", "drop", "break")
"""Kinds of section by their number."""
EVENTS_WITH_CONFIDENCE = confidence.KINDS
"""Kinds of events whose confidence is known, in order."""
COLUMNS = (
    *_LEVELS,
    *(f"{name}.envelope" for name in _LEVELS),
    "loudness.raw",
    "loudness.short.raw",
    "flux",
    *(f"section.{kind}" for kind in KINDS[1:]),
    "section.energy",
    "build.phase",
    *(f"{kind}.confidence" for kind in EVENTS_WITH_CONFIDENCE),
)
ATTACK_S, RELEASE_S = 0.010, 0.300
"""Time constants of an envelope."""
_RAW_RANGE = 60.0
_LOUD_PERCENTILE = 98
_LEAST_FLUX = 0.01
"""Of amplitudes over all bins: what is less is not blown up."""

Reals = NDArray[np.float64]


def analyse(
    sound: Path,
    heard: Path,
    out: Path,
    tempo: float | None = None,
    told: Callable[[], None] | None = None,
) -> None:
    """Analyse a track as a whole and write `out`, through its `.part`.

    Args:
        sound: the WAV of ours.
        heard: its spectra.
        out: the file to write.
        tempo: beats a minute that the beats are to have; None finds them.
        told: called now and then.

    Raises:
        ToqiboxError: storage_full, undecodable_audio.
        ValueError: `heard` is no file of spectra.
    """
    progressed = told or (lambda: None)
    try:
        with Meter(sound) as meter:
            records = spectrogram.load(heard)
            steps = len(records) - spectrogram.TAIL
            # A record holds the samples before its step; those of the first come before the sound.
            samples = np.ascontiguousarray(records["samples"][1 : steps + 1]).reshape(-1, 2)
            events = find_events(samples, tempo)
            progressed()
            loudness = meter.read()
    except ffmpeg.MediaError as error:
        raise ToqiboxError("undecodable_audio", detail=str(error)) from error
    columns = _columns(records, loudness, events)
    progressed()
    with atomic.atomic_write(out, sealed=True) as file:
        np.savez(
            file,
            columns=columns,
            tempo=np.array([events.tempo, events.confidence, events.alternative]),
            sections=events.sections,
            labels=events.labels,
            confidence=np.array([events.evidence[kind].overall for kind in EVENTS_WITH_CONFIDENCE]),
            allow_pickle=False,
            **_hits(events),
        )


def label(number: int) -> str:
    """Return a section's label as it is shown: intro, outro, A, B, …, Z, AA, …"""
    ends = {section_labels.INTRO: "intro", section_labels.OUTRO: "outro"}
    if number in ends:
        return ends[number]
    return (label(number // 26 - 1) if number >= 26 else "") + chr(ord("A") + number % 26)


def _hits(events: Events) -> dict[str, Reals]:
    """Every kind of event, as rows of time and strength."""
    beats, sections = events.beats, events.sections
    ones = np.ones(len(beats))
    downbeats = beats[beats[:, 1] > 0]
    drops = sections[sections[:, 3] == KINDS.index("drop")]
    return {
        "onset": events.onsets,
        "kick": events.kicks,
        "snare": events.snares,
        "hat": events.hats,
        "accent": events.accents,
        "beat": np.stack([beats[:, 0], ones], axis=1),
        "downbeat": np.stack([downbeats[:, 0], np.ones(len(downbeats))], axis=1),
        "drop": drops[:, [0, 2]],
        "section": sections[:, [0, 2]],
    }


def _columns(records: NDArray[np.void], loudness: Reals, events: Events) -> NDArray[np.float32]:
    """Steps by COLUMNS."""
    steps = len(records) - spectrogram.TAIL
    levels = bands.scale(records["powers"].astype(np.float64))
    shown = np.concatenate([bands.scale_decibels(loudness), _raw(loudness)], axis=1)
    loudness = _on_grid(shown, len(records))
    heard = np.concatenate([levels, loudness[:, :2]], axis=1)
    heard[steps:] = np.minimum(heard[steps:], heard[steps - 1])  # meters fall slower than sound
    found = dict(zip(_LEVELS, heard.T, strict=True))
    smooth = envelope(heard)
    found |= {f"{name}.envelope": column for name, column in zip(_LEVELS, smooth.T, strict=True)}
    found["loudness.raw"], found["loudness.short.raw"] = loudness[:, 2:].T
    found["flux"] = _beside_the_loud(records["flux"].astype(np.float64))
    found |= _sections(events.sections, len(records))
    found |= _confidence(events, len(records))
    return np.stack([found[name] for name in COLUMNS], axis=1).astype(np.float32)


def envelope(columns: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each column smoothed by one pole, quick to rise (ATTACK_S) and slow to fall (RELEASE_S).

    Args:
        columns: steps by columns, on the 60 Hz grid.
    """
    rise, fall = (1 - np.exp(-1 / (STEPS_PER_S * time)) for time in (ATTACK_S, RELEASE_S))
    state = np.zeros(columns.shape[1])
    found = np.empty_like(columns)
    for at, row in enumerate(columns):
        state += np.where(row > state, rise, fall) * (row - state)
        found[at] = state
    return found


def _beside_the_loud(values: Reals) -> Reals:
    """0..1; 1 is what the strong ones of the track reach."""
    sounding = values[values > 0]
    strong = float(np.percentile(sounding, _LOUD_PERCENTILE)) if len(sounding) else 0.0
    return np.clip(values / max(strong, _LEAST_FLUX), 0, 1)


def _raw(loudness: Reals) -> Reals:
    return np.clip(1 + loudness / _RAW_RANGE, 0, 1)


def _on_grid(rows: Reals, steps: int) -> Reals:
    """Each column at each step, on straight lines between what the meter showed."""
    times = np.arange(steps) / STEPS_PER_S
    if not len(rows):
        return np.zeros((steps, rows.shape[1]))
    shown = (np.arange(len(rows)) + 1) * STEP_S
    return np.stack([np.interp(times, shown, column) for column in rows.T], axis=1)


def _confidence(events: Events, steps: int) -> dict[str, Reals]:
    """The confidence of each kind of event at each step."""
    times = np.arange(steps) / STEPS_PER_S
    return {
        f"{kind}.confidence": events.evidence[kind].at(times) for kind in EVENTS_WITH_CONFIDENCE
    }


def _sections(rows: Reals, steps: int) -> dict[str, Reals]:
    """What section each step lies in."""
    times = np.arange(steps) / STEPS_PER_S
    at = np.clip(np.searchsorted(rows[:, 0], times, side="right") - 1, 0, len(rows) - 1)
    start, end, energy, kind = rows[at].T
    found = {f"section.{name}": (kind == KINDS.index(name)) * 1.0 for name in KINDS[1:]}
    through = np.clip((times - start) / np.maximum(end - start, 1e-9), 0, 1)
    return {
        **found,
        "section.energy": np.where(times < rows[-1, 1], energy, 0.0),
        "build.phase": np.where(kind == KINDS.index("build"), through, 0.0),
    }
