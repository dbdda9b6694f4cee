"""The configuration of the watch page."""

from dataclasses import dataclass
from pathlib import Path

from server.devserver.media import PreviewMedia
from server.devserver.watched_file import LoadEffect


@dataclass(frozen=True, kw_only=True)
class WatchConfig:
    """The file to watch, and how to load and draw it."""

    path: Path
    """The file of the effect."""
    load: LoadEffect
    """Loads the effect."""
    media: PreviewMedia
    """The audio and the photos; the caller removes them."""
    export: str
    """The address for jobs in the curl commands that the page shows."""
    fps: int = 30
    egl_device: int | None = None
    """The EGL device for frames drawn by the server; None selects the best."""
    gpu: int | None = None
    """The GPU for them, as CUDA counts; None for `egl_device`."""
