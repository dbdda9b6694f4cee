"""A reader of the files that an effect includes: see glsl/includes.py."""

import os
import stat
from pathlib import Path

from server.effects.dialects import decode
from server.effects.glsl.includes import (
    MAX_INCLUDED_CHARACTERS,
    candidates,
    find_includes,
    normalize,
)

_MAX_FILES = 500
_SUFFIXES = (".glsl", ".frag", ".vert", ".fs", ".vs", ".isf", ".h", ".inc", ".txt", ".hlsl", "")
"""Suffixes of files that can be included."""


def gather_includes(folder: Path, file: str, *texts: str | None) -> tuple[dict[str, str], set[str]]:
    """Read every file that texts include, and the files that these include.

    Args:
        folder: folder of the effect's own file.
        file: name of that file.
        texts: its content, and its vertex shader.

    Returns:
        The texts by their paths from the folder, and all paths that were tried.
    """
    texts_by_path: dict[str, str] = {}
    requested: set[str] = set()
    queue = [(file, text) for text in texts if text]
    remaining = MAX_INCLUDED_CHARACTERS
    while queue:
        includer, text = queue.pop()
        for _, name in find_includes(text):
            for path in candidates(includer, name):
                if path in texts_by_path:
                    break
                requested.add(path)
                if len(requested) > _MAX_FILES * 2 or len(texts_by_path) >= _MAX_FILES:
                    return texts_by_path, requested
                if (read := _read(folder, path, remaining)) is not None:
                    remaining -= len(read)
                    texts_by_path[path] = read
                    queue.append((path, read))
                    break
    return texts_by_path, requested


def _read(folder: Path, path: str, remaining: int) -> str | None:
    """Return the text of a file; None if it cannot be included."""
    if Path(path).suffix.lower() not in _SUFFIXES or any(
        part.startswith(".") for part in path.split("/")
    ):
        return None
    try:
        root = folder.resolve(strict=True)
        real_path = (root / path).resolve(strict=True)
        if not real_path.is_relative_to(root):
            return None
        with os.fdopen(
            os.open(real_path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb"
        ) as source:
            if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
                return None
            data = source.read(remaining + 1)
    except (OSError, RuntimeError, ValueError):
        return None
    return normalize(decode(data)) if len(data) <= remaining else None
