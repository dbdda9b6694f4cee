"""Event streams: memory of each, status requests next to them, and the last event of all.

    python -m bench.streams [--streams 500] [--jobs 5] [--requests 1000]

It starts its own server, whose queue does not move, asks for the states of its jobs, opens the
streams, asks again, and cancels the jobs.
"""

import argparse
import asyncio
import itertools
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp

from bench.speed.server import running_server
from server.effects.library.library import Library
from server.jobs.model.job import Job, now_ms
from server.jobs.model.spec import Spec
from server.jobs.storage.data_folder import new_id
from server.jobs.store.store import Store
from server.protocol.scene import EffectInstance
from tests.harness.processes import rss_bytes

_PARALLEL_REQUESTS = 4


async def queue_jobs(database: Path, count: int) -> list[str]:
    """Add jobs to a table that no server uses; return their ids."""
    effect = Library().get("breathe")
    instance = EffectInstance(id=effect.id, file=effect.file, source=effect.source)
    spec = Spec(
        effects=(instance,),
        sequential=False,
        width=640,
        height=360,
        fps=30,
        frames=90,
        fit="blur",
        start="0",
        duration="3",
        title=None,
        artist=None,
        samples=144_000,
        audio="a" * 64,
        photo="b" * 64,
        loudest_s=0.0,
    )
    database.parent.mkdir(mode=0o700)
    store = Store(database)
    ids = [new_id() for _ in range(count)]
    for at, job_id in enumerate(ids):
        job = Job.new(job_id, "free", spec, queue_key=at, created_at=now_ms(), request_id="bench")
        await store.jobs.add(job, bound=count)
    store.close()
    return ids


async def ask(session: aiohttp.ClientSession, jobs: list[str], count: int) -> str:
    """Ask for states of jobs, four at a time; return median and 99th percentile."""
    seconds: list[float] = []
    paths = itertools.cycle([f"/export/{job}" for job in jobs])

    async def repeat() -> None:
        while len(seconds) < count:
            began = time.monotonic()
            async with session.get(next(paths)) as answer:
                await answer.read()
            seconds.append(time.monotonic() - began)

    await asyncio.gather(*(repeat() for _ in range(_PARALLEL_REQUESTS)))
    seconds.sort()
    middle, late = (seconds[int(part * (len(seconds) - 1))] for part in (0.5, 0.99))
    return f"p50 {middle * 1000:.1f} ms, p99 {late * 1000:.1f} ms"


async def read_first(stream: aiohttp.ClientResponse) -> None:
    """Read up to the end of the first event."""
    while not (await stream.content.readline()).startswith(b"data:"):
        pass


async def measure(url: str, pid: int, jobs: list[str], options: argparse.Namespace) -> None:
    """Print the figures."""
    timeout = aiohttp.ClientTimeout(total=None)
    async with (
        aiohttp.ClientSession(
            url, connector=aiohttp.TCPConnector(limit=0), timeout=timeout
        ) as session,
        AsyncExitStack() as stack,
    ):
        await ask(session, jobs, 200)
        print(f"states without streams   {await ask(session, jobs, options.requests)}")
        before = rss_bytes(pid)
        streams = []
        for _, job in zip(range(options.streams), itertools.cycle(jobs), strict=False):
            opened = session.get(f"/export/{job}/events")
            streams.append(await stack.enter_async_context(opened))
        await asyncio.gather(*map(read_first, streams))
        refused = sum(stream.status != 200 for stream in streams)
        each = (rss_bytes(pid) - before) / options.streams
        print(f"states with streams      {await ask(session, jobs, options.requests)}")
        print(
            f"memory of a stream       {each / 1000:.0f} kB of {options.streams}; {refused} refused"
        )
        began = time.monotonic()
        await asyncio.gather(*(session.delete(f"/export/{job}") for job in jobs))
        await asyncio.gather(*(stream.read() for stream in streams))
        print(
            f"last event of all        {time.monotonic() - began:.2f} s after the end of the jobs"
        )


def main() -> int:
    """Start a server, measure, stop it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--jobs", type=int, default=5)
    parser.add_argument("--requests", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        jobs = asyncio.run(queue_jobs(Path(folder, "data", "jobs.db"), options.jobs))
        settings = {"MAX_PARALLEL_EXPORTS": "0", "PLANS": "free=360"}
        settings["MAX_CLIENT_CONNECTIONS"] = "2048"  # all streams are of one address
        with running_server(Path(folder), **settings) as server:
            asyncio.run(measure(server.url, server.pid, jobs, options))
    return 0


if __name__ == "__main__":
    sys.exit(main())
