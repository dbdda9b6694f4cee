"""The cost of flash detection, compared with drawing the job at 720p.

    python bench/flashes.py [SECONDS] [EFFECT ...]    length of each video, 20 by default

For each effect: the seconds of the step (wall time of its slot, including the start of a worker
that drawing then reuses), the seconds of drawing in both slots together, and their ratio. Finally,
the CPU time of counting alone for four minutes without flashes, and for four minutes of strobe. Run
it on an idle machine.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from server.arrays import Float64Array
from server.render.flash_safety.limiter import limit_flashes
from server.samples import sample_files

EFFECTS = ("breathe", "bars", "ring", "spin")
FPS = 30


def report(folder: Path, effect: str, seconds: str) -> dict[str, Any]:
    """Render one video and return its report."""
    command = [sys.executable, "-m", "server", "render", "--json", "-y", "--effect", effect]
    command += ["--audio", str(folder / "track.wav"), "--photo", str(folder / "photo.jpg")]
    command += ["--duration", seconds, "-o", str(folder / "out.mp4")]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    job_report: dict[str, Any] = json.loads(done.stdout)["report"]
    return job_report


def cpu_seconds(light: Float64Array) -> float:
    """Return the CPU seconds for a uniform video with brightness `light`, one value a frame."""
    column = light.astype(np.float32)[:, np.newaxis, np.newaxis, np.newaxis]
    frames = np.tile(column, (1, 18, 32, 3))
    began = time.process_time()
    limit_flashes(frames, FPS)
    return time.process_time() - began


def main() -> None:
    seconds = sys.argv[1] if len(sys.argv) > 1 else "20"
    print(f"{'effect':<12} {'looking s':>9} {'drawing s':>9}  ratio  limited")
    with tempfile.TemporaryDirectory() as name:
        sample_files.write(Path(name))
        for effect in sys.argv[2:] or EFFECTS:
            job_report = report(Path(name), effect, seconds)
            looking, drawing = job_report["seconds"]["flashes"], job_report["seconds"]["render"]
            ratio, limited = looking / drawing, job_report["flashes"]["limited"]
            print(
                f"{effect:<12} {looking:9.2f} {drawing:9.2f}  {ratio:5.2f}  {limited}", flush=True
            )
    time_s = np.arange(240 * FPS) / FPS
    calm, strobe = 0.5 + 0.3 * np.sin(time_s), np.where(time_s * 5 % 1 < 0.5, 0.8, 0.2)
    print(f"7200 frames: calm {cpu_seconds(calm):.2f} s, strobe {cpu_seconds(strobe):.2f} s")


if __name__ == "__main__":
    main()
