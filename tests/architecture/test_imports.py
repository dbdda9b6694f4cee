"""The rules of imports: rooms import in one direction, heavy packages have one door each."""

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
    "concurrency", "config", "errors", "json_schema", "logging_json", "messages", "process",
    "settings", "suggestions", "terminal", "tracing", "warnings",
}  # fmt: skip
DRAWING = {"arrays", "errors", "files", "messages", "process", "warnings"}
ROOMS: dict[str, set[str]] = {
    "arrays": set(),
    "concurrency": {"errors"},
    "config": {"protocol", "settings"},
    "error_catalogue": {"messages"},
    "errors": {"error_catalogue", "messages"},
    "logging_json": set(),
    "access_messages": set(),
    "messages": {"access_messages"},
    "process": set(),
    "settings": set(),
    "suggestions": {"messages"},
    "terminal": set(),
    "tracing": {"logging_json"},
    "warnings": {"error_catalogue"},
    "files": {"errors", "protocol"},
    "access": {"concurrency", "config", "errors", "files", "logging_json", "messages", "settings"},
    "protocol": {"messages"},
    "effects": {"errors", "messages", "protocol", "suggestions"},
    "media": {"protocol", *DRAWING},
    "audio": {"media", "protocol", *DRAWING},
    "typography": {"arrays"},
    "animation": {"effects"},
    "render": {"animation", "audio", "effects", "media", "protocol", "typography", *DRAWING},
    "worker": {
        "animation", "audio", "effects", "media", "protocol", "render", "typography",
        *DRAWING,
    },
    "jobs": {"access", "effects", "files", "protocol", *FOUNDATION},
    "metrics": {"jobs", "protocol", *FOUNDATION},
    "http": {"access", "jobs", "metrics", "effects", "files", "protocol", *FOUNDATION},
    "devserver": {"jobs", "effects", "audio", "media", "protocol", *FOUNDATION},
    "cli": {"access", "http", "devserver", "jobs", "effects", "protocol", *FOUNDATION},
    "samples": {"media"},
    "demo": {"cli", "samples", "media", "errors", "process"},
    "__main__": {"cli"},
}  # fmt: skip
"""Rooms from which the modules of each room may import."""

ORDER: dict[str, tuple[str, ...]] = {
    "audio": ("series", "spectrum", "rhythm", "structure", "beats", "."),
    "cli": ("support", "tasks", "effects", "."),
    "effects": (
        "source",
        "model",
        "glsl",
        "loops",
        "params",
        ".",
        "diagnostics",
        "dialects/fragment",
        "dialects/shadertoy",
        "dialects/gl_transitions",
        "dialects/isf",
        "dialects",
        "budget",
        "library",
    ),
    "http": (
        "headers",
        ".",
        "openapi",
        "uploads",
        "streams",
        "handlers",
        "handlers/exports",
        "server",
    ),
    "jobs": (
        "execution",
        "model/work",
        "model",
        "storage",
        "store/database",
        "store",
        "reuse",
        "backup",
        "webhooks",
        "validation",
        "submission",
        "scheduling",
        "previews",
        "cuts",
        ".",
    ),
    "media": (".", "photos/pixels", "photos/formats", "photos", "tracks", "video"),
    "protocol": ("results", ".", "wire"),
    "render": ("gl", "textures", "effect", "output", ".", "flash_safety"),
    "worker": ("confinement", "tasks/drawing", "tasks", "."),
}
"""The folders of a room, "." its own files: each imports only those before it."""

