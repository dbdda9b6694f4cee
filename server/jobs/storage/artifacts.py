"""Artifacts: the files of a job that a client downloads, kept where the server finds them again."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from server.concurrency import open_in_thread, run_in_thread
from server.files.disk import discard
from server.protocol import file_names

FILES = {"video": file_names.VIDEO, "poster": file_names.POSTER}
"""File names by the kind of the artifact."""
_LINKED = "linked"


@dataclass(frozen=True)
class Artifact:
    """An open file that never changes once it is published."""

    descriptor: int
    size: int
    """Bytes."""

    async def read(self, offset: int, count: int) -> bytes:
        """Read at most `count` bytes from `offset`; fewer only at the end."""
        return await run_in_thread(os.pread, self.descriptor, count, offset)


@asynccontextmanager
async def open_artifact(path: Path) -> AsyncIterator[Artifact]:
    """Open a file of this machine that never changes.

    Raises:
        FileNotFoundError: it was removed, or never made.
    """
    async with open_in_thread(path) as descriptor:
        yield Artifact(descriptor, os.fstat(descriptor).st_size)


class Artifacts:
    """The artifacts of all jobs, each in the folder that the job's tasks wrote it into.

    Args:
        jobs: the folder of the jobs' folders.
    """

    def __init__(self, jobs: Path) -> None:
        self._jobs = jobs

    def path(self, job_id: str, kind: str) -> Path:
        """Return where an artifact is on this machine."""
        return self._jobs / job_id / FILES[kind]

    async def exists(self, job_id: str, kind: str) -> bool:
        """Return whether a job has an artifact."""
        return await run_in_thread(self.path(job_id, kind).exists)

    @asynccontextmanager
    async def open(self, job_id: str, kind: str) -> AsyncIterator[Artifact]:
        """Open an artifact for reading.

        Raises:
            FileNotFoundError: it was removed, or never made.
        """
        async with open_artifact(self.path(job_id, kind)) as artifact:
            yield artifact

    async def copy(self, job_id: str, kind: str, out: Path) -> None:
        """Copy an artifact to the file `out`.

        Raises:
            OSError: it does not exist, or `out` cannot be written.
        """
        await run_in_thread(shutil.copyfile, self.path(job_id, kind), out)

    async def link(self, job_id: str, folder: Path) -> None:
        """Make the artifacts of a job those of another one too, whose folder is `folder`.

        The removal of one leaves the other. Until `commit` the folder is marked: without a row in
        the job table it is a left-over.

        Raises:
            OSError: one is missing, or the file system has no links.
        """
        await run_in_thread(self._link, job_id, folder)

    @staticmethod
    def is_unfinished_link(folder: Path) -> bool:
        """Return whether the artifacts in a folder are linked, and not committed."""
        return (folder / _LINKED).exists()

    def _link(self, job_id: str, folder: Path) -> None:
        (folder / _LINKED).touch()
        for kind, name in FILES.items():
            os.link(self.path(job_id, kind), folder / name)

    @staticmethod
    def discard_links(folder: Path) -> None:
        """Undo `link`, however much of it was done."""
        for name in (*FILES.values(), _LINKED):
            (folder / name).unlink(missing_ok=True)

    async def commit(self, job_id: str) -> None:
        """Keep the artifacts of a completed job, and remove its other files."""
        await run_in_thread(self._remove_others, job_id)

    async def remove(self, job_id: str) -> None:
        """Remove the artifacts of a job; missing ones are ignored."""
        for kind in FILES:
            await run_in_thread(discard, self.path(job_id, kind))

    def _remove_others(self, job_id: str) -> None:
        for path in (self._jobs / job_id).glob("*"):
            if path.name not in FILES.values():
                discard(path)
