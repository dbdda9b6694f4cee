"""Retention: purges expired videos and left-overs of jobs and uploads, at start and hourly.

Features that nothing uses any more are purged every minute: those of a long track are large.
"""

import asyncio
import logging
import math
import time
from pathlib import Path

from server.concurrency import run_in_thread
from server.config import Config
from server.files.disk import discard
from server.jobs.model.job import LIVE, now_ms
from server.jobs.storage.data_folder import DataFolder
from server.jobs.store.store import Store
from server.jobs.submission.idempotency import KEPT_MS
from server.logging_json import log_event

_LOG = logging.getLogger(__name__)
_INTERVAL_S = 3600.0
_DAY_MS = 86_400_000
RECORD_DAYS = 30
"""Days for which the row of a job is kept after its files are removed."""
_FEATURES_INTERVAL_S = 60.0
"""Time between purges of features, and for which those stay that were just made."""
_MAX_NAMED = 100
_ABANDONED_S = 3600
"""An upload is never read for longer; older spool folders are left-overs."""


async def purge_hourly(config: Config, store: Store, data: DataFolder) -> None:
    """Purge every hour, or as often as videos expire."""
    while True:
        await asyncio.sleep(min(_INTERVAL_S, config.result_ttl_sec))
        await purge_or_log(store, data, at_start=False)


async def purge_features_regularly(store: Store, data: DataFolder) -> None:
    """Purge features every minute."""
    while True:
        await asyncio.sleep(_FEATURES_INTERVAL_S)
        try:
            await purge_features(store, data, before=time.time() - _FEATURES_INTERVAL_S)
        except Exception:
            _LOG.exception("purge.failed")


async def purge_or_log(store: Store, data: DataFolder, *, at_start: bool) -> None:
    """Purge; log a failure and leave the rest to the next purge."""
    try:
        await purge(store, data, at_start=at_start)
    except Exception:
        _LOG.exception("purge.failed")


async def purge(store: Store, data: DataFolder, *, at_start: bool) -> None:
    """Remove left-overs; at start nothing is in use, so everything without an owner is removed.

    Files that need no change of the table come first, so that there is space for the changes.

    Raises:
        DiskFull: not all changes could be written; the next purge repeats them.
    """
    before = time.time() - (0 if at_start else _ABANDONED_S)
    if at_start:
        for folder in (data.scratch, data.frames):
            await run_in_thread(discard, folder)
    # Folders are listed before rows are read: a folder is there before its row is.
    folders, spooled = await run_in_thread(
        lambda: [
            [path for path in parent.iterdir() if at_start or _is_older(path, before)]
            for parent in (data.jobs, data.spool)
        ]
    )
    # Read between the folders and the rows: what is accepted meanwhile is in one of them.
    in_use = set(data.in_use)
    folders = [path for path in folders if path.name not in in_use]
    spooled = [path for path in spooled if path.name not in in_use]
    known = await store.jobs.known_ids()
    unknown = [path for path in folders if path.name not in known]
    if not store.is_new:
        unknown = [path for path in unknown if await data.artifacts.exists(path.name, "video")]
        # The video of another job, which a server that died was about to share.
        unknown = [path for path in unknown if not data.artifacts.is_unfinished_link(path)]
    unmoved = await run_in_thread(_quarantine, unknown, data)
    owned, live = await store.jobs.ids_with_files(), await store.jobs.list_by_status(*LIVE)
    # After the start only old ones: a folder is created before its row.
    orphans = [folder for folder in folders if folder.name not in owned]
    if at_start:
        for job_id in owned - {job.id for job in live}:
            await data.artifacts.commit(job_id)
        partial = [data.job_folder(job.id).glob("*.part") for job in live]
        orphans += await run_in_thread(lambda: [path for paths in partial for path in paths])
    dead = [*spooled, *(path for path in orphans if path not in unmoved)]
    for path in dead:
        await run_in_thread(discard, path)
    await purge_features(store, data, before=math.inf if at_start else before)
    await _expire(store, data)
    await store.jobs.prune(now_ms() - RECORD_DAYS * _DAY_MS)
    await store.idempotency.prune(now_ms() - KEPT_MS)
    if dead:
        log_event(_LOG, logging.INFO, "purge", removed=len(dead))


async def _expire(store: Store, data: DataFolder) -> None:
    for job in await store.jobs.list_expired(now_ms()):
        await data.artifacts.remove(job.id)
        await run_in_thread(data.discard_job, job.id)  # its expiry time is in its row already
        await store.jobs.update(job.id, removed=1)
        log_event(_LOG, logging.INFO, "job.expired", job=job.id, request=job.request_id)


def _quarantine(unknown: list[Path], data: DataFolder) -> set[Path]:
    """Quarantine the folders of jobs that are missing in the table.

    The row of a finished video outlives its files by far, so a video without a row means that the
    table was lost or is an old copy. All folders are older than a table that was just created.

    Returns:
        Folders that could not be moved: they stay in place, and nothing in them may be removed.
    """
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


async def purge_features(store: Store, data: DataFolder, *, before: float) -> None:
    """Remove the features that no live job, cut or preview has.

    Those whose files a cut or a preview has too need no space of their own, and save an analysis.

    Args:
        store: has the live jobs.
        data: has the features.
        before: time before which they were last written, in seconds since 1970.
    """

    def find_unused() -> list[Path]:
        paths = data.features.iterdir()
        return [path for path in paths if _is_older(path, before) and not _is_shared(path)]

    if unused := await run_in_thread(find_unused):
        live = await store.jobs.list_by_status(*LIVE)
        wanted = {data.features_folder(job.spec) for job in live}
        # At once: no job that uses them can begin meanwhile.
        for path in unused:
            if path not in wanted:
                discard(path)


def _is_shared(folder: Path) -> bool:
    """Return whether a file of a folder has a further name elsewhere."""
    try:
        return any(path.stat().st_nlink > 1 for path in folder.iterdir())
    except OSError:  # not a folder, or it is being removed
        return False
