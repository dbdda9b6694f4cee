"""Features that need the whole track: levels relative to its loud parts, and its events.

One `.npz`: `columns` (steps by COLUMNS, float32, on the grid of the spectra), `tempo` (beats a
minute, confidence, alternative tempo), an array for each kind of event (rows of time in seconds and
strength 0..1), `sections` (rows of start, end, energy and kind) with their `labels`, and
`confidence` (of each of EVENTS_WITH_CONFIDENCE over the whole track).
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from server.arrays import Float32Array, Float64Array
from server.audio.spectrum import bands, spectrogram
from server.audio.spectrum.analyser_node import STEPS_PER_S
from server.audio.spectrum.loudness import STEP_S
from server.audio.spectrum.track_samples import RecordedSamples
from server.audio.structure import section_labels
from server.audio.track_events import TrackEvents, find_events
from server.files import atomic
from server.protocol.feature_names import BANDS, EVENTS_WITH_CONFIDENCE, SECTION_KINDS, SECTIONS

FORMAT = 5
"""Version of the file format and of the meaning of its values."""
_LEVELS = (*BANDS, "loudness", "loudness.short")
COLUMNS = (
    *_LEVELS,
    *(f"{name}.envelope" for name in _LEVELS),
    "loudness.raw",
    "loudness.short.raw",
    "flux",
    *(f"section.{kind}" for kind in SECTIONS),
    "section.energy",
    "build.phase",
    *(f"{kind}.confidence" for kind in EVENTS_WITH_CONFIDENCE),
)
ATTACK_S, RELEASE_S = 0.010, 0.300
"""Time constants of an envelope."""
_RAW_RANGE = 60.0
_LOUD_PERCENTILE = 98
_MIN_FLUX = 0.01
"""Of amplitudes over all bins: a lower maximum is not amplified."""


def analyse(
    spectra: Path,
    loudness: Float64Array,
    out: Path,
    tempo: float | None = None,
    on_progress: Callable[[], None] | None = None,
) -> None:
    """Analyse a track as a whole and write `out`, through its `.part`.

    Args:
        spectra: of the track.
        loudness: of the track, rows as of `loudness.parse`.
        out: the file to write.
        tempo: the known tempo in beats a minute, or None.
        on_progress: called at intervals.

    Raises:
        ToqiboxError: storage_full.
        ValueError: `spectra` is not a file of spectra.
    """
    report_progress = on_progress or (lambda: None)
    records = spectrogram.load(spectra)
    steps = len(records) - spectrogram.TAIL
    # A record holds the samples before its step; those of the first precede the audio.
    events = find_events(RecordedSamples(records[1 : steps + 1]), tempo)
    report_progress()
    columns = _columns(records, loudness, events)
    report_progress()
    with atomic.atomic_write(out, sealed=True) as file:
        np.savez(
            file,
            columns=columns,
            tempo=np.array([events.tempo, events.confidence, events.alternative]),
            sections=events.sections,
            labels=events.labels,
            confidence=np.array([events.evidence[kind].overall for kind in EVENTS_WITH_CONFIDENCE]),
            allow_pickle=False,
            **_event_arrays(events),
        )


def format_section_label(number: int) -> str:
    """Return the displayed label of a section: intro, outro, A, B, …, Z, AA and so on."""
    ends = {section_labels.INTRO: "intro", section_labels.OUTRO: "outro"}
    if number in ends:
        return ends[number]
    return (format_section_label(number // 26 - 1) if number >= 26 else "") + chr(
        ord("A") + number % 26
    )


def _event_arrays(events: TrackEvents) -> dict[str, Float64Array]:
    """Return every kind of event as rows of time and strength."""
    beats, sections = events.beats, events.sections
    ones = np.ones(len(beats))
    downbeats = beats[beats[:, 1] > 0]
    drops = sections[sections[:, 3] == SECTION_KINDS.index("drop")]
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


def _columns(
    records: NDArray[np.void], loudness: Float64Array, events: TrackEvents
) -> Float32Array:
    """Return the columns, steps by COLUMNS."""
    steps = len(records) - spectrogram.TAIL
    band_levels = bands.scale_to_track(records["powers"].astype(np.float64))
    meter_values = np.concatenate(
        [bands.scale_decibels(loudness), _loudness_to_unit(loudness)], axis=1
    )
    loudness = _interpolate_to_steps(meter_values, len(records))
    levels_db = np.concatenate([band_levels, loudness[:, :2]], axis=1)
    levels_db[steps:] = np.minimum(
        levels_db[steps:], levels_db[steps - 1]
    )  # meters fall slower than sound
    by_name = dict(zip(_LEVELS, levels_db.T, strict=True))
    smoothed = envelope(levels_db)
    by_name |= {
        f"{name}.envelope": column for name, column in zip(_LEVELS, smoothed.T, strict=True)
    }
    by_name["loudness.raw"], by_name["loudness.short.raw"] = loudness[:, 2:].T
    by_name["flux"] = _normalise_to_percentile(records["flux"].astype(np.float64))
    by_name |= _section_columns(events.sections, len(records))
    by_name |= _confidence_columns(events, len(records))
    return np.stack([by_name[name] for name in COLUMNS], axis=1).astype(np.float32)


def envelope(columns: Float32Array) -> Float32Array:
    """Smooth each column by one pole, fast to rise (ATTACK_S) and slow to fall (RELEASE_S).

    Args:
        columns: steps by columns, on the 60 Hz grid.
    """
    rise, fall = (1 - np.exp(-1 / (STEPS_PER_S * time)) for time in (ATTACK_S, RELEASE_S))
    state = np.zeros(columns.shape[1])
    smoothed = np.empty_like(columns)
    for at, values in enumerate(columns):
        state += np.where(values > state, rise, fall) * (values - state)
        smoothed[at] = state
    return smoothed


def _normalise_to_percentile(values: Float64Array) -> Float64Array:
    """Scale to 0..1; 1 is the level of the strong values of the track."""
    sounding = values[values > 0]
    strong = float(np.percentile(sounding, _LOUD_PERCENTILE)) if len(sounding) else 0.0
    return np.clip(values / max(strong, _MIN_FLUX), 0, 1)


def _loudness_to_unit(loudness: Float64Array) -> Float64Array:
    return np.clip(1 + loudness / _RAW_RANGE, 0, 1)


def _interpolate_to_steps(values: Float64Array, steps: int) -> Float64Array:
    """Interpolate each column linearly from the meter's times to the steps."""
    times = np.arange(steps) / STEPS_PER_S
    if not len(values):
        return np.zeros((steps, values.shape[1]))
    meter_times = (np.arange(len(values)) + 1) * STEP_S
    return np.stack([np.interp(times, meter_times, column) for column in values.T], axis=1)


def _confidence_columns(events: TrackEvents, steps: int) -> dict[str, Float64Array]:
    """Return the confidence of each kind of event at each step."""
    times = np.arange(steps) / STEPS_PER_S
    return {
        f"{kind}.confidence": events.evidence[kind].at(times) for kind in EVENTS_WITH_CONFIDENCE
    }


def _section_columns(sections: Float64Array, steps: int) -> dict[str, Float64Array]:
    """Return the columns of the section at each step."""
    times = np.arange(steps) / STEPS_PER_S
    at = np.clip(np.searchsorted(sections[:, 0], times, side="right") - 1, 0, len(sections) - 1)
    start, end, energy, kind = sections[at].T
    flags = {f"section.{name}": (kind == SECTION_KINDS.index(name)) * 1.0 for name in SECTIONS}
    progress = np.clip((times - start) / np.maximum(end - start, 1e-9), 0, 1)
    return {
        **flags,
        "section.energy": np.where(times < sections[-1, 1], energy, 0.0),
        "build.phase": np.where(kind == SECTION_KINDS.index("build"), progress, 0.0),
    }
