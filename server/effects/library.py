"""The effects that a server offers: every effect file of its folders, read again when it changes.

A file that cannot be read never stops the server: it is kept with its diagnostics. Compiling is
no part of this; it happens where the effect is drawn.
"""

import difflib
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import server
from server.effects.diagnostics import diagnostic
from server.effects.dialects import holds_effect, load
from server.effects.effect import Effect
from server.effects.files import resolve
from server.effects.folder import Found, Mark, mark_of, read_text, scan
from server.errors import ToqiboxError
from server.reasons import reason

BUILT_IN = Path(server.__file__).resolve().parent.parent / "shaders" / "effects"
"""The folder of the effects that come with the server."""

ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
"""An id: a file's name without its ending."""


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
class _Outcome:
    """What reading a file gave, and the image files that it names, as they were then."""

    given: Effect | Broken | None
    """None for a file that is meant as something else."""
    images: dict[str, Mark | None]


class Library:
    """Effects by id, from folders that are looked at on every question.

    Args:
        folders: searched in this order; one that does not exist is an empty one. An id that
            occurs twice is an error that names both files: no file replaces another silently.
    """

    def __init__(self, folders: Sequence[Path] = (BUILT_IN,)) -> None:
        self._folders = tuple(dict.fromkeys(folder.resolve() for folder in folders))
        self._lock = threading.Lock()
        self._read: dict[Found, _Outcome] = {}
        self._effects: dict[str, Effect] = {}
        self._broken: list[Broken] = []
        self.refresh()

    def refresh(self) -> None:
        """Look for new, changed and removed files; only those are read.

        A change of an image file that an effect names is a change of the effect.
        """
        with self._lock:
            found = [entry for folder in self._folders for entry in scan(folder)]
            read = {entry: self._unchanged(entry) or _read(entry) for entry in found}
            if list(read) == list(self._read) and all(
                outcome is self._read[entry] for entry, outcome in read.items()
            ):
                return
            self._read = read
            self._sort()

    def _unchanged(self, entry: Found) -> _Outcome | None:
        outcome = self._read.get(entry)
        if outcome is None:
            return None
        now = {name: mark_of(entry.path.parent, name) for name in outcome.images}
        return outcome if now == outcome.images else None

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

    def folder(self, effect: Effect) -> Path:
        """Where the file of an effect lies that this library gave.

        Raises:
            ToqiboxError: ``unknown_effect``, when it is not there any more.
        """
        for entry, outcome in list(self._read.items()):
            if outcome.given is not None and outcome.given.id == effect.id:
                return entry.path.parent
        raise ToqiboxError("unknown_effect", field="effect", name=effect.id, hint="")

    def files(self, effect: Effect) -> dict[str, str]:
        """The absolute paths of its image files; see files.resolve.

        Raises:
            ToqiboxError: ``unknown_effect`` or ``shader_rejected``.
        """
        return resolve(effect, self.folder(effect))

    def all(self) -> list[Effect]:
        """Every effect that can be used, by id."""
        self.refresh()
        return [self._effects[effect_id] for effect_id in sorted(self._effects)]

    def broken(self) -> list[Broken]:
        """Every file that gives no effect, with its diagnostics."""
        self.refresh()
        return list(self._broken)

    def _sort(self) -> None:
        """Share out what was read: usable, broken, and ids that two files claim."""
        by_id: dict[str, list[Effect | Broken]] = {}
        names: dict[str, list[str]] = {}
        for entry, outcome in self._read.items():
            if outcome.given is not None:
                by_id.setdefault(outcome.given.id, []).append(outcome.given)
                place = f"{entry.path.parent.name}/{entry.path.name}"
                names.setdefault(outcome.given.id, []).append(place)
        effects: dict[str, Effect] = {}
        broken: list[Broken] = []
        for effect_id, given in by_id.items():
            if len(given) > 1:
                broken += _duplicates(given, names[effect_id])
            elif isinstance(given[0], Effect):
                effects[effect_id] = given[0]
            else:
                broken.append(given[0])
        self._effects, self._broken = effects, broken


def _duplicates(given: list[Effect | Broken], names: list[str]) -> list[Broken]:
    message = f"two files have this id: {' and '.join(names)}"
    return [
        Broken(entry.id, entry.file, [diagnostic(entry.file, "", None, None, message)])
        for entry in given
    ]


def _read(entry: Found) -> _Outcome:
    path = entry.path
    effect_id, file = path.stem[:64], path.name[:100]
    images: dict[str, Mark | None] = {}

    def broken(
        found: list[dict[str, Any]], code: str = "shader_compile_failed", why: str = ""
    ) -> _Outcome:
        return _Outcome(Broken(effect_id, file, found, code, why), images)

    try:
        text = read_text(path)
        if not holds_effect(file, text):
            return _Outcome(None, images)
        if not ID.fullmatch(path.stem):
            message = "the file name is no id: small letters, digits, “-” and “_”, at most 64"
            return broken([diagnostic(file, "", None, None, message)])
        effect = load(effect_id, file, text, read_text(entry.vertex) if entry.vertex else None)
        images.update((name, mark_of(path.parent, name)) for name in effect.files)
        resolve(effect, path.parent)
    except ToqiboxError as error:
        return broken(error.diagnostics or [], error.code, error.detail or "")
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        return broken([diagnostic(file, "", None, None, message)])
    return _Outcome(effect, images)
