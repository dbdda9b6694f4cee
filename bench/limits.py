"""Ratio of a whole job to the limit of the machine: its parts alone, and all of it.

    python -m bench.limits [--effect ID] [--size WxH] [--seconds S] [--runs N] [--server] [--json]

For each effect and size, in one run: drawing, conversion to NV12, readback, the pipe and encoding,
each alone on the same frames with the settings and threads of a job; then the job, as `toqibox
render` does it and, with `--server`, from the request to a server to its finished video. `ratio` is
the time of the job over that of the limit. On a software renderer, drawing and encoding share the
cores: the limit is their processor time, shared by all cores. On a GPU it is the slower of the two.

Encoding alone means an encoder for each slot, all at once. The frames of a segment are held in
memory, one gigabyte at 1080p. With several runs each figure is the median. Run it on an idle
machine.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.speed import jobs, parts
from bench.speed.jobs import FPS, JobTime, Work
from bench.speed.parts import Parts
from server.cli.support.command_error import CommandError
from server.cli.tasks import effect_loader, task_builder
from server.config import Config
from server.jobs.execution.worker_process import TaskError
from server.process import sandbox

PARTS = ("drawing", "conversion", "readback", "pipe", "encoding")
STAGES = ("analyse", "flashes", "compile", "join")

Figures = dict[str, Any]


def main() -> int:
    """Measure and print; return 2 for an invalid option."""
    options = _parse_options()
    os.environ.update(sandbox.environment())  # draw in this process as in a worker
    config = Config.from_env(os.environ)
    try:
        works = list(_works(options, config))
    except (CommandError, ValueError) as error:
        print(f"limits: {error}", file=sys.stderr)
        return 2
    results = []
    for work in works:
        try:
            runs = [_measure(work, config, options.server) for _ in range(options.runs)]
        except TaskError as error:
            print(f"limits: {work.effect}: {error}", file=sys.stderr)
            return 1
        results.append(_median(runs))
        if not options.json:
            print("\n".join(_format(results[-1])), flush=True)
    if options.json:
        print(json.dumps(results, indent=2))
    return 0


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--effect", action="append", help="may be repeated (breathe, ring, spin)")
    parser.add_argument("--size", action="append", metavar="WxH", help="likewise (1280x720)")
    parser.add_argument("--seconds", type=int, default=30, help="of the video (%(default)s)")
    parser.add_argument("--runs", type=int, default=1, help="the median counts (%(default)s)")
    parser.add_argument("--server", action="store_true", help="also by a server")
    parser.add_argument("--json", action="store_true", help="print JSON at the end")
    options = parser.parse_args()
    if options.seconds < 1 or options.runs < 1:
        parser.error("--seconds and --runs must be at least 1")
    return options


def _works(options: argparse.Namespace, config: Config) -> Iterator[Work]:
    for text in options.size or ["1280x720"]:
        size = task_builder.parse_size(text)
        jobs.check_size(size)
        for effect in options.effect or ["breathe", "ring", "spin"]:
            loaded = effect_loader.find(effect, config)
            transition = loaded.effect.transition_image is not None
            yield Work(effect=effect, size=size, seconds=options.seconds, transition=transition)


def _measure(work: Work, config: Config, by_server: bool) -> Figures:
    with tempfile.TemporaryDirectory(prefix="toqibox-bench-") as name:
        folder = Path(name)
        material = jobs.write_material(folder, work.seconds)
        job = jobs.render(work, material, folder / "out.mp4")
        served = jobs.serve(work, material, folder) if by_server else None
        measured, renderer = parts.measure(work, material, config, job.report["encoder"], folder)
    figures = _figures(work, measured, job, served)
    return {**figures, "renderer": renderer, "encoder": job.report["encoder"]}


def _figures(work: Work, measured: Parts, job: JobTime, served: JobTime | None) -> Figures:
    costs = {name: getattr(measured, name) for name in PARTS}
    figures = {
        "effect": work.effect,
        "size": list(work.size),
        "seconds": work.seconds,
        "fps": FPS,
        "frames": work.frames,
        "cores": measured.cores,
        "slots": measured.slots,
        "threads": measured.threads,
        "software": measured.software,
        "parts": {
            name: {"wallSeconds": cost.wall_s, "cpuSeconds": cost.cpu_s}
            for name, cost in costs.items()
        },
        "limitSeconds": measured.limit_s,
        "jobSeconds": job.job_s,
        "jobCpuSeconds": job.cpu_s,
        "drawingSeconds": job.drawing_s,
        "commandSeconds": job.request_s,
        "stages": {name: job.report["seconds"].get(name, 0.0) for name in STAGES},
        "ratio": job.job_s / measured.limit_s,
        "drawingRatio": job.drawing_s / measured.limit_s,
    }
    if served is not None:
        figures |= {
            "requestSeconds": served.request_s,
            "requestRatio": served.request_s / measured.limit_s,
            "servedJobSeconds": served.job_s,
            "servedJobRatio": served.job_s / measured.limit_s,
        }
    return figures


def _median(runs: list[Figures]) -> Figures:
    """Return the medians of all seconds and ratios, however deep."""
    first = runs[0]
    median: Figures = {}
    for name, value in first.items():
        values = [run[name] for run in runs]
        if isinstance(value, dict):
            median[name] = _median(values)
        elif isinstance(value, float):
            median[name] = statistics.median(values)
        else:
            median[name] = value
    return median


def _format(figures: Figures) -> Iterator[str]:
    frames, cores = figures["frames"], figures["cores"]
    yield (
        f"{figures['effect']} {figures['size'][0]}x{figures['size'][1]},"
        f" {figures['seconds']} s at {FPS} frames/s; {figures['renderer']};"
        f" {figures['encoder']}; {cores} cores, {figures['slots']} slots,"
        f" {figures['threads']} encoder threads each"
    )
    yield f"  {'':12} {'s':>7} {'CPU s':>7} {'ms/frame':>9} {'CPU ms':>7} {'frames/s':>9}"
    for name, cost in figures["parts"].items():
        yield _row(name, frames, cost["wallSeconds"], cost["cpuSeconds"])
    yield _row("limit", frames, figures["limitSeconds"], None)
    yield _row("job", frames, figures["jobSeconds"], figures["jobCpuSeconds"])
    yield _row("  drawing", frames, figures["drawingSeconds"], None)
    yield _row("command", frames, figures["commandSeconds"], None)
    if "requestSeconds" in figures:
        yield _row("request", frames, figures["requestSeconds"], None)
        yield _row("  its job", frames, figures["servedJobSeconds"], None)
    stages = "  ".join(f"{name} {spent:.2f}" for name, spent in figures["stages"].items())
    yield f"  stages (s): {stages}"
    request = ""
    if "requestRatio" in figures:
        request = f", request {figures['requestRatio']:.2f}"
        request += f", its job {figures['servedJobRatio']:.2f}"
    yield (
        f"  ratio {figures['ratio']:.2f} (drawing phase {figures['drawingRatio']:.2f}{request});"
        f" the command kept {figures['jobCpuSeconds'] / figures['commandSeconds'] / cores:.0%}"
        " of the cores busy"
    )


def _row(name: str, frames: int, wall_s: float, cpu_s: float | None) -> str:
    cpu = "" if cpu_s is None else f"{cpu_s:.2f}"
    cpu_ms = "" if cpu_s is None else f"{1000 * cpu_s / frames:.2f}"
    rate = f"{frames / wall_s:.1f}" if wall_s else ""
    return f"  {name:12} {wall_s:7.2f} {cpu:>7} {1000 * wall_s / frames:9.2f} {cpu_ms:>7} {rate:>9}"


if __name__ == "__main__":
    sys.exit(main())
