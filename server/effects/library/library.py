"""The effects that a server offers: every effect file of its folders, reloaded when it changes.

A file that cannot be read never stops the server: it is kept with its diagnostics. Effects are not
compiled here but where they are drawn.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import server
from server.effects.assets import resolve
from server.effects.dialects import holds_effect, load
from server.effects.dialects.include_files import gather_includes
from server.effects.effect import Effect
from server.effects.library.effect_ids import AssignedId, assign_ids, shown_name
from server.effects.library.scanner import EffectFile, FileStamp, file_stamp, read_text, scan_folder
from server.effects.source.diagnostic import diagnostic
from server.errors import ToqiboxError
from server.suggestions import suggest

__all__ = ["BUILT_IN", "InvalidEffect", "Library"]

BUILT_IN = Path(server.__file__).resolve().parent.parent / "shaders" / "effects"
"""The folder of the effects that are part of the server."""


@dataclass(frozen=True)
class InvalidEffect:
    """A file that is not a valid effect, and the reason."""

    id: str
    file: str
    diagnostics: list[dict[str, Any]]
    code: str = "shader_compile_failed"
    """Error code of a request for its id."""
    reason: str = ""


@dataclass(frozen=True)
class _ReadResult:
    """The result of reading a file, and the stamps of other files that it names."""

    effect: Effect | InvalidEffect | None
    """None for a file that is not meant as an effect."""
    named_files: dict[str, FileStamp | None]


class Library:
    """Effects by id, from folders that are scanned on every request.

    Args:
        folders: searched in this order; one that does not exist is empty. If several files share
            an id, effect_ids.py decides which of them has it: no file replaces another.
    """

    def __init__(self, folders: Sequence[Path] = (BUILT_IN,)) -> None:
        self._folders = tuple(dict.fromkeys(folder.resolve() for folder in folders))
        self._lock = threading.Lock()
        self._read: dict[EffectFile, _ReadResult] = {}
        self._names: dict[Path, AssignedId] = {}
        self._effects: dict[str, Effect] = {}
        self._invalid: list[InvalidEffect] = []
        self.refresh()

    def refresh(self) -> None:
        """Find new, changed and removed files; only those are read.

        A change of a file that an effect names, an image or an include, changes the effect.
        """
        with self._lock:
            scanned = [scan_folder(folder) for folder in self._folders]
            names = assign_ids([[entry.path for entry in files] for files in scanned])
            read = {
                entry: self._unchanged(entry, names[entry.path])
                or _read(entry, names[entry.path].id)
                for files in scanned
                for entry in files
            }
            if list(read) == list(self._read) and all(
                outcome is self._read[entry] for entry, outcome in read.items()
            ):
                return
            self._read, self._names = read, names
            self._sort()

    def _unchanged(self, entry: EffectFile, name: AssignedId) -> _ReadResult | None:
        outcome = self._read.get(entry)
        if outcome is None or self._names[entry.path].id != name.id:
            return None
        stamps = {name: file_stamp(entry.path.parent, name) for name in outcome.named_files}
        return outcome if stamps == outcome.named_files else None

    def get(self, effect_id: str) -> Effect:
        """Return the effect of that id.

        Raises:
            ToqiboxError: ``unknown_effect``, with the nearest id as a hint; for an invalid file
                its own error with the diagnostics.
        """
        self.refresh()
        effect = self._effects.get(effect_id)
        if effect is not None:
            return effect
        for entry in self._invalid:
            if entry.id == effect_id:
                raise ToqiboxError(
                    entry.code,
                    field="effect",
                    diagnostics=entry.diagnostics,
                    name=effect_id,
                    detail=entry.reason,
                )
        hint = suggest(effect_id, self._effects, "did_you_mean", cutoff=0.5)
        raise ToqiboxError("unknown_effect", field="effect", name=effect_id[:64], hint=hint)

    def folder(self, effect: Effect) -> Path:
        """Return the folder of the file of an effect of this library.

        Raises:
            ToqiboxError: ``unknown_effect``, if it does not exist any more.
        """
        return self.path(effect.id).parent

    def path(self, effect_id: str) -> Path:
        """Return the file of the effect of that id, also of an invalid one.

        Raises:
            ToqiboxError: ``unknown_effect``, if it does not exist any more.
        """
        for entry, outcome in list(self._read.items()):
            if outcome.effect is not None and outcome.effect.id == effect_id:
                return entry.path
        raise ToqiboxError("unknown_effect", field="effect", name=effect_id)

    def is_built_in(self, effect: Effect) -> bool:
        """Report if the file of an effect of this library is one of the server's own.

        Raises:
            ToqiboxError: ``unknown_effect``, if it does not exist any more.
        """
        return self.folder(effect) == BUILT_IN

    def files(self, effect: Effect) -> dict[str, str]:
        """Return the absolute paths of its image files; see assets.resolve.

        Raises:
            ToqiboxError: ``unknown_effect`` or ``shader_rejected``.
        """
        return resolve(effect, self.folder(effect))

    def all(self) -> list[Effect]:
        """Return all valid effects, sorted by id."""
        self.refresh()
        return [self._effects[effect_id] for effect_id in sorted(self._effects)]

    def invalid(self) -> list[InvalidEffect]:
        """Return all invalid files, with their diagnostics."""
        self.refresh()
        return list(self._invalid)

    def renamed(self) -> dict[str, AssignedId]:
        """Return the files whose id is not that of their name, since another has it, by id."""
        self.refresh()
        results = [(entry.path, outcome.effect) for entry, outcome in self._read.items()]
        return {
            result.id: self._names[path]
            for path, result in results
            if result is not None and self._names[path].owner is not None
        }

    def _sort(self) -> None:
        """Sort the results into valid and invalid effects."""
        results = [(entry.path, outcome.effect) for entry, outcome in self._read.items()]
        included = {
            path.parent / name
            for path, result in results
            if isinstance(result, Effect)
            for name in result.includes
        }
        self._effects = {result.id: result for _, result in results if isinstance(result, Effect)}
        # A file that others include need not be an effect.
        self._invalid = [
            result
            for path, result in results
            if isinstance(result, InvalidEffect) and path not in included
        ]


def _read(entry: EffectFile, effect_id: str) -> _ReadResult:
    path = entry.path
    file = shown_name(path)
    named_files: dict[str, FileStamp | None] = {}

    def invalid(
        diagnostics: list[dict[str, Any]], code: str = "shader_compile_failed", detail: str = ""
    ) -> _ReadResult:
        return _ReadResult(InvalidEffect(effect_id, file, diagnostics, code, detail), named_files)

    try:
        text = read_text(path)
        if not holds_effect(file, text):
            return _ReadResult(None, named_files)
        vertex = read_text(entry.vertex) if entry.vertex else None
        includes, requested = gather_includes(path.parent, path.name, text, vertex)
        named_files.update((name, file_stamp(path.parent, name)) for name in requested)
        effect = load(effect_id, file, text, vertex, includes)
        named_files.update((name, file_stamp(path.parent, name)) for name in effect.files)
        resolve(effect, path.parent)
    except ToqiboxError as error:
        return invalid(error.diagnostics or [], error.code, error.detail or "")
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        return invalid([diagnostic(file, "", None, None, message)])
    return _ReadResult(effect, named_files)
