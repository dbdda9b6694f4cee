"""The task that describes a track's features as a summary, data, a plot or clicks."""

import json
from typing import Any

import numpy as np

from server.animation.modulation_values import feature_values
from server.audio import click_track
from server.audio.features import Features
from server.audio.spectrum.analyser_node import STEPS_PER_S
from server.effects.model.feature import FEATURES
from server.files import atomic
from server.protocol.codec import to_json
from server.protocol.feature_names import EVENTS, SECTION_KINDS
from server.protocol.results.media import AudioSummary, SectionSummary, TempoSummary
from server.protocol.tasks import DescribeAudio
from server.protocol.wire.progress import ProgressReporter

_DIGITS = 4


def run(task: DescribeAudio, progress: ProgressReporter) -> AudioSummary:
    """Write what the task asks for, and return a summary."""
    progress.stage("describe")
    features = Features(task.features)
    summary = _summary(features)
    if task.json is not None:
        progress.stage("data")
        whole = {**to_json(summary), **_data(features, task.fps)}
        with atomic.atomic_write(task.json) as file:
            file.write(json.dumps(whole, allow_nan=False).encode())
    if task.plot is not None:
        from server.audio.plot import plot

        progress.stage("plot")
        plot(features, _heading(task.title, summary), task.plot)
    if task.click is not None:
        progress.stage("click")
        click_track.write(features, task.clicks, task.click)
    return summary


def _summary(features: Features) -> AudioSummary:
    bpm, confidence = (
        round(float(features.column(name, 1, 1)[0]), 2) for name in ("tempo", "tempo.confidence")
    )
    return AudioSummary(
        seconds=round((features.steps - 1) / STEPS_PER_S, 3),
        tempo=TempoSummary(
            bpm=bpm,
            confidence=confidence,
            alternative=round(features.alternative_tempo(), 2),
        ),
        sections=tuple(
            SectionSummary(
                start=round(start, 3),
                end=round(end, 3),
                kind=SECTION_KINDS[int(kind)],
                label=label,
                energy=round(energy, 3),
            )
            for (start, end, energy, kind), label in zip(
                features.sections().tolist(), features.section_labels(), strict=True
            )
        ),
        confidence={kind: round(value, 2) for kind, value in features.confidence().items()},
        counts={event: len(features.events(event)) for event in EVENTS},
    )


def _data(features: Features, fps: int) -> dict[str, Any]:
    """Return events as rows of time and strength, and every feature in each frame of a video."""
    frames = max(1, (features.steps - 1) * fps // STEPS_PER_S)
    return {
        "events": {event: np.round(features.events(event), _DIGITS).tolist() for event in EVENTS},
        "fps": fps,
        "features": {
            name: np.round(
                feature_values(name, features, frames, fps).astype(float), _DIGITS
            ).tolist()
            for name in FEATURES
        },
    }


def _heading(name: str, summary: AudioSummary) -> list[str]:
    tempo, counts = summary.tempo, summary.counts
    events = ", ".join(f"{count} {event}s" for event, count in counts.items() if count)
    return [
        f"{name}   {summary.seconds:.1f} s   {tempo.bpm:.1f} BPM"
        f" (confidence {tempo.confidence:.2f})",
        events or "no events",
    ]
