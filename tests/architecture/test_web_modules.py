"""The rules of the browser's modules: imports point one way, folders and files stay small."""

import re
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "server" / "web"
ORDER = (
    "player/gl",
    "player/sizes",
    "player/animation",
    "player/textures",
    "player",
    "watch/shared",
    "watch/controls",
    "watch/timeline",
    "watch/view",
    "watch/report",
    "watch/export",
    "watch",
)
"""The folders of server/web: each imports only those before it, so the player none of a page."""

LINE_LIMIT = 300
FILE_LIMIT = 15

MODULES = {path.relative_to(ROOT).as_posix(): path for path in sorted(ROOT.rglob("*.js"))}
_STATEMENT = re.compile(r"^(?:import|export) \{[^}]*\} from \"([^\"]+)\";$", re.MULTILINE)
_IMPORT = re.compile(r"^import\b|^export\s*[{*][^;]*\bfrom\b|\bimport\s*\(", re.MULTILINE)


@cache
def _imports(module: str) -> frozenset[str]:
    """The modules that a module imports, each a file of server/web named by a relative path."""
    text = MODULES[module].read_text("utf-8")
    paths = _STATEMENT.findall(text)
    assert len(paths) == len(_IMPORT.findall(text)), f"{module} has an import of another form"
    assert all(path.startswith(("./", "../")) for path in paths), module
    folder = MODULES[module].parent
    files = {(folder / path).resolve() for path in paths}
    assert files <= set(MODULES.values()), f"{module} imports what is not there"
    return frozenset(file.relative_to(ROOT).as_posix() for file in files)


def _folder(module: str) -> str:
    return Path(module).parent.as_posix()


def test_every_folder_has_a_place_in_the_order() -> None:
    assert {_folder(module) for module in MODULES} == set(ORDER)


@pytest.mark.parametrize("module", MODULES)
def test_module_imports_only_folders_before_its_own(module: str) -> None:
    allowed = ORDER[: ORDER.index(_folder(module)) + 1]
    wrong = {name for name in _imports(module) if _folder(name) not in allowed}
    assert not wrong, f"{module} may not import {sorted(wrong)}"


def test_modules_have_no_cycles() -> None:
    TopologicalSorter({module: _imports(module) for module in MODULES}).prepare()


def test_every_module_is_reached_from_a_start() -> None:
    todo, reached = ["player/player.js", "watch/watch.js"], set[str]()
    while todo:
        module = todo.pop()
        if module not in reached:
            reached.add(module)
            todo.extend(_imports(module))
    assert reached == MODULES.keys()


def test_files_and_folders_stay_small() -> None:
    files = [path for path in ROOT.rglob("*") if path.is_file()]
    long = {path.name for path in files if len(path.read_text("utf-8").splitlines()) > LINE_LIMIT}
    assert not long, f"over {LINE_LIMIT} lines: {sorted(long)}"
    folders = [path.parent for path in files]
    large = {str(folder) for folder in folders if folders.count(folder) > FILE_LIMIT}
    assert not large, f"over {FILE_LIMIT} files: {sorted(large)}"
