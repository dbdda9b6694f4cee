"""The fields of tasks that draw one effect, and the parsing of the options they are built from."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from server.cli.support.atomic_copy import copy_atomically
from server.cli.support.command_error import CommandError, error_diagnostics, error_text
from server.cli.support.exit_status import FAILED, USAGE
from server.cli.tasks.effect_loader import LoadedEffect
from server.cli.tasks.prepared_media import MediaFiles, PreparedMedia
from server.config import Config
from server.effects.effect import Effect
from server.effects.model.text_style import SAMPLE_CREDITS
from server.errors import ToqiboxError
from server.jobs.execution.worker_process import TaskError
from server.protocol.scene import EffectInstance, SceneSpec

_MAX_SIDE = 8192
_SIZE = re.compile(r"([0-9]{1,5})[x×]([0-9]{1,5})")

Size = tuple[int, int]


class FrameSettings(NamedTuple):
    """Settings of the rendered frames."""

    size: Size
    fit: str
    fps: int
    frames: int
    """Frames of the whole video; at least 1 is drawn."""


def parse_size(text: str) -> Size:
    """Parse a width and height such as ``640x360``.

    Raises:
        CommandError: the text is not a valid size.
    """
    match = _SIZE.fullmatch(text)
    sides = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= min(sides) <= max(sides) <= _MAX_SIDE:
        allowed = f"use WIDTHxHEIGHT, each from 1 to {_MAX_SIDE}"
        raise CommandError(f"“{text}” is not a valid --size: {allowed}", USAGE)
    return sides


def parse_params(options: Sequence[str]) -> dict[str, Any]:
    """Parse params such as ``speed=2`` and ``color=#ff8800``: values are JSON if valid, else text.

    Raises:
        CommandError: an option has no name or no ``=``.
    """
    params: dict[str, Any] = {}
    for option in options:
        name, equals, value = option.partition("=")
        if not equals or not name:
            raise CommandError(f"“{option}” is not a valid --param: use NAME=VALUE", USAGE)
        try:
            params[name] = json.loads(value)
        except ValueError:
            params[name] = value
    return params


def effect_instance(loaded: LoadedEffect, params: dict[str, Any]) -> EffectInstance:
    """Return the effect with its params as an element of a chain.

    Raises:
        CommandError: a param is invalid, or an image file of the effect cannot be used.
    """
    try:
        return loaded.to_instance(params)
    except ToqiboxError as error:
        status = USAGE if error.code == "invalid_parameter" else FAILED
        raise CommandError(
            error_text(error), status, error_diagnostics(error), loaded.folder
        ) from None


def media_files(audio: str | None, image: str | None, image2: str | None) -> MediaFiles:
    """Return the media files that options name."""
    return MediaFiles(*(Path(name) if name else None for name in (audio, image, image2)))


def needs_photo2(effect: Effect, uploads: MediaFiles) -> bool:
    """Return True if a second photo is needed: always for a transition, else if one is given."""
    return effect.transition_image is not None or uploads.photo2 is not None


def scene_of(
    config: Config,
    instance: EffectInstance,
    media: PreparedMedia,
    settings: FrameSettings,
) -> SceneSpec:
    """Return the scene of one effect with `media`."""
    return SceneSpec(
        effects=(instance,),
        photo=media.photo,
        photo2=media.photo2,
        features=media.features,
        size=settings.size,
        fps=settings.fps,
        frames=max(1, settings.frames),
        fit=settings.fit,
        title=SAMPLE_CREDITS["title"],
        artist=SAMPLE_CREDITS["artist"],
        egl_device=config.egl_device,
        gpu=config.first_gpu,
        require_gpu=config.require_gpu,
    )


def task_error(error: TaskError, loaded: LoadedEffect) -> CommandError:
    """Return the command error for a task that failed."""
    return CommandError(error_text(error), FAILED, error_diagnostics(error), loaded.folder)


def png_path(text: str) -> Path:
    """Return the path of a PNG file to write or replace.

    Raises:
        CommandError: the name does not end in .png, or its folder does not exist.
    """
    out = Path(text)
    if out.suffix.lower() != ".png":
        raise CommandError(f"“{text}” is not a PNG file: -o must end in .png", USAGE)
    if not out.parent.is_dir():
        raise CommandError(f"-o {text}: the folder does not exist", USAGE)
    if out.is_dir():
        raise CommandError(f"-o {text} is a folder", USAGE)
    return out


def write_output(source: Path, out: Path) -> None:
    """Copy a complete file to the output path.

    Raises:
        CommandError: the output cannot be written.
    """
    if reason := copy_atomically(source, out):
        raise CommandError(f"{out} cannot be written: {reason}", FAILED)
