"""The effect that a command names: by its id in the library, or by the path of its file."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.cli.support.command_error import CommandError, error_diagnostics, error_text
from server.cli.support.exit_status import USAGE
from server.config import Config
from server.effects.assets import resolve
from server.effects.dialects import SUFFIXES, VERTEX_SUFFIXES, load
from server.effects.dialects.include_files import gather_includes
from server.effects.effect import Effect
from server.effects.library.effect_ids import natural_id, shown_name
from server.effects.library.library import BUILT_IN, Library
from server.effects.library.scanner import read_text
from server.errors import ToqiboxError
from server.protocol.scene import EffectInstance


@dataclass(frozen=True)
class LoadedEffect:
    """An effect and the folder of its file."""

    effect: Effect
    folder: Path

    def to_instance(self, params: dict[str, Any] | None = None) -> EffectInstance:
        """Return the effect as an element of a chain.

        Raises:
            ToqiboxError: ``invalid_parameter``, or an image file of the effect is missing or bad.
        """
        files = resolve(self.effect, self.folder)
        return EffectInstance(
            id=self.effect.id,
            file=self.effect.file,
            source=self.effect.source,
            vertex=self.effect.vertex_source,
            params=self._checked_params(params or {}),
            files={name: Path(path) for name, path in files.items()},
            includes=self.effect.includes,
        )

    def _checked_params(self, params: dict[str, Any]) -> dict[str, Any]:
        self.effect.param_values(params)
        return params


def find(id_or_path: str, config: Config) -> LoadedEffect:
    """Load the effect from a file if there is one of that name, else by its id.

    Raises:
        CommandError: the effect does not exist or cannot be read; may have diagnostics.
    """
    path = Path(id_or_path)
    if path.is_file():
        try:
            return read(path)
        except ToqiboxError as error:
            raise CommandError(
                error_text(error), 1, error_diagnostics(error), path.parent
            ) from None
        except OSError as error:
            raise CommandError(f"{id_or_path} cannot be read: {error.strerror}", USAGE) from None
    if os.sep in id_or_path or id_or_path.lower().endswith(SUFFIXES):
        raise CommandError(f"{id_or_path}: file not found", USAGE)
    library = Library((BUILT_IN, *config.shaders_dirs))
    try:
        effect = library.get(id_or_path)
    except ToqiboxError as error:
        diagnostics = error_diagnostics(error)
        raise CommandError(error_text(error), 1 if diagnostics else USAGE, diagnostics) from None
    return LoadedEffect(effect, library.folder(effect))


def read(path: Path) -> LoadedEffect:
    """Load the effect from the file `path`; its id follows from the name of the file.

    Raises:
        ToqiboxError: the file is not a valid effect; has diagnostics.
        OSError: the file cannot be read.
    """
    vertex_path = _vertex(path)
    vertex_source = read_text(vertex_path) if vertex_path else None
    text = read_text(path)
    includes, _ = gather_includes(path.parent, path.name, text, vertex_source)
    effect = load(natural_id(path.stem), shown_name(path), text, vertex_source, includes)
    return LoadedEffect(effect, path.parent)


def _vertex(path: Path) -> Path | None:
    candidates = [path.with_suffix(suffix) for suffix in VERTEX_SUFFIXES]
    return next((candidate for candidate in candidates if candidate.is_file()), None)
