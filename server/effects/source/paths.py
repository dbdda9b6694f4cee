"""Paths of files in effects."""

import re

_MAX_LENGTH = 255
_DRIVE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def normalize_path(path: str) -> str:
    """Return a path with ``/`` and without ``.`` and ``..``.

    Raises:
        ValueError: it leads out of the effect's folder, or is not a path; with the reason.
    """
    if not path.strip() or len(path) > _MAX_LENGTH or not path.isprintable():
        raise ValueError("it is not a path of a file")
    parts: list[str] = []
    for part in path.replace("\\", "/").split("/"):
        if part == ".." and not parts:
            raise ValueError("it is outside the effect's folder")
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    if not parts:
        raise ValueError("it is not a path of a file")
    if path[0] in "/\\" or parts[0][0] == "~" or _DRIVE.match(parts[0]):
        raise ValueError("it is not relative to the effect's file")
    return "/".join(parts)
