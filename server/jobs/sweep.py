"""The sweep: removes what expired and what dead jobs and uploads left; at start and hourly."""

import logging
import time

from server.jobs.artifacts import DataFolder, discard
from server.jobs.job import Status, now_ms
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
    removed = _sweep_spool(data, at_start=at_start)
    if at_start:  # later, folders of jobs that are just being adopted change hands
        discard(data.scratch)
        removed += _sweep_jobs(store, data)
    store.forget(now_ms() - ROW_DAYS * _DAY_MS)
    if removed:
        note(_LOG, logging.INFO, "sweep", removed=removed)


def _expire(store: Store, data: DataFolder) -> None:
    for job in store.expired(now_ms()):
        store.update(job.id, removed=1)
        data.discard_job(job.id)
        note(_LOG, logging.INFO, "job.expired", job=job.id, request=job.request_id)


def _sweep_spool(data: DataFolder, *, at_start: bool) -> int:
    oldest = time.time() - _ABANDONED_S
    dead = [path for path in data.spool.iterdir() if at_start or path.stat().st_mtime < oldest]
    for folder in dead:
        discard(folder)
    return len(dead)


def _sweep_jobs(store: Store, data: DataFolder) -> int:
    keepers = store.keepers()
    live = store.with_status(Status.QUEUED, Status.PROCESSING)
    dead = [folder for folder in data.jobs.iterdir() if folder.name not in keepers]
    for job_id in keepers - {job.id for job in live}:
        data.keep_artifacts_only(job_id)
    for job in live:
        dead += data.job(job.id).glob("*.part")
    wanted = {data.features_of(job) for job in live}
    dead += [path for path in data.features.iterdir() if path not in wanted]
    for path in dead:
        discard(path)
    return len(dead)
