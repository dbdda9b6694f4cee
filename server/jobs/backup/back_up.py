"""Backup of a data folder whose server may be running.

The job table is copied first, as of one moment, then the files of the jobs that it lists. A job
that ends meanwhile loses its inputs, which the copied table still needs: then the table is copied
again, until the files of every job in it are there.
"""

import os
import secrets
from pathlib import Path

from server import __version__
from server.files.disk import discard, sync_path
from server.jobs.backup import file_copy
from server.jobs.backup.manifest import BackupError, CopiedFile, Manifest
from server.jobs.model.job import now_ms
from server.jobs.store.database.database_copy import CopiedJob, SchemaError, copy_database
from server.protocol import file_names

DATABASE = "jobs.db"
_JOBS = "jobs"
_NOT_COPIED = frozenset(
    {_JOBS, "spool", "scratch", "frames", "features", "previews", "thumbnails", "uploads"}
    | {"shaders", "lock", "ballast", "address"}
    | {DATABASE + end for end in ("", "-wal", "-shm", "-journal")}
)
"""Names of what a server makes again, and of what is copied in another way."""
_MAX_ROUNDS = 8


def back_up(root: Path, target: Path) -> Manifest:
    """Copy the job table, the files of its jobs and what else is kept of the data folder `root`.

    Returns:
        The contents of the backup, which is complete and durable if `target` exists.

    Raises:
        BackupError: `target` exists, `root` is not a data folder, or the copy failed.
    """
    if not (root / DATABASE).exists():
        raise BackupError(f"no server has used {root} yet")
    target = target.absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BackupError(f"{target} exists; name a new folder")
    if target.is_relative_to(root.absolute()):
        raise BackupError(f"{target} is in the data folder; name a folder outside of it")
    temporary = target.with_name(f".{target.name}-{secrets.token_hex(4)}.part")
    try:
        temporary.mkdir(mode=0o700, parents=True)
        manifest = _copy(root.absolute(), temporary)
        manifest.write(temporary)
        file_copy.sync_folders(temporary)
        os.replace(temporary, target)
        sync_path(target.parent)
    except SchemaError as error:
        raise BackupError(str(error)) from error
    except OSError as error:
        raise BackupError(f"the backup cannot be written: {error}") from error
    finally:
        discard(temporary)
    return manifest


def _copy(root: Path, target: Path) -> Manifest:
    copied: dict[str, CopiedFile] = {}
    for _ in range(_MAX_ROUNDS):
        jobs = copy_database(root / DATABASE, target / DATABASE)
        for name in _kept_names(root):
            _add(root, name, target, copied)
        incomplete = [job for job in jobs if not _copy_job(root, job, target, copied)]
        if not any(job.is_live for job in incomplete):
            break
    else:
        raise BackupError("jobs end faster than they are copied; try again, or stop the server")
    # What was copied of a job that has ended since then.
    listed = {f"{_JOBS}/{job.id}/" for job in jobs}
    for name in [name for name in copied if name.startswith(f"{_JOBS}/")]:
        if name[: name.index("/", len(_JOBS) + 1) + 1] not in listed:
            del copied[name]
            (target / name).unlink()
    database = file_copy.describe_file(target, DATABASE)
    files = (database, *(copied[name] for name in sorted(copied)))
    return Manifest(version=__version__, created_at=now_ms(), jobs=len(jobs), files=files)


def _kept_names(root: Path) -> list[str]:
    """Return all other files that are kept, such as the secrets that sign links."""
    entries = sorted(entry.name for entry in root.iterdir() if entry.name not in _NOT_COPIED)
    return [name for entry in entries for name in file_copy.file_names(root, entry)]


def _copy_job(root: Path, job: CopiedJob, target: Path, copied: dict[str, CopiedFile]) -> bool:
    """Copy what is new of a job; return False if a file that its row needs is not there."""
    folder = f"{_JOBS}/{job.id}"
    names = file_copy.file_names(root, folder)
    for name in names:
        _add(root, name, target, copied)
    required = (file_names.AUDIO, file_names.PHOTO) if job.is_live else (file_names.VIDEO,)
    is_complete = all(f"{folder}/{name}" in copied for name in required)
    # A job that ends while it is copied loses its inputs, the optional ones too.
    return is_complete and not (job.is_live and _has_ended(root / folder))


def _has_ended(folder: Path) -> bool:
    return not all((folder / name).exists() for name in (file_names.AUDIO, file_names.PHOTO))


def _add(root: Path, name: str, target: Path, copied: dict[str, CopiedFile]) -> None:
    """Copy a file unless it has been copied; one that is removed meanwhile is left out."""
    if name not in copied:
        try:
            copied[name] = file_copy.copy_file(root, name, target)
        except FileNotFoundError:
            (target / name).unlink(missing_ok=True)
