"""The sweep: removes what expired and what dead jobs and uploads left; at start and hourly."""

import logging
import time
from pathlib import Path

from server.jobs.artifacts import DataFolder, discard
from server.jobs.job import Job, Status
from server.jobs.store import Store
from server.log import note

_LOG = logging.getLogger(__name__)
_DAY_MS = 86_400_000
ROW_DAYS = 30
"""How long the row of a job is kept after its files are gone."""
_ABANDONED_S = 3600
"""Nobody reads an upload for longer; older spool folders are left-overs."""


def sweep(store: Store, data: DataFolder, *, at_start: bool) -> None:
    """Remove left-overs; at start nothing is in use, so everything without an owner goes."""
    _expire(store, data)
    jobs = {job.id: job for job in store.recent(1_000_000)}
    removed = 0
    for folder in data.jobs.iterdir():
        removed += _sweep_job(data, folder, jobs.get(folder.name), at_start=at_start)
    oldest = time.time() - (0 if at_start else _ABANDONED_S)
    for folder in data.spool.iterdir():
        if at_start or folder.stat().st_mtime < oldest:
            discard(folder)
            removed += 1
    live = {data.features_of(job).name for job in jobs.values() if not job.is_final}
    for path in data.features.iterdir():
        if at_start and path.name not in live:
            discard(path)
            removed += 1
    store.forget(time.time_ns() // 1_000_000 - ROW_DAYS * _DAY_MS)
    if removed:
        note(_LOG, logging.INFO, "sweep", removed=removed)


def _expire(store: Store, data: DataFolder) -> None:
    now = time.time_ns() // 1_000_000
    for job in store.with_status(Status.COMPLETED):
        if not job.removed and job.expires_at is not None and job.expires_at <= now:
            store.update(job.id, removed=1)
            data.discard_job(job.id)
            note(_LOG, logging.INFO, "job.expired", job=job.id, request=job.request_id)


def _sweep_job(data: DataFolder, folder: Path, job: Job | None, *, at_start: bool) -> int:
    if not at_start:
        return 0  # folders of live jobs, and of uploads that are just being adopted, change hands
    if job is None or (job.is_final and (job.status is not Status.COMPLETED or job.removed)):
        discard(folder)
        return 1
    if job.status is Status.COMPLETED:
        data.keep_artifacts_only(job.id)
        return 0
    parts = list(folder.glob("*.part"))
    for part in parts:
        discard(part)
    return len(parts)
