"""The id of each effect file, derived from the name of the file.

An id consists of lower-case letters, digits, ``-`` and ``_``. A file whose name is an id has that
one; any other name is converted: ``Film Grain.fs`` is ``film-grain``. A file outside the first
folder, that of the built-in effects, gets ``-2`` appended if a built-in effect has its id. So an
id depends on the name of its file and on the built-in effects.

If several files still share an id, it belongs to the first of them. To the ids of the others a
checksum of the names of the file and its folder is appended, which does not depend on other files.
First come

1. the built-in effects,
2. files whose name is the id, before those whose id is derived from the name,
3. the folders in their order,
4. the suffixes in the order of SUFFIXES, then the names in character order.
"""

import re
import unicodedata
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from server.effects.dialects import SUFFIXES
from server.effects.source.effect_id import EFFECT_ID, MAX_ID_LENGTH

_OTHER_CHARACTERS = re.compile(r"[^a-z0-9_]+")


@dataclass(frozen=True)
class AssignedId:
    """The id of a file, and the file that owns the id that its name would give."""

    id: str
    natural: str
    """The id derived from its name alone."""
    owner: Path | None = None
    """The file that `natural` belongs to if this file does not have it."""


def shown_name(path: Path) -> str:
    """Return the name of a file for messages: at most 100 characters of valid text."""
    return path.name.encode("utf-8", "replace").decode()[:100]


def natural_id(stem: str) -> str:
    """Derive an id from a file name without its suffix.

    Letters lose their accents; a name without a Latin letter or digit becomes ``effect-`` and a
    checksum of the name (CRC-32).
    """
    if EFFECT_ID.fullmatch(stem):
        return stem
    ascii_stem = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    effect_id = _OTHER_CHARACTERS.sub("-", ascii_stem).strip("-_")[:MAX_ID_LENGTH].strip("-_")
    return effect_id or f"effect-{_checksum(stem):08x}"


def assign_ids(folders: Sequence[Sequence[Path]]) -> dict[Path, AssignedId]:
    """Assign ids to all files of some folders: the built-in effects first, then by precedence."""
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
    """Return the sort key of files for ids; most ``.json`` files hold no effect."""
    folder, path = entry
    suffix = path.suffix.lower()
    is_generated = EFFECT_ID.fullmatch(path.stem) is None
    return is_generated, suffix == ".json", folder, SUFFIXES.index(suffix), path.name


def _free_id(natural: str, built_in: Container[str]) -> str:
    """Return the id of a file that is not built in: `natural`, or with the first free number."""
    candidate, number = natural, 1
    while candidate in built_in:
        number += 1
        candidate = _with_suffix(natural, str(number))
    return candidate


def _with_checksum(path: Path, taken: Container[str]) -> str:
    """Return an id with the CRC-32 of the names of file and folder, if needed of its whole path."""
    natural = natural_id(path.stem)
    seed = f"{path.parent.name}/{path.name}"
    while (candidate := _with_suffix(natural, f"{_checksum(seed):08x}")) in taken:
        seed = f"{path}/{seed}"
    return candidate


def _with_suffix(natural: str, suffix_text: str) -> str:
    return f"{natural[: MAX_ID_LENGTH - len(suffix_text) - 1]}-{suffix_text}"


def _checksum(name: str) -> int:
    return crc32(unicodedata.normalize("NFC", name).encode("utf-8", "surrogateescape"))
