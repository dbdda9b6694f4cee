"""Retention: purges expired videos and left-overs of jobs and uploads, at start and hourly."""

import logging
import time
from pathlib import Path

from server.jobs.model.job import Status, now_ms
from server.jobs.storage.data_folder import DataFolder, discard
from server.jobs.store.job_table import Store
from server.logging_json import log_event

_LOG = logging.getLogger(__name__)
_DAY_MS = 86_400_000
RECORD_DAYS = 30
"""Days for which the row of a job is kept after its files are removed."""
_MAX_NAMED = 100
_ABANDONED_S = 3600
"""An upload is never read for longer; older spool folders are left-overs."""


def purge(store: Store, data: DataFolder, *, at_start: bool) -> None:
    """Remove left-overs; at start nothing is in use, so everything without an owner is removed.

    Files that need no change of the table come first, so that there is space for the changes.

    Raises:
        DiskFull: not all changes could be written; the next purge repeats them.
    """
    before = time.time() - (0 if at_start else _ABANDONED_S)
    if at_start:
        discard(data.scratch)
    dead = [path for path in data.spool.iterdir() if at_start or _is_older(path, before)]
    unmoved = _quarantine_unknown(store, data, before, at_start=at_start)
    orphans = _find_orphans(store, data, before, at_start=at_start)
    dead += [path for path in orphans if path not in unmoved]
    for path in dead:
        discard(path)
    _expire(store, data)
    store.prune(now_ms() - RECORD_DAYS * _DAY_MS)
    if dead:
        log_event(_LOG, logging.INFO, "purge", removed=len(dead))


def _expire(store: Store, data: DataFolder) -> None:
    for job in store.list_expired(now_ms()):
        data.discard_job(job.id)  # its row already says that it is expired
        store.update(job.id, removed=1)
        log_event(_LOG, logging.INFO, "job.expired", job=job.id, request=job.request_id)


def _quarantine_unknown(
    store: Store, data: DataFolder, before: float, *, at_start: bool
) -> set[Path]:
    """Quarantine the folders of jobs that are missing in the table.

    Returns:
        Folders that could not be moved: they stay in place, and nothing in them may be removed.

    The row of a finished video outlives its files by far, so a video without a row means that the
    table was lost or is an old copy. All folders are older than a table that was just created.
    """
    folders = [path for path in data.jobs.iterdir() if at_start or _is_older(path, before)]
    known = store.known_ids()
    unknown = [
        path
        for path in folders
        if path.name not in known
        and (store.is_new or data.artifact_path(path.name, "video").exists())
    ]
    moved: list[Path] = []
    unmoved: dict[Path, OSError] = {}
    for path in unknown:
        try:
            moved.append(data.quarantine(path))
        except OSError as error:
            unmoved[path] = error
    if unmoved:
        log_event(
            _LOG,
            logging.WARNING,
            "jobs.quarantine_failed",
            count=len(unmoved),
            jobs=[path.name for path in list(unmoved)[:_MAX_NAMED]],
            folder=str(data.unknown),
            why=str(next(iter(unmoved.values()))),
        )
    if moved:
        log_event(
            _LOG,
            logging.WARNING,
            "jobs.quarantined",
            count=len(moved),
            jobs=[path.name for path in moved[:_MAX_NAMED]],
            folder=str(data.unknown),
            why="the job table does not know them; put the right jobs.db back, or delete them",
        )
    return set(unmoved)


def _is_older(path: Path, before: float) -> bool:
    """Return whether a file or folder was last changed before then; False if it is gone."""
    try:
        return path.stat().st_mtime < before
    except FileNotFoundError:  # an upload has just been adopted by its job
        return False


def _find_orphans(store: Store, data: DataFolder, before: float, *, at_start: bool) -> list[Path]:
    """Return the folders of jobs and features that no row refers to.

    After the start only old ones: a folder is created before its row.
    """
    folders = [path for path in data.jobs.iterdir() if at_start or _is_older(path, before)]
    features = [path for path in data.features.iterdir() if at_start or _is_older(path, before)]
    ids_with_files = store.ids_with_files()
    live = store.list_by_status(Status.QUEUED, Status.PROCESSING)
    wanted = {data.features_folder(job) for job in live}
    dead = [folder for folder in folders if folder.name not in ids_with_files]
    dead += [path for path in features if path not in wanted]
    if at_start:
        for job_id in ids_with_files - {job.id for job in live}:
            data.keep_artifacts_only(job_id)
        for job in live:
            dead += data.job_folder(job.id).glob("*.part")
    return dead
