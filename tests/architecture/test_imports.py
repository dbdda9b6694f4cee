"""The import rules: arrows between rooms point one way, heavy things have one door each."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOUNDATION = {
    "reasons", "errors", "config", "confine", "confined", "log", "processors", "start",
    "terminal", "threads", "warning",
}  # fmt: skip
ROOMS: dict[str, set[str]] = {
    "reasons": set(),
    "errors": {"reasons"},
    "config": set(),
    "confine": {"confined", "processors"},
    "confined": set(),
    "log": set(),
    "processors": set(),
    "start": set(),
    "terminal": set(),
    "threads": set(),
    "warning": set(),
    "effects": {"errors", "reasons"},
    "media": {"errors", "reasons", "confine", "warning"},
    "render": {"effects", "media", "errors", "reasons", "confine", "warning"},
    "jobs": {"effects", *FOUNDATION},
    "http": {"jobs", "effects", *FOUNDATION},
    "cli": {"cli_effects", "commands", "config", "terminal"},
    "cli_effects": {"config", "processors"},
    "watch": {"jobs", "effects", "media", *FOUNDATION},
    "commands": {"cli", "http", "watch", "jobs", "effects", *FOUNDATION},
    "samples": {"media"},
    "demo": {"commands", "samples", "media", "errors", "confine"},
    "__main__": {"cli"},
}
"""What the modules of each room may import of the others."""

DOORS = {
    "aiohttp": {"http/", "watch/"},
    "ctypes": {"confined.py", "render/calls.py", "render/devices.py", "render/es_context.py"},
    "ffmpeg": {"media/ffmpeg.py"},
    "glcontext": {"render/context.py"},
    "icu4py": {"media/text/"},
    "moderngl": {"render/context.py"},
    "numpy": {"media/", "render/", "samples/", "demo/"},
    "pi_heif": {"media/picture/"},
    "PIL": {
        "media/photo.py",
        "media/picture/",
        "media/plot.py",
        "media/png.py",
        "media/sheet.py",
        "media/text/",
    }
    | {"samples/photo.py"},
    "sqlite3": {"jobs/database.py"},
    "uharfbuzz": {"media/text/"},
    "subprocess": {"media/ffmpeg.py", "demo/server.py"},
}
"""The only files or folders of server/ that import these."""

HEAVY = ("moderngl", "glcontext", "PIL", "pi_heif", "numpy", "ffmpeg", "icu4py", "uharfbuzz")
"""What the server process and a plain command must never load."""

LINE_LIMIT = 300


def _modules() -> dict[str, Path]:
    """Every module of server/ by its dotted name."""
    found: dict[str, Path] = {}
    for path in sorted((ROOT / "server").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = _modules()


def _room(module: str) -> str:
    """The room of a module: its folder, or its own name when it lies in server/ itself."""
    return module.split(".")[1]


def _top_level(tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements that run when the module is imported."""
    todo: list[ast.AST] = [tree]
    while todo:
        for node in ast.iter_child_nodes(todo.pop()):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                continue
            if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
                continue
            if isinstance(node, ast.stmt):
                yield node
            todo.append(node)


def _imported(nodes: Iterator[ast.AST]) -> set[str]:
    """The dotted names that import statements among `nodes` name."""
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            assert node.module is not None
            submodules = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = {name for name in submodules if name in MODULES}
            names |= modules or {node.module}
    return names


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text("utf-8"))


@cache
def _imports(module: str, *, top_level: bool = False) -> set[str]:
    tree = _tree(module)
    return _imported(_top_level(tree) if top_level else iter(ast.walk(tree)))


def test_every_module_has_a_room() -> None:
    assert {_room(module) for module in MODULES if module != "server"} == ROOMS.keys()


@pytest.mark.parametrize("module", [module for module in MODULES if module != "server"])
def test_module_keeps_to_its_room(module: str) -> None:
    room = _room(module)
    ours = {name for name in _imports(module) if name.startswith("server.")}
    strange = {name for name in ours if _room(name) not in {room, *ROOMS[room]}}
    assert not strange, f"{module} may not import {sorted(strange)}"


@pytest.mark.parametrize("package", DOORS)
def test_heavy_package_has_its_door(package: str) -> None:
    users = {
        MODULES[module].relative_to(ROOT / "server").as_posix()
        for module in MODULES
        if package in {name.split(".")[0] for name in _imports(module)}
    }
    beside = {user for user in users if not user.startswith(tuple(DOORS[package]))}
    assert not beside, f"{package} is imported beside its door: {sorted(beside)}"


def test_rooms_have_an_order() -> None:
    TopologicalSorter(ROOMS).prepare()


def test_modules_have_no_cycles() -> None:
    graph = {module: _imports(module, top_level=True) & MODULES.keys() for module in MODULES}
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("module", ["server.cli", "server.http.app"])
def test_server_process_stays_light(module: str) -> None:
    program = f"import sys, {module}; print(*sorted(set(sys.modules) & set({HEAVY!r})))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "", f"{module} loads {done.stdout.strip()}"


@pytest.mark.parametrize("folder", ["server", "tests", "bench", "scripts", "toqibox_render"])
def test_files_stay_short(folder: str) -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / folder).rglob("*.py")
        if (lines := len(path.read_text("utf-8").splitlines())) > LINE_LIMIT
    }
    assert not long, f"over {LINE_LIMIT} lines: {long}"
