"""Time that a new worker takes to its first frame, and the memory that it then occupies.

    python -m bench.workers [--effect ID] [--size WxH] [--runs N] [--json]

executed  a Python interpreter that loads what its task needs
forked    by the fork server, as a server does
cached    forked, and its shaders are in the driver's cache

Each row has the wall and processor milliseconds from its start to the end of its first frame, and
its memory in MB: resident, its share of that (Pss in proc(5), smaps_rollup), and private. All are
medians of the runs. Before these, each way runs once, uncounted; the ways then take turns.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from server.cli.support.command_error import CommandError
from server.cli.tasks import effect_loader, task_builder
from server.config import Config
from server.jobs.execution.fork_server import ForkServer
from server.jobs.execution.process import ExecutedProcess
from server.jobs.execution.worker_process import Launch, Timeouts, Worker
from server.process import sandbox
from server.protocol.scene import SceneSpec
from server.protocol.tasks import DrawFrames, FrameFile

_TIMEOUTS = Timeouts(idle_s=120, total_s=120)
_TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")

Figures = dict[str, float]


async def measure(scene: SceneSpec, runs: int) -> dict[str, Figures]:
    """Return the figures of each way to start a worker."""
    os.environ.pop("MESA_SHADER_CACHE_DIR", None)
    runs_by_way: dict[str, list[Figures]] = {}
    with tempfile.TemporaryDirectory(prefix="toqibox-bench-") as name:
        folder = Path(name)
        task = DrawFrames(scene=scene, frames=(FrameFile(frame=0, out=folder / "frame.png"),))
        async with AsyncExitStack() as stack:
            forked, cached = ForkServer(sandbox.environment()), _cached(folder / "shaders")
            stack.push_async_callback(forked.close)
            stack.push_async_callback(cached.close)
            ways: dict[str, Launch] = {
                "executed": ExecutedProcess.start,
                "forked": forked.start,
                "cached": cached.start,
            }
            for _ in range(runs + 1):
                for way, launch in ways.items():
                    runs_by_way.setdefault(way, []).append(await _draw(launch, task))
    return {way: _medians(figures[1:]) for way, figures in runs_by_way.items()}


def _cached(folder: Path) -> ForkServer:
    folder.mkdir()
    return ForkServer(sandbox.environment(shaders=folder))


def _medians(figures: list[Figures]) -> Figures:
    return {name: statistics.median(one[name] for one in figures) for name in figures[0]}


async def _draw(launch: Launch, task: DrawFrames) -> Figures:
    """Return the figures of a new worker that draws one frame."""
    began = time.perf_counter()
    worker = await Worker.start("bench", launch=launch)
    try:
        await worker.run(task, _TIMEOUTS, lambda _event: None)
        wall_ms = 1000 * (time.perf_counter() - began)
        proc = Path(f"/proc/{worker.process.pid}")
        times = (proc / "stat").read_text().rpartition(")")[2].split()[11:13]
        lines = (proc / "smaps_rollup").read_text().splitlines()[1:]
        kb = {line.split(":")[0]: int(line.split()[1]) for line in lines}
        return {
            "wallMs": wall_ms,
            "cpuMs": sum(map(int, times)) * _TICK_MS,
            "residentMb": kb["Rss"] / 1000,
            "shareMb": kb["Pss"] / 1000,
            "privateMb": (kb["Private_Clean"] + kb["Private_Dirty"]) / 1000,
        }
    finally:
        await worker.kill()


def main() -> int:
    """Measure and print; return 2 for an invalid option."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--effect", default="breathe")
    parser.add_argument("--size", default="1280x720", metavar="WxH")
    parser.add_argument("--runs", type=int, default=5, help="the medians count (%(default)s)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    config = Config.from_env(os.environ)
    try:
        loaded = effect_loader.find(options.effect, config)
        scene = SceneSpec(
            effects=(loaded.to_instance(),),
            photo=None,
            features=None,
            size=task_builder.parse_size(options.size),
            fps=30,
            frames=1,
            fit="cover",
        )
    except CommandError as error:
        print(f"workers: {error}", file=sys.stderr)
        return 2
    rows = asyncio.run(measure(scene, max(1, options.runs)))
    if options.json:
        print(json.dumps(rows, indent=2))
        return 0
    print(f"{options.effect}, {options.size}, {os.cpu_count()} cores")
    print(f"{'':10}" + "".join(f"{name:>12}" for name in rows["forked"]))
    for way, figures in rows.items():
        print(f"{way:10}" + "".join(f"{value:12.0f}" for value in figures.values()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
