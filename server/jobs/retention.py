"""The sweep: removes what expired and what dead jobs and uploads left; at start and hourly."""

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
"""How long the row of a job is kept after its files are gone."""
_MAX_NAMED = 100
_ABANDONED_S = 3600
"""Nobody reads an upload for longer; older spool folders are left-overs."""


def purge(store: Store, data: DataFolder, *, at_start: bool) -> None:
    """Remove left-overs; at start nothing is in use, so everything without an owner goes.

    First what needs no note in the table, so that there is room for the notes.

    Raises:
        DiskFull: not all could be noted; it is left for the next sweep.
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
        log_event(_LOG, logging.INFO, "sweep", removed=len(dead))


def _expire(store: Store, data: DataFolder) -> None:
    for job in store.list_expired(now_ms()):
        data.discard_job(job.id)  # the time in its row says already that it is gone
        store.update(job.id, removed=1)
        log_event(_LOG, logging.INFO, "job.expired", job=job.id, request=job.request_id)


def _quarantine_unknown(
    store: Store, data: DataFolder, before: float, *, at_start: bool
) -> set[Path]:
    """Move the folders of jobs aside that the table should know and does not.

    Returns:
        those that could not be moved: they stay where they are, and nothing of them may go.

    A finished video has a row until long after it is gone, so a video without one means that the
    table was lost, or is an old copy. Of a table that was made just now all folders are older.
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
            "jobs.unmoved",
            count=len(unmoved),
            jobs=[path.name for path in list(unmoved)[:_MAX_NAMED]],
            folder=str(data.unknown),
            why=str(next(iter(unmoved.values()))),
        )
    if moved:
        log_event(
            _LOG,
            logging.WARNING,
            "jobs.unknown",
            count=len(moved),
            jobs=[path.name for path in moved[:_MAX_NAMED]],
            folder=str(data.unknown),
            why="the job table does not know them; put the right jobs.db back, or delete them",
        )
    return set(unmoved)


def _is_older(path: Path, before: float) -> bool:
    """Whether a file or folder was last changed before that; False when it is gone by now."""
    try:
        return path.stat().st_mtime < before
    except FileNotFoundError:  # an upload was just adopted by its job
        return False


def _find_orphans(store: Store, data: DataFolder, before: float, *, at_start: bool) -> list[Path]:
    """What lies in the folders of jobs and features that no row wants.

    Later than at start only what is old: a folder is there before its row is.
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
