"""The results of the tasks that draw."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from server.protocol.results.task_result import TaskResult


@dataclass(frozen=True, kw_only=True)
class SegmentTimes:
    """Seconds that the stages of a segment took."""

    compile: float
    render: float
    readback: float
    encode: float
    """Processor time of ffmpeg."""
    flashes: float
    """Measuring the cells of its frames."""


@dataclass(frozen=True, kw_only=True)
class DrawnSegment(TaskResult):
    """An encoded segment."""

    frames: int
    renderer: str
    software: bool
    seconds: SegmentTimes
    shades: tuple[tuple[int, int], ...] | None
    """Minimum and maximum luma, Cb and Cr of all frames; None if something is visible."""
    bytes: int
    gpu: int | None = None
    """The GPU that drew and encoded it, as CUDA counts; None for the only device."""


@dataclass(frozen=True, kw_only=True)
class FrameCost:
    """Cost of a frame: processor seconds on a software renderer, seconds on a GPU."""

    pixel_s: float = 0.0
    """Per pixel of the frame, for passes of the frame's size on a software renderer."""
    fixed_s: float = 0.0
    """Independent of the frame's size."""
    still_pixel_s: float = 0.0
    """As `pixel_s`, for passes that are drawn only in the first frame."""
    still_fixed_s: float = 0.0
    """As `fixed_s`, for the same passes."""


@dataclass(frozen=True, kw_only=True)
class CompiledEffect(TaskResult):
    """A chain that compiles, and its checked frames."""

    renderer: str
    software: bool
    blank: bool
    """True if every pixel of the last effect's own output is black or fully transparent."""
    why: str
    """The likely reason of that."""
    warnings: tuple[Mapping[str, Any], ...]
    """Diagnostics about the frames."""
    cost: FrameCost
    seconds: float


@dataclass(frozen=True, kw_only=True)
class BrowserCompilation(TaskResult):
    """Compilation of an effect's shaders in OpenGL ES."""

    renderer: str | None
    """None without OpenGL ES."""
    why: str
    """Reason for this."""
    diagnostics: tuple[Mapping[str, Any], ...]
    """Of the first pass that fails."""


@dataclass(frozen=True, kw_only=True)
class DrawnFrame:
    """A frame in a file."""

    frame: int
    exact: bool
    """False if not all frames before it were drawn, of a sequential effect."""
    first: int = field(metadata={"key": "from"})
    """The frame that drawing began at."""


@dataclass(frozen=True, kw_only=True)
class DrawnFrames(TaskResult):
    """Single frames in files, in the requested order."""

    frames: tuple[DrawnFrame, ...]
    renderer: str
    software: bool


@dataclass(frozen=True, kw_only=True)
class PassTime:
    """Time of a pass."""

    name: str
    ms: float
    """Of a draw."""
    share: float
    """Share of frames in which it was drawn."""


@dataclass(frozen=True, kw_only=True)
class SizeProfile:
    """Times of a chain at one size, in pixels."""

    width: int
    height: int
    ms: float
    """Of a frame with all passes."""
    passes: tuple[PassTime, ...]


@dataclass(frozen=True, kw_only=True)
class SceneProfile(TaskResult):
    """Times of the passes of a chain at several sizes."""

    sizes: tuple[SizeProfile, ...]
    renderer: str
    software: bool
