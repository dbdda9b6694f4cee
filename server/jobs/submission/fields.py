"""The text fields of an export, one reader a field: text in, checked value out, or an error."""

import json
import re
from collections.abc import Callable, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Any, NamedTuple

from server.config import FRAME_RATES, Config
from server.effects.params.values import read_lines
from server.errors import ToqiboxError
from server.jobs.submission.plain_json import read_json
from server.jobs.submission.refusal import refuse
from server.messages import message

FILES = ("audio", "photo", "photo2")
REQUIRED = ("audio",)
"""The files without which there is no job; the cover of the track stands in for a photo."""
TEXTS = (
    *("duration", "start", "plan", "effect", "params", "preset", "aspect", "fit", "fps"),
    *("title", "artist", "tempo", "allowFlashing"),
)
NOT_OFFERED = ("webhook",)
"""Fields of the contract that this server answers with 422 rather than ignore."""
ASPECTS = {"16:9": (16, 9), "9:16": (9, 16), "1:1": (1, 1), "4:5": (4, 5)}
TEMPO = (40, 240)
"""Beats a minute that `tempo` may be."""
HIGHLIGHTS = ("drop", "best")
"""Words that `start` may be: the part of the track is then found by what is heard."""
FITS = ("blur", "contain", "cover")
TEXT_LENGTH = 200
PARAMS_BYTES = 16_384
LONGEST_CHAIN = 8
CHAIN_BYTES = 65_536

SECONDS = r"(?=\.?[0-9])[0-9]{0,400}(\.[0-9]{0,400})?"
"""How seconds are written, as a regular expression."""
_SECONDS = re.compile(SECONDS)
FLAGS = {"true": True, "false": False, "1": True, "0": False}
_BEATS = re.compile(r"[0-9]{2,3}(?:\.[0-9]{1,6})?")
_EXACT = Decimal("1E-9")
_LONGEST = Decimal(10**12)
"""Seconds; all that is longer is taken for this, which no track and no limit reaches."""


class Step(NamedTuple):
    """One effect of a chain, as it is asked for."""

    id: str
    params: dict[str, Any]


def known_fields() -> str:
    """The names an export may carry, for the answer to an unknown one."""
    return ", ".join((*FILES, *TEXTS))


def check_name(name: str) -> None:
    """Refuse a field that is not of the contract (400) or not offered here (422)."""
    if name in NOT_OFFERED:
        raise refuse(name, message("not_offered"))
    if name not in FILES and name not in TEXTS:
        raise ToqiboxError("unknown_field", field=name[:64], name=name[:64], known=known_fields())


def check_text(name: str, text: str, config: Config) -> Any:
    """The checked value of text field `name`; an empty text means the default, as None.

    Raises:
        ToqiboxError: invalid_parameter or duration_too_long, with the field's name.
    """
    if text == "" and name not in ("params", "effect"):
        return None
    return _READERS[name](text, config)


def _seconds(name: str, text: str) -> Decimal:
    if not _SECONDS.fullmatch(text):
        raise refuse(name, message("seconds"))
    # A browser says 183.77142857142857 for the length of a track.
    return min(Decimal(text), _LONGEST).quantize(_EXACT)


def _duration(text: str, config: Config) -> Decimal:
    duration = _seconds("duration", text)
    if duration <= 0:
        raise refuse("duration", message("positive_seconds"))
    if duration > config.max_duration_sec:
        raise ToqiboxError("duration_too_long", field="duration", limit=config.max_duration_sec)
    return duration


def _start(text: str, _config: Config) -> Decimal | str:
    if text in HIGHLIGHTS:
        return text
    if not _SECONDS.fullmatch(text):
        raise refuse("start", message("start"))
    return _seconds("start", text)


def _tempo(text: str, _config: Config) -> float:
    least, most = TEMPO
    if not _BEATS.fullmatch(text) or not least <= float(text) <= most:
        raise refuse("tempo", message("tempo", least=least, most=most))
    return float(text)


def _plan(text: str, config: Config) -> str:
    if text not in config.plans:
        raise refuse("plan", message("one_of", known=", ".join(config.plans)))
    return text


