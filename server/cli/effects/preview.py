"""`toqibox effects preview ID|FILE -o clip.mp4`: a short clip with sound, as `render` makes it."""

import argparse
import json
import logging
import tempfile
from dataclasses import replace
from pathlib import Path

from server import logging_json
from server.cli.support.command_error import Refused, diagnostics_of, refuse, words_of
from server.cli.support.exit_status import USAGE
from server.cli.tasks import effect_source, task_builder
from server.cli.tasks.effect_source import Source
from server.cli.tasks.inputs import Uploads, sample_folder
from server.cli.tasks.video_export import Film, make
from server.cli.tasks.worker_session import Hand
from server.config import Config
from server.effects.effect import Effect
from server.effects.library.library import Library
from server.effects.model.text_style import SAMPLE_CREDITS
from server.errors import ToqiboxError
from server.jobs.submission.presets import Presets
from server.jobs.submission.request import Request, check_request

_SAMPLES = {"audio": "track.wav", "photo": "photo.png", "photo2": "photo2.png"}


class _Shelf(Library):
    """A library of one effect, wherever its file lies."""

    def __init__(self, found: Source) -> None:
        super().__init__(())
        self._found = found

    def get(self, _effect_id: str) -> Effect:
        return self._found.effect

    def folder(self, _effect: Effect) -> Path:
        return self._found.folder


def run(config: Config, options: argparse.Namespace) -> int:
    """Make the clip; exit status 1 when the effect cannot be drawn."""
    logging_json.set_up(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="toqibox-") as spare:
        try:
            library, film = _film(config, options, Path(spare))
        except Refused as problem:
            return refuse("preview", problem)
        return make(config, library, film)


def _film(config: Config, options: argparse.Namespace, spare: Path) -> tuple[Library, Film]:
    found = effect_source.find(options.effect, config)
    uploads = task_builder.uploads_of(options.audio, options.image, options.image2)
    uploads.check()
    if Path(options.out).suffix.lower() != ".mp4":
        raise Refused(f"-o {options.out}: the name of a clip ends in .mp4", USAGE)
    library = _Shelf(found)
    second = task_builder.wants_second(found.effect, uploads)
    film = Film(
        command="toqibox effects preview",
        request=_request(config, library, found, options, second=second),
        files={},
        folder=found.folder,
        out=Path(options.out),
        as_json=options.json,
    )
    try:
        film.check(overwrite=options.yes)
    except ValueError as error:
        raise Refused(str(error), USAGE) from None
    return library, replace(film, files=_files(uploads, spare, second=second))


def _request(
    config: Config, library: Library, found: Source, options: argparse.Namespace, *, second: bool
) -> Request:
    width, height = task_builder.size_of(options.size)
    if width % 2 or height % 2 or min(width, height) < 16:
        raise Refused(f"--size {options.size}: a video's sides are even, 16 at least", USAGE)
    texts = {
        "duration": f"{options.seconds:.9f}",
        "start": f"{options.start:.9f}",
        "fit": options.fit,
        "fps": str(options.fps or config.fps),
        **SAMPLE_CREDITS,
    }
    try:
        texts["params"] = json.dumps(task_builder.params_of(options.param))
        request = check_request(texts, config, library, Presets(()), photo2=second)
    except ToqiboxError as error:
        diagnostics = diagnostics_of(error)
        raise Refused(words_of(error), USAGE, diagnostics, found.folder) from None
    return replace(request, width=width, height=height)


def _files(uploads: Uploads, spare: Path, *, second: bool) -> dict[str, Path]:
    """The files of the export: the person's own, samples for the rest."""
    given = {name: path for name, path in vars(uploads).items() if path is not None}
    needed = set(_SAMPLES) - ({"photo2"} if not second else set()) - given.keys()
    if needed:
        with Hand() as hand:
            folder = sample_folder(hand, spare)
        given |= {name: folder / _SAMPLES[name] for name in needed}
    return given
