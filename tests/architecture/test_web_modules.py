"""The rules of the browser's modules: imports in one direction, small folders and files."""

import re
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "server" / "web"
ORDER = (
    "client",
    "player/gl",
    "player/sizes",
    "player/animation",
    "player/textures",
    "player",
    "watch/common",
    "watch/controls",
    "watch/timeline",
    "watch/view",
    "watch/report",
    "watch/export",
    "watch",
)
"""The folders of server/web: each imports only those before it, so the player none of a page."""

STARTS = (
    "client/toqibox.js",
    "player/player.js",
    "player/cut_features.js",
    "watch/watch.js",
)
"""Modules that pages import: the client, the library, and the page of the devserver."""

GENERATED = ("toqibox.d.ts",)
"""Files that `make client-types` writes."""

LINE_LIMIT = 300
FILE_LIMIT = 15
LENGTH_LIMIT = 100

MODULES = {path.relative_to(ROOT).as_posix(): path for path in sorted(ROOT.rglob("*.js"))}
_FROM = re.compile(r"^(?:import|export) \{([^}]*)\} from \"([^\"]+)\";$", re.MULTILINE)
_IMPORT = re.compile(r"^import\b|^export\s*[{*][^;]*\bfrom\b|\bimport\s*\(", re.MULTILINE)
_DECLARED = re.compile(r"^export (?:async )?(?:class|const|function\*?|let) (\w+)", re.MULTILINE)
_LISTED = re.compile(r"^export \{([^}]*)\}", re.MULTILINE)


@cache
def _text(module: str) -> str:
    return MODULES[module].read_text("utf-8")


def _names(listed: str) -> set[str]:
    return {name.strip() for name in listed.split(",") if name.strip()}


def _exports(module: str) -> set[str]:
    listed = [_names(names) for names in _LISTED.findall(_text(module))]
    return set(_DECLARED.findall(_text(module))).union(*listed)


@cache
def _imports(module: str) -> dict[str, set[str]]:
    """Return the modules that a module imports by relative paths, with the imported names."""
    statements = _FROM.findall(_text(module))
    assert len(statements) == len(_IMPORT.findall(_text(module))), f"{module}: unknown import"
    imports: dict[str, set[str]] = {}
    for names, path in statements:
        assert path.startswith(("./", "../")), f"{module} imports {path}"
        file = (MODULES[module].parent / path).resolve()
        assert file in MODULES.values(), f"{module} imports {path}, which does not exist"
        imports.setdefault(file.relative_to(ROOT).as_posix(), set()).update(_names(names))
    return imports


def _folder(module: str) -> str:
    return Path(module).parent.as_posix()


def test_every_folder_has_a_place_in_the_order() -> None:
    assert {_folder(module) for module in MODULES} == set(ORDER)


@pytest.mark.parametrize("module", MODULES)
def test_module_imports_only_folders_before_its_own(module: str) -> None:
    allowed = ORDER[: ORDER.index(_folder(module)) + 1]
    wrong = {name for name in _imports(module) if _folder(name) not in allowed}
    assert not wrong, f"{module} may not import {sorted(wrong)}"


@pytest.mark.parametrize("module", MODULES)
def test_imported_names_are_exported(module: str) -> None:
    missing = {name: names - _exports(name) for name, names in _imports(module).items()}
    assert not any(missing.values()), missing


def test_modules_have_no_cycles() -> None:
    TopologicalSorter({module: _imports(module) for module in MODULES}).prepare()


def test_every_module_is_reached_from_a_start() -> None:
    todo, reached = [*STARTS], set[str]()
    while todo:
        module = todo.pop()
        if module not in reached:
            reached.add(module)
            todo.extend(_imports(module))
    assert reached == MODULES.keys()


def test_files_and_folders_stay_small() -> None:
    files = [path for path in ROOT.rglob("*") if path.is_file()]
    written = [path for path in files if path.name not in GENERATED]
    long = {path.name for path in written if len(path.read_text("utf-8").splitlines()) > LINE_LIMIT}
    assert not long, f"over {LINE_LIMIT} lines: {sorted(long)}"
    wide = {
        f"{name}:{number}"
        for name in MODULES
        for number, line in enumerate(_text(name).splitlines(), 1)
        if len(line) > LENGTH_LIMIT
    }
    assert not wide, f"over {LENGTH_LIMIT} characters: {sorted(wide)}"
    folders = [path.parent for path in files]
    large = {str(folder) for folder in folders if folders.count(folder) > FILE_LIMIT}
    assert not large, f"over {FILE_LIMIT} files: {sorted(large)}"
