"""The id of each effect file, from the name of the file, whatever that is.

An id is made of small letters, digits, ``-`` and ``_``. A file whose name is one has it; of any
other name it is made: ``Film Grain.fs`` is ``film-grain``. A file outside of the first folder, that
of the built-in effects, whose id a built-in effect has, gets ``-2`` behind it. So an id depends on
the name of its file and on the built-in effects.

Where several files still come to one id it belongs to the first of them. Each of the others gets a
checksum of its own name and its folder's behind it, which does not depend on further files. First
come

1. the built-in effects,
2. files whose very name is the id, before those whose id is made of the name,
3. the folders in their order,
4. the endings in the order of SUFFIXES, then the names by their characters.
"""

import re
import unicodedata
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from server.effects.dialects import SUFFIXES

ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
"""An id."""
_MAX_LENGTH = 64
_OTHERS = re.compile(r"[^a-z0-9_]+")


@dataclass(frozen=True)
class AssignedId:
    """The id of a file, and the file that has the id which its name would give it."""

    id: str
    natural: str
    """The id by its name alone."""
    owner: Path | None = None
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
    ascii_stem = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    effect_id = _OTHERS.sub("-", ascii_stem).strip("-_")[:_MAX_LENGTH].strip("-_")
    return effect_id or f"effect-{_checksum(stem):08x}"


def assign_ids(folders: Sequence[Sequence[Path]]) -> dict[Path, AssignedId]:
    """The ids of all files of some folders: that of the built-in effects, then others by rank."""
    files = [(at, path) for at, paths in enumerate(folders) for path in dict.fromkeys(paths)]
    files.sort(key=_precedence)
    built_in = {natural_id(path.stem): path for at, path in reversed(files) if at == 0}
    wanted = {
        path: natural_id(path.stem) if at == 0 else _free_id(natural_id(path.stem), built_in)
        for at, path in files
    }
    owners = dict(built_in)
    for path, effect_id in sorted(wanted.items(), key=lambda item: item[0].stem != item[1]):
        owners.setdefault(effect_id, path)
    names: dict[Path, AssignedId] = {}
    taken = set(owners)
    for path, wanted_id in wanted.items():
        effect_id = wanted_id if owners[wanted_id] == path else _with_checksum(path, taken)
        taken.add(effect_id)
        names[path] = _name(path, effect_id, built_in, owners)
    return names


def _name(
    path: Path, effect_id: str, built_in: Mapping[str, Path], owners: Mapping[str, Path]
) -> AssignedId:
    natural = natural_id(path.stem)
    if effect_id == natural:
        return AssignedId(effect_id, natural)
    return AssignedId(effect_id, natural, built_in.get(natural) or owners[natural])


def _precedence(entry: tuple[int, Path]) -> tuple[bool, bool, int, int, str]:
    """The order in which files take ids; most of what ends in .json holds no effect."""
    folder, path = entry
    suffix = path.suffix.lower()
    is_generated = ID.fullmatch(path.stem) is None
    return is_generated, suffix == ".json", folder, SUFFIXES.index(suffix), path.name


def _free_id(natural: str, built_in: Container[str]) -> str:
    """The id of a file of others: `natural`, or that with the first number that is free."""
    candidate, number = natural, 1
    while candidate in built_in:
        number += 1
        candidate = _with_suffix(natural, str(number))
    return candidate


def _with_checksum(path: Path, taken: Container[str]) -> str:
    """An id with the CRC-32 of the names of a file and its folder, of its whole path if need be."""
    natural = natural_id(path.stem)
    seed = f"{path.parent.name}/{path.name}"
    while (candidate := _with_suffix(natural, f"{_checksum(seed):08x}")) in taken:
        seed = f"{path}/{seed}"
    return candidate


def _with_suffix(natural: str, suffix_text: str) -> str:
    return f"{natural[: _MAX_LENGTH - len(suffix_text) - 1]}-{suffix_text}"


def _checksum(name: str) -> int:
    return crc32(unicodedata.normalize("NFC", name).encode("utf-8", "surrogateescape"))
