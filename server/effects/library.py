"""The effects that a server offers: every effect file of its folders, read again when it changes.

A file that cannot be read never stops the server: it is kept with its diagnostics. Compiling is
no part of this; it happens where the effect is drawn.
"""

import difflib
import os
import re
import stat
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import server
from server.effects.diagnostics import diagnostic
from server.effects.dialects import LARGEST, SUFFIXES, VERTEX_SUFFIXES, decode, load
from server.effects.effect import Effect
from server.errors import ToqiboxError
from server.reasons import reason

BUILT_IN = Path(server.__file__).resolve().parent.parent / "shaders" / "effects"
"""The folder of the effects that come with the server."""

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_MOST_FILES = 5000

_Mark = tuple[int, int]
"""Modification time in nanoseconds and size of a file."""


@dataclass(frozen=True)
class Broken:
    """A file that gives no effect, and why."""

    id: str
    file: str
    diagnostics: list[dict[str, Any]]
    code: str = "shader_compile_failed"
    """What asking for it by its id is answered with."""
    reason: str = ""


@dataclass(frozen=True)
class _Found:
    """A file that is there now; the marks tell whether it changed."""

    path: Path
    mark: _Mark
    vertex: Path | None
    vertex_mark: _Mark | None


class Library:
    """Effects by id, from folders that are looked at on every question.

    Args:
        folders: searched in this order; one that does not exist is an empty one. An id that
            occurs twice is an error that names both files: no file replaces another silently.
    """

    def __init__(self, folders: Sequence[Path] = (BUILT_IN,)) -> None:
        self._folders = tuple(dict.fromkeys(folder.resolve() for folder in folders))
        self._lock = threading.Lock()
        self._read: dict[_Found, Effect | Broken] = {}
        self._effects: dict[str, Effect] = {}
        self._broken: list[Broken] = []
        self.refresh()

    def refresh(self) -> None:
        """Look for new, changed and removed files; only those are read."""
        with self._lock:
            found = [entry for folder in self._folders for entry in _scan(folder)]
            if found == list(self._read):
                return
            self._read = {entry: self._read.get(entry) or _load(entry) for entry in found}
            self._sort(found)

    def get(self, effect_id: str) -> Effect:
        """The effect of that id.

        Raises:
            ToqiboxError: ``unknown_effect``, with the nearest id as a hint; for a file that is
                there and broken its own error with the diagnostics.
        """
        self.refresh()
        effect = self._effects.get(effect_id)
        if effect is not None:
            return effect
        for entry in self._broken:
            if entry.id == effect_id:
                raise ToqiboxError(
                    entry.code,
                    field="effect",
                    diagnostics=entry.diagnostics,
                    name=effect_id,
                    detail=entry.reason,
                )
        near = difflib.get_close_matches(effect_id[:64], list(self._effects), n=1, cutoff=0.5)
        hint = reason("did_you_mean", name=near[0]) if near else ""
        raise ToqiboxError("unknown_effect", field="effect", name=effect_id[:64], hint=hint)

    def all(self) -> list[Effect]:
        """Every effect that can be used, by id."""
        self.refresh()
        return [self._effects[effect_id] for effect_id in sorted(self._effects)]

    def broken(self) -> list[Broken]:
        """Every file that gives no effect, with its diagnostics."""
        self.refresh()
        return list(self._broken)

    def _sort(self, found: Iterable[_Found]) -> None:
        """Share out what was read: usable, broken, and ids that two files claim."""
        by_id: dict[str, list[Effect | Broken]] = {}
        for entry in found:
            outcome = self._read[entry]
            by_id.setdefault(outcome.id, []).append(outcome)
        effects: dict[str, Effect] = {}
        broken: list[Broken] = []
        for outcomes in by_id.values():
            if len(outcomes) > 1:
                broken += _duplicates(outcomes, self._folders_of(outcomes[0].id))
            elif isinstance(outcomes[0], Effect):
                effects[outcomes[0].id] = outcomes[0]
            else:
                broken.append(outcomes[0])
        self._effects, self._broken = effects, broken

    def _folders_of(self, effect_id: str) -> list[str]:
        """File names with their folder's name, in the order of the folders."""
        return [
            f"{entry.path.parent.name}/{entry.path.name}"
            for entry, outcome in self._read.items()
            if outcome.id == effect_id
        ]


def _duplicates(outcomes: list[Effect | Broken], names: list[str]) -> list[Broken]:
    message = f"two files have this id: {' and '.join(names)}"
    return [
        Broken(entry.id, entry.file, [diagnostic(entry.file, "", None, None, message)])
        for entry in outcomes
    ]


def _scan(folder: Path) -> list[_Found]:
    """The effect files of a folder, by name; links that lead out of it are passed over."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries)[:_MOST_FILES]
    except OSError:
        return []
    marks = {name: _mark(folder, name) for name in names if _is_shader(name)}
    found = []
    for name, mark in marks.items():
        if mark is None or not name.endswith(SUFFIXES):
            continue
        stem = name.rpartition(".")[0]
        beside = [stem + suffix for suffix in VERTEX_SUFFIXES if marks.get(stem + suffix)]
        vertex = beside[0] if beside else None
        found.append(
            _Found(
                folder / name,
                mark,
                folder / vertex if vertex else None,
                marks[vertex] if vertex else None,
            )
        )
    return found


def _is_shader(name: str) -> bool:
    return name.endswith((*SUFFIXES, *VERTEX_SUFFIXES)) and not name.startswith(".")


def _mark(folder: Path, name: str) -> _Mark | None:
    """What tells a change of a regular file; None for anything else."""
    path = folder / name
    try:
        if path.is_symlink() and not path.resolve(strict=True).is_relative_to(folder.resolve()):
            return None
        status = path.stat()
    except (OSError, RuntimeError):  # gone, or a link that leads to itself
        return None
    return (status.st_mtime_ns, status.st_size) if stat.S_ISREG(status.st_mode) else None


def _load(entry: _Found) -> Effect | Broken:
    path = entry.path
    effect_id, file = path.stem[:64], path.name[:100]
    if not _ID.fullmatch(path.stem):
        message = "the file name is no id: small letters, digits, “-” and “_”, at most 64"
        return Broken(effect_id, file, [diagnostic(file, "", None, None, message)])
    try:
        vertex = _text(entry.vertex) if entry.vertex else None
        return load(effect_id, file, _text(path), vertex)
    except ToqiboxError as error:
        return Broken(effect_id, file, error.diagnostics or [], error.code, error.detail or "")
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        return Broken(effect_id, file, [diagnostic(file, "", None, None, message)])


def _text(path: Path) -> str:
    """What a file holds, one byte more than allowed at most, so that the limit is noticed."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags), "rb") as file:
        data = file.read(LARGEST + 1)
    return decode(data) if len(data) <= LARGEST else " " * (LARGEST + 1)
