"""Features of the audio and of the video that an input can be bound to, by name.

A feature has a value in every frame. Those measured as a fraction are between 0 and 1; seconds,
counts and beats per minute are not scaled.
"""

from dataclasses import dataclass
from enum import StrEnum

from server.protocol.feature_names import BAND_EDGES_HZ, EVENTS, EVENTS_WITH_CONFIDENCE, SECTIONS


class Unit(StrEnum):
    """Units of feature values."""

    SHARE = "share"
    """0 to 1."""
    SECONDS = "s"
    COUNT = "count"
    BPM = "bpm"
    """Beats per minute."""


class AnalysisLevel(StrEnum):
    """Analysis that must be finished before a frame can be drawn with a feature."""

    NOTHING = "nothing"
    SPECTRA = "spectra"
    """The spectra, measured step by step."""
    TRACK = "track"
    """The whole track, up to its end."""


@dataclass(frozen=True)
class Feature:
    """One feature."""

    name: str
    unit: Unit
    analysis_level: AnalysisLevel
    description: str

    def describe(self) -> dict[str, str]:
        """Return the feature as GET /effects lists it."""
        return {
            "name": self.name,
            "unit": str(self.unit),
            "needs": str(self.analysis_level),
            "description": self.description,
        }


PULSE_DECAY_S = 0.18
"""Seconds that a pulse takes to decay unless a binding sets it,"""
PULSE_DECAYS_S = {"accent": 0.25}
"""and for these events."""
FAR_S = 600.0
"""Seconds since or until an event that does not exist, and the maximum for any."""

_EVENT_MEASURES = (
    ("pulse", Unit.SHARE, "1 at {} of full strength, then dying away"),
    ("since", Unit.SECONDS, "seconds since {}"),
    ("until", Unit.SECONDS, "seconds until {}"),
    ("phase", Unit.SHARE, "0 at {}, rising to 1 at the next"),
    ("count", Unit.COUNT, "how often there was {}"),
    ("strength", Unit.SHARE, "how strong the last was: {}"),
)


def _level_features(name: str, description: str, raw: AnalysisLevel) -> list[Feature]:
    """Return a level relative to the loud parts of the track, smoothed, and on its own scale."""
    return [
        Feature(
            name,
            Unit.SHARE,
            AnalysisLevel.TRACK,
            f"{description}; 1 is the loud parts of the track",
        ),
        Feature(
            f"{name}.envelope",
            Unit.SHARE,
            AnalysisLevel.TRACK,
            f"{description}, fast to rise, slow to fall",
        ),
        Feature(f"{name}.raw", Unit.SHARE, raw, f"{description}; 0 is -60 dB, 1 is full scale"),
        Feature(
            f"{name}.sum",
            Unit.SECONDS,
            AnalysisLevel.TRACK,
            f"{description}, accumulated: seconds at 1 so far",
        ),
    ]


def _hertz_range(low: int, high: int) -> str:
    """Return a frequency range as text, in kHz if both ends are whole ones."""
    if low % 1000 or high % 1000:
        return f"{low} to {high} Hz"
    return f"{low // 1000} to {high // 1000} kHz"


def _event_features(name: str, description: str) -> list[Feature]:
    features = [
        Feature(f"{name}.{measure}", unit, AnalysisLevel.TRACK, text.format(description))
        for measure, unit, text in _EVENT_MEASURES
    ]
    return [Feature(name, Unit.SHARE, AnalysisLevel.TRACK, f"{name}.pulse"), *features]


def _list_features() -> list[Feature]:
    share, seconds = Unit.SHARE, Unit.SECONDS
    bands = {"level": "loudness of the whole (RMS)"}
    bands |= {name: _hertz_range(*edges) for name, edges in BAND_EDGES_HZ.items()}
    features = [
        feature
        for name, description in bands.items()
        for feature in _level_features(name, description, AnalysisLevel.SPECTRA)
    ]
    features += _level_features("loudness", "EBU R128 momentary loudness", AnalysisLevel.TRACK)
    features += _level_features(
        "loudness.short", "EBU R128 short-term loudness", AnalysisLevel.TRACK
    )
    features += [
        Feature("sounding", share, AnalysisLevel.SPECTRA, "1 while there is sound, 0 in silence"),
        Feature(
            "sounding.sum",
            seconds,
            AnalysisLevel.SPECTRA,
            "seconds of sound so far, without silence",
        ),
        Feature(
            "centroid", share, AnalysisLevel.SPECTRA, "how bright it sounds (spectral centroid)"
        ),
        Feature("flux", share, AnalysisLevel.TRACK, "how much the spectrum grows"),
        Feature("width", share, AnalysisLevel.SPECTRA, "stereo width: 0 is mono, 1 is all side"),
    ]
    features += [
        feature
        for name, description in EVENTS.items()
        for feature in _event_features(name, description)
    ]
    features += [
        Feature(
            f"{name}.confidence",
            share,
            AnalysisLevel.TRACK,
            f"confidence of detection around here: {EVENTS[name]}",
        )
        for name in EVENTS_WITH_CONFIDENCE
    ]
    features += [
        Feature(
            f"section.{kind}",
            share,
            AnalysisLevel.TRACK,
            f"1 in a section that {description}, else 0",
        )
        for kind, description in SECTIONS.items()
    ]
    return [
        *features,
        Feature("section.energy", share, AnalysisLevel.TRACK, "energy of the section"),
        Feature("build.phase", share, AnalysisLevel.TRACK, "0 to 1 through a build, else 0"),
        Feature("tempo", Unit.BPM, AnalysisLevel.TRACK, "beats per minute, 0 without a beat"),
        Feature("tempo.confidence", share, AnalysisLevel.TRACK, "confidence of the tempo"),
        Feature("time.elapsed", seconds, AnalysisLevel.NOTHING, "seconds since the video began"),
        Feature("time.total", seconds, AnalysisLevel.NOTHING, "length of the video in seconds"),
        Feature("time.progress", share, AnalysisLevel.NOTHING, "0 to 1 through the video"),
    ]


FEATURES: dict[str, Feature] = {feature.name: feature for feature in _list_features()}
"""All features, by name."""


def split_event_feature(name: str) -> tuple[str, str] | None:
    """Split an event's feature into event and measure, such as kick and pulse; None for others."""
    event, _, measure = name.partition(".")
    measures = {measure[0] for measure in _EVENT_MEASURES} | {""}
    return (event, measure or "pulse") if event in EVENTS and measure in measures else None


STEP_FEATURES = tuple(
    name
    for name in FEATURES
    if split_event_feature(name) is None and not name.startswith(("time.", "tempo"))
)
"""Features that are measured at every step of the track."""
