"""Figures of a machine with GPUs: the rates of drawing and of whole jobs, within 8 minutes.

    python -m bench.gpu [--effect ID] [--size WxH] [--seconds S] [--long S] [--software] [--json]

For each effect: frames/s of drawing with conversion and readback, of encoding alone, and of the
whole job, which should reach 0.95 of encoding alone. Then the wall time of one long job by a server
and, with several GPUs (GPUS=0,1), the time of as many jobs at once as there are GPUs over that of
one. Without a GPU it says so and measures nothing, unless ``--software`` is given.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.speed import jobs, parts
from bench.speed.jobs import Work
from server.cli.tasks import effect_loader, task_builder
from server.config import Config
from server.process import sandbox
from server.render.gl.context import GlError
from server.render.gl.gpu import open_context

JOB_AIM = 0.95
"""Aim of the whole job's rate, as a share of the rate of encoding alone."""
DRAWING_AIM = 1000.0
"""Aim of the frames/s of drawing, conversion and readback at 1080p."""

Figures = dict[str, Any]


def main() -> int:
    """Measure and print; return 1 if an aim is missed on a GPU."""
    options = _parse_options()
    os.environ.update(sandbox.environment())  # draw in this process as in a worker
    config = Config.from_env(os.environ)
    try:
        with open_context(config.egl_device, config.first_gpu) as context:
            renderer, software = context.renderer, context.software
    except GlError as error:
        print(f"gpu: {error}", file=sys.stderr)
        return 1
    if software and not options.software:
        print(f"no GPU: the renderer is {renderer}; nothing is measured")
        return 0
    figures: Figures = {"renderer": renderer, "software": software, "gpus": len(config.gpus)}
    figures["effects"] = [_measure_effect(effect, config, options) for effect in options.effect]
    figures["long"] = _measure_long(options)
    if len(config.gpus) > 1:
        figures["parallel"] = _measure_parallel(len(config.gpus), options)
    print(json.dumps(figures, indent=2) if options.json else "\n".join(_format(figures)))
    missed = [effect for effect in figures["effects"] if not _meets_aims(effect, options.size)]
    return 1 if missed and not software else 0


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--effect", action="append", help="may be repeated (breathe, ring)")
    parser.add_argument("--size", type=task_builder.parse_size, default=(1920, 1080), metavar="WxH")
    parser.add_argument("--seconds", type=int, default=30, help="of a job (%(default)s)")
    parser.add_argument("--long", type=int, default=240, help="of the long job (%(default)s)")
    parser.add_argument("--software", action="store_true", help="measure without a GPU too")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    options.effect = options.effect or ["breathe", "ring"]
    try:
        jobs.check_size(options.size)
    except ValueError as error:
        parser.error(str(error))
    return options


def _measure_effect(effect: str, config: Config, options: argparse.Namespace) -> Figures:
    loaded = effect_loader.find(effect, config)
    transition = loaded.effect.transition_image is not None
    work = Work(effect=effect, size=options.size, seconds=options.seconds, transition=transition)
    with tempfile.TemporaryDirectory(prefix="toqibox-bench-") as name:
        folder = Path(name)
        material = jobs.write_material(folder, work.seconds)
        served = jobs.serve(work, material, folder)
        encoder = served.report["encoder"]
        measured, _ = parts.measure(work, material, config, encoder, folder)
    drawn_s = sum(
        part.wall_s for part in (measured.drawing, measured.conversion, measured.readback)
    )
    rates = {
        "drawing": work.frames / drawn_s,
        "encoding": work.frames / measured.encoding.wall_s,
        "job": work.frames / served.job_s,
        "segments": work.frames / served.drawing_s,
    }
    return {"effect": effect, "encoder": encoder, "framesPerSecond": rates}


def _measure_long(options: argparse.Namespace) -> Figures:
    work = Work(effect=options.effect[0], size=options.size, seconds=options.long)
    with tempfile.TemporaryDirectory(prefix="toqibox-bench-") as name:
        folder = Path(name)
        served = jobs.serve(work, jobs.write_material(folder, work.seconds), folder)
    return {"effect": work.effect, "seconds": work.seconds, "wallSeconds": served.request_s}


def _measure_parallel(count: int, options: argparse.Namespace) -> Figures:
    """Measure `count` jobs at once on `count` GPUs, over one job on one GPU."""
    work = Work(effect=options.effect[0], size=options.size, seconds=options.seconds)
    with tempfile.TemporaryDirectory(prefix="toqibox-bench-") as name:
        folder = Path(name)
        material = jobs.write_material(folder, work.seconds)
        gpus = os.environ.pop("GPUS")
        os.environ["GPUS"] = gpus.partition(",")[0]
        alone = jobs.serve(work, material, folder)
        os.environ["GPUS"] = gpus
        together_s = asyncio.run(jobs.serve_at_once(work, material, folder, count))
    return {"jobs": count, "seconds": together_s, "ratio": together_s / alone.request_s}


def _meets_aims(effect: Figures, size: tuple[int, int]) -> bool:
    rates = effect["framesPerSecond"]
    draws = rates["drawing"] >= DRAWING_AIM or min(size) != 1080
    return bool(draws and rates["job"] >= JOB_AIM * rates["encoding"])


def _format(figures: Figures) -> Iterator[str]:
    yield f"{figures['renderer']}, GPUS {figures['gpus'] or 'unset'}"
    names = ("drawing", "encoding", "segments", "job", "of encoding")
    yield f"{'frames/s':<12}" + "".join(f" {name:>11}" for name in names)
    for effect in figures["effects"]:
        rates = effect["framesPerSecond"]
        yield (
            f"{effect['effect']:<12}"
            + "".join(f" {rates[name]:11.0f}" for name in names[:4])
            + f" {rates['job'] / rates['encoding']:11.2f}  {effect['encoder']}"
        )
    long = figures["long"]
    yield f"{long['effect']} of {long['seconds']} s: {long['wallSeconds']:.1f} s from POST to video"
    if "parallel" in figures:
        parallel = figures["parallel"]
        yield (
            f"{parallel['jobs']} jobs at once on as many GPUs: {parallel['ratio']:.2f} times"
            " the time of one"
        )


if __name__ == "__main__":
    sys.exit(main())
