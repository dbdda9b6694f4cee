"""Jobs that were processing when the server died, and may have caused it.

A crash while a job is processing is only a hint: an operator who kills the server three times kills
it with some job at work. A suspected job is therefore held back for a while. If the server crashes
without it too, the job is cleared. If the server survives, the job is resumed, and if the server
crashes with it once more, the job fails, so that no job can crash the server forever.
"""

import asyncio
import contextlib
import logging

from server.jobs.model.job import Job
from server.jobs.store.database import DiskFull
from server.jobs.store.job_table import HELD_BACK, POINTS_PER_CRASH, Store
from server.logging_json import log_event

_LOG = logging.getLogger(__name__)
HOLD_BACK_AT = 3 * POINTS_PER_CRASH
"""Three crashes in a row with the job alone, or nine with other jobs."""
FAIL_AT = HOLD_BACK_AT + POINTS_PER_CRASH
"""One more crash, after the server has survived without the job."""
_HOLD_S = 60.0
"""Time that the server has to survive without a suspected job."""


async def hold_back(store: Store, job: Job) -> None:
    """Wait before a suspected job is resumed; a crash meanwhile clears it."""
    facts = {"job": job.id, "request": job.request_id}
    log_event(_LOG, logging.WARNING, "job.held_back", **facts, seconds=_HOLD_S)
    with contextlib.suppress(DiskFull):
        store.start_task(job.id, HELD_BACK)
    try:
        await asyncio.sleep(_HOLD_S)
    finally:
        with contextlib.suppress(DiskFull):
            store.stop_task(job.id, HELD_BACK, counts=False)
