"""What tasks that draw are told: the job, as all its segments share it, and ranges of frames."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.audio.features import LEVELS, SPECTRA, TRACK
from server.media.video.frame_encoder import STALL_S
from server.render.gl.context import Size


@dataclass(frozen=True, kw_only=True)
class SceneSpec:
    """Everything that shapes the pixels of a job's frames; equal jobs draw equal frames."""

    effects: tuple[dict[str, Any], ...]
    """In the order of the chain: id, file, source, vertex (text or None), params, and files (the
    absolute path of each file that the effect names)."""
    photo: Path | None
    """None is the stand-in."""
    palette: dict[str, str] | None = None
    """The photo's colours, ``#rrggbb`` by name; None has them looked for."""
    photo2: Path | None = None
    """The second one, of transitions."""
    features: Path | None
    """None is the stand-in."""
    size: Size
    fps: int
    frames: int
    """Of the whole job."""
    fit: str
    egl_device: int | None
    require_gpu: bool
    title: str | None = None
    """What text inputs show as the title; `artist` likewise."""
    artist: str | None = None
    renderer: str | None = None
    """Name of the renderer that must draw it: pieces of two do not make one film."""
    flashes: Path | None = None
    """How far frames are dimmed so that they do not flash; None is not at all."""
    float_targets: bool = False
    """Whether everything that effects draw is kept as floats: to look for what rounding hides."""
    cube_edge: int | None = None
    """Most pixels of the edge of a cube that passes draw; None is as many as they ask for."""

    @classmethod
    def from_task(cls, task: Mapping[str, Any]) -> "SceneSpec":
        """Take a job from a task's line; KeyError names what it lacks."""
        return cls(
            effects=tuple(task["effects"]),
            photo=_path(task["photo"]),
            palette=task.get("palette"),
            photo2=_path(task.get("photo2")),
            features=_path(task["features"]),
            size=(task["width"], task["height"]),
            fps=task["fps"],
            frames=task["frames"],
            fit=task["fit"],
            egl_device=task.get("egl_device"),
            require_gpu=bool(task.get("require_gpu")),
            title=task.get("title"),
            artist=task.get("artist"),
            renderer=task.get("renderer"),
            flashes=_path(task.get("flashes")),
        )

    @property
    def input_files(self) -> list[Path]:
        """Files that earlier tasks of the job made, and that it is drawn from."""
        names = (SPECTRA, LEVELS, TRACK)
        feature_files = [self.features / name for name in names] if self.features else []
        input_files = [path for path in feature_files if path.name == SPECTRA or path.exists()]
        return [*input_files, *([self.flashes] if self.flashes else [])]

    def key(self) -> str:
        """A text that is the same for the segments of one job and another for every other job."""
        return json.dumps(vars(self), sort_keys=True, default=str)


@dataclass(frozen=True, kw_only=True)
class SegmentSpec:
    """The frames [first, last) of one segment, and the files it leaves."""

    first: int
    last: int
    encoder: str
    threads: int
    out: Path
    state_in: Path | None
    state_out: Path | None
    stall_s: float = STALL_S
    """Seconds without progress after which the server kills the worker."""

    @classmethod
    def from_task(cls, task: Mapping[str, Any]) -> "SegmentSpec":
        """Take a range from a segment task's line."""
        return cls(
            first=task["first"],
            last=task["last"],
            encoder=task["encoder"],
            threads=task["threads"],
            out=Path(task["out"]),
            state_in=_path(task.get("state_in")),
            state_out=_path(task.get("state_out")),
            stall_s=float(task.get("stall_s", STALL_S)),
        )


def _path(value: str | None) -> Path | None:
    return Path(value) if value else None
