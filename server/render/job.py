"""What a segment task is told: the job, as all its segments share it, and the range of frames."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.media.encoders import STALL_S
from server.render.context import Size


@dataclass(frozen=True, kw_only=True)
class Job:
    """Everything that shapes the pixels of a job's frames; equal jobs draw equal frames."""

    effects: tuple[dict[str, Any], ...]
    """In the order of the chain: id, file, source, vertex (text or None), params."""
    photo: Path
    features: Path
    size: Size
    fps: int
    frames: int
    """Of the whole job."""
    fit: str
    egl_device: int | None
    require_gpu: bool
    renderer: str | None = None
    """Name of the renderer that must draw it: pieces of two do not make one film."""

    @classmethod
    def read(cls, spec: Mapping[str, Any]) -> "Job":
        """Take a job from a segment task's line; KeyError names what it lacks."""
        return cls(
            effects=tuple(spec["effects"]),
            photo=Path(spec["photo"]),
            features=Path(spec["features"]),
            size=(spec["width"], spec["height"]),
            fps=spec["fps"],
            frames=spec["frames"],
            fit=spec["fit"],
            egl_device=spec.get("egl_device"),
            require_gpu=bool(spec.get("require_gpu")),
            renderer=spec.get("renderer"),
        )

    def key(self) -> str:
        """A text that is the same for the segments of one job and another for every other job."""
        return json.dumps(vars(self), sort_keys=True, default=str)


@dataclass(frozen=True, kw_only=True)
class Range:
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
    def read(cls, spec: Mapping[str, Any]) -> "Range":
        """Take a range from a segment task's line."""
        state_in, state_out = spec.get("state_in"), spec.get("state_out")
        return cls(
            first=spec["first"],
            last=spec["last"],
            encoder=spec["encoder"],
            threads=spec["threads"],
            out=Path(spec["out"]),
            state_in=Path(state_in) if state_in else None,
            state_out=Path(state_out) if state_out else None,
            stall_s=float(spec.get("stall_s", STALL_S)),
        )
