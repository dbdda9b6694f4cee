"""Text fields of an export: one reader per field turns its text into a valid value."""

import math
import re
from collections.abc import Callable, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from server.config import Config
from server.effects.params.values import read_lines
from server.errors import ToqiboxError
from server.jobs.model.requested_effect import (
    CUSTOM_CHAIN_BYTES,
    MAX_CHAIN_BYTES,
    MAX_PARAMS_BYTES,
    RequestedEffect,
    check_id,
    read_chain,
    read_custom,
)
from server.jobs.storage.data_folder import ID_PATTERN
from server.jobs.submission.plain_json import read_json
from server.jobs.submission.refusal import invalid_field
from server.jobs.webhooks.webhook_url import InvalidUrl, read_url
from server.messages import message
from server.protocol import scene
from server.protocol.encodings import CODECS, QUALITIES
from server.settings.readers import FRAME_RATES
from server.suggestions import explain_unknown_key, suggest

UNDECODABLE = {
    "audio": "undecodable_audio",
    "photo": "undecodable_image",
    "photo2": "undecodable_image",
}
"""Errors of files that cannot be decoded, by field."""
FILE_FIELDS = tuple(UNDECODABLE)
IMAGE_FIELDS = ("photo", "photo2")
"""Files that a kept photo can replace."""
TEXT_FIELDS = (
    *("duration", "start", "plan", "effect", "params", "preset", "aspect", "fit", "fps"),
    *("title", "artist", "tempo", "allowFlashing", "codec", "quality", "webhook"),
    *("trackId", "images"),
)
ASPECTS = {"16:9": (16, 9), "9:16": (9, 16), "1:1": (1, 1), "4:5": (4, 5)}
TEMPO_RANGE = (40, 240)
"""Range of `tempo` in beats per minute."""
HIGHLIGHTS = ("drop", "best")
"""Values of `start` that select a part of the track by its audio."""
FITS, DEFAULT_FIT = scene.FITS, scene.DEFAULT_FIT
MAX_TEXT_LENGTH = 200

SECONDS = r"(?=\.?[0-9])[0-9]{0,400}(\.[0-9]{0,400})?"
"""Regular expression of seconds."""
_SECONDS = re.compile(SECONDS)
FLAGS = {"true": True, "false": False, "1": True, "0": False}
_UPLOAD_ID = re.compile(ID_PATTERN)
_MAX_IMAGES_BYTES = 1024
_BPM = re.compile(r"[0-9]{2,3}(?:\.[0-9]{1,6})?")
_RESOLUTION = Decimal("1E-9")
_MAX_SECONDS = Decimal(10**12)
"""Longer durations are clamped to this, which exceeds every track and limit."""


def check_name(name: str) -> None:
    """Refuse a field that is unknown."""
    check_known(name, (*FILE_FIELDS, *TEXT_FIELDS))


def check_known(name: str, known: Sequence[str]) -> None:
    """Refuse a field that is not one of those that are known.

    Raises:
        ToqiboxError: unknown_field, with the fields that there are.
    """
    if name not in known:
        hint = suggest(name, known, "did_you_mean")
        raise ToqiboxError(
            "unknown_field", field=name[:64], sent=name[:64], known=", ".join(known), hint=hint
        )


def check_text(name: str, text: str, config: Config) -> Any:
    """Return the valid value of text field `name`; None, the default, for an empty text.

    Raises:
        ToqiboxError: invalid_parameter or duration_too_long, with the field's name.
    """
    if text == "":
        return None
    return _READERS[name](text, config)


def check_plain_start(text: str) -> None:
    """Refuse a `start` that is not in seconds, where no part of the track is selected."""
    if text:
        _seconds("start", text)


def _seconds(name: str, text: str) -> Decimal:
    if not _SECONDS.fullmatch(text):
        raise invalid_field(name, message("seconds"))
    # A browser reports 183.77142857142857 as the duration of a track.
    return min(Decimal(text), _MAX_SECONDS).quantize(_RESOLUTION)


def _duration(text: str, config: Config) -> Decimal:
    duration = _seconds("duration", text)
    if duration <= 0:
        raise invalid_field("duration", message("positive_seconds"))
    if duration > config.max_duration_sec:
        raise ToqiboxError("duration_too_long", field="duration", limit=config.max_duration_sec)
    return duration


def _start(text: str, _config: Config) -> Decimal | str:
    if text in HIGHLIGHTS:
        return text
    if not _SECONDS.fullmatch(text):
        raise invalid_field("start", message("start"))
    return _seconds("start", text)


def _tempo(text: str, _config: Config) -> float:
    minimum, maximum = TEMPO_RANGE
    if not _BPM.fullmatch(text) or not minimum <= float(text) <= maximum:
        raise invalid_field("tempo", message("tempo", minimum=minimum, maximum=maximum))
    return float(text)


