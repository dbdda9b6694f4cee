"""Manifest of a backup: what it contains, and the hash of each file."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from server.files.atomic import atomic_write

NAME = "backup.json"
_FORMAT = 1


class BackupError(Exception):
    """A backup cannot be made or restored; the message says why, and what to do."""


@dataclass(frozen=True)
class CopiedFile:
    """A file of a backup."""

    path: str
    """Relative to the data folder."""
    size: int
    """Bytes."""
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """Contents of a backup."""

    version: str
    """Version of the program that made it."""
    created_at: int
    """Milliseconds since 1970."""
    jobs: int
    """Jobs that own files."""
    files: tuple[CopiedFile, ...]

    @property
    def total_bytes(self) -> int:
        return sum(file.size for file in self.files)

    def write(self, folder: Path) -> None:
        """Write it into the folder of the backup, durably."""
        text = json.dumps({"format": _FORMAT, **asdict(self)}, indent=1)
        with atomic_write(folder / NAME) as file:
            file.write(text.encode())
        os.chmod(folder / NAME, 0o600)

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Read that of a backup.

        Raises:
            BackupError: there is none, or it is damaged.
        """
        try:
            values = json.loads((folder / NAME).read_bytes())
            if values.pop("format") != _FORMAT:
                raise BackupError(f"{folder} was made by a newer version of this program")
            files = tuple(CopiedFile(**file) for file in values.pop("files"))
            if not all(_is_inside(file.path) for file in files):
                raise ValueError("a file is outside of the folder")
            return cls(files=files, **values)
        except OSError as error:
            raise BackupError(f"{folder} is not a backup: {error}") from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BackupError(f"{folder / NAME} is damaged: {error}") from error


def _is_inside(name: str) -> bool:
    path = Path(name)
    return not path.is_absolute() and ".." not in path.parts and bool(path.parts)
