"""Jobs that were processing when the server died, and may have caused it.

A crash while a job is processing is only a hint: an operator who kills the server three times kills
it with some job at work. A suspected job is therefore held back for a while. If the server crashes
without it too, the job is cleared. If the server survives, the job is resumed, and if the server
crashes with it once more, the job fails, so that no job can crash the server forever.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

from server.jobs.model.job import Job, Status
from server.jobs.store.database.sqlite import DiskFull
from server.jobs.store.store import Store
from server.jobs.store.tasks import HELD_BACK, POINTS_PER_CRASH
from server.logging_json import log_event

_LOG = logging.getLogger(__name__)
HOLD_BACK_AT = 3 * POINTS_PER_CRASH
"""Three crashes in a row with the job alone, or nine with other jobs."""
FAIL_AT = HOLD_BACK_AT + POINTS_PER_CRASH
"""One more crash, after the server has survived without the job."""
HOLD_S = 60.0
"""Time that the server has to survive without a suspected job."""


@dataclass
class Interrupted:
    """The jobs that were processed when the server ended."""

    resumed: list[Job] = field(default_factory=list)
    suspected: list[Job] = field(default_factory=list)
    """May have caused deaths of the server: held back for a while."""
    crashing: list[Job] = field(default_factory=list)
    """Caused deaths of the server again after they had been held back."""


async def sort_interrupted(store: Store) -> Interrupted:
    """Return the jobs that an earlier server left, by what is to be done with them."""
    try:
        blame = await store.tasks.mark_interrupted()
    except DiskFull:  # the start matters more than the count
        _LOG.exception("interruptions.save_failed")
        blame = {}
    left = Interrupted()
    for job in await store.jobs.list_by_status(Status.PROCESSING):
        points = blame.get(job.id, 0)
        if points >= FAIL_AT:
            left.crashing.append(job)
        elif points >= HOLD_BACK_AT:
            left.suspected.append(job)
        else:
            left.resumed.append(job)
    return left


async def hold_back(store: Store, job: Job, hold_s: float = HOLD_S) -> None:
    """Wait before a suspected job is resumed; a crash meanwhile clears it."""
    facts = {"job": job.id, "request": job.request_id}
    log_event(_LOG, logging.WARNING, "job.held_back", **facts, seconds=hold_s)
    try:
        with _logged_errors():
            await store.tasks.start(job.id, HELD_BACK)
        await asyncio.sleep(hold_s)
    finally:
        with _logged_errors():
            await store.tasks.stop(job.id, HELD_BACK, counts=False)


@contextlib.contextmanager
def _logged_errors() -> Iterator[None]:
    """Log an error instead of raising it: the job matters more than the count."""
    try:
        yield
    except Exception:
        _LOG.exception("interruptions.save_failed")
