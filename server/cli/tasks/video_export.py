"""The export of one video without a server, for `render` and `effects preview`."""

import asyncio
import json
import shutil
import signal
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from server.cli.support.atomic_copy import atomic_target
from server.cli.support.editor_messages import format_with_source
from server.cli.support.exit_status import FAILED, INTERRUPTED
from server.cli.support.progress_bar import ProgressBar
from server.cli.support.user_cache import shader_cache
from server.config import Config
from server.effects.library.library import Library
from server.errors import ToqiboxError, localize
from server.jobs.model.job import Job, Status
from server.jobs.service import Service
from server.jobs.submission.request import Request
from server.terminal import print_errors, print_lines

_POLL_S = 0.2


@dataclass(frozen=True, kw_only=True)
class VideoExport:
    """A request, its files and its output."""

    command: str
    """Prefix of messages, such as ``toqibox render``."""
    request: Request
    files: dict[str, Path]
    """Files by field of the request: audio, photo, photo2."""
    folder: Path
    """The folder of the effect's file."""
    out: Path
    as_json: bool

    def check(self, *, overwrite: bool) -> None:
        """Check that the files exist and that the video may be written.

        Raises:
            ValueError: the text names the problem.
        """
        for name, path in self.files.items():
            if not path.is_file():
                raise ValueError(f"--{name} {path}: file not found")
        if not self.out.absolute().parent.is_dir():
            raise ValueError(f"-o {self.out}: the folder does not exist")
        if self.out.is_dir():
            raise ValueError(f"-o {self.out}: is a folder")
        if self.out.exists() and not overwrite:
            raise ValueError(f"{self.out} already exists: use -y to overwrite it")

    def print_error(self, message: str, status: int) -> int:
        """Print a message on standard error and return the exit status."""
        print_errors(f"{self.command}: {message}")
        return status


def export_video(config: Config, library: Library, export: VideoExport) -> int:
    """Render the video in a temporary data folder and return the exit status."""
    with tempfile.TemporaryDirectory(prefix="toqibox-") as folder:
        slots = max(1, config.max_parallel_exports)
        local_config = replace(
            config, data_dir=Path(folder), min_free_mb=0, max_parallel_exports=slots
        )
        service = Service(local_config, library, shader_cache())
        return asyncio.run(_export_until_interrupted(service, export))


async def _export_until_interrupted(service: Service, export: VideoExport) -> int:
    """Render the video; at Ctrl-C or SIGTERM stop every process first."""
    work = asyncio.create_task(_render(service, export))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, work.cancel)
    try:
        return await work
    except asyncio.CancelledError:
        return export.print_error("interrupted", INTERRUPTED)
    finally:
        await service.stop()


def _spool_files(service: Service, export: VideoExport) -> Path:
    """Copy the files to a spool folder, as an upload does, and return it."""
    folder = service.intake.new_spool()
    for name, path in export.files.items():
        shutil.copyfile(path, folder / name)
    return folder


async def _render(service: Service, export: VideoExport) -> int:
    await service.start()
    await service.machine.first_probe()
    if problems := service.machine.problems():
        return export.print_error(
            "; ".join(problems) + ". Run `toqibox doctor` for advice.", FAILED
        )
    bar = ProgressBar(sys.stderr, show=not export.as_json)
    if service.machine.software:
        bar.print_line(f"software rendering ({service.machine.renderer}): no GPU is used")
    try:
        folder = _spool_files(service, export)
        job = await service.intake.accept(export.request, folder, "cli", share="")
    except ToqiboxError as error:
        return export.print_error(localize(error.code, "en", error.values), FAILED)
    printed = _print_warnings(export, await service.describe(job, "en"), 0)
    while not job.is_final:
        if service.machine.gpu.is_gone:
            bar.end()
            return export.print_error(
                "the GPU was lost during rendering. Run `toqibox doctor` for advice.", FAILED
            )
        await asyncio.sleep(_POLL_S)
        job = await service.store.jobs.get(job.id) or job
        bar.update(await service.describe(job, "en"))
    bar.end()
    _print_warnings(export, await service.describe(job, "en"), printed)
    return await _finish(service, export, job)


def _print_warnings(export: VideoExport, job_json: dict[str, Any], printed: int) -> int:
    """Print the warnings of a job after the first `printed`; return the number of warnings."""
    for warning in job_json["warnings"][printed:]:
        export.print_error(f"warning: {warning['error']}", 0)
    return len(job_json["warnings"])


async def _save_video(service: Service, job: Job, out: Path) -> str | None:
    """Write the video to `out`; return the error message, if any."""
    try:
        with atomic_target(out) as temp_file:
            await service.data.artifacts.copy(job.id, "video", temp_file)
    except OSError as error:
        return error.strerror or str(error)
    return None


async def _finish(service: Service, export: VideoExport, job: Job) -> int:
    job_json = await service.describe(job, "en")
    if job.status is Status.COMPLETED:
        if reason := await _save_video(service, job, export.out):
            return export.print_error(f"{export.out} cannot be written: {reason}", FAILED)
        job_json.update(downloadUrl=None, posterUrl=None, file=str(export.out))
    if export.as_json:
        print(json.dumps(job_json, indent=2))
    if job.status is not Status.COMPLETED:
        for message in job.diagnostics or []:
            print_errors(*format_with_source(message, export.folder))
        return export.print_error(str(job_json["error"]), FAILED)
    if not export.as_json:
        print_lines(
            f"{export.out}: {job_json['frames']['total']} frames, {job_json['duration']:g} s"
        )
    return 0
