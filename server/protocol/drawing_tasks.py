"""The tasks that draw with OpenGL."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from server.protocol.encodings import DEFAULT_QUALITY
from server.protocol.file_names import sealed
from server.protocol.results.drawing import (
    BrowserCompilation,
    CompiledEffect,
    DrawnFrames,
    DrawnSegment,
    SceneProfile,
)
from server.protocol.scene import EffectInstance, SceneSpec
from server.protocol.task import Task


@dataclass(frozen=True, kw_only=True)
class DrawSegment(Task[DrawnSegment]):
    """Draw and encode the frames [first, last) of a scene."""

    draws = True
    scene: SceneSpec
    first: int
    last: int
    encoder: str
    threads: int
    """Threads of the encoder."""
    quality: str = DEFAULT_QUALITY
    """One of QUALITIES."""
    out: Path
    state_in: Path | None = None
    """Persistent targets as the segment before left them."""
    state_out: Path | None = None
    gains: Path | None = None
    """Gain map that dims frames."""
    cells_out: Path | None = None
    """The cells of each frame, for `LimitFlashes`; None records none."""
    stall_s: float | None = None
    """Seconds without progress after which the worker is killed; None uses the encoder's limit."""

    @property
    def runs_custom_code(self) -> bool:
        return self.scene.is_custom

    def on_gpu(self, gpu: int | None) -> Self:
        return replace(self, scene=replace(self.scene, gpu=gpu))

    def inputs(self) -> list[Path]:
        return [*self.scene.inputs(), *sealed(self.state_in, self.gains)]

    def outputs(self) -> list[Path]:
        return sealed(self.out, self.state_out, self.cells_out)


@dataclass(frozen=True, kw_only=True)
class CompileEffect(Task[CompiledEffect]):
    """Compile a chain and draw two small frames of it."""

    draws = True
    effects: tuple[EffectInstance, ...]
    size: tuple[int, int]
    at_s: int | None = None
    """Time of the first frame in seconds; None leaves it to the worker."""
    egl_device: int | None = None
    gpu: int | None = None
    """Index of the GPU, as CUDA counts; None for `egl_device`."""

    @property
    def runs_custom_code(self) -> bool:
        return any(instance.custom for instance in self.effects)

    def inputs(self) -> list[Path]:
        return [path for instance in self.effects for path in instance.files.values()]


@dataclass(frozen=True, kw_only=True)
class CompileForBrowser(Task[BrowserCompilation]):
    """Compile the shaders that a browser gets of an effect, in OpenGL ES."""

    draws = True
    effect: EffectInstance

    def inputs(self) -> list[Path]:
        return list(self.effect.files.values())


@dataclass(frozen=True, kw_only=True)
class FrameFile:
    """A frame and its file."""

    frame: int
    out: Path
    """Its suffix selects PNG or WebP."""
    webp_quality: int | None = None
    """Quality of a WebP, 0 to 100; None for a lossless one."""


@dataclass(frozen=True, kw_only=True)
class DrawFrames(Task[DrawnFrames]):
    """Draw single frames of a scene into PNG or WebP files."""

    draws = True
    scene: SceneSpec
    frames: tuple[FrameFile, ...]
    composite: bool = True
    """True writes frames as in a video; False keeps their alpha."""
    max_frames: int = 900
    """Frames drawn before a requested one to fill persistent targets; likewise `max_s` seconds."""
    max_s: float = 10.0
    awaits_track: bool = False
    """True for a track whose features do not exist yet, without frames: the scene is only opened,
    for the next task of the worker."""
    folder: Path | None = None
    """Folder in which its next tasks write, since a confined worker writes to no other later."""

    @property
    def runs_custom_code(self) -> bool:
        return self.scene.is_custom

    def inputs(self) -> list[Path]:
        return self.scene.inputs()

    def outputs(self) -> list[Path]:
        return [frame.out for frame in self.frames] + ([self.folder] if self.folder else [])


@dataclass(frozen=True, kw_only=True)
class Profile(Task[SceneProfile]):
    """Measure the time of each pass at several sizes."""

    draws = True
    scene: SceneSpec
    sizes: tuple[tuple[int, int], ...]
    count: int
    """Measured frames at each size."""

    def inputs(self) -> list[Path]:
        return self.scene.inputs()
