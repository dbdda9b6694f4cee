"""The results of the tasks that decode, analyse, encode and mux media."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from server.protocol.results.task_result import TaskResult
from server.protocol.results.upload_facts import PhotoFacts, TrackFacts


@dataclass(frozen=True, kw_only=True)
class DecodedAudio:
    """The excerpt of a track that a video needs."""

    samples: int
    """Stereo samples at 48 kHz."""
    sha256: str
    """Hash of the samples, little-endian float32, without the header."""
    loudest_s: float
    """Middle of the loudest half second, from the beginning of the excerpt."""


@dataclass(frozen=True, kw_only=True)
class PreparedPhoto:
    """A photo: upright, sRGB, opaque; its size in pixels."""

    width: int
    height: int
    sha256: str
    """Hash of the pixels."""
    warnings: tuple[Mapping[str, Any], ...]
    """Problems of the photo that did not prevent its use, as of server/warnings.py."""
    alpha: bool = False
    """True if parts of the upload are transparent."""


@dataclass(frozen=True, kw_only=True)
class PreparedUploads(TaskResult):
    """Decoded uploads; None for one that is missing."""

    mime: Mapping[str, str]
    """Kinds of the uploads by field."""
    photo: PreparedPhoto | None
    photo2: PreparedPhoto | None
    palette: Mapping[str, str] | None
    """Colours of `photo`, ``#rrggbb`` by name; see media/photos/photo_palette.py."""
    audio: DecodedAudio | None
    title: str | None
    """From the tags of the track; `artist` likewise."""
    artist: str | None
    text_warnings: tuple[Mapping[str, Any], ...]
    """Warnings about the texts in the video."""
    track_facts: TrackFacts | None = None
    """None unless facts were requested; `photo_facts` likewise."""
    photo_facts: PhotoFacts | None = None

    @property
    def warnings(self) -> list[Mapping[str, Any]]:
        """All warnings."""
        photos = [photo for photo in (self.photo, self.photo2) if photo is not None]
        of_photos = [entry for photo in photos for entry in photo.warnings]
        return [*of_photos, *self.text_warnings]


@dataclass(frozen=True, kw_only=True)
class TrackExcerpt(TaskResult):
    """Part of a track; `start` and `duration` in seconds."""

    start: Decimal
    duration: Decimal
    highlight: str
    """Kind of the part, one of `jobs.submission.fields.HIGHLIGHTS`."""


@dataclass(frozen=True, kw_only=True)
class AnalysedAudio(TaskResult):
    """Audio whose features are on disk."""

    seconds: float
    """Its duration."""


@dataclass(frozen=True, kw_only=True)
class TempoSummary:
    """Tempo of a track in beats per minute."""

    bpm: float
    confidence: float
    alternative: float
    """Other likely tempo; 0 if there is none."""


@dataclass(frozen=True, kw_only=True)
class SectionSummary:
    """Section of a track; `start` and `end` in seconds."""

    start: float
    end: float
    kind: str
    label: str
    energy: float


@dataclass(frozen=True, kw_only=True)
class AudioSummary(TaskResult):
    """Features of a track in brief."""

    seconds: float
    tempo: TempoSummary
    sections: tuple[SectionSummary, ...]
    confidence: Mapping[str, float]
    """By kind of event."""
    counts: Mapping[str, int]
    """Number of events by their kind."""


@dataclass(frozen=True, kw_only=True)
class EncodedAudio(TaskResult):
    """Time of encoding the audio."""

    seconds: float
    """Processor time of ffmpeg."""


@dataclass(frozen=True, kw_only=True)
class FlashInterval:
    """Part of a video that flashes too much; `start_s` and `end_s` in seconds."""

    start_s: float = field(metadata={"key": "from"})
    end_s: float = field(metadata={"key": "to"})
    per_second: float = field(metadata={"key": "perSecond"})
    """Flashes a second at its worst moment."""


@dataclass(frozen=True, kw_only=True)
class CountedFlashes(TaskResult):
    """Flashes of a video, and how it has to be dimmed."""

    per_second: float
    """The most in any second, by the definition."""
    excessive: tuple[FlashInterval, ...]
    """Parts with too many; the worst ones if there are very many."""
    dimmed: tuple[str | None, ...]
    """A hash of the gains of each segment; None for one that is not dimmed by them."""


@dataclass(frozen=True, kw_only=True)
class VideoCheck:
    """Measured properties of a video."""

    frames: int
    video_s: float = field(metadata={"key": "videoSeconds"})
    audio_s: float = field(metadata={"key": "audioSeconds"})
    uniform: bool
    """True if all frames are equally long."""
    moov_first: bool = field(metadata={"key": "moovFirst"})
    """True if playback can begin before the file is complete."""
    colour: tuple[str, str, str, str]
    """Range, matrix, transfer, primaries."""


@dataclass(frozen=True, kw_only=True)
class MuxedVideo(TaskResult):
    """A finished, verified video."""

    bytes: int
    sha256: str
    check: VideoCheck
