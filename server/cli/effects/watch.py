"""`toqibox effects watch FILE`: show an effect in the browser while its file is edited."""

import argparse
import json
from functools import partial
from pathlib import Path

from server.cli.support import options as option
from server.cli.support.command_error import CommandError, report_error
from server.cli.support.exit_status import FAILED, USAGE
from server.cli.tasks import effect_loader, task_builder
from server.cli.tasks.prepared_media import prepare_media
from server.cli.tasks.worker_session import WorkerSession
from server.config import Config
from server.terminal import print_lines


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add("file", metavar="FILE", help="effect file")
    meaning = "port of the page, 0 for a free one (%(default)s)"
    add("--port", dest="page_port", type=option.port, default=0, metavar="PORT", help=meaning)
    option.add_media(parser)
    option.add_frame_rate(parser)
    option.add_json(parser)


def run(config: Config, options: argparse.Namespace) -> int:
    """Serve the page until Ctrl-C."""
    try:
        return _serve(config, options)
    except CommandError as problem:
        return report_error("watch", problem)
    except OSError as error:
        return report_error("watch", CommandError(error.strerror or str(error), FAILED))


def _serve(config: Config, options: argparse.Namespace) -> int:
    from server.devserver.app import run as serve
    from server.devserver.media import PreviewMedia
    from server.devserver.watch_config import WatchConfig

    path = Path(options.file)
    if not path.is_file():
        raise CommandError(f"{path}: file not found", USAGE)
    uploads = task_builder.media_files(options.audio, options.image, options.image2)
    # An edit may turn the effect into a transition.
    with WorkerSession() as session, prepare_media(session, uploads, with_photo2=True) as media:
        session.stop()
        preview_media = PreviewMedia(
            audio=media.audio,
            features=media.features,
            photo=media.photo,
            photo2=media.photo2,
            seconds=media.seconds,
            # The raw samples are in the same folder as the prepared ones.
            audio_name=_absolute_path(options.audio, media.audio.with_name("track.wav")),
            photo_name=_absolute_path(options.image, media.photo.with_name("photo.png")),
            photo2_name=_absolute_path(options.image2, media.photo.with_name("photo2.png")),
        )
        watch_config = WatchConfig(
            path=path,
            load=partial(effect_loader.read, path),
            media=preview_media,
            export=f"http://127.0.0.1:{config.port}/export",
            fps=options.fps or config.fps,
            egl_device=config.egl_device,
            gpu=config.first_gpu,
        )

        def announce(address: str) -> None:
            print_lines(
                json.dumps({"address": address}) if options.json else f"{path}: open {address}"
            )

        return serve(watch_config, announce, options.page_port)


def _absolute_path(path: str | None, sample: Path) -> str:
    """Return the absolute path, or that of the sample if there is none."""
    return str((Path(path) if path else sample).absolute())
