"""The cost of counting flashes in whole jobs at 720p, and of counting alone.

    python -m bench.flashes [--seconds S] [--runs N] [EFFECT ...]

For each effect: the seconds of a job that allows flashes, so that none are counted; the seconds
spent on counting in one that does not (measuring its frames, then counting them), and their share
of the processor seconds of `toqibox render`; the ratio of both jobs, and that of their processor
seconds. They are run in turn, and each figure is the median of all runs. Finally, for four minutes
at 60 frames a second, without flashes and of strobe, the processor time and the most memory of the
task that counts. Run it on an idle machine.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from server.arrays import Float64Array
from server.files import atomic
from server.protocol.tasks import LimitFlashes
from server.protocol.wire.progress import ProgressReporter
from server.samples import sample_files
from server.worker.tasks import limit_flashes

EFFECTS = ("breathe", "bars", "ring", "spin")
MINUTES_FPS = 60


class JobCost(NamedTuple):
    """Seconds of a job, of counting in it, and of all processors."""

    job: float
    counting: float
    processors: float


def render(folder: Path, effect: str, seconds: int, *, counted: bool) -> JobCost:
    """Render one video."""
    command = [sys.executable, "-m", "server", "render", "--json", "-y", "--effect", effect]
    command += ["--audio", str(folder / "track.wav"), "--photo", str(folder / "photo.jpg")]
    command += ["--duration", str(seconds), "-o", str(folder / "out.mp4")]
    command += [] if counted else ["--allow-flashing"]
    before = _processor_s()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    job: dict[str, Any] = json.loads(done.stdout)
    return JobCost(
        job=(job["finishedAt"] - job["startedAt"]) / 1000,
        counting=job["report"]["seconds"]["flashes"],
        processors=_processor_s() - before,
    )


def _processor_s() -> float:
    """Return the processor seconds of all child processes that ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(folder: Path, effect: str, seconds: int, runs: int) -> str:
    """Return the line of an effect."""
    pairs = [
        [render(folder, effect, seconds, counted=counted) for counted in (False, True)]
        for _ in range(runs)
    ]
    without = median(allowed.job for allowed, _ in pairs)
    counting = median(counted.counting for _, counted in pairs)
    share = median(counted.counting / counted.processors for _, counted in pairs)
    ratio = median(counted.job / allowed.job for allowed, counted in pairs)
    processors = median(counted.processors / allowed.processors for allowed, counted in pairs)
    figures = f"{without:9.2f} {counting:10.3f} {share:7.2%} {ratio:7.3f} {processors:10.3f}"
    return f"{effect:<12} {figures}"


def count_alone(folder: Path, light: Float64Array) -> tuple[float, float]:
    """Count a uniform video with brightness `light`; return processor seconds and gigabytes."""
    cells = np.empty((len(light), 18, 32, 3), np.uint16)
    cells[:] = np.rint(light * 65_535)[:, np.newaxis, np.newaxis, np.newaxis]
    with atomic.atomic_write(folder / "cells", sealed=True) as file:
        np.save(file, cells)
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_count, (folder,))


def _count(folder: Path) -> tuple[float, float]:
    task = LimitFlashes(cells=(folder / "cells",), fps=MINUTES_FPS, out=folder / "gains")
    began = time.process_time()
    limit_flashes.run(task, ProgressReporter(lambda _event: None))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return time.process_time() - began, memory / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("effects", nargs="*", metavar="EFFECT", help=" ".join(EFFECTS))
    parser.add_argument("--seconds", type=int, default=20, help="of each video (%(default)s)")
    parser.add_argument("--runs", type=int, default=3, help="of each job (%(default)s)")
    options = parser.parse_args()
    headings = ("without s", "counting s", "share", "ratio", "processors")
    print("{:<12} {:>9} {:>10} {:>7} {:>7} {:>10}".format("effect", *headings))
    time_s = np.arange(240 * MINUTES_FPS) / MINUTES_FPS
    calm, strobe = 0.5 + 0.3 * np.sin(time_s), np.where(time_s * 5 % 1 < 0.5, 0.8, 0.2)
    with tempfile.TemporaryDirectory() as name:
        sample_files.write(Path(name))
        for effect in options.effects or EFFECTS:
            print(measure(Path(name), effect, options.seconds, options.runs), flush=True)
        for label, light in (("calm", calm), ("strobe", strobe)):
            cpu_s, gigabytes = count_alone(Path(name), light)
            print(f"{len(light)} frames, {label}: {cpu_s:.2f} s, {gigabytes:.2f} GB")


if __name__ == "__main__":
    main()