def _plan(text: str, config: Config) -> str:
    if text not in config.plans:
        raise invalid_field("plan", message("one_of", known=", ".join(config.plans)))
    return text


def _one_of(name: str, allowed: tuple[str, ...]) -> Callable[[str, Config], str]:
    def read(text: str, _config: Config) -> str:
        if text not in allowed:
            raise invalid_field(name, message("one_of", known=", ".join(allowed)))
        return text

    return read


def _fps(text: str, _config: Config) -> int:
    if text not in map(str, FRAME_RATES):
        raise invalid_field("fps", message("one_of", known=", ".join(map(str, FRAME_RATES))))
    return int(text)


def _effect(text: str, config: Config) -> str | RequestedEffect | tuple[RequestedEffect, ...]:
    """Read an id, or a source or a chain of effects as JSON."""
    if text.lstrip()[:1] not in ("[", "{"):
        return check_id(text, "effect")
    custom = config.allow_custom_shaders
    value = read_json("effect", text, CUSTOM_CHAIN_BYTES if custom else MAX_CHAIN_BYTES)
    if isinstance(value, dict) and "source" in value:
        return read_custom(value, "effect", ("source",), custom=custom)
    return read_chain(value, "effect", custom=custom)


def _track_id(text: str, _config: Config) -> str:
    return _upload_id("trackId", text)


def _upload_id(name: str, value: object) -> str:
    if not isinstance(value, str) or not _UPLOAD_ID.fullmatch(value):
        raise invalid_field(name, message("upload_id"))
    return value


def _images(text: str, _config: Config) -> dict[str, str]:
    images = read_json("images", text, _MAX_IMAGES_BYTES)
    if not isinstance(images, dict):
        raise invalid_field("images", message("object"))
    for name in images.keys() - {*IMAGE_FIELDS}:
        raise invalid_field(f"images.{name[:64]}", explain_unknown_key(name, IMAGE_FIELDS))
    return {name: _upload_id(f"images.{name}", value) for name, value in images.items()}


def _params(text: str, _config: Config) -> dict[str, Any]:
    params = read_json("params", text, MAX_PARAMS_BYTES)
    if not isinstance(params, dict):
        raise invalid_field("params", message("object"))
    return params


def _preset(text: str, _config: Config) -> str:
    if len(text) > 64:
        raise invalid_field("preset", message("characters", maximum=64))
    return text


def _label(name: str) -> Callable[[str, Config], str]:
    def read(text: str, _config: Config) -> str:
        if len(text) > MAX_TEXT_LENGTH:
            raise invalid_field(name, message("characters", maximum=MAX_TEXT_LENGTH))
        return read_lines(name, text)

    return read


def _flag(name: str) -> Callable[[str, Config], bool]:
    def read(text: str, _config: Config) -> bool:
        if text not in FLAGS:
            raise invalid_field(name, message("one_of", known=", ".join(FLAGS)))
        return FLAGS[text]

    return read


def _webhook(text: str, config: Config) -> str:
    if not config.webhook_secrets:
        raise invalid_field("webhook", message("webhook_not_set_up"))
    try:
        return read_url(text, config.webhook_allowed_hosts).url
    except InvalidUrl as error:
        raise invalid_field("webhook", error.reason) from None


_READERS: dict[str, Callable[[str, Config], Any]] = {
    "duration": _duration,
    "start": _start,
    "plan": _plan,
    "effect": _effect,
    "params": _params,
    "preset": _preset,
    "aspect": _one_of("aspect", tuple(ASPECTS)),
    "fit": _one_of("fit", FITS),
    "fps": _fps,
    "tempo": _tempo,
    "title": _label("title"),
    "artist": _label("artist"),
    "allowFlashing": _flag("allowFlashing"),
    "codec": _one_of("codec", tuple(CODECS)),
    "quality": _one_of("quality", QUALITIES),
    "webhook": _webhook,
    "trackId": _track_id,
    "images": _images,
}


def frame_count(duration: Decimal, fps: int) -> int:
    """Return the frames of a video: ``max(1, floor(duration × fps + ½))``, in exact decimals."""
    return max(1, int((duration * fps + Decimal("0.5")).to_integral_value(ROUND_FLOOR)))


def frame_size(aspect: str, short_side: int) -> tuple[int, int]:
    """Return width and height in pixels; the long side is rounded to the nearest even number."""
    across, down = ASPECTS[aspect]
    long_side = (
        int(Decimal(short_side) * max(across, down) / min(across, down) / 2 + Decimal("0.5")) * 2
    )
    return (long_side, short_side) if across >= down else (short_side, long_side)


def nearest_aspect(width: int, height: int) -> str:
    """Return the key of ASPECTS whose ratio is nearest, measured by its logarithm."""

    def distance(aspect: str) -> float:
        across, down = ASPECTS[aspect]
        return abs(math.log(width * down / (height * across)))

    return min(ASPECTS, key=distance)