DOORS = {
    "aiohttp": {"http/", "devserver/", "jobs/webhooks/client.py"},
    "ctypes": {
        "http/server/memory.py",
        "process/sandbox_exec.py",
        "render/gl/",
        "worker/confinement/",
    },
    "ffmpeg": {"media/ffmpeg.py"},
    "glcontext": {"render/gl/context.py"},
    "icu4py": {"typography/"},
    "landlockpy": {"worker/confinement/"},
    "moderngl": {"render/gl/context.py"},
    "opentelemetry": {"tracing/otlp.py"},
    "numpy": {
        "arrays.py",
        "animation/",
        "audio/",
        "demo/",
        "media/",
        "render/",
        "samples/",
        "typography/",
        "worker/",
    },
    "pi_heif": {"media/photos/"},
    "prometheus_client": {"metrics/"},
    "psutil": {"metrics/child_processes.py"},
    "pynvml": {"worker/tasks/measure_gpus.py"},
    "PIL": {
        "audio/plot.py",
        "media/contact_sheet.py",
        "media/photos/",
        "media/picture_writer.py",
        "samples/sample_photo.py",
        "typography/",
    },
    "sqlite3": {"jobs/store/database/sqlite.py", "jobs/store/database/database_copy.py"},
    "subprocess": {"media/ffmpeg.py", "demo/server.py"},
    "uharfbuzz": {"typography/"},
}
"""The only files or folders of server/ that import these."""

HEAVY = ("moderngl", "glcontext", "PIL", "pi_heif", "numpy", "ffmpeg", "icu4py", "uharfbuzz")
"""Packages that the server process and a plain command must never load."""

LINE_LIMIT = 300
FILE_LIMIT = 15
"""Maximum number of modules in a folder, without its __init__.py."""


def _modules() -> dict[str, Path]:
    """Return every module of server/ by its dotted name."""
    modules: dict[str, Path] = {}
    for path in sorted((ROOT / "server").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return modules


MODULES = _modules()


def _room(module: str) -> str:
    """Return the room of a module: its folder, or its own name if it is in server/ itself."""
    return module.split(".")[1]


def _top_level(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield the statements that run when the module is imported."""
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
    """Return the dotted names in the import statements among `nodes`."""
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


def _folder(module: str) -> str:
    """Return the folder of a module within its room; "." is the room itself."""
    inner = MODULES[module].parent.relative_to(ROOT / "server").parts[1:]
    return "/".join(inner) or "."


@pytest.mark.parametrize("room", ORDER)
def test_folders_of_a_room_have_an_order(room: str) -> None:
    """Check that a folder imports only those before it, so that there is no cycle."""
    order = ORDER[room]
    members = [module for module in MODULES if module.split(".")[1:2] == [room]]
    assert {_folder(module) for module in members} == set(order)
    for module in members:
        allowed = order[: order.index(_folder(module)) + 1]
        ours = _imports(module) & MODULES.keys() - {"server"}
        strange = {name for name in ours if _room(name) == room and _folder(name) not in allowed}
        assert not strange, f"{module} may not import {sorted(strange)}"


def test_rooms_without_an_order_have_no_folders() -> None:
    deep = {_room(name) for name in MODULES if name != "server" and _folder(name) != "."}
    assert deep == ORDER.keys()


def test_folders_stay_small() -> None:
    folders = {path.parent for path in MODULES.values()}
    counts = {folder: len({*folder.glob("*.py")} - {folder / "__init__.py"}) for folder in folders}
    large = {str(folder): count for folder, count in counts.items() if count > FILE_LIMIT}
    assert not large, f"over {FILE_LIMIT} files: {large}"
    deepest = max(len(path.relative_to(ROOT / "server").parts) - 1 for path in MODULES.values())
    assert deepest <= 3


@pytest.mark.parametrize("package", DOORS)
def test_heavy_package_has_its_door(package: str) -> None:
    users = {
        MODULES[module].relative_to(ROOT / "server").as_posix()
        for module in MODULES
        if package in {name.split(".")[0] for name in _imports(module)}
    }
    elsewhere = {user for user in users if not user.startswith(tuple(DOORS[package]))}
    assert not elsewhere, f"{package} is imported outside its door: {sorted(elsewhere)}"


def test_rooms_have_an_order() -> None:
    TopologicalSorter(ROOMS).prepare()


def test_modules_have_no_cycles() -> None:
    graph = {module: _imports(module, top_level=True) & MODULES.keys() for module in MODULES}
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("module", ["server.cli.main", "server.http.server.app"])
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
