"""The effect files in a folder, with stamps that show if a file has changed."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from server.effects.dialects import MAX_SOURCE_LENGTH, SUFFIXES, VERTEX_SUFFIXES, decode

_MAX_FILES = 5000

FileStamp = tuple[int, int]
"""Modification time in nanoseconds and size of a file."""


@dataclass(frozen=True)
class EffectFile:
    """An existing file; the stamps show if it has changed."""

    path: Path
    stamp: FileStamp
    vertex: Path | None
    vertex_stamp: FileStamp | None


def scan_folder(folder: Path) -> list[EffectFile]:
    """Return the effect files of a folder, by name, without links that lead out of it."""
    marks = dict(stamped_files(folder, (*SUFFIXES, *VERTEX_SUFFIXES)))
    files = []
    for name, stamp in marks.items():
        if not name.lower().endswith(SUFFIXES):
            continue
        stem = name.rpartition(".")[0]
        vertex_names = [stem + suffix for suffix in VERTEX_SUFFIXES if marks.get(stem + suffix)]
        vertex = vertex_names[0] if vertex_names else None
        files.append(
            EffectFile(
                folder / name,
                stamp,
                folder / vertex if vertex else None,
                marks[vertex] if vertex else None,
            )
        )
    return files


def stamped_files(folder: Path, suffixes: tuple[str, ...]) -> list[tuple[str, FileStamp]]:
    """Return the regular files of a folder with these suffixes, by name, without hidden ones."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries)[:_MAX_FILES]
    except OSError:
        return []
    visible = [
        name for name in names if name.lower().endswith(suffixes) and not name.startswith(".")
    ]
    marks = [(name, file_stamp(folder, name)) for name in visible]
    return [(name, stamp) for name, stamp in marks if stamp is not None]


def file_stamp(folder: Path, name: str) -> FileStamp | None:
    """Return the stamp of a regular file; None for anything else."""
    path = folder / name
    try:
        if path.is_symlink() and not path.resolve(strict=True).is_relative_to(folder.resolve()):
            return None
        status = path.stat()
    except (OSError, RuntimeError):  # removed, or a link that leads to itself
        return None
    return (status.st_mtime_ns, status.st_size) if stat.S_ISREG(status.st_mode) else None


def read_text(path: Path, max_bytes: int = MAX_SOURCE_LENGTH) -> str:
    """Return the text of a file; if it has more bytes, more than `max_bytes` blanks.

    Raises:
        OSError: it cannot be read.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags), "rb") as file:
        data = file.read(max_bytes + 1)
    return decode(data) if len(data) <= max_bytes else " " * (max_bytes + 1)
