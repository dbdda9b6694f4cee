"""The id of each effect file, from the name of the file, whatever that is.

An id is made of small letters, digits, ``-`` and ``_``. A file whose name is one has it; of any
other name it is made: ``Film Grain.fs`` is ``film-grain``. Where several files come to one id it
belongs to the first of them, and the others get a number behind it (``film-grain-2``). First come

1. files whose very name is the id, before those whose id is made of the name,
2. the folders in their order: the built-in effects before all others,
3. the endings in the order of SUFFIXES, then the names by their characters.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from server.effects.dialects import SUFFIXES

ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
"""An id."""
_LONGEST = 64
_OTHERS = re.compile(r"[^a-z0-9_]+")


@dataclass(frozen=True)
class Name:
    """The id of a file, and the file that has the id which its name would give it."""

    id: str
    natural: str
    """The id by its name alone."""
    holder: Path | None = None
    """The file that `natural` belongs to, where it is another."""


def shown_name(path: Path) -> str:
    """The name of a file as messages and answers show it: at most 100 characters of valid text."""
    return path.name.encode("utf-8", "replace").decode()[:100]


def natural_id(stem: str) -> str:
    """The id that a file name without its ending comes to.

    Letters lose their accents; a name without a Latin letter or digit gives ``effect-`` and a
    checksum of the name (CRC-32), which is the same everywhere.
    """
    if ID.fullmatch(stem):
        return stem
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    found = _OTHERS.sub("-", plain).strip("-_")[:_LONGEST].strip("-_")
    data = unicodedata.normalize("NFC", stem).encode("utf-8", "surrogateescape")
    return found or f"effect-{crc32(data):08x}"


def assign(folders: Sequence[Sequence[Path]]) -> dict[Path, Name]:
    """The ids of all files of some folders, the folders in their order."""
    files = [(at, path) for at, paths in enumerate(folders) for path in dict.fromkeys(paths)]
    files.sort(key=_turn)
    holders: dict[str, Path] = {}
    wanted = {path: natural_id(path.stem) for _, path in files}
    for path, natural in wanted.items():
        holders.setdefault(natural, path)
    names: dict[Path, Name] = {}
    for path, natural in wanted.items():
        holder = holders[natural]
        if holder == path:
            names[path] = Name(natural, natural)
            continue
        numbered = _numbered(natural, holders)
        holders[numbered] = path
        names[path] = Name(numbered, natural, holder)
    return names


def _turn(entry: tuple[int, Path]) -> tuple[bool, bool, int, int, str]:
    """The order in which files take ids; most of what ends in .json holds no effect."""
    folder, path = entry
    suffix = path.suffix.lower()
    made = ID.fullmatch(path.stem) is None
    return made, suffix == ".json", folder, SUFFIXES.index(suffix), path.name


def _numbered(natural: str, taken: dict[str, Path]) -> str:
    number = 2
    while True:
        end = f"-{number}"
        found = natural[: _LONGEST - len(end)] + end
        if found not in taken:
            return found
        number += 1
