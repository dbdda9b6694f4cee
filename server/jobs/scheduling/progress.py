"""The progress of runs as the job table has it, for a restart and for clients."""

import logging
import time
from collections.abc import Iterable

from server.jobs.model.job import percent_done
from server.jobs.scheduling.active_job import ActiveJob
from server.jobs.store.job_table import Store
from server.logging_json import log_event

_LOG = logging.getLogger(__name__)
_LOG_EVERY_S = 60.0


class Progress:
    """Saves the progress of every run, each in a transaction of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._next_log_at = 0.0

    def save(self, active_jobs: Iterable[ActiveJob]) -> None:
        """Save the progress of `runs`; what cannot be saved is logged once a minute.

        Progress is not worth the room that is held back, and a later save includes it.
        """
        failed, last_error = [], None
        for active in active_jobs:
            try:
                self._save(active)
            except Exception as error:  # one run must not hide the others
                failed.append(active.job.id)
                last_error = error
        if last_error is not None and time.monotonic() >= self._next_log_at:
            self._next_log_at = time.monotonic() + _LOG_EVERY_S
            why = f"{type(last_error).__name__}: {last_error}"
            log_event(_LOG, logging.WARNING, "progress.unsaved", jobs=failed, why=why)

    def _save(self, active: ActiveJob) -> None:
        done = active.frames_done
        percent = percent_done(done, active.job.spec.frames)
        self._store.save_progress(active.job.id, percent, done, round(active.clock.total_s * 1000))
