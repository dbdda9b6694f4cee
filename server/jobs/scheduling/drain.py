"""Waiting for what works on jobs, when the server stops."""

import asyncio
import time
from collections.abc import Mapping

from server.jobs.scheduling.active_job import ActiveJob


async def wait_for_tasks(active_jobs: Mapping[str, ActiveJob], timeout_s: float) -> None:
    """Wait until no task works for any of the jobs, at most `timeout_s`."""
    ends_at = time.monotonic() + timeout_s
    while tasks := [
        task for active in active_jobs.values() for task in active.tasks() if not task.done()
    ]:
        left_s = ends_at - time.monotonic()
        if left_s <= 0:
            return
        # A task that ends may have started another: the last segment starts the mux.
        await asyncio.wait(tasks, timeout=left_s, return_when=asyncio.FIRST_COMPLETED)
