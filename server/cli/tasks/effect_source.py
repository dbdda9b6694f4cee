"""The effect that a command is about: an id of the library, or a file anywhere on the disk."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.cli.support.command_error import Refused, diagnostics_of, words_of
from server.cli.support.exit_status import USAGE
from server.config import Config
from server.effects.assets import resolve
from server.effects.dialects import SUFFIXES, VERTEX_SUFFIXES, load
from server.effects.dialects.include_files import gather
from server.effects.effect import Effect
from server.effects.library.effect_ids import natural_id, shown_name
from server.effects.library.library import BUILT_IN, Library
from server.effects.library.scanner import read_text
from server.errors import ToqiboxError


@dataclass(frozen=True)
class Source:
    """An effect and the folder its file lies in."""

    effect: Effect
    folder: Path

    def row(self, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Its line in a task's chain of effects.

        Raises:
            ToqiboxError: ``invalid_parameter``, or what is wrong with an image file it names.
        """
        return {
            "id": self.effect.id,
            "file": self.effect.file,
            "source": self.effect.source,
            "vertex": self.effect.vertex_source,
            "params": self._checked(params or {}),
            "files": resolve(self.effect, self.folder),
            "includes": dict(self.effect.includes),
        }

    def _checked(self, params: dict[str, Any]) -> dict[str, Any]:
        self.effect.param_values(params)
        return params


def find(word: str, config: Config) -> Source:
    """The effect that `word` names: a file where there is one of that name, else an id.

    Raises:
        Refused: there is none, or it cannot be read; with diagnostics where it has some.
    """
    path = Path(word)
    if path.is_file():
        try:
            return read(path)
        except ToqiboxError as error:
            raise Refused(words_of(error), 1, diagnostics_of(error), path.parent) from None
        except OSError as error:
            raise Refused(f"{word} cannot be read: {error.strerror}", USAGE) from None
    if os.sep in word or word.lower().endswith(SUFFIXES):
        raise Refused(f"there is no file {word}", USAGE)
    library = Library((BUILT_IN, *config.shaders_dirs))
    try:
        effect = library.get(word)
    except ToqiboxError as error:
        found = diagnostics_of(error)
        raise Refused(words_of(error), 1 if found else USAGE, found) from None
    return Source(effect, library.folder(effect))


def read(path: Path) -> Source:
    """Read the effect in the file `path`; its id is the one that the file's name comes to.

    Raises:
        ToqiboxError: it gives no effect, with diagnostics.
        OSError: it cannot be read.
    """
    vertex = _vertex(path)
    beside = read_text(vertex) if vertex else None
    text = read_text(path)
    includes, _ = gather(path.parent, path.name, text, beside)
    effect = load(natural_id(path.stem), shown_name(path), text, beside, includes)
    return Source(effect, path.parent)


def _vertex(path: Path) -> Path | None:
    beside = [path.with_suffix(suffix) for suffix in VERTEX_SUFFIXES]
    return next((file for file in beside if file.is_file()), None)
