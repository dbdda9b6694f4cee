"""Every benchmark is run by `make bench`, or is known to need input, and is documented."""

import re
from pathlib import Path

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
