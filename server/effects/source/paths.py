"""Paths of files as effects write them."""

import re

_MAX_LENGTH = 255
_DRIVE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def normalize_path(path: str) -> str:
    """A path as an effect writes it, with ``/`` and without ``.`` and ``..``.

    Raises:
        ValueError: it leads out of the effect's folder, or is no path at all; says why.
    """
    if not path.strip() or len(path) > _MAX_LENGTH or not path.isprintable():
        raise ValueError("it is no path of a file")
    parts: list[str] = []
    for part in path.replace("\\", "/").split("/"):
        if part == ".." and not parts:
            raise ValueError("it leads out of the effect's folder")
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    if not parts:
        raise ValueError("it is no path of a file")
    if path[0] in "/\\" or parts[0][0] == "~" or _DRIVE.match(parts[0]):
        raise ValueError("it is not relative to the effect's file")
    return "/".join(parts)
