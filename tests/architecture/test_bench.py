"""Every benchmark is run by `make bench`, or is known to need input, and is documented."""

import ast
import re
from pathlib import Path

import pytest

from bench import __main__ as bench

FOLDER = Path(__file__).parents[2] / "bench"
NAMES = {path.stem for path in FOLDER.glob("*.py")} - {"__main__"}


def test_every_script_has_a_row() -> None:
    in_rows = {script.name for script in bench.SCRIPTS}
    others = {*bench.WITH_SONGS, *bench.WITHOUT_TABLE, *bench.LONG}
    assert in_rows | others == NAMES


def test_all_scripts_fit_into_20_minutes() -> None:
    assert sum(script.expected_s for script in bench.SCRIPTS) <= bench.MAX_TOTAL_S


def test_every_script_is_documented_once() -> None:
    headings = re.findall(r"^### `(\w+)`", (FOLDER / "README.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted(NAMES)


@pytest.mark.parametrize(
    "path", sorted(FOLDER.rglob("__main__.py")), ids=lambda path: path.parent.name
)
def test_pools_of_a_package_run_functions_of_its_other_modules(path: Path) -> None:
    """A process that is spawned does not import the `__main__` of a package."""
    tree = ast.parse(path.read_text("utf-8"))
    own = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    pool_arguments = {
        argument.id
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        if re.fullmatch(r"i?map\w*|apply\w*|starmap\w*|submit", call.func.attr)
        for argument in call.args[:1]
        if isinstance(argument, ast.Name)
    }
    assert not own & pool_arguments
