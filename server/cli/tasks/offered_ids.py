"""The ids that a server gives to effect files, and the note about an id that is already taken."""

from pathlib import Path

from server.config import Config
from server.effects.library.effect_ids import AssignedId, assign_ids, natural_id
from server.effects.library.library import BUILT_IN
from server.effects.library.scanner import scan_folder


class OfferedIds:
    """The ids of files under a server that offers their folders.

    A folder outside of SHADERS_DIR is treated as if it were SHADERS_DIR.
    """

    def __init__(self, config: Config) -> None:
        self._offered = tuple(folder.resolve() for folder in (BUILT_IN, *config.shaders_dirs))
        self._known: dict[Path, dict[Path, AssignedId]] = {}

    def for_file(self, path: Path) -> AssignedId:
        """Return the id of a file, which need not exist."""
        parent = path.parent.resolve()
        if parent not in self._known:
            others = self._offered if parent in self._offered else (self._offered[0], parent)
            self._known[parent] = assign_ids(
                [[entry.path for entry in scan_folder(parent)] for parent in others]
            )
        natural = natural_id(path.stem)
        return self._known[parent].get(parent / path.name) or AssignedId(natural, natural)


def id_note(name: AssignedId) -> str:
    """Return a sentence about an id that differs from the file name; empty if it does not."""
    if name.owner is None:
        return ""
    built_in = name.owner.parent == BUILT_IN
    owner = "is a built-in effect" if built_in else f"is {name.owner.parent.name}/{name.owner.name}"
    return f"“{name.natural}” {owner}, which keeps its id: this file is offered as “{name.id}”"
