"""`toqibox render`: one video without a server, by the same tasks."""

import argparse
import asyncio
import json
import logging
import os
import shutil
import signal
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from server import log
from server.cli import FAILED, INTERRUPTED, USAGE
from server.commands.progress import Bar
from server.config import Config
from server.effects.library import BUILT_IN, Library
from server.errors import ToqiboxError
from server.jobs.job import Job, Status
from server.jobs.service import Service
from server.jobs.spec import Request, check_request

_POLL_S = 0.2
_TEXTS = ("effect", "plan", "start", "duration", "aspect", "fit", "fps", "title", "artist")


def run(config: Config, options: argparse.Namespace) -> int:
    """Check the options, render, and put the video where it was asked for."""
    log.set_up(logging.ERROR)
    out = Path(options.out)
    library = Library((BUILT_IN, *config.shaders_dirs))
    try:
        request = check_request(_texts(options), config, library)
        _check_files(options, out)
    except ToqiboxError as error:
        return _tell(error.entry.en.format_map(_Values(error.values)), USAGE)
    except (OSError, ValueError) as error:
        return _tell(str(error), USAGE)
    with tempfile.TemporaryDirectory(prefix="toqibox-") as folder:
        slots = max(1, config.max_parallel_exports)
        alone = replace(config, data_dir=Path(folder), min_free_mb=0, max_parallel_exports=slots)
        return asyncio.run(_until_interrupted(Service(alone, library), request, options, out))


class _Values(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"


def _tell(words: str, status: int) -> int:
    print(f"toqibox render: {words}", file=sys.stderr)
    return status


def _texts(options: argparse.Namespace) -> dict[str, str]:
    texts = {name: str(getattr(options, name)) for name in _TEXTS if getattr(options, name)}
    params: dict[str, Any] = {}
    for word in options.param:
        name, equals, text = word.partition("=")
        if not equals or not name:
            raise ValueError(f"--param {word}: write NAME=VALUE")
        try:
            params[name] = json.loads(text)
        except ValueError:
            params[name] = text
    if params:
        texts["params"] = json.dumps(params)
    return texts


def _check_files(options: argparse.Namespace, out: Path) -> None:
    for name in ("audio", "photo"):
        path = Path(getattr(options, name))
        if not path.is_file():
            raise ValueError(f"--{name} {path}: there is no such file")
    if not out.absolute().parent.is_dir():
        raise ValueError(f"{out}: there is no such folder")
    if out.is_dir():
        raise ValueError(f"{out} is a folder")
    if out.exists() and not options.yes:
        raise ValueError(f"{out} exists; -y overwrites it")


def _tell_diagnostics(job: Job) -> None:
    """The compiler's messages, in the form that editors know."""
    for message in job.diagnostics or []:
        place = f"{message['file']}:{message['line'] or 1}:{message['column'] or 1}"
        print(f"{place}: {message['severity']}: {message['message']}", file=sys.stderr)


def _publish(video: Path, out: Path) -> str | None:
    """Copy the video to its place, whole or not at all; returns why it could not be."""
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        shutil.copyfile(video, part)
        part.replace(out)
    except OSError as error:
        return error.strerror or str(error)
    finally:
        part.unlink(missing_ok=True)
    return None


async def _until_interrupted(
    service: Service, request: Request, options: argparse.Namespace, out: Path
) -> int:
    """Render, but end cleanly at Ctrl-C or SIGTERM: nothing is left running."""
    work = asyncio.create_task(_render(service, request, options, out))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, work.cancel)
    try:
        return await work
    except asyncio.CancelledError:
        return _tell("interrupted", INTERRUPTED)
    finally:
        await service.stop()


async def _render(
    service: Service, request: Request, options: argparse.Namespace, out: Path
) -> int:
    await service.start()
    if problems := service.health.problems():
        return _tell("; ".join(problems) + ". `toqibox doctor` says what to do.", FAILED)
    bar = Bar(sys.stderr, show=not options.json)
    if service.health.software:
        bar.say(f"software rendering ({service.health.renderer}): no GPU is used")
    try:
        folder = service.spool()
        shutil.copyfile(options.audio, folder / "audio")
        shutil.copyfile(options.photo, folder / "photo")
        job = await service.accept(request, folder, "cli")
    except ToqiboxError as error:
        return _tell(error.entry.en.format_map(_Values(error.values)), FAILED)
    while not job.is_final:
        await asyncio.sleep(_POLL_S)
        job = service.get(job.id) or job
        bar.update(service.describe(job, "en"))
    bar.end()
    seen = service.describe(job, "en")
    if job.status is Status.COMPLETED:
        if reason := _publish(service.artifact(job, "video"), out):
            return _tell(f"{out} cannot be written: {reason}", FAILED)
        seen.update(downloadUrl=None, posterUrl=None, file=str(out))
    if options.json:
        print(json.dumps(seen, indent=2))
    if job.status is not Status.COMPLETED:
        _tell_diagnostics(job)
        return _tell(str(seen["error"]), FAILED)
    if not options.json:
        print(f"{out}: {seen['frames']['total']} frames, {seen['duration']:g} s")
    return 0
