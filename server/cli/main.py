"""The command line: `toqibox serve | health | render | analyse | effects | presets | keys …`.

Exit status: 0 done, 1 failed, 2 wrong usage or settings, 130 interrupted.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from server import __version__
from server.cli.support.command_parser import CommandParser
from server.cli.support.exit_status import INTERRUPTED, USAGE
from server.config import Config, ConfigError
from server.terminal import Parser, print_errors

COMMANDS = {
    "serve": "run the HTTP server",
    "health": "check that the server on this machine is up, or ready to render",
    "render": "render one video without a server",
    "analyse": "print the tempo, events and sections of a track",
    "effects": "list effects, and write and test new ones",
    "presets": "list the presets, or print one",
    "keys": "add, list, replace and revoke API keys, and sign tokens",
    "jobs": "list the jobs of the server on this machine, cancel or remove one",
    "quarantine": "list the sources of clients that are refused, and accept them again",
    "backup": "copy the data folder, also while its server runs",
    "restore": "make a data folder from a backup",
    "doctor": "check this machine, and print how to fix what fails",
}
"""Each is a module of this package with ``configure(parser)`` and ``run(config, options)``."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its status."""
    options = create_parser().parse_args(arguments)
    try:
        config = Config.from_env(_environment(options))
        status = importlib.import_module(_module(options.command)).run(config, options)
    except ConfigError as error:
        print_errors(f"toqibox: {error}")
        status = USAGE
    except KeyboardInterrupt:
        status = INTERRUPTED
    except BrokenPipeError:  # the reader of the output has closed it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    sys.exit(status)


def create_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = Parser(prog="toqibox", description="Render a music video from a track and a photo.")
    parser.add_argument("--version", action="version", version=f"toqibox {__version__}")
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=CommandParser
    )
    for name, meaning in COMMANDS.items():
        commands.add_parser(name, help=meaning, description=meaning, module=_module(name))
    return parser


def _module(command: str) -> str:
    return f"server.cli.{command}"


def _environment(options: argparse.Namespace) -> dict[str, str]:
    """Return the environment, with the options that stand for settings in place of them."""
    overrides = {
        "HOST": getattr(options, "host", None),
        "PORT": getattr(options, "port", None),
        "DATA_DIR": getattr(options, "data", None),
        "API_KEYS_FILE": getattr(options, "keys_file", None),
    }
    return {**os.environ, **{name: value for name, value in overrides.items() if value is not None}}
