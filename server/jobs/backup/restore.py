"""Restore of a backup into an empty data folder."""

from contextlib import closing
from pathlib import Path

from server.jobs.backup import file_copy
from server.jobs.backup.back_up import DATABASE
from server.jobs.backup.manifest import BackupError, CopiedFile, Manifest
from server.jobs.storage.data_folder import DataFolder, DataFolderError
from server.jobs.store.database.database_copy import SchemaError, check_schema

_IGNORED = {"lost+found"}
"""Names that a new file system has."""


def restore(source: Path, root: Path) -> Manifest:
    """Copy the backup `source` into the data folder `root`, which no server uses.

    Every file is compared with its hash. The job table comes last: until then a server that is
    started finds no jobs.

    Raises:
        BackupError: `source` is not a complete backup or one of a newer server, or `root` is not
            empty.
    """
    manifest = Manifest.read(source)
    database = next((file for file in manifest.files if file.path == DATABASE), None)
    if database is None:
        raise BackupError(f"{source} is damaged: it has no {DATABASE}")
    if root.is_dir() and {entry.name for entry in root.iterdir()} - _IGNORED:
        raise BackupError(f"{root} is not empty; set DATA_DIR to a new folder")
    _compare(source, database)
    try:
        check_schema(source.absolute() / DATABASE)
        with closing(DataFolder(root)):  # no server can start meanwhile
            for file in manifest.files:
                if file is not database:
                    _copy(source, file, root)
            file_copy.sync_folders(root)
            _copy(source, database, root)
            file_copy.sync_folders(root)
    except (SchemaError, DataFolderError) as error:
        raise BackupError(str(error)) from error
    except OSError as error:
        raise BackupError(f"{error}; remove {root} before the next attempt") from error
    return manifest


def _compare(source: Path, file: CopiedFile) -> None:
    try:
        is_same = file_copy.describe_file(source, file.path) == file
    except OSError as error:
        raise BackupError(f"{source} is damaged: {error}") from error
    if not is_same:
        raise BackupError(f"{source} is damaged: {file.path} differs from what was copied")


def _copy(source: Path, file: CopiedFile, root: Path) -> None:
    if file_copy.copy_file(source, file.path, root) != file:
        raise BackupError(
            f"{source} is damaged: {file.path} differs from what was copied; "
            f"remove {root} before the next attempt"
        )
