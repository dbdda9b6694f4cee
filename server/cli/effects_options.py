"""The words and options of `toqibox effects …`."""

import argparse
import math
from collections.abc import Callable

from server import processors
from server.config import FRAME_RATES

FITS = ("blur", "contain", "cover")
TEMPLATES = ("isf", "shadertoy", "filter", "visualizer", "transition")


def declare(parser: argparse.ArgumentParser) -> None:
    """Every action with its options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, (meaning, declare) in _ACTIONS.items():
        action = actions.add_parser(name, help=meaning, description=meaning)
        declare(action)
        action.add_argument("--json", action="store_true", help="as JSON, for programs")


def _nothing(_parser: argparse.ArgumentParser) -> None:
    """It has no options of its own."""


def _effect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("effect", metavar="ID|FILE", help="see `toqibox effects list`, or a file")


def _check(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("files", nargs="+", metavar="FILE|FOLDER", help="of a folder every file below it")
    add("--verbose", action="store_true", help="every message, with the author's line and a hint")
    cores = processors.available()
    add("--jobs", type=_count, default=cores, metavar="N", help="files at once (%(default)s)")
    meaning = "processor time that a file may take (%(default)g)"
    add("--timeout", type=_seconds, default=10.0, metavar="SECONDS", help=meaning)


def _material(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--audio", metavar="FILE", help="the track (a sample)")
    add("--image", metavar="FILE", help="the photo (a sample)")
    add("--image2", metavar="FILE", help="the second photo, for transitions above all (a sample)")


def _shown(parser: argparse.ArgumentParser) -> None:
    """What an effect is shown with."""
    _material(parser)
    add = parser.add_argument
    add("--param", action="append", default=[], metavar="NAME=VALUE", help="an input of the effect")
    add("--fit", choices=FITS, default="blur", help="how the photo fills the frame (%(default)s)")


def _rate(parser: argparse.ArgumentParser) -> None:
    rates = ", ".join(map(str, FRAME_RATES))
    parser.add_argument("--fps", type=int, choices=FRAME_RATES, metavar="FPS", help=rates)


def _drawn(parser: argparse.ArgumentParser, size: str) -> None:
    """How an effect is drawn, besides what it is shown with."""
    _shown(parser)
    parser.add_argument("--size", default=size, metavar="WxH", help="in pixels (%(default)s)")
    _rate(parser)


def _frame(parser: argparse.ArgumentParser) -> None:
    _effect(parser)
    add = parser.add_argument
    add("-o", "--out", required=True, metavar="OUT.png", help="where the picture goes")
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--time", type=_moment, default=1.0, metavar="SECONDS", help="(%(default)g)")
    when.add_argument("--frame-index", type=_index, metavar="N", help="counted from 0")
    add("--composite", action="store_true", help="over the photo, as a video has it")
    _drawn(parser, "640x360")


def _sheet(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("effects", nargs="+", metavar="ID|FILE", help="see `toqibox effects list`, or files")
    add("-o", "--out", required=True, metavar="SHEET.png", help="where the sheet goes")
    add("--columns", type=_count, metavar="N", help="pictures side by side (4)")
    meaning = "such as 1,2.5,8 (12 moments of one effect, 4 of several)"
    add("--times", type=_moments, metavar="SECONDS,…", help=meaning)
    _drawn(parser, "320x180")


def _preview(parser: argparse.ArgumentParser) -> None:
    _effect(parser)
    add = parser.add_argument
    add("-o", "--out", required=True, metavar="CLIP.mp4", help="where the clip goes")
    add("-y", "--yes", action="store_true", help="overwrite it")
    add("--seconds", type=_seconds, default=10.0, metavar="S", help="its length (%(default)g)")
    add("--start", type=_moment, default=0.0, metavar="S", help="where in the track it begins (0)")
    _drawn(parser, "640x360")


def _profile(parser: argparse.ArgumentParser) -> None:
    _effect(parser)
    add = parser.add_argument
    add("--size", action="append", metavar="WxH", help="may be given many times (three usual ones)")
    add("--count", type=_count, default=20, metavar="N", help="frames measured (%(default)s)")
    _shown(parser)


def _new(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("name", metavar="NAME", help="of the file: small letters, digits, “-”, “_”")
    add("--like", required=True, choices=TEMPLATES, help="what it begins as")


def _import(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("file", metavar="FILE.json", help="what the API or the site of Shadertoy exports")
    add(
        "-o",
        "--out",
        metavar="NAME.glsl",
        help="of one shader: where it goes (FILE.glsl)",
    )


def _watch(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("file", metavar="FILE", help="the file that is edited")
    meaning = "0 takes a free one (%(default)s)"
    add("--port", dest="page_port", type=_port, default=0, metavar="PORT", help=meaning)
    _material(parser)
    _rate(parser)


_ACTIONS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "list": ("a line for each effect, broken ones too", _nothing),
    "show": ("what an effect is, and its inputs", _effect),
    "features": ("what an input can follow: the features of the sound", _nothing),
    "check": ("does each file parse, compile and draw?", _check),
    "frame": ("one frame as a PNG, its alpha kept", _frame),
    "sheet": ("a contact sheet over a track", _sheet),
    "preview": ("a short clip with sound", _preview),
    "profile": ("what each pass costs, at sizes", _profile),
    "new": ("a file to begin with", _new),
    "import": ("Shadertoys as files to edit", _import),
    "watch": ("the effect in a browser, as it is edited", _watch),
}


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{text} is no whole number from 1 to 256")
    return int(text)


def _index(text: str) -> int:
    if not text.isdecimal() or int(text) > 10_000_000:
        raise argparse.ArgumentTypeError(f"{text} is no number of a frame, counted from 0")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text} is no port")
    return int(text)


def _moment(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{text} is no number of seconds")
    return seconds


def _moments(text: str) -> list[float]:
    return [_moment(word) for word in text.split(",")]


def _seconds(text: str) -> float:
    seconds = _moment(text)
    if seconds == 0:
        raise argparse.ArgumentTypeError("it must be more than 0 seconds")
    return seconds
