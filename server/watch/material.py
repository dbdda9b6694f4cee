"""What a watched effect is shown with: files of our own making, and how the sound's lie."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.media.bands import NAMES
from server.media.features import RECORD, TAIL, Features

_MEASURED = ("bands", "onset")


@dataclass(frozen=True, kw_only=True)
class Material:
    """Files as the prepare and analyse tasks leave them."""

    sound: Path
    """The WAV."""
    features: Path
    photo: Path
    photo2: Path | None
    seconds: float
    """Length of the sound."""


class Layout:
    """How the records of a features file lie: the page reads them itself, by ranges.

    Raises:
        ValueError: it is no such file.
        OSError: it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._features = Features(path)
        self._count = self._features.steps + TAIL
        self._start = os.path.getsize(path) - self._count * RECORD.itemsize
        self._fields = {name: entry[:2] for name, entry in (RECORD.fields or {}).items()}

    def describe(self) -> dict[str, Any]:
        """What server/web/sound.js wants to know of it, but for where it is."""
        return {
            "start": self._start,
            "size": RECORD.itemsize,
            "count": self._count,
            "bands": list(NAMES),
            "beats": self._features.beats(),
            "fields": {
                name: {
                    "offset": offset,
                    "type": kind.base.str,
                    "length": kind.itemsize // kind.base.itemsize,
                }
                for name, (kind, offset) in self._fields.items()
            },
        }

    def measured(self) -> bytes:
        """The fields `bands` and `onset` of every record in turn."""
        found = bytearray()
        with self._path.open("rb") as file:
            for start in range(self._start, os.path.getsize(self._path), RECORD.itemsize):
                for kind, offset in (self._fields[name] for name in _MEASURED):
                    file.seek(start + offset)
                    found += file.read(kind.itemsize)
        return bytes(found)
