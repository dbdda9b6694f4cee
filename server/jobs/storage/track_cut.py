"""Cuts of a kept track on disk, in the folder of the track; every function blocks.

cuts/CUT/cut.json  facts about it; its time is that of the last use
cuts/CUT/…         FILES: the audio, and links to the features

A folder is complete when it has its name; its facts are removed first.
"""

import json
import os
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from server.files import atomic
from server.files.disk import discard
from server.protocol import file_names

CUT_PATTERN = "[0-9a-f]{64}-v[0-9]{1,4}"
"""Regular expression of the ids of cuts: the name of the folder of their features."""
FILES = (
    file_names.LOSSLESS_AUDIO,
    file_names.SPECTRA,
    file_names.LEVELS,
    *file_names.PLAYER_FILES,
)
"""Names of the files of a cut."""
_CUTS, _ABOUT = "cuts", "cut.json"
_MAX_RANGES = 16


@dataclass(frozen=True)
class TrackCut:
    """A part of a track with its features, identified by its samples."""

    id: str
    folder: Path
    ranges: tuple[tuple[int, int], ...]
    """Parts of the track that have these samples: the first one and their number, at 48 kHz."""
    samples: int
    """Stereo samples at 48 kHz; fewer than in a range that goes beyond the end of the track."""
    loudest_s: float
    """Middle of the loudest half second."""
    bytes: int
    """Size of the files."""
    used_at: float = 0.0
    """Seconds since 1970."""

    def path(self, name: str) -> Path:
        """Return the path of one of FILES."""
        return self.folder / name

    def with_range(self, samples: tuple[int, int]) -> "TrackCut":
        """Return the cut with one more range; the oldest ones of very many are left out."""
        ranges = tuple(known for known in self.ranges if known != samples)
        return replace(self, ranges=(*ranges, samples)[-_MAX_RANGES:])

    def save(self) -> None:
        """Write its facts.

        Raises:
            ToqiboxError: storage_full.
        """
        about = {
            "ranges": self.ranges,
            "samples": self.samples,
            "loudest_s": self.loudest_s,
            "bytes": self.bytes,
        }
        with atomic.atomic_write(self.folder / _ABOUT) as file:
            file.write(json.dumps(about).encode())

    def mark_used(self) -> None:
        """Count now as its last use."""
        with suppress(OSError):  # removed meanwhile
            os.utime(self.folder / _ABOUT)


def cut_folder(upload: Path, cut_id: str) -> Path:
    """Return the folder of a cut of the track in the folder `upload`."""
    return upload / _CUTS / cut_id


def read_cut(folder: Path) -> TrackCut | None:
    """Return the cut in a folder; None if there is none."""
    about = folder / _ABOUT
    try:
        content = json.loads(about.read_bytes())
        return TrackCut(
            id=folder.name,
            folder=folder,
            ranges=tuple((first, samples) for first, samples in content["ranges"]),
            samples=content["samples"],
            loudest_s=content["loudest_s"],
            bytes=content["bytes"],
            used_at=about.stat().st_mtime,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def list_cuts(upload: Path) -> list[TrackCut]:
    """Return the cuts of the track in the folder `upload`, those unused for the longest first."""
    cuts = [cut for folder in upload.glob(f"{_CUTS}/*") if (cut := read_cut(folder)) is not None]
    return sorted(cuts, key=lambda cut: cut.used_at)


def remove_cut(folder: Path) -> None:
    """Remove a cut, or what an earlier removal has left of it."""
    discard(folder / _ABOUT)
    discard(folder)


def sweep_cuts(upload: Path) -> None:
    """Remove what removals that were cut off have left in the folder `upload`."""
    for folder in upload.glob(f"{_CUTS}/*"):
        if read_cut(folder) is None:
            discard(folder)
