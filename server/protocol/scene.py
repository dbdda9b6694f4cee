"""What is drawn: a chain of effects over a photo and a track."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server.protocol import file_names
from server.protocol.codec import to_json


@dataclass(frozen=True, kw_only=True)
class EffectInstance:
    """One effect of a chain, by value: its texts, its params, and the paths of its files."""

    id: str
    file: str
    """The name of its file; its ending says the dialect."""
    source: str
    params: Mapping[str, Any] = field(default_factory=dict)
    vertex: str | None = None
    """The text of its own vertex shader, if it has one."""
    includes: Mapping[str, str] = field(default_factory=dict)
    """The texts of the files that it includes, by their paths."""
    files: Mapping[str, Path] = field(default_factory=dict)
    """Absolute paths of its image files, by the names that the effect has for them."""


@dataclass(frozen=True, kw_only=True)
class SceneSpec:
    """All that shapes the pixels of a job's frames: equal scenes draw equal frames."""

    effects: tuple[EffectInstance, ...]
    """In the order of the chain; each takes the frame of the one before."""
    photo: Path | None = None
    """Pixels as the prepare task writes them; None draws the default photo."""
    photo2: Path | None = None
    """The second photo, of transitions."""
    palette: Mapping[str, str] | None = None
    """The photo's colours, ``#rrggbb`` by name; None computes them."""
    features: Path | None = None
    """The folder of the track's features; None draws to the default track."""
    size: tuple[int, int]
    """Width and height in pixels."""
    fps: int
    frames: int
    """Frames of the whole video."""
    fit: str
    title: str | None = None
    """The text of inputs that show the title; `artist` likewise."""
    artist: str | None = None
    renderer: str | None = None
    """Name of the renderer that must draw it: segments of two renderers do not fit together."""
    flashes: Path | None = None
    """The gain map that keeps frames from flashing; None dims nothing."""
    egl_device: int | None = None
    """Index of the EGL device; None takes hardware first."""
    require_gpu: bool = False
    """True refuses a software renderer."""
    float_targets: bool = False
    """True keeps all render targets as floats, to see what rounding hides."""
    cube_edge: int | None = None
    """Most pixels of the edge of a cube map that passes draw; None sets no limit."""

    def key(self) -> str:
        """Return a text that is equal for equal scenes only."""
        return json.dumps(to_json(self), sort_keys=True)

    def sealed_files(self) -> list[Path]:
        """Return the files of earlier tasks that it is drawn from, and that have a seal."""
        features = self.features
        names = (file_names.LEVELS, file_names.TRACK)
        files = [] if features is None else [features / file_names.SPECTRA]
        files += [path for name in names if features and (path := features / name).exists()]
        return files if self.flashes is None else [*files, self.flashes]

    def inputs(self) -> list[Path]:
        """Return the files and folders that drawing it reads."""
        paths = [self.photo, self.photo2, self.features, self.flashes]
        files = [path for instance in self.effects for path in instance.files.values()]
        return [*(path for path in paths if path is not None), *files]
