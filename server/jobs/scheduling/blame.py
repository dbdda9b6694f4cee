"""Jobs at work when the server died: which of them may have caused it, and what is done about it.

A death of the server while a job is at work is a suspicion only: whoever kills a server three times
kills it with some job at work. So a suspected job is held back for a while. Where the server dies
without it too, it is cleared. Where the server lives, the job is taken up again, and a further
death with it at work is held against it: then it fails, so that no job brings the server down for
ever.
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
"""Three deaths in a row with a job alone at work, or nine among others."""
FAIL_AT = HOLD_BACK_AT + POINTS_PER_CRASH
"""The same once more, after the server has lived without it."""
_HOLD_S = 60.0
"""Time for which the server has to live without a suspected job."""


async def hold_back(store: Store, job: Job) -> None:
    """Leave a suspected job alone for a while, noted so that a death meanwhile clears it."""
    facts = {"job": job.id, "request": job.request_id}
    log_event(_LOG, logging.WARNING, "job.held_back", **facts, seconds=_HOLD_S)
    with contextlib.suppress(DiskFull):
        store.start_task(job.id, HELD_BACK)
    try:
        await asyncio.sleep(_HOLD_S)
    finally:
        with contextlib.suppress(DiskFull):
            store.stop_task(job.id, HELD_BACK, counts=False)
