"""Scene: a chain of effects over a photo and a track."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server.protocol import file_names
from server.protocol.codec import to_json, to_json_object

FITS = ("blur", "contain", "cover")
"""Fits of a photo in a frame of another shape."""
DEFAULT_FIT = "blur"
_OPTIONAL = ("includes", "files", "custom", "title")


@dataclass(frozen=True, kw_only=True)
class EffectInstance:
    """Effect of a chain by value, in a job's spec and in tasks: texts, params, image files."""

    id: str
    file: str
    """Name of its file; the suffix determines the dialect."""
    source: str
    params: Mapping[str, Any] = field(default_factory=dict)
    """Params as JSON; those that are left out have the defaults of the effect."""
    vertex: str | None = None
    """Text of its own vertex shader, if it has one."""
    includes: Mapping[str, str] = field(default_factory=dict)
    """Texts of the files that it includes, by path."""
    files: Mapping[str, Path] = field(default_factory=dict)
    """Paths of its image files by the names that the effect uses: absolute in a task."""
    custom: bool = False
    """True for a source that a client has sent: nothing of its process reaches another job."""
    title: str = ""
    """Title of a custom effect."""

    def to_json(self) -> dict[str, Any]:
        """Return its fields, without the optional ones that are empty."""
        fields = to_json_object(self)
        return {key: fields[key] for key in fields if fields[key] or key not in _OPTIONAL}


@dataclass(frozen=True, kw_only=True)
class SceneSpec:
    """Everything that determines the pixels of a job's frames: equal scenes give equal frames."""

    effects: tuple[EffectInstance, ...]
    """First to last; the input of each is the output of the previous one."""
    photo: Path | None = None
    """Pixels written by the prepare task; None for the default photo."""
    photo2: Path | None = None
    """Second photo, for transitions."""
    palette: Mapping[str, str] | None = None
    """Colours of the photo, ``#rrggbb`` by name; None to compute them."""
    features: Path | None = None
    """Folder of the track features; None for the default track."""
    size: tuple[int, int]
    """Width and height in pixels."""
    fps: int
    frames: int
    """Frames of the whole video."""
    fit: str
    """One of FITS."""
    title: str | None = None
    """Text of inputs that show the title; `artist` likewise."""
    artist: str | None = None
    renderer: str | None = None
    """Name of the required renderer: segments of different renderers do not match."""
    egl_device: int | None = None
    """Index of the EGL device; None prefers hardware."""
    gpu: int | None = None
    """Index of the GPU, as CUDA counts; None for `egl_device`."""
    require_gpu: bool = False
    """True refuses a software renderer."""
    float_targets: bool = False
    """True to store all render targets as floats, without rounding."""
    cube_edge: int | None = None
    """Maximum edge of a cube map that passes render, in pixels; None for no limit."""

    @property
    def is_custom(self) -> bool:
        """True if a client has sent the source of one of its effects."""
        return any(instance.custom for instance in self.effects)

    def key(self) -> str:
        """Return a text that is equal only for equal scenes."""
        return json.dumps(to_json(self), sort_keys=True)

    def sealed_files(self) -> list[Path]:
        """Return the sealed files of earlier tasks that rendering reads."""
        features = self.features
        names = (file_names.LEVELS, file_names.TRACK)
        files = [] if features is None else [features / file_names.SPECTRA]
        return files + [path for name in names if features and (path := features / name).exists()]

    def photos(self) -> list[Path]:
        """Return the decoded photos that rendering reads."""
        return [path for path in (self.photo, self.photo2) if path is not None]

    def inputs(self) -> list[Path]:
        """Return the files and folders that rendering reads."""
        features = [] if self.features is None else [self.features]
        files = [path for instance in self.effects for path in instance.files.values()]
        return [*self.photos(), *features, *files]
