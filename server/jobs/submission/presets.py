"""Presets of a server: every JSON file of its folders, read again when it changes.

An invalid file never stops the server: it is listed with its error. The effects are not known here,
so a chain is checked against them when it is listed or requested.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from server.effects.effect import Effect
from server.effects.library.library import BUILT_IN
from server.effects.library.scanner import FileStamp, read_text, stamped_files
from server.effects.source.effect_id import EFFECT_ID
from server.errors import ToqiboxError
from server.jobs.model.requested_effect import named_effects
from server.jobs.submission.preset import Preset, read_preset
from server.jobs.submission.refusal import invalid_field
from server.messages import message
from server.suggestions import suggest

BUILT_IN_PRESETS = BUILT_IN.with_name("presets")
"""Folder of the built-in presets."""
_SUFFIX = ".json"


@dataclass(frozen=True)
class BrokenPreset:
    """Invalid file of a preset with its error."""

    id: str
    file: str
    error: ToqiboxError
    """Error whose field is the location in the file."""


_Entry = Preset | BrokenPreset


class Presets:
    """Presets by id, from folders that are scanned on every access.

    Args:
        folders: missing folders are treated as empty. An id that occurs twice is an error of both
            files.
    """

    def __init__(self, folders: Sequence[Path] = (BUILT_IN_PRESETS,)) -> None:
        self._folders = tuple(dict.fromkeys(folder.resolve() for folder in folders))
        self._lock = threading.Lock()
        self._read: dict[tuple[Path, FileStamp], _Entry] = {}

    def get(self, preset_id: str) -> Preset:
        """Return the preset of that id; its chain is not checked against the effects.

        Raises:
            ToqiboxError: ``invalid_parameter`` of the field ``preset``.
        """
        entries = self._by_id()
        entry = entries.get(preset_id)
        if entry is None:
            raise _unknown(preset_id[:64], [e for e in entries.values() if isinstance(e, Preset)])
        if isinstance(entry, BrokenPreset):
            raise as_request_error(entry.error)
        return entry

    def offered(self, effects: Iterable[Effect]) -> tuple[list[Preset], list[BrokenPreset]]:
        """Return the presets whose chains are valid with `effects`, and the invalid files."""
        usable = {effect.id: effect for effect in effects}
        checked = [_checked(entry, usable) for entry in self._by_id().values()]
        return (
            [entry for entry in checked if isinstance(entry, Preset)],
            [entry for entry in checked if isinstance(entry, BrokenPreset)],
        )

    def _by_id(self) -> dict[str, _Entry]:
        """Return the content of all files, ordered by id."""
        entries: dict[str, _Entry] = {}
        for path, entry in self._refreshed():
            twice = entry.id in entries
            entries[entry.id] = _duplicate(entry, path) if twice else entry
        return {key: entries[key] for key in sorted(entries)}

    def _refreshed(self) -> list[tuple[Path, _Entry]]:
        """Return the content of each file; only new and changed files are read."""
        with self._lock:
            entry = [
                (folder / name, mark)
                for folder in self._folders
                for name, mark in stamped_files(folder, (_SUFFIX,))
            ]
            self._read = {key: self._read.get(key) or _read(key[0]) for key in entry}
            return [(key[0], entry) for key, entry in self._read.items()]


def _unknown(preset_id: str, known: Sequence[Preset]) -> ToqiboxError:
    """Return the error for an unknown id, with the closest match as a hint."""
    ids = [preset.id for preset in known]
    made_for = [preset.id for preset in known if preset_id.lower() in preset.genres]
    of_genre = message("meant", name=made_for[0]) if made_for else ""
    hint = of_genre or suggest(preset_id, ids, cutoff=0.5)
    return invalid_field("preset", message("preset", known=", ".join(ids) or "–", hint=hint))


def as_request_error(error: ToqiboxError) -> ToqiboxError:
    """Convert the error of a preset's file to the error of a request for the preset."""
    if error.code != "invalid_parameter":
        error.field = "preset"
        return error
    why = error.values["reason"]
    return invalid_field("preset", message("preset_file", place=error.field, why=why))


def _checked(entry: _Entry, usable: Mapping[str, Effect]) -> _Entry:
    if isinstance(entry, BrokenPreset):
        return entry
    try:
        for aspect in dict.fromkeys(["", *entry.aspects]):
            _check_chain(entry, aspect, usable)
    except ToqiboxError as error:
        return BrokenPreset(entry.id, entry.file, error)
    return entry


def _check_chain(preset: Preset, aspect: str, usable: Mapping[str, Effect]) -> None:
    for field, requested in named_effects(preset.chain_for(aspect), "chain"):
        if requested.id not in usable:
            raise ToqiboxError("unknown_effect", field=field, name=requested.id)
        usable[requested.id].param_values(requested.params, f"{field}.params")


def _duplicate(entry: _Entry, path: Path) -> BrokenPreset:
    place = f"{path.parent.name}/{path.name}"
    return BrokenPreset(
        entry.id, entry.file, invalid_field("preset", message("preset_twice", file=place))
    )


def _read(path: Path) -> _Entry:
    preset_id, file = path.stem[:64], path.name[:100]
    try:
        if not EFFECT_ID.fullmatch(path.stem):
            raise invalid_field("preset", message("file_id"))
        return read_preset(preset_id, file, read_text(path))
    except ToqiboxError as error:
        return BrokenPreset(preset_id, file, error)
    except OSError:
        return BrokenPreset(preset_id, file, invalid_field("preset", message("unreadable")))
