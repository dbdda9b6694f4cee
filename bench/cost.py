"""Milliseconds that a frame of each effect takes to draw at 720p, and beside `bars`.

    python bench/cost.py [ID …]       every effect that is shipped when none is given

What is drawn is the demo track and photo with the effect's defaults, its passes in order, without
encoder. What stands still is not drawn again: an effect that does is measured with the first of its
numbers swinging. Run it on an idle machine.
"""

import json
import os
import subprocess
import sys
from typing import Any

TOQIBOX = [sys.executable, "-m", "server", "effects"]
BESIDE = "bars"
STILL_MS = 0.5
MOST_MS = 40.0
"""What a frame may take on two cores without a GPU, unless the effect's description says so."""


def main() -> None:
    """Print a row for each effect."""
    ids = sys.argv[1:] or effects()
    first = cost(BESIDE)
    beside = sum(size["ms"] for size in first["sizes"])
    print(f"1280x720, {os.cpu_count()} cores, {first['renderer']}")
    print(f"{'effect':<12} {'ms':>7}  {'x ' + BESIDE:>7}")
    for effect in ids:
        spent, told = sum(size["ms"] for size in cost(effect)["sizes"]), ""
        if spent < STILL_MS:
            name = first_number(effect)
            swing = json.dumps({"osc": "sine", "seconds": 1})
            moved = cost(effect, "--param", f"{name}={swing}")
            spent, told = sum(size["ms"] for size in moved["sizes"]), f"  its {name} swinging"
        told += "  over the limit" if spent > MOST_MS else ""
        print(f"{effect:<12} {spent:7.1f}  {spent / beside:7.2f}{told}", flush=True)


def effects() -> list[str]:
    """The ids of the effects that work."""
    rows: list[dict[str, Any]] = json.loads(_run("list"))["effects"]
    return [row["id"] for row in rows if "inputs" in row]


def cost(effect: str, *more: str) -> dict[str, Any]:
    """What `profile` says of it."""
    found: dict[str, Any] = json.loads(_run("profile", effect, "--size", "1280x720", *more))
    return found


def first_number(effect: str) -> str:
    """The first of its inputs that is a number."""
    inputs: dict[str, Any] = json.loads(_run("show", effect))["inputs"]["properties"]
    return next(name for name, told in inputs.items() if told.get("type", [""])[0] == "number")


def _run(*words: str) -> str:
    command = [*TOQIBOX, *words, "--json"]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    main()
