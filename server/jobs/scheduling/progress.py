"""The progress of runs as the job table has it, for a restart and for clients."""

import logging
import time
from collections.abc import Iterable

from server.jobs.model.job import progress_of
from server.jobs.scheduling.active_job import Run
from server.jobs.store.job_table import Store
from server.logging_json import log_event

_LOG = logging.getLogger(__name__)
_LOG_EVERY_S = 60.0


class Progress:
    """Saves the progress of every run, each in a transaction of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._next_line_at = 0.0

    def save(self, runs: Iterable[Run]) -> None:
        """Save the progress of `runs`; what cannot be saved is logged once a minute.

        Progress is not worth the room that is held back, and a later save includes it.
        """
        failed, last = [], None
        for run in runs:
            try:
                self._save(run)
            except Exception as error:  # one run must not hide the others
                failed.append(run.job.id)
                last = error
        if last is not None and time.monotonic() >= self._next_line_at:
            self._next_line_at = time.monotonic() + _LOG_EVERY_S
            why = f"{type(last).__name__}: {last}"
            log_event(_LOG, logging.WARNING, "progress.unsaved", jobs=failed, why=why)

    def _save(self, run: Run) -> None:
        done = run.frames_done
        percent = progress_of(done, run.job.spec.frames)
        self._store.advance(run.job.id, percent, done, round(run.clock.total_s * 1000))
