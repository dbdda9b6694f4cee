"""Layout of the data folder, and the operations that keep or remove its contents durably.

lock            held by the one server that uses the folder
jobs.db         the job table
spool/ID/       an upload while it is read and prepared
jobs/ID/        sound.wav, photo.rgba, files/ of the effect, segments, sound.m4a …
                then only video.mp4 and poster.jpg
features/SHA    a folder with the features of a track, shared by the jobs that use it; its files are
                linked from the previews and the cuts that do
uploads/ID/     a track or photo that is kept for a while; see kept_uploads.py
previews/       decoded media and features of previews, a cache of limited size
frames/N/       the frame of a preview, until it is read
thumbnails/     pictures of effects, named by what they were drawn from
shaders/        shaders compiled by the driver, a cache that it keeps and limits itself
unknown/ID/     a folder of jobs/ that is missing in the table; it is never touched again
ballast         disk space reserved for what must be written when the disk is full
"""

import contextlib
import fcntl
import os
import secrets
import time
from pathlib import Path

from server.files.disk import discard, sync_path
from server.jobs.model.spec import Spec
from server.jobs.storage.artifacts import Artifacts
from server.jobs.storage.disk_errors import translate_disk_errors

ID_PATTERN = "[A-Za-z0-9_-]{22}"
"""Regular expression of the ids of jobs and uploads."""
FEATURES_VERSION = 6
"""Version of the features, part of their folder's name, so that an upgrade analyses again."""
_BALLAST_BYTES = 4_000_000
_LOCK_TRIES = 5
_LOCK_PAUSE_S = 0.1


def new_id() -> str:
    """Return 22 URL-safe characters of 128 random bits that do not begin with “-”."""
    while (token := secrets.token_urlsafe(16)).startswith("-"):
        pass
    return token


def features_name(audio: str, tempo: float | None = None) -> str:
    """Return the name of a folder of track features.

    Args:
        audio: the SHA-256 of the prepared samples.
        tempo: the requested one in beats per minute, which the features depend on.
    """
    requested = "" if tempo is None else f"-{tempo:.10g}bpm"
    return f"{audio}{requested}-v{FEATURES_VERSION}"


def _acquire_lock(descriptor: int) -> bool:
    """Acquire the lock; is_in_use holds it only for a moment."""
    for _ in range(_LOCK_TRIES):
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(_LOCK_PAUSE_S)
    return False


class DataFolderError(Exception):
    """The data folder cannot be used; the message says how to fix it."""


