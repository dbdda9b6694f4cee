"""The command line: `toqibox serve | health | render | analyse | effects | presets | jobs …`.

Exit status: 0 done, 1 failed, 2 wrong usage or settings, 130 interrupted.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from server import __version__
from server.cli import effects_options
from server.cli.support.exit_status import INTERRUPTED, USAGE
from server.config import FRAME_RATES, Config, ConfigError
from server.terminal import Parser, print_errors


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its status."""
    options = _parser().parse_args(arguments)
    try:
        config = Config.from_env(_environment(options))
        command = importlib.import_module(f"server.cli.{options.command}")
        status = command.run(config, options)
    except ConfigError as error:
        print_errors(f"toqibox: {error}")
        status = USAGE
    except KeyboardInterrupt:
        status = INTERRUPTED
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    sys.exit(status)


def _environment(options: argparse.Namespace) -> dict[str, str]:
    """The environment with the options that stand for settings laid over it."""
    overrides = {
        "HOST": getattr(options, "host", None),
        "PORT": getattr(options, "port", None),
        "DATA_DIR": getattr(options, "data", None),
    }
    return {**os.environ, **{name: value for name, value in overrides.items() if value is not None}}


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="toqibox", description="A track and a photo go in, a music video comes out."
    )
    parser.add_argument("--version", action="version", version=f"toqibox {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _serve(commands.add_parser("serve", help="run the server"))
    _health(commands.add_parser("health", help="is the server on this machine up, or ready?"))
    _render(commands.add_parser("render", help="render one video here, without a server"))
    _analyse(commands.add_parser("analyse", help="what is heard in a track: beats, levels, events"))
    effects_options.declare(commands.add_parser("effects", help="effects, and tools to make them"))
    _presets(commands.add_parser("presets", help="the presets that a video can be made with"))
    _jobs(commands.add_parser("jobs", help="the jobs of the server on this machine"))
    _doctor(commands.add_parser("doctor", help="what works on this machine, and what to do if not"))
    return parser


def _serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="address to listen on (HOST)")
    parser.add_argument("--port", help="port to listen on, 0 for a free one (PORT)")
    parser.add_argument("--data", metavar="DIR", help="folder of jobs and videos (DATA_DIR)")


def _health(parser: argparse.ArgumentParser) -> None:
    meaning = "succeed only when a render could succeed; always so with REQUIRE_GPU=1"
    parser.add_argument("--ready", action="store_true", help=meaning)
    parser.add_argument("--data", metavar="DIR", help="the server's data folder (DATA_DIR)")


def _render(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--audio", required=True, metavar="FILE", help="MP3, WAV, FLAC, M4A or nearly any other")
    add(
        "--photo",
        metavar="FILE",
        help="JPEG, PNG, HEIC, WebP, AVIF, TIFF, GIF or BMP (the cover of the track)",
    )
    add("--photo2", metavar="FILE", help="the second photo of a transition")
    add("-o", "--out", required=True, metavar="OUT.mp4", help="where the video goes")
    add("-y", "--yes", action="store_true", help="overwrite the output")
    add("--effect", metavar="ID", help="see `toqibox effects list` (breathe)")
    add(
        "--param",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an input of the effect; may be given many times",
    )
    add("--preset", metavar="ID", help="instead of an effect, see `toqibox presets list`")
    add("--plan", help="picture size by plan (free)")
    meaning = "where in the track the video begins (0); drop or best with --duration finds a part"
    add("--start", metavar="SECONDS", help=meaning)
    add("--duration", metavar="SECONDS", help="length of the video (the rest of the track)")
    add("--tempo", metavar="BPM", help="beats a minute of the track, where another is heard")
    add("--aspect", help="16:9, 9:16, 1:1 or 4:5 (16:9)")
    add("--fit", help="how the photo fills the frame: blur, contain or cover (blur)")
    add("--fps", help=", ".join(map(str, FRAME_RATES)) + " (30)")
    add("--title", help="title, kept in the file (from the tags of the track)")
    add("--artist", help="artist, kept in the file (from the tags of the track)")
    meaning = "let the picture flash more than 3 times a second (see docs/http.md)"
    add("--allow-flashing", action="store_true", help=meaning)
    add("--json", action="store_true", help="print the finished job as JSON, and no progress bar")


def _analyse(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("audio", metavar="AUDIO", help="MP3, WAV, FLAC, M4A or nearly any other")
    add("--json", action="store_true", help="every feature in every frame, and every event")
    add("--fps", type=int, choices=FRAME_RATES, metavar="FPS", help="frames a second of --json")
    add("--plot", metavar="OUT.png", help="a picture to check against what one hears")
    add("--click", metavar="OUT.wav", help="the track with a sound on each beat, kick and snare")
    add(
        "--click-on",
        metavar="EVENTS",
        help="what sounds instead, such as accent or beat,hat (beat,kick,snare)",
    )
    add("--tempo", metavar="BPM", help="beats a minute of the track, where another is heard")


def _presets(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="a line for each preset, broken ones too")
    listing.add_argument("--json", action="store_true", help="as JSON")
    show = actions.add_parser("show", help="a preset as JSON, with its chain")
    show.add_argument("id", metavar="ID")


def _jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument("--data", metavar="DIR", help="the server's data folder (DATA_DIR)")
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    cancel = actions.add_parser("cancel", help="cancel a job")
    cancel.add_argument("id", metavar="ID")


def _doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument("--data", metavar="DIR", help="folder of jobs and videos (DATA_DIR)")
