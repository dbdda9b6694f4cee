"""The catalogue of faults in docs/, and the tests that its cases are marked in.

``python -m tests.harness.fault_catalogue`` writes the column with the tests.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("docs/faults.md", "docs/faults-operation.md")
SIZES = {
    "A": 26, "B": 19, "C": 22, "D": 16, "E": 28, "F": 16, "G": 22, "H": 18, "I": 15, "J": 13,
    "K": 9, "L": 10,
}  # fmt: skip
"""Number of cases in each part."""
IDS = [f"{part}{number:02}" for part, size in SIZES.items() for number in range(1, size + 1)]
OPEN = "open"
"""Last column of a case whose tests are not marked yet."""
NO_TEST = "No test: "
"""Beginning of the last column of a case that needs none; the reason follows."""
_ROW = re.compile(r"\| ([A-L]\d\d) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|")


@dataclass(frozen=True)
class Case:
    """A row of the catalogue."""

    id: str
    done: str
    """The cause: a thing that is sent or happens."""
    outcome: str
    """The behaviour that is right."""
    tests: str
    """The files of its tests as `column` writes them, NO_TEST and a reason, or OPEN."""

    @property
    def is_open(self) -> bool:
        return self.tests == OPEN

    @property
    def has_reason(self) -> bool:
        return self.tests.startswith(NO_TEST)


def read() -> list[Case]:
    """Return all rows, in the order of the documents."""
    texts = [(ROOT / name).read_text("utf-8") for name in DOCUMENTS]
    return [
        Case(*row.groups())
        for text in texts
        for row in map(_ROW.fullmatch, text.splitlines())
        if row
    ]


@cache
def marked() -> dict[str, list[str]]:
    """Return the files with marked tests, by id of the case; sorted, from the root."""
    files = defaultdict(set)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for case_id in _ids_of(ast.parse(path.read_text("utf-8"))):
            files[case_id].add(str(path.relative_to(ROOT)))
    return {case_id: sorted(names) for case_id, names in files.items()}


def _ids_of(tree: ast.Module) -> Iterator[str]:
    """Yield the arguments of each `pytest.mark.fault`.

    Raises:
        ValueError: an argument is not a literal string.
    """
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="mark"), attr="fault")):
                for argument in node.args:
                    yield str(ast.literal_eval(argument))


def column(files: list[str]) -> str:
    """Return the last column of a tested case."""
    return " ".join(f"`{name}`" for name in files)


def write() -> None:
    """Write the files of marked tests into the last column; keep reasons of other cases."""
    for name in DOCUMENTS:
        path = ROOT / name
        lines = path.read_text("utf-8").splitlines()
        path.write_text("\n".join(map(_with_tests, lines)) + "\n", "utf-8")


def _with_tests(line: str) -> str:
    row = _ROW.fullmatch(line)
    if row is None:
        return line
    case = Case(*row.groups())
    files = marked().get(case.id)
    tests = column(files) if files else case.tests if case.has_reason else OPEN
    return f"| {case.id} | {case.done} | {case.outcome} | {tests} |"


if __name__ == "__main__":
    write()
