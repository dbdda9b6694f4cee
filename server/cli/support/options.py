"""Options that several commands share, and the types of option values."""

import argparse
import math

from server.protocol.scene import DEFAULT_FIT, FITS
from server.settings.readers import FRAME_RATES

_MAX_COUNT = 256
_MAX_FRAME = 10_000_000
_MAX_PORT = 65_535
_MAX_SECONDS = 86_400


def add_json(parser: argparse.ArgumentParser, meaning: str = "print JSON") -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help=meaning)


def add_data_folder(parser: argparse.ArgumentParser) -> None:
    """Add --data, which stands for the setting DATA_DIR."""
    parser.add_argument("--data", metavar="DIR", help="data folder of the server (DATA_DIR)")


def add_effect(parser: argparse.ArgumentParser) -> None:
    """Add the effect as a positional argument."""
    meaning = "id of an effect (see `toqibox effects list`) or an effect file"
    parser.add_argument("effect", metavar="ID|FILE", help=meaning)


def add_media(parser: argparse.ArgumentParser) -> None:
    """Add the audio file and the photos."""
    add = parser.add_argument
    add("--audio", metavar="FILE", help="audio file (default: the sample track)")
    add("--image", metavar="FILE", help="photo (default: the sample photo)")
    meaning = "second photo, mainly for transitions (default: a sample)"
    add("--image2", metavar="FILE", help=meaning)


def add_scene(parser: argparse.ArgumentParser) -> None:
    """Add the media, the params of the effect and the fit of the photo."""
    add_media(parser)
    add = parser.add_argument
    meaning = "set an input of the effect; may be repeated"
    add("--param", action="append", default=[], metavar="NAME=VALUE", help=meaning)
    add("--fit", choices=FITS, default=DEFAULT_FIT, help="fit of the photo (%(default)s)")


def add_frame_rate(parser: argparse.ArgumentParser) -> None:
    """Add the frame rate."""
    meaning = f"frames per second: {', '.join(map(str, FRAME_RATES))} (FPS)"
    parser.add_argument("--fps", type=int, choices=FRAME_RATES, metavar="FPS", help=meaning)


def add_rendering(parser: argparse.ArgumentParser, size: str) -> None:
    """Add the scene, the frame size and the frame rate."""
    add_scene(parser)
    parser.add_argument("--size", default=size, metavar="WxH", help="frame size (%(default)s)")
    add_frame_rate(parser)


def count(text: str) -> int:
    """Parse an integer from 1 to 256."""
    return _integer(text, 1, _MAX_COUNT, "number")


def frame_index(text: str) -> int:
    """Parse the index of a frame."""
    return _integer(text, 0, _MAX_FRAME, "frame index")


def port(text: str) -> int:
    """Parse a TCP port; 0 stands for a free one."""
    return _integer(text, 0, _MAX_PORT, "port")


def time(text: str) -> float:
    """Parse a time in seconds."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= _MAX_SECONDS:
        raise argparse.ArgumentTypeError(
            f"“{text}” is not a valid time: use seconds from 0 to {_MAX_SECONDS}"
        )
    return seconds


def times(text: str) -> list[float]:
    """Parse times in seconds, separated by commas."""
    return [time(part) for part in text.split(",")]


def duration(text: str) -> float:
    """Parse a duration in seconds, which is more than 0."""
    seconds = time(text)
    if seconds == 0:
        raise argparse.ArgumentTypeError("the duration must be more than 0 seconds")
    return seconds


def _integer(text: str, minimum: int, maximum: int, noun: str) -> int:
    if text.isdecimal() and text.isascii() and minimum <= int(text) <= maximum:
        return int(text)
    raise argparse.ArgumentTypeError(
        f"“{text}” is not a valid {noun}: use an integer from {minimum} to {maximum}"
    )
