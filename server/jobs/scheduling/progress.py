"""Progress of active jobs in the job table, for a restart and for clients."""

import logging
import time
from collections.abc import Iterable

from server.jobs.scheduling.active_job import ActiveJob
from server.jobs.store.store import Store
from server.logging_json import log_event

_LOG = logging.getLogger(__name__)
_LOG_EVERY_S = 60.0


class Progress:
    """Saves the progress of every active job in a transaction of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._next_log_at = 0.0

    async def save(self, active_jobs: Iterable[ActiveJob]) -> None:
        """Save the progress of `active_jobs`; log failures at most once a minute.

        Progress is not worth the reserved disk space, and a later save includes it.
        """
        failed, last_error = [], None
        for active in active_jobs:
            try:
                await self._save(active)
            except Exception as error:  # one run must not hide the others
                failed.append(active.job.id)
                last_error = error
        if last_error is not None and time.monotonic() >= self._next_log_at:
            self._next_log_at = time.monotonic() + _LOG_EVERY_S
            why = f"{type(last_error).__name__}: {last_error}"
            log_event(_LOG, logging.WARNING, "progress.save_failed", jobs=failed, why=why)

    async def _save(self, active: ActiveJob) -> None:
        slot_ms = round(active.clock.total_s * 1000)
        await self._store.jobs.save_progress(
            active.job.id, active.percent_done, active.frames_done, slot_ms
        )
