"""Processor time of the server for a request of the state of a job, with and without a queue.

    python -m bench.polls [--queued N] [--count N]

Its own server has no slots and N queued jobs in its table. On one connection, one after the other,
`GET /export/{jobId}` is requested for a completed job, for the first and for the last of the queue,
and for each of the queue in turn. Each row has the processor milliseconds of a request, of the
server alone.
"""

import argparse
import asyncio
import http.client
import itertools
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench.speed.server import RunningServer, running_server
from bench.traffic.footprint import processor_s
from server.effects.library.library import Library
from server.jobs.model.job import Job, Status, now_ms
from server.jobs.storage.data_folder import DataFolder
from server.jobs.store.store import Store
from server.protocol.scene import EffectInstance
from tests.harness import validation_results
from tests.http.made_job import new_job

_EFFECT = "breathe"
_DAY_MS = 86_400_000


async def fill(folder: Path, queued: int) -> tuple[str, list[str]]:
    """Write a data folder with a completed job and a queue; return the ids of their jobs."""
    validation_results.save(folder, validation_results.valid_effects())
    effect = Library().get(_EFFECT)
    assert effect is not None
    instance = EffectInstance(id=_EFFECT, file=f"{_EFFECT}.fs", source=effect.source)
    data = DataFolder(folder)
    store = Store(data.database)
    try:
        jobs: list[Job] = []
        for number in range(queued + 1):
            job = new_job(effects=(instance,), frames=900, duration="30")
            jobs.append(replace(job, queue_key=job.queue_key + number))
            data.job_folder(job.id).mkdir()
            await store.jobs.add(jobs[-1], bound=queued + 1)
        done = jobs.pop().id
        await store.jobs.transition(done, Status.PROCESSING)
        ends = {"finished_at": now_ms(), "expires_at": now_ms() + _DAY_MS}
        await store.jobs.transition(done, Status.COMPLETED, progress=100, **ends)
    finally:
        store.close()
        data.close()
    return done, [job.id for job in jobs]


def measure(server: RunningServer, jobs: Sequence[str], count: int) -> float:
    """Request the states of jobs in turn; return the processor milliseconds of each request."""
    connection = http.client.HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]))
    ids = itertools.cycle(jobs)

    def request(number: int) -> None:
        for _ in range(number):
            connection.request("GET", f"/export/{next(ids)}")
            response = connection.getresponse()
            response.read()
            if response.status != 200:
                raise RuntimeError(f"a request was answered {response.status}")

    request(len(jobs))
    used_s = processor_s(server.pid)
    request(count)
    used_s = processor_s(server.pid) - used_s
    connection.close()
    return 1000 * used_s / count


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--queued", type=int, default=300, help="jobs (%(default)s)")
    parser.add_argument("--count", type=int, default=2000, help="requests (%(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="toqibox-bench-") as name:
        folder = Path(name)
        done, queue = asyncio.run(fill(folder / "data", options.queued))
        with running_server(folder, MAX_PARALLEL_EXPORTS="0", MIN_FREE_MB="0") as server:
            rows = {
                "completed": [done],
                "first of the queue": queue[:1],
                "last of the queue": queue[-1:],
                "each of the queue": queue,
            }
            print(f"{options.queued} jobs in the queue; processor ms of the server a request")
            for label, jobs in rows.items():
                print(f"{label:20} {measure(server, jobs, options.count):6.3f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
