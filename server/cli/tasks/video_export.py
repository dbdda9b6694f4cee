"""Making one video without a server, by the same tasks: for `render` and `effects preview`."""

import asyncio
import json
import shutil
import signal
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from server.cli.support.editor_messages import describe
from server.cli.support.exit_status import FAILED, INTERRUPTED
from server.cli.support.progress_bar import Bar
from server.cli.support.publish import publish
from server.config import Config
from server.effects.library.library import Library
from server.errors import ToqiboxError, localize
from server.jobs.model.job import Job, Status
from server.jobs.service import Service
from server.jobs.submission.request import Request
from server.terminal import print_errors, print_lines

_POLL_S = 0.2


@dataclass(frozen=True, kw_only=True)
class Film:
    """What is to be made, and where it goes."""

    command: str
    """What messages begin with, such as ``toqibox render``."""
    request: Request
    files: dict[str, Path]
    """By the fields of an export: audio, photo and, where the request says so, photo2."""
    folder: Path
    """Where the effect's file lies."""
    out: Path
    as_json: bool

    def check(self, *, overwrite: bool) -> None:
        """Look whether the files are there and the video may be written.

        Raises:
            ValueError: says what is wrong.
        """
        for name, path in self.files.items():
            if not path.is_file():
                raise ValueError(f"--{name} {path}: there is no such file")
        if not self.out.absolute().parent.is_dir():
            raise ValueError(f"{self.out}: there is no such folder")
        if self.out.is_dir():
            raise ValueError(f"{self.out} is a folder")
        if self.out.exists() and not overwrite:
            raise ValueError(f"{self.out} exists; -y overwrites it")

    def tell(self, words: str, status: int) -> int:
        """Say on standard error what went wrong; returns the exit status."""
        print_errors(f"{self.command}: {words}")
        return status


def make(config: Config, library: Library, film: Film) -> int:
    """Make the film in a data folder of its own; returns the exit status."""
    with tempfile.TemporaryDirectory(prefix="toqibox-") as folder:
        slots = max(1, config.max_parallel_exports)
        alone = replace(config, data_dir=Path(folder), min_free_mb=0, max_parallel_exports=slots)
        return asyncio.run(_until_interrupted(Service(alone, library), film))


async def _until_interrupted(service: Service, film: Film) -> int:
    """Render, but end cleanly at Ctrl-C or SIGTERM: nothing is left running."""
    work = asyncio.create_task(_render(service, film))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, work.cancel)
    try:
        return await work
    except asyncio.CancelledError:
        return film.tell("interrupted", INTERRUPTED)
    finally:
        await service.stop()


def _spooled(service: Service, film: Film) -> Path:
    """A folder with copies of the files, as an upload leaves it."""
    folder = service.spool()
    for name, path in film.files.items():
        shutil.copyfile(path, folder / name)
    return folder


async def _render(service: Service, film: Film) -> int:
    await service.start()
    await service.health.first_probe()
    if problems := service.health.problems():
        return film.tell("; ".join(problems) + ". `toqibox doctor` says what to do.", FAILED)
    bar = Bar(sys.stderr, show=not film.as_json)
    if service.health.software:
        bar.say(f"software rendering ({service.health.renderer}): no GPU is used")
    try:
        job = await service.accept(film.request, _spooled(service, film), "cli")
    except ToqiboxError as error:
        return film.tell(localize(error.code, "en", error.values), FAILED)
    told = _warn(film, service.describe(job, "en"), 0)
    while not job.is_final:
        if service.health.gpu.is_gone:
            bar.end()
            return film.tell("the GPU was lost while it drew. `toqibox doctor` says more.", FAILED)
        await asyncio.sleep(_POLL_S)
        job = service.get(job.id) or job
        bar.update(service.describe(job, "en"))
    bar.end()
    _warn(film, service.describe(job, "en"), told)
    return _finish(service, film, job)


def _warn(film: Film, seen: dict[str, Any], told: int) -> int:
    """Print the warnings of a job after the first `told` of them; return how many it has."""
    for row in seen["warnings"][told:]:
        film.tell(f"warning: {row['error']}", 0)
    return len(seen["warnings"])


def _finish(service: Service, film: Film, job: Job) -> int:
    seen = service.describe(job, "en")
    if job.status is Status.COMPLETED:
        if reason := publish(service.artifact(job, "video"), film.out):
            return film.tell(f"{film.out} cannot be written: {reason}", FAILED)
        seen.update(downloadUrl=None, posterUrl=None, file=str(film.out))
    if film.as_json:
        print(json.dumps(seen, indent=2))
    if job.status is not Status.COMPLETED:
        for message in job.diagnostics or []:
            print_errors(*describe(message, film.folder))
        return film.tell(str(seen["error"]), FAILED)
    if not film.as_json:
        print_lines(f"{film.out}: {seen['frames']['total']} frames, {seen['duration']:g} s")
    return 0
