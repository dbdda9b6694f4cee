"""Milliseconds to draw a frame of each effect at 720p, absolute and relative to `bars`.

    python bench/cost.py [ID …]       all effects included here if none is given

Draws the demo track and photo with the effect's defaults, its passes in order, without encoder.
Unchanged passes are not redrawn: a static effect is measured with its first number oscillating. Run
it on an idle machine.
"""

import json
import os
import subprocess
import sys
from typing import Any

TOQIBOX = [sys.executable, "-m", "server", "effects"]
REFERENCE = "bars"
STILL_MS = 0.5
MAX_MS = 40.0
"""Limit for a frame on two cores without a GPU, unless the effect's description says otherwise."""


def main() -> None:
    """Print a row for each effect."""
    ids = sys.argv[1:] or effects()
    reference = cost(REFERENCE)
    reference_ms = sum(size["ms"] for size in reference["sizes"])
    print(f"1280x720, {os.cpu_count()} cores, {reference['renderer']}")
    print(f"{'effect':<12} {'ms':>7}  {'x ' + REFERENCE:>7}")
    for effect in ids:
        ms, note = sum(size["ms"] for size in cost(effect)["sizes"]), ""
        if ms < STILL_MS:
            name = first_number(effect)
            swing = json.dumps({"osc": "sine", "seconds": 1})
            swinging = cost(effect, "--param", f"{name}={swing}")
            ms, note = sum(size["ms"] for size in swinging["sizes"]), f"  its {name} swinging"
        note += "  over the limit" if ms > MAX_MS else ""
        print(f"{effect:<12} {ms:7.1f}  {ms / reference_ms:7.2f}{note}", flush=True)


def effects() -> list[str]:
    """Return the ids of the effects that compile."""
    entries: list[dict[str, Any]] = json.loads(_run("list"))["effects"]
    return [entry["id"] for entry in entries if "inputs" in entry]


def cost(effect: str, *options: str) -> dict[str, Any]:
    """Return the output of `profile` for an effect."""
    profile: dict[str, Any] = json.loads(_run("profile", effect, "--size", "1280x720", *options))
    return profile


def first_number(effect: str) -> str:
    """Return the name of its first numeric input."""
    inputs: dict[str, Any] = json.loads(_run("show", effect))["inputs"]["properties"]
    return next(name for name, schema in inputs.items() if schema.get("type", [""])[0] == "number")


def _run(*arguments: str) -> str:
    command = [*TOQIBOX, *arguments, "--json"]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    main()