def _one_of(name: str, words: tuple[str, ...]) -> Callable[[str, Config], str]:
    def read(text: str, _config: Config) -> str:
        if text not in words:
            raise refuse(name, message("one_of", known=", ".join(words)))
        return text

    return read


def _fps(text: str, _config: Config) -> int:
    if text not in map(str, FRAME_RATES):
        raise refuse("fps", message("one_of", known=", ".join(map(str, FRAME_RATES))))
    return int(text)


def _effect(text: str, _config: Config) -> str | tuple[Step, ...]:
    """An id, or a chain of effects as JSON."""
    return _steps(text) if text.lstrip()[:1] in ("[", "{") else _id(text, "effect")


def _id(text: str, field: str) -> str:
    if not text or len(text) > 64 or not text.isprintable():
        raise ToqiboxError("unknown_effect", field=field, name=text[:64], hint="")
    return text


def _steps(text: str) -> tuple[Step, ...]:
    return read_steps(read_json("effect", text, CHAIN_BYTES), "effect")


def read_steps(rows: object, field: str) -> tuple[Step, ...]:
    """The chain that decoded JSON holds: a list of objects with an ``id`` and ``params``.

    Raises:
        ToqiboxError: ``invalid_parameter`` of `field`, or of the place in it: ``field[1].params``.
    """
    if not isinstance(rows, list) or not 1 <= len(rows) <= LONGEST_CHAIN:
        raise refuse(field, message("chain", most=LONGEST_CHAIN))
    return tuple(_step(row, f"{field}[{at}]") for at, row in enumerate(rows))


def _step(row: object, field: str) -> Step:
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        raise refuse(field, message("step"))
    for name in row.keys() - {"id", "params"}:
        raise refuse(f"{field}.{name[:64]}", message("unknown_key", known="id, params"))
    params = row.get("params", {})
    if not isinstance(params, dict):
        raise refuse(f"{field}.params", message("object"))
    if len(json.dumps(params, ensure_ascii=False).encode("utf-8", "replace")) > PARAMS_BYTES:
        raise refuse(f"{field}.params", message("bytes", most=PARAMS_BYTES))
    return Step(_id(row["id"], field), params)


def named(effect: str | tuple[Step, ...]) -> list[tuple[str, str]]:
    """What each effect of the field is called in errors, and its id."""
    if isinstance(effect, str):
        return [("effect", effect)]
    return [(field, step.id) for field, step in named_steps(effect, "effect")]


def named_steps(steps: Sequence[Step], field: str) -> list[tuple[str, Step]]:
    """Each step of a chain with its name in errors, such as ``effect[0]``."""
    return [(f"{field}[{at}]", step) for at, step in enumerate(steps)]


def _params(text: str, _config: Config) -> dict[str, Any]:
    params = read_json("params", text or "{}", PARAMS_BYTES)
    if not isinstance(params, dict):
        raise refuse("params", message("object"))
    return params


def _preset(text: str, _config: Config) -> str:
    if len(text) > 64 or not text.isprintable():
        raise refuse("preset", message("characters", most=64))
    return text


def _label(name: str) -> Callable[[str, Config], str]:
    def read(text: str, _config: Config) -> str:
        if len(text) > TEXT_LENGTH:
            raise refuse(name, message("characters", most=TEXT_LENGTH))
        return read_lines(name, text)

    return read


def _flag(name: str) -> Callable[[str, Config], bool]:
    def read(text: str, _config: Config) -> bool:
        if text not in FLAGS:
            raise refuse(name, message("one_of", known=", ".join(FLAGS)))
        return FLAGS[text]

    return read


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
}


def frame_count(duration: Decimal, fps: int) -> int:
    """Frames of a video: ``max(1, floor(duration × fps + ½))``, in decimal arithmetic."""
    return max(1, int((duration * fps + Decimal("0.5")).to_integral_value(ROUND_FLOOR)))


def picture_size(aspect: str, short_side: int) -> tuple[int, int]:
    """Width and height in pixels; the long side is rounded to the nearest even number."""
    across, down = ASPECTS[aspect]
    long_side = (
        int(Decimal(short_side) * max(across, down) / min(across, down) / 2 + Decimal("0.5")) * 2
    )
    return (long_side, short_side) if across >= down else (short_side, long_side)
