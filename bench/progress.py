"""Progress and ETA of the exports of a new server, next to the time that they take.

    python -m bench.progress [--effect ID] [--plan ID] [--seconds S] [--jobs N]

It starts a server of its own with an empty data folder: the first export is one without any
measured cost. Each is requested every 50 ms, from its acceptance to its end.

zero     share of the time in which progress is 0
still    longest share of the time without a change of progress
behind   greatest difference of progress to the share of the time that has passed
eta 0    the first ETA over the time that the job then took
eta 1/2  the ETA at half of the time over the time that was left
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp

from bench import latency
from bench.speed.server import make_form
from server.samples import sample_files

COLUMNS = ("zero", "still", "behind", "eta 0", "eta 1/2")
_POLL_S = 0.05
_MAX_S = 600


class Sample(NamedTuple):
    """State of a job, as a client sees it, at one time."""

    at: float
    """Seconds since its acceptance."""
    progress: int
    eta_s: int | None


async def follow(
    session: aiohttp.ClientSession, url: str, files: dict[str, bytes], fields: dict[str, str]
) -> list[Sample]:
    """Post one export and return what is seen of it, to its end.

    Raises:
        RuntimeError: the job was refused or failed.
    """
    form = make_form(fields, files)
    async with session.post(f"{url}/export", data=form) as answer:
        job = await answer.json()
        if answer.status != 202:
            raise RuntimeError(f"the export was refused: {job}")
    began = time.monotonic()
    samples = [Sample(0.0, job["progress"], job["etaSeconds"])]
    while job["status"] != "completed":
        if job["status"] in ("failed", "cancelled"):
            raise RuntimeError(f"the job ended: {job}")
        await asyncio.sleep(_POLL_S)
        async with session.get(f"{url}/export/{job['jobId']}") as answer:
            job = await answer.json()
        samples.append(Sample(time.monotonic() - began, job["progress"], job["etaSeconds"]))
    return samples


def summarise(samples: list[Sample]) -> dict[str, float]:
    """Return the columns of an export."""
    total = samples[-1].at
    changes = [samples[0]]
    changes += [after for before, after in pairwise(samples) if after.progress != before.progress]
    gaps = [after.at - before.at for before, after in pairwise(changes)]
    moved = next(sample.at for sample in samples if sample.progress)
    middle = min(samples, key=lambda sample: abs(sample.at - total / 2))
    running = samples[:-1]
    return {
        "total": total,
        "zero": moved / total,
        "still": max(gaps) / total,
        "behind": max(abs(sample.progress / 100 - sample.at / total) for sample in running),
        "eta 0": (samples[0].eta_s or 0) / total,
        "eta 1/2": (middle.eta_s or 0) / (total - middle.at),
    }


async def measure(url: str, folder: Path, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Send the exports one after the other; return their columns."""
    made = sample_files.write(folder)
    files = {"audio": made.mp3.read_bytes(), "photo": made.photo.read_bytes()}
    fields = {"effect": options.effect, "plan": options.plan, "duration": str(options.seconds)}
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_MAX_S)) as session:
        while True:
            async with session.get(f"{url}/ready") as answer:
                if answer.status == 200:
                    break
            await asyncio.sleep(_POLL_S)
        return [summarise(await follow(session, url, files, fields)) for _ in range(options.jobs)]


def main() -> int:
    """Measure and print a row for each export."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--effect", default="breathe")
    parser.add_argument("--plan", default="free")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        rows = latency.serve(Path(name), options, measure)
    print(f"{options.effect}, {options.plan}, {options.seconds} s, {os.cpu_count()} cores")
    print(f"{'export':<7} {'s':>6} " + " ".join(f"{column:>8}" for column in COLUMNS))
    for number, row in enumerate(rows, 1):
        cells = " ".join(f"{row[column]:8.2f}" for column in COLUMNS)
        print(f"{number:<7} {row['total']:6.2f} {cells}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
