"""Latency of one export, from its POST to the finished video, by stage, on an idle server.

    python bench/latency.py [--effect ID] [--plan ID] [--seconds S] [--jobs N] [--data DIR] [--json]

It starts a server of its own, with an empty data folder unless one is named, and sends it one
export after the other. The first is *cold*: no shader of it was compiled before. The others are
*warm*; their medians are printed. They begin once the server has validated its effects, which it
does while it is idle. The job is requested every 50 ms: more requests would slow it down.

accept   from the POST to its answer: upload, decoding, the commit
first    from the POST to the first frame that was passed to an encoder
drawing  from the first frame to the last one encoded
join     from the last frame to the completed job
fixed    accept and all that follows, without drawing: first + join

Each column has the seconds, and their ratio to the time that `python -c "import numpy, moderngl"`
takes in the same run: the ratio hardly depends on the speed of the machine.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import aiohttp

from bench.speed.server import make_form, running_server
from server.samples import sample_files

STAGES = ("accept", "first", "drawing", "join", "fixed", "total")
_POLL_S = 0.05
_MAX_S = 600
_IDLE_S = 2.0
_REFERENCE = [sys.executable, "-c", "import numpy, moderngl"]


def reference_s() -> float:
    """Return the seconds of a Python program that imports what a worker needs at least."""
    began = time.monotonic()
    subprocess.run(_REFERENCE, check=True)
    return time.monotonic() - began


async def export(
    session: aiohttp.ClientSession, url: str, files: dict[str, bytes], fields: dict[str, str]
) -> dict[str, Any]:
    """Post one export and follow it to its end; return its seconds by stage and its report.

    Raises:
        RuntimeError: the job was refused or failed.
    """
    form = make_form(fields, files)
    began = time.monotonic()
    async with session.post(f"{url}/export", data=form) as answer:
        job = await answer.json()
        if answer.status != 202:
            raise RuntimeError(f"the export was refused: {job}")
    accepted = time.monotonic()
    first = last = None
    while job.get("status") != "completed":
        if job.get("status") in ("failed", "cancelled"):
            raise RuntimeError(f"the job ended: {job}")
        await asyncio.sleep(_POLL_S)
        async with session.get(f"{url}/export/{job['jobId']}") as answer:
            job = await answer.json()
        now, done = time.monotonic(), job["frames"]["done"]
        first = first or (now if done else None)
        last = last or (now if done == job["frames"]["total"] else None)
    now = time.monotonic()
    first, last = first or now, last or now
    seconds = {"accept": accepted - began, "first": first - began, "drawing": last - first}
    seconds |= {"join": now - last, "fixed": first - began + now - last, "total": now - began}
    return {"seconds": seconds, "report": job["report"]["seconds"]}


async def measure(url: str, folder: Path, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Send the exports one after the other; return their results, the cold one first."""
    made = sample_files.write(folder)
    files = {"audio": made.mp3.read_bytes(), "photo": made.photo.read_bytes()}
    fields = {"effect": options.effect, "plan": options.plan, "duration": str(options.seconds)}
    results = []
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_MAX_S)) as session:
        while True:
            async with session.get(f"{url}/ready") as answer:
                if answer.status == 200:
                    break
            await asyncio.sleep(_POLL_S)
        for number in range(options.jobs + 1):
            if number == 1:
                await until_validated(session, url)
            await asyncio.sleep(_IDLE_S)
            result = await export(session, url, files, fields)
            result["reference"] = await asyncio.to_thread(reference_s)
            results.append(result)
    return results


Measure = Callable[[str, Path, argparse.Namespace], Coroutine[Any, Any, list[dict[str, Any]]]]


async def until_validated(session: aiohttp.ClientSession, url: str) -> None:
    """Wait until no effect has to be validated any more."""
    while True:
        async with session.get(f"{url}/effects?all=1") as answer:
            entries = (await answer.json())["effects"]
        if all(entry.get("judged", True) for entry in entries):
            return
        await asyncio.sleep(_IDLE_S)


def serve(
    folder: Path, options: argparse.Namespace, measure: Measure = measure
) -> list[dict[str, Any]]:
    """Run a server in `folder` and measure it."""
    data = getattr(options, "data", None) or folder / "data"
    with running_server(folder, DATA_DIR=str(data)) as server:
        return asyncio.run(measure(server.url, folder, options))


def table(results: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Return the seconds by stage of the cold job and the medians of the warm ones."""
    cold, warm = results[0], results[1:]

    def column(stage: str) -> float:
        return float(statistics.median(result["seconds"][stage] for result in warm))

    reference = statistics.median(result["reference"] for result in results)
    return {
        "cold": {stage: cold["seconds"][stage] for stage in STAGES},
        "warm": {stage: column(stage) for stage in STAGES},
        "reference": {"total": reference},
    }


def main() -> int:
    """Measure and print a row for each stage."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--effect", default="breathe")
    parser.add_argument("--plan", default="free")
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--jobs", type=int, default=3, help="warm exports after the cold one")
    parser.add_argument("--data", type=Path, help="data folder to keep: its effects are validated")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        results = serve(Path(name), options)
    rows = table(results)
    if options.json:
        print(json.dumps({**rows, "reports": [result["report"] for result in results]}))
        return 0
    reference = rows["reference"]["total"]
    print(f"{options.effect}, {options.plan}, {options.seconds} s, {os.cpu_count()} cores")
    print(f"reference: {reference:.2f} s")
    print(f"{'stage':<8} {'cold s':>7} {'ratio':>6} {'warm s':>7} {'ratio':>6}")
    for stage in STAGES:
        cold, warm = rows["cold"][stage], rows["warm"][stage]
        ratios = cold / reference, warm / reference
        print(f"{stage:<8} {cold:7.2f} {ratios[0]:6.2f} {warm:7.2f} {ratios[1]:6.2f}")
    print("report of the last job:", results[-1]["report"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
