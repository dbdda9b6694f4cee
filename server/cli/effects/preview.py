"""`toqibox effects preview ID|FILE -o clip.mp4`: render a short video with audio."""

import argparse
import json
import logging
import tempfile
from dataclasses import replace
from pathlib import Path

from server import logging_json
from server.cli.support import options as option
from server.cli.support.command_error import (
    CommandError,
    error_diagnostics,
    error_text,
    report_error,
)
from server.cli.support.exit_status import USAGE
from server.cli.tasks import effect_loader, task_builder
from server.cli.tasks.effect_loader import LoadedEffect
from server.cli.tasks.prepared_media import SAMPLE_NAMES, MediaFiles, sample_folder
from server.cli.tasks.video_export import VideoExport, export_video
from server.cli.tasks.worker_session import WorkerSession
from server.config import Config
from server.effects.effect import Effect
from server.effects.library.library import Library
from server.effects.model.text_style import SAMPLE_CREDITS
from server.errors import ToqiboxError
from server.jobs.submission.presets import Presets
from server.jobs.submission.request import Request, check_request


class _SingleEffectLibrary(Library):
    """A library of one effect, whose file may be in any folder."""

    def __init__(self, loaded: LoadedEffect) -> None:
        super().__init__(())
        self._loaded = loaded

    def get(self, _effect_id: str) -> Effect:
        return self._loaded.effect

    def folder(self, _effect: Effect) -> Path:
        return self._loaded.folder


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    option.add_effect(parser)
    add = parser.add_argument
    add("-o", "--out", required=True, metavar="CLIP.mp4", help="file to write")
    add("-y", "--yes", action="store_true", help="overwrite the file")
    meaning = "length (%(default)g)"
    add("--seconds", type=option.duration, default=10.0, metavar="S", help=meaning)
    add("--start", type=option.time, default=0.0, metavar="S", help="start in the track (0)")
    option.add_rendering(parser, "640x360")
    option.add_json(parser)


def run(config: Config, options: argparse.Namespace) -> int:
    """Render the video; return 1 if the effect cannot be drawn."""
    logging_json.set_up(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="toqibox-") as temp_folder:
        try:
            library, export = _export(config, options, Path(temp_folder))
        except CommandError as problem:
            return report_error("preview", problem)
        return export_video(config, library, export)


def _export(
    config: Config, options: argparse.Namespace, temp_folder: Path
) -> tuple[Library, VideoExport]:
    loaded = effect_loader.find(options.effect, config)
    uploads = task_builder.media_files(options.audio, options.image, options.image2)
    uploads.check_exist()
    if Path(options.out).suffix.lower() != ".mp4":
        raise CommandError(f"“{options.out}” is not an MP4 file: -o must end in .mp4", USAGE)
    library = _SingleEffectLibrary(loaded)
    with_photo2 = task_builder.needs_photo2(loaded.effect, uploads)
    export = VideoExport(
        command="toqibox effects preview",
        request=_request(config, library, loaded, options, with_photo2=with_photo2),
        files={},
        folder=loaded.folder,
        out=Path(options.out),
        as_json=options.json,
    )
    try:
        export.check(overwrite=options.yes)
    except ValueError as error:
        raise CommandError(str(error), USAGE) from None
    return library, replace(
        export, files=_export_files(uploads, temp_folder, with_photo2=with_photo2)
    )


def _request(
    config: Config,
    library: Library,
    loaded: LoadedEffect,
    options: argparse.Namespace,
    *,
    with_photo2: bool,
) -> Request:
    width, height = task_builder.parse_size(options.size)
    if width % 2 or height % 2 or min(width, height) < 16:
        message = f"“{options.size}” is not a valid --size: use even numbers, at least 16x16"
        raise CommandError(message, USAGE)
    fields = {
        "duration": f"{options.seconds:.9f}",
        "start": f"{options.start:.9f}",
        "fit": options.fit,
        "fps": str(options.fps or config.fps),
        **SAMPLE_CREDITS,
    }
    try:
        fields["params"] = json.dumps(task_builder.parse_params(options.param))
        request = check_request(fields, config, library, Presets(()), photo2=with_photo2)
    except ToqiboxError as error:
        diagnostics = error_diagnostics(error)
        raise CommandError(error_text(error), USAGE, diagnostics, loaded.folder) from None
    return replace(request, width=width, height=height)


def _export_files(uploads: MediaFiles, temp_folder: Path, *, with_photo2: bool) -> dict[str, Path]:
    """Return the files of the export: those named, and samples for the rest."""
    files = {name: path for name, path in vars(uploads).items() if path is not None}
    needed = set(SAMPLE_NAMES) - ({"photo2"} if not with_photo2 else set()) - files.keys()
    if needed:
        with WorkerSession() as session:
            folder = sample_folder(session, temp_folder)
        files |= {name: folder / SAMPLE_NAMES[name] for name in needed}
    return files
