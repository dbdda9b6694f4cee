"""Frames a second of every effect at 720p, and the time by stage.

    python bench/effects.py [SECONDS]       length of each video, 10 by default

Renders the demo track and photo through `toqibox render`, one effect after the other, so that both
slots work for one job. Run it on an idle machine.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from server.samples import sample_files

TOQIBOX = [sys.executable, "-m", "server"]


def main() -> None:
    """Print a row for each effect."""
    seconds = sys.argv[1] if len(sys.argv) > 1 else "10"
    print(f"{os.cpu_count()} cores, {seconds} s at 720p, 30 frames a second")
    print(
        f"{'effect':<10} {'frames/s':>8}   compile  render  readback  encode  (s of work)  renderer"
    )
    with tempfile.TemporaryDirectory(prefix="toqibox-bench-") as name:
        material_files = sample_files.write(Path(name))
        for effect, dialect in effects().items():
            photos = ["--photo", str(material_files.photo)]
            photos += ["--photo2", str(material_files.photo)] if dialect == "transition" else []
            arguments = ["--audio", str(material_files.mp3), *photos, "--effect", effect]
            report = render(arguments, seconds, Path(name) / "out.mp4")
            spent = report["seconds"]
            print(
                f"{effect:<10} {report['framesPerSecond']:8.1f}   {spent['compile']:7.1f} "
                f"{spent['render']:7.1f}  {spent['readback']:8.1f} {spent['encode']:7.1f}"
                f"{'':15}{report['renderer']}",
                flush=True,
            )


def effects() -> dict[str, str]:
    """Return the ids and dialects of the effects that compile."""
    answer: dict[str, Any] = json.loads(_run("effects", "list", "--json"))
    return {entry["id"]: entry["dialect"] for entry in answer["effects"] if "inputs" in entry}


def render(arguments: list[str], seconds: str, out: Path) -> dict[str, Any]:
    """Render one video and return its report."""
    ending = ["--duration", seconds, "--json", "-y", "-o", str(out)]
    job: dict[str, Any] = json.loads(_run("render", *arguments, *ending))
    report: dict[str, Any] = job["report"]
    return report


def _run(*arguments: str) -> str:
    command = [*TOQIBOX, *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    main()
