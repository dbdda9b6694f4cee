"""Tasks that decode, analyse, encode and mux media, and the probe of the machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from server.protocol import file_names
from server.protocol.file_names import sealed
from server.protocol.results.machine import GpuLoads, ProbeReport
from server.protocol.results.media import (
    AnalysedAudio,
    AudioSummary,
    CountedFlashes,
    EncodedAudio,
    MuxedVideo,
    PreparedUploads,
    TrackExcerpt,
)
from server.protocol.results.task_result import TaskResult
from server.protocol.task import Task


@dataclass(frozen=True, kw_only=True)
class Probe(Task[ProbeReport]):
    """Report the capabilities of this machine: its renderer, and the encoders that open."""

    egl_device: int | None = None
    gpus: tuple[int, ...] = ()
    """The GPUs to probe, as CUDA counts; empty for `egl_device`."""
    encoders: tuple[str, ...] = ()
    folder: Path | None = None
    """Empty folder for trial encodings."""

    def outputs(self) -> list[Path]:
        return [] if self.folder is None else [self.folder]


@dataclass(frozen=True, kw_only=True)
class MeasureGpus(Task[GpuLoads]):
    """Read the memory and the utilisation of the GPUs."""


@dataclass(frozen=True, kw_only=True)
class Prepare(Task[PreparedUploads]):
    """Decode uploads into files of known formats, and read the track's tags."""

    audio: Path | None = None
    photo: Path | None = None
    photo2: Path | None = None
    cover: bool = False
    """True to use the track's cover as the photo."""
    folder: Path
    """Folder for the decoded files, under the names of file_names.py."""
    start: Decimal = Decimal(0)
    """Seconds of the track that are skipped."""
    duration: Decimal | None = None
    """Seconds; None for the rest of the track."""
    max_duration: Decimal
    """Seconds; a longer video is refused."""
    texts: Mapping[str, str | None] = field(default_factory=dict)
    """Texts in the video by field; null for the value of the track's tags."""
    facts: bool = False
    """True to measure the track and the photo for the person who has sent them."""
    picture_side: int | None = None
    """Maximum side of a PNG of the photo, in pixels; None writes none."""

    def inputs(self) -> list[Path]:
        return [path for path in (self.audio, self.photo, self.photo2) if path is not None]

    def outputs(self) -> list[Path]:
        names = (file_names.AUDIO, file_names.PHOTO, file_names.PHOTO2)
        decoded = sealed(*(self.folder / name for name in names))
        return [*decoded, self.folder / file_names.PICTURE]


@dataclass(frozen=True, kw_only=True)
class FindHighlight(Task[TrackExcerpt]):
    """Find the part of a track that is selected by name."""

    audio: Path
    wanted: str
    """One of `jobs.submission.fields.HIGHLIGHTS`."""
    duration: Decimal
    """Maximum seconds of the part."""
    tempo: float | None = None
    """Beats per minute that the client gave."""

    def inputs(self) -> list[Path]:
        return [self.audio]


@dataclass(frozen=True, kw_only=True)
class Analyse(Task[AnalysedAudio]):
    """Compute the features of a track that are missing."""

    audio: Path
    """The prepared audio."""
    out: Path
    """The folder of the features."""
    whole: bool = True
    """True also detects beats, events and sections; False measures spectra only."""
    tempo: float | None = None
    for_player: bool = False
    """True also writes the files that a player in a browser reads; `whole` is True then."""

    def inputs(self) -> list[Path]:
        return [self.audio]

    def outputs(self) -> list[Path]:
        whole = [file_names.LEVELS, file_names.TRACK] if self.whole else []
        files = sealed(*(self.out / name for name in (file_names.SPECTRA, *whole)))
        player = file_names.PLAYER_FILES if self.for_player else ()
        return [*files, *(self.out / name for name in player)]


@dataclass(frozen=True, kw_only=True)
class DescribeAudio(Task[AudioSummary]):
    """Summarise the features in a folder, as data, a plot or a click track."""

    features: Path
    title: str
    """The heading of the plot."""
    fps: int
    json: Path | None = None
    plot: Path | None = None
    click: Path | None = None
    clicks: tuple[str, ...] = ()
    """Kinds of events that click."""

    def inputs(self) -> list[Path]:
        return [self.features]

    def outputs(self) -> list[Path]:
        return [path for path in (self.json, self.plot, self.click) if path is not None]


@dataclass(frozen=True, kw_only=True)
class SheetCell:
    """Image of a contact sheet with its label; None leaves the cell empty."""

    label: str
    image: Path | None = None


@dataclass(frozen=True, kw_only=True)
class ComposeSheet(Task[TaskResult]):
    """Combine PNG files into a contact sheet."""

    cells: tuple[SheetCell, ...]
    columns: int
    size: tuple[int, int]
    """Width and height of a cell in pixels."""
    out: Path

    def inputs(self) -> list[Path]:
        return [cell.image for cell in self.cells if cell.image is not None]

    def outputs(self) -> list[Path]:
        return [self.out]


@dataclass(frozen=True, kw_only=True)
class EncodeAudio(Task[EncodedAudio]):
    """Encode the prepared audio: to AAC of the length of the frames, or all of it to FLAC."""

    audio: Path
    frames: int | None = None
    """Frames of the video; None for FLAC."""
    fps: int | None = None
    out: Path

    def inputs(self) -> list[Path]:
        return [self.audio]

    def outputs(self) -> list[Path]:
        return sealed(self.out)


@dataclass(frozen=True, kw_only=True)
class LimitFlashes(Task[CountedFlashes]):
    """Count the flashes of a video by its cells; if there are too many, compute how far to dim it.

    With `gains` the definition itself is counted, else a change a tenth smaller is a flash too.
    """

    cells: tuple[Path, ...]
    """The cells of each segment, in order."""
    fps: int
    gains: Path | None = None
    """Gain map that the frames were dimmed by."""
    out: Path
    """Gain map that keeps the video within the limit; empty if this one is."""

    def inputs(self) -> list[Path]:
        return [*sealed(*self.cells, self.gains)]

    def outputs(self) -> list[Path]:
        return sealed(self.out)


@dataclass(frozen=True, kw_only=True)
class Mux(Task[MuxedVideo]):
    """Mux segments and audio into one video, verify it, and take the poster from it."""

    segments: tuple[Path, ...]
    audio: Path
    out: Path
    poster: Path
    frames: int
    fps: int
    size: tuple[int, int]
    encoder: str
    """The encoding of the segments."""
    title: str | None
    artist: str | None
    loudest_s: float
    """Time of the poster's frame in seconds."""

    def inputs(self) -> list[Path]:
        return sealed(*self.segments, self.audio)

    def outputs(self) -> list[Path]:
        return [self.out, self.poster]
