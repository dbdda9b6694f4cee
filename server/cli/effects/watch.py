"""`toqibox effects watch FILE`: the effect in a page that follows the file as it is edited."""

import argparse
import json
from functools import partial
from pathlib import Path

from server.cli.support.command_error import CommandError, report_error
from server.cli.support.exit_status import FAILED, USAGE
from server.cli.tasks import effect_source, task_builder
from server.cli.tasks.prepared_media import prepare_media
from server.cli.tasks.worker_session import WorkerSession
from server.config import Config
from server.terminal import print_lines


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
        raise CommandError(f"there is no file {path}", USAGE)
    uploads = task_builder.media_files(options.audio, options.image, options.image2)
    # The file may become a transition while it is edited.
    with WorkerSession() as session, prepare_media(session, uploads, with_photo2=True) as media:
        session.stop()
        preview_media = PreviewMedia(
            audio=media.audio,
            features=media.features,
            photo=media.photo,
            photo2=media.photo2,
            seconds=media.seconds,
            # The samples' own files lie beside what was made of them.
            audio_name=_absolute_path(options.audio, media.audio.with_name("track.wav")),
            photo_name=_absolute_path(options.image, media.photo.with_name("photo.png")),
            photo2_name=_absolute_path(options.image2, media.photo.with_name("photo2.png")),
        )
        watch_config = WatchConfig(
            path=path,
            load=partial(effect_source.read, path),
            media=preview_media,
            export=f"http://127.0.0.1:{config.port}/export",
            fps=options.fps or config.fps,
            egl_device=config.egl_device,
        )

        def announce(address: str) -> None:
            print_lines(
                json.dumps({"address": address}) if options.json else f"{path} is on {address}"
            )

        return serve(watch_config, announce, options.page_port)


def _absolute_path(path: str | None, sample: Path) -> str:
    """The file as a command names it that may be run in any folder."""
    return str((Path(path) if path else sample).absolute())
