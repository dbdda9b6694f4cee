"""The tell task: a track's features told to a person or a program: a summary, JSON, a picture."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from server.animation.modulation import feature
from server.audio import click_track
from server.audio.features import Features
from server.audio.spectrum.analyser_node import STEPS_PER_S
from server.audio.track_features import KINDS
from server.effects.model.feature import EVENTS, FEATURES
from server.files import atomic
from server.protocol.events import Emit, Result, Spec

_DIGITS = 4


def run(spec: Spec, emit: Emit) -> Result:
    """Tell what `spec` asks for.

    Args:
        spec: `features` (the folder), `name` and `fps`; `json`, `plot` and `click`, the files to
            write, or null; `clicks`, the events that sound in the last.
        emit: told of the stages.

    Returns:
        seconds, tempo, sections, how many events there are of each kind, and how sure they are.
    """
    features = Features(Path(spec["features"]))
    summary = _summary(features)
    if spec.get("json"):
        emit.stage("data")
        whole = {**summary, **_data(features, int(spec["fps"]))}
        with atomic.atomic_write(Path(spec["json"])) as file:
            file.write(json.dumps(whole, allow_nan=False).encode())
    if spec.get("plot"):
        from server.audio.plot import plot

        emit.stage("plot")
        plot(features, _words(str(spec["name"]), summary), Path(spec["plot"]))
    if spec.get("click"):
        emit.stage("click")
        click_track.write(features, spec["clicks"], Path(spec["click"]))
    return summary


def _summary(features: Features) -> dict[str, Any]:
    bpm, confidence = (
        round(float(features.column(name, 1, 1)[0]), 2) for name in ("tempo", "tempo.confidence")
    )
    return {
        "seconds": round((features.steps - 1) / STEPS_PER_S, 3),
        "tempo": {
            "bpm": bpm,
            "confidence": confidence,
            "alternative": round(features.alternative_tempo(), 2),
        },
        "sections": [
            {
                "start": round(start, 3),
                "end": round(end, 3),
                "kind": KINDS[int(kind)],
                "label": label,
                "energy": round(energy, 3),
            }
            for (start, end, energy, kind), label in zip(
                features.sections().tolist(), features.section_labels(), strict=True
            )
        ],
        "confidence": {kind: round(value, 2) for kind, value in features.confidence().items()},
        "counts": {event: len(features.hits(event)) for event in EVENTS},
    }


def _data(features: Features, fps: int) -> dict[str, Any]:
    """Events as rows of time and strength, and every feature in each frame of a video."""
    frames = max(1, (features.steps - 1) * fps // STEPS_PER_S)
    return {
        "events": {event: np.round(features.hits(event), _DIGITS).tolist() for event in EVENTS},
        "fps": fps,
        "features": {
            name: np.round(feature(name, features, frames, fps).astype(float), _DIGITS).tolist()
            for name in FEATURES
        },
    }


def _words(name: str, summary: Mapping[str, Any]) -> list[str]:
    tempo, counts = summary["tempo"], summary["counts"]
    events = ", ".join(f"{count} {event}s" for event, count in counts.items() if count)
    return [
        f"{name}   {summary['seconds']:.1f} s   {tempo['bpm']:.1f} BPM"
        f" (confidence {tempo['confidence']:.2f})",
        events or "no events",
    ]