class DataFolder:
    """Data folder of one server, locked for the lifetime of the process.

    Args:
        root: path of the folder.
        artifacts: storage of the finished videos; None keeps them in this folder.

    Raises:
        DataFolderError: it cannot be written, or another server uses it.
    """

    def __init__(self, root: Path, artifacts: Artifacts | None = None) -> None:
        self.root = root
        self.spool = root / "spool"
        self.jobs = root / "jobs"
        self.features = root / "features"
        self.scratch = root / "scratch"
        self.shaders = root / "shaders"
        self.uploads = root / "uploads"
        self.previews = root / "previews"
        self.thumbnails = root / "thumbnails"
        self.frames = root / "frames"
        self.unknown = root / "unknown"
        self.artifacts = artifacts or Artifacts(self.jobs)
        self.in_use: set[str] = set()
        """Names of the folders of uploads and of jobs that are being accepted: no row has them."""
        try:
            for folder in (root, self.spool, self.jobs, self.features):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DataFolderError(
                f"the data folder {root} cannot be written ({error.strerror}); "
                "make it writable for this user or set DATA_DIR to another"
            ) from error
        if not _acquire_lock(self._lock):
            os.close(self._lock)
            raise DataFolderError(
                f"another server is using the data folder {root}; stop it, or set another DATA_DIR"
            )
        with contextlib.suppress(OSError):  # without it, shaders are compiled for each worker
            self.shaders.mkdir(mode=0o700, exist_ok=True)
        discard(root / "ballast")  # a full disk must not keep the server from starting
        discard(root / "address")  # of the previous server: this one does not listen yet

    def close(self) -> None:
        os.close(self._lock)

    @property
    def database(self) -> Path:
        return self.root / "jobs.db"

    def reserve_ballast(self) -> None:
        """Reserve a little space for what must be written on a full disk.

        Nothing happens if it is already reserved, or the disk has no space for it.
        """
        ballast = self.root / "ballast"
        with contextlib.suppress(OSError):
            if ballast.exists() and ballast.stat().st_size == _BALLAST_BYTES:
                return
            try:
                # Random bytes: a compressing file system would reserve no space for others.
                ballast.write_bytes(secrets.token_bytes(_BALLAST_BYTES))
            except OSError:
                discard(ballast)

    def release_ballast(self) -> bool:
        """Release the reserved space; return False if none is reserved."""
        ballast = self.root / "ballast"
        if not ballast.exists():
            return False
        discard(ballast)
        return True

    def free_mb(self) -> int:
        """Return the free space for this user, in MB of 10^6 bytes."""
        usage = os.statvfs(self.root)
        return usage.f_bavail * usage.f_frsize // 1_000_000

    def write_error(self) -> str | None:
        """Return the error of creating, writing and syncing a file now; None if it succeeds."""
        probe = self.spool / f"probe-{secrets.token_hex(4)}"
        try:
            descriptor = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                os.write(descriptor, b"x" * 4096)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
                probe.unlink()
        except OSError as error:
            return error.strerror or str(error)
        return None

    def new_spool(self) -> Path:
        """Create a private folder for one upload, in use until `release`.

        The caller removes it unless a job adopts it.

        Raises:
            ToqiboxError: storage_full, not_ready.
        """
        folder = self.spool / new_id()
        with translate_disk_errors():
            folder.mkdir(mode=0o700)
        self.in_use.add(folder.name)
        return folder

    def release(self, folder: Path) -> None:
        """Leave the folder of an upload, as far as there is one, to the next purge."""
        self.in_use.discard(folder.name)

    def job_folder(self, job_id: str) -> Path:
        return self.jobs / job_id

    def adopt(self, spooled: Path, job_id: str) -> None:
        """Turn a prepared upload into the folder of a job, durably.

        Raises:
            ToqiboxError: storage_full, not_ready.
        """
        with translate_disk_errors():
            sync_path(spooled)
            spooled.rename(self.job_folder(job_id))
            sync_path(self.jobs)
            sync_path(self.spool)

    def features_folder(self, spec: Spec) -> Path:
        """Return the folder of the track features of a job."""
        return self.features / features_name(spec.audio, spec.tempo)

    def quarantine(self, folder: Path) -> Path:
        """Move the folder of a job to `unknown` under a free name and return its path."""
        self.unknown.mkdir(mode=0o700, exist_ok=True)
        target = self.unknown / folder.name
        count = 1
        while os.path.lexists(target):
            count += 1
            target = self.unknown / f"{folder.name}-{count}"
        folder.rename(target)
        return target

    def discard_job(self, job_id: str) -> None:
        discard(self.job_folder(job_id))


def write_address(root: Path, address: str) -> None:
    """Write the server's address to its data folder, for the command line.

    Raises:
        OSError: the disk is full, among others; the old content may remain.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(root / "address", flags, 0o600)
    try:
        # Overwrite in place: on a full disk a file keeps its space.
        os.ftruncate(descriptor, os.pwrite(descriptor, f"{address}\n".encode(), 0))
    finally:
        os.close(descriptor)


def is_in_use(root: Path) -> bool:
    """Return True if a server uses the data folder now."""
    try:
        with (root / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def read_address(root: Path) -> str | None:
    """Return the address of the server that uses the data folder now.

    None if there is no server, or if it could not write its address.
    """
    path = root / "address"
    if not is_in_use(root) or not path.exists():
        return None
    return path.read_text().strip() or None
