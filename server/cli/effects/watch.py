"""`toqibox effects watch FILE`: the effect in a page that follows the file as it is edited."""

import argparse
import json
from functools import partial
from pathlib import Path

from server.cli.support.command_error import Refused, refuse
from server.cli.support.exit_status import FAILED, USAGE
from server.cli.tasks import effect_source, task_builder
from server.cli.tasks.inputs import prepared
from server.cli.tasks.worker_session import Hand
from server.config import Config
from server.terminal import print_lines


def run(config: Config, options: argparse.Namespace) -> int:
    """Serve the page until Ctrl-C."""
    try:
        return _serve(config, options)
    except Refused as problem:
        return refuse("watch", problem)
    except OSError as error:
        return refuse("watch", Refused(error.strerror or str(error), FAILED))


def _serve(config: Config, options: argparse.Namespace) -> int:
    from server.devserver.app import run as serve
    from server.devserver.media import Material
    from server.devserver.watched import Watched

    path = Path(options.file)
    if not path.is_file():
        raise Refused(f"there is no file {path}", USAGE)
    uploads = task_builder.uploads_of(options.audio, options.image, options.image2)
    # The file may become a transition while it is edited.
    with Hand() as hand, prepared(hand, uploads, second=True) as made:
        hand.rest()
        material = Material(
            sound=made.sound,
            features=made.features,
            photo=made.photo,
            photo2=made.photo2,
            seconds=made.seconds,
            # The samples' own files lie beside what was made of them.
            audio_name=_name(options.audio, made.sound.with_name("track.wav")),
            photo_name=_name(options.image, made.photo.with_name("photo.png")),
            photo2_name=_name(options.image2, made.photo.with_name("photo2.png")),
        )
        watched = Watched(
            path=path,
            load=partial(effect_source.read, path),
            material=material,
            export=f"http://127.0.0.1:{config.port}/export",
            fps=options.fps or config.fps,
            egl_device=config.egl_device,
        )

        def announce(address: str) -> None:
            print_lines(
                json.dumps({"address": address}) if options.json else f"{path} is on {address}"
            )

        return serve(watched, announce, options.page_port)


def _name(word: str | None, sample: Path) -> str:
    """The file as a command names it that may be run in any folder."""
    return str((Path(word) if word else sample).absolute())
