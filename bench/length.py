"""Memory and time of jobs of several lengths, and of two jobs at once.

    python -m bench.length [--seconds S …] [--pair S] [--size WxH] [--effect ID] [--json]

A server of its own renders a video of each length, one after the other. Each row has the processor
and the wall time of a frame, over the whole job, and the largest anonymous memory of the server, of
a worker that draws, of a worker that analyses the track, and of ffmpeg. The ratios are to the first
length: those of time should be within 5 % of 1, those of memory should not be above it.

Then two jobs of `--pair` seconds run one after the other, and two at once, each with a track of its
own; the ratio is that of the wall times. `--pair 0` leaves that out, and `--seconds 0` the lengths.
Run it on an idle machine.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
import wave
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp

from bench.speed import jobs
from bench.speed.jobs import Material, Work
from bench.speed.server import RunningServer, running_server
from bench.speed.usage import PeakMemory, processor_s
from server.cli.tasks import task_builder
from tests.harness import validation_results

_PROCESSES = {
    "server": "server",
    "draw_segment": "drawing",
    "analyse": "analysis",
    "ffmpeg": "ffmpeg",
}
"""Columns of memory by the names of processes: server, the task of a worker, ffmpeg."""
_TIMES = ("cpuMs", "wallMs", "drawingMs")
_MB = 1_000_000
_SETTLE_S = 1.0
"""Time in which the workers of an ended job end too."""

Figures = dict[str, Any]


async def measure_length(server: RunningServer, work: Work, material: Material) -> Figures:
    """Run one job; return its times of a frame in ms, and its peaks of memory in MB."""
    async with aiohttp.ClientSession(server.url) as session:
        used_s = processor_s(server.pid)
        with PeakMemory(server.pid) as peak:
            job = await jobs.post(session, work, material, work.fields)
        await asyncio.sleep(_SETTLE_S)
        used_s = processor_s(server.pid) - used_s
    return {
        "seconds": work.seconds,
        "cpuMs": 1000 * used_s / work.frames,
        "wallMs": 1000 * job.request_s / work.frames,
        "drawingMs": 1000 * job.drawing_s / work.frames,
        "memoryMb": {column: peak.bytes.get(name, 0) / _MB for name, column in _PROCESSES.items()},
    }


async def measure_pair(
    server: RunningServer, work: Work, material: Callable[[int], Material]
) -> Figures:
    """Run two jobs one after the other and two at once; return the wall seconds and their ratio.

    Args:
        server: with at least two slots.
        work: of each job.
        material: returns that of job number n; no two have the same track.
    """
    tracks = [material(number) for number in range(4)]
    async with aiohttp.ClientSession(server.url) as session:
        began = time.monotonic()
        for one in tracks[:2]:
            await jobs.post(session, work, one, work.fields)
        after = time.monotonic()
        await asyncio.gather(*(jobs.post(session, work, one, work.fields) for one in tracks[2:]))
        ended = time.monotonic()
    return {
        "seconds": work.seconds,
        "oneAfterTheOtherS": after - began,
        "atOnceS": ended - after,
        "ratio": (ended - after) / (after - began),
    }


def write_rotated(material: Material, number: int) -> Material:
    """Write the track again, beginning `number` seconds later; it ends with what is missing."""
    out = material.audio.with_name(f"track{number}.wav")
    with wave.open(str(material.audio)) as source, wave.open(str(out), "wb") as target:
        target.setparams(source.getparams())
        data = source.readframes(source.getnframes())
        at = number * source.getframerate() * source.getnchannels() * source.getsampwidth()
        target.writeframes(data[at:] + data[:at])
    return Material(out, material.photo)


def measure(folder: Path, work: Work, lengths: list[int], pair_s: int) -> Iterator[Figures]:
    """Yield the figures of each length, and of two jobs of `pair_s` seconds unless it is 0."""
    # A new server would validate its whole library meanwhile.
    validation_results.save(folder / "data", validation_results.valid_effects())
    with running_server(folder, **{**work.settings, "MIN_FREE_MB": "0"}) as server:
        asyncio.run(measure_length(server, work, jobs.write_material(folder, work.seconds)))
        for seconds in filter(None, lengths):
            material, job = jobs.write_material(folder, seconds), replace(work, seconds=seconds)
            yield asyncio.run(measure_length(server, job, material))
        if pair_s:
            material, job = jobs.write_material(folder, pair_s), replace(work, seconds=pair_s)
            pair = measure_pair(server, job, lambda number: write_rotated(material, number))
            yield asyncio.run(pair)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, nargs="+", default=[60, 120, 240])
    parser.add_argument("--pair", type=int, default=60, help="seconds (%(default)s)")
    parser.add_argument("--size", default="1920x1080", metavar="WxH", help="(%(default)s)")
    parser.add_argument("--effect", default="breathe", help="(%(default)s)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    size = task_builder.parse_size(options.size)
    jobs.check_size(size)
    work = Work(effect=options.effect, size=size, seconds=1)
    rows = []
    with tempfile.TemporaryDirectory(prefix="toqibox-bench-") as name:
        for row in measure(Path(name), work, options.seconds, options.pair):
            rows.append(row)
            if not options.json:
                print(_format_pair(row) if "ratio" in row else _format(row, rows[0]), flush=True)
    if options.json:
        results = {"effect": options.effect, "size": list(size), "rows": rows}
        print(json.dumps(results, indent=2))
    return 0


def _format(row: Figures, first: Figures) -> str:
    lines = []
    if row is first:
        head = "".join(f"{f'{column}, MB':>14}" for column in row["memoryMb"])
        lines.append(f"{'':8}{'CPU ms/frame':>14}{'wall ms/frame':>15}{'drawing':>9}{head}")
    for label, divisor in ((f"{row['seconds']:6} s", None), ("  ratio", first)):
        times = [row[name] / (divisor[name] if divisor else 1) for name in _TIMES]
        memory = [
            value / (max(divisor["memoryMb"][column], 1) if divisor else 1)
            for column, value in row["memoryMb"].items()
        ]
        digits = 2 if divisor else 0
        columns = "".join(f"{value:14.{digits}f}" for value in memory)
        lines.append(f"{label:8}{times[0]:14.2f}{times[1]:15.2f}{times[2]:9.2f}{columns}")
    return "\n".join(lines)


def _format_pair(row: Figures) -> str:
    return (
        f"two jobs of {row['seconds']} s: one after the other {row['oneAfterTheOtherS']:.1f} s,"
        f" at once {row['atOnceS']:.1f} s, ratio {row['ratio']:.2f}"
    )


if __name__ == "__main__":
    sys.exit(main())
