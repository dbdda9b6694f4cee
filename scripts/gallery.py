"""Draw the contact sheets of docs/effects.md over the sample track, and write its tables.

    python -m scripts.gallery [NAME …]       the groups to redraw; all if none is named

The text between the markers in docs/effects.md is replaced.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "effects.md"
SHEETS = ROOT / "docs" / "effects"
TOQIBOX = [sys.executable, "-m", "server", "effects"]
TIMES = ("1.5", "3.97", "4.05", "9.87", "13.8", "17.74")
"""Times in the sample track: before the drums, the first kick, just after it, three later kicks."""
GROUPS = {
    "cover": "beat pulse waves exposure bw glitch rgb pixelate grain mirror",
    "photo": "breathe camera spin frame3d vinyl leaks",
    "visualizers": (
        "bars towers equalizer ring waveform scope waterfall ridges tunnel particles liquid stars "
        "aurora"
    ),
    "finishing": "bloom vignette aberration filmgrain grade blur letterbox",
    "layers": "text progress player",
    "transitions": "dissolve",
}
"""Every built-in effect, in the order of the page."""


def main() -> None:
    """Draw the sheets of the named groups, then write the tables of all groups."""
    known = {row["id"]: row for row in json.loads(_run("list", "--json"))["effects"]}
    SHEETS.mkdir(exist_ok=True)
    page = PAGE.read_text("utf-8")
    for group, ids in GROUPS.items():
        if group in (sys.argv[1:] or GROUPS):
            draw(ids.split(), SHEETS / f"{group}.png")
        begin, end = f"<!-- {group} -->\n", f"<!-- /{group} -->"
        before, _, rest = page.partition(begin)
        table = "\n".join(rows(group, [known[name] for name in ids.split()]))
        page = f"{before}{begin}{table}\n{end}{rest.partition(end)[2]}"
    PAGE.write_text(page, "utf-8")


def draw(ids: list[str], out: Path) -> None:
    """Draw a sheet with a row of frames for each effect."""
    options = ["--size", "256x144", "--columns", str(len(TIMES)), "--times", ",".join(TIMES)]
    _run("sheet", *ids, "-o", str(out), *options)
    with Image.open(out) as sheet:
        small = sheet.convert("RGB").quantize(256)  # a third of the bytes
    small.save(out, optimize=True)


def rows(group: str, effects: list[dict[str, Any]]) -> list[str]:
    """Return the lines of a group: the sheet and a table."""
    head = [
        f"![{group}](effects/{group}.png)",
        "",
        "| effect | what it does | inputs |",
        "|---|---|---|",
    ]
    return head + [_row(effect) for effect in effects]


def _row(effect: dict[str, Any]) -> str:
    premium = " (premium)" if effect["premium"] else ""
    inputs = " ".join(f"`{name}`" for name in effect["inputs"]["properties"])
    return f"| `{effect['id']}`{premium} | {effect['description']} | {inputs} |"


def _run(*args: str) -> str:
    command = [*TOQIBOX, *args]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT).stdout


if __name__ == "__main__":
    main()
