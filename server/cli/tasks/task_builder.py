"""The lines of tasks that draw one effect, and the words of options that they are made from."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from server.cli.support.command_error import Refused, diagnostics_of, words_of
from server.cli.support.exit_status import FAILED, USAGE
from server.cli.support.publish import publish
from server.cli.tasks.effect_source import Source
from server.cli.tasks.inputs import Material, Uploads
from server.config import Config
from server.effects.effect import Effect
from server.effects.model.text_style import SAMPLE_CREDITS
from server.errors import ToqiboxError
from server.jobs.execution.worker_process import TaskError

_LARGEST_SIDE = 8192
_SIZE = re.compile(r"([0-9]{1,5})[x×]([0-9]{1,5})")

Size = tuple[int, int]


def size_of(word: str) -> Size:
    """Width and height of a word such as ``640x360``.

    Raises:
        Refused: it is no such word.
    """
    match = _SIZE.fullmatch(word)
    sides = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= min(sides) <= max(sides) <= _LARGEST_SIDE:
        raise Refused(f"--size {word}: write WIDTHxHEIGHT, at most {_LARGEST_SIDE} a side", USAGE)
    return sides


def params_of(words: Sequence[str]) -> dict[str, Any]:
    """The params of words such as ``speed=2`` and ``color=#ff8800``: JSON where it is some.

    Raises:
        Refused: a word has no name or no ``=``.
    """
    params: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or not name:
            raise Refused(f"--param {word}: write NAME=VALUE", USAGE)
        try:
            params[name] = json.loads(text)
        except ValueError:
            params[name] = text
    return params


def row_of(found: Source, params: dict[str, Any]) -> dict[str, Any]:
    """The effect's row of a chain.

    Raises:
        Refused: a param is wrong, or an image file of the effect cannot be used.
    """
    try:
        return found.row(params)
    except ToqiboxError as error:
        status = USAGE if error.code == "invalid_parameter" else FAILED
        raise Refused(words_of(error), status, diagnostics_of(error), found.folder) from None


def uploads_of(audio: str | None, image: str | None, image2: str | None) -> Uploads:
    """The files that options name."""
    return Uploads(*(Path(word) if word else None for word in (audio, image, image2)))


def wants_second(effect: Effect, uploads: Uploads) -> bool:
    """Whether it is drawn with a second photo: a transition always, others when one is given."""
    return effect.transition_image is not None or uploads.photo2 is not None


def base(
    config: Config, row: dict[str, Any], material: Material, size: Size, fit: str
) -> dict[str, Any]:
    """What all tasks are told that draw `row`'s effect with `material`."""
    width, height = size
    return {
        "effects": [row],
        "photo": str(material.photo),
        "photo2": str(material.photo2) if material.photo2 else None,
        "features": str(material.features),
        "width": width,
        "height": height,
        "fit": fit,
        **SAMPLE_CREDITS,
        "egl_device": config.egl_device,
        "require_gpu": config.require_gpu,
    }


def failed(error: TaskError, found: Source) -> Refused:
    """What a person is told of a task that failed."""
    return Refused(words_of(error), FAILED, diagnostics_of(error), found.folder)


def writable(word: str) -> Path:
    """The path of a PNG that is to be written; an older one is replaced.

    Raises:
        Refused: its folder is not there, or the name is not of a PNG file.
    """
    out = Path(word)
    if out.suffix.lower() != ".png":
        raise Refused(f"-o {word}: the name of a PNG file ends in .png", USAGE)
    if not out.parent.is_dir():
        raise Refused(f"-o {word}: there is no folder {out.parent}", USAGE)
    if out.is_dir():
        raise Refused(f"-o {word} is a folder", USAGE)
    return out


def put(made: Path, out: Path) -> None:
    """Put a finished file to where it was asked for.

    Raises:
        Refused: it cannot be written there.
    """
    if reason := publish(made, out):
        raise Refused(f"{out} cannot be written: {reason}", FAILED)
