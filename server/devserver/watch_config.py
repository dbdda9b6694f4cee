"""What is watched, and with what it is current."""

from dataclasses import dataclass
from pathlib import Path

from server.devserver.media import PreviewMedia
from server.devserver.watched_file import LoadEffect


@dataclass(frozen=True, kw_only=True)
class WatchConfig:
    """One watch, as a command asks for it."""

    path: Path
    """The effect's file."""
    load: LoadEffect
    """Reads it."""
    media: PreviewMedia
    """The sound and the photos; theirs to remove who made them."""
    export: str
    """Address that jobs are submitted to, as a command line names it."""
    fps: int = 30
    egl_device: int | None = None
    """The device that the server's frames are drawn with; None takes the best."""
