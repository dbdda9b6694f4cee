"""`toqibox effects …`: the tools of a shader author, one module an action."""

import argparse
import importlib
import signal
from types import FrameType

from server.cli.support.command_parser import CommandParser
from server.config import Config

_ACTIONS = {
    "list": "list the effects, including those that cannot be used",
    "show": "print an effect and its inputs",
    "features": "list the features of a track that an input can follow",
    "check": "check that files parse, compile and draw",
    "frame": "render one frame as a PNG with alpha",
    "sheet": "render a contact sheet of effects over a track",
    "preview": "render a short video with audio",
    "profile": "measure the cost of each pass at several frame sizes",
    "new": "create an effect file from a template",
    "import": "convert a Shadertoy export to effect files",
    "watch": "show an effect in the browser while its file is edited",
}
"""Each is a module of this package with ``configure(parser)`` and ``run(config, options)``."""
_MODULES = {"list": "listing", "import": "importing"}
"""The names of modules that differ from their action: a keyword and a built-in."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the actions."""
    actions = parser.add_subparsers(
        dest="action", required=True, metavar="ACTION", parser_class=CommandParser
    )
    for name, meaning in _ACTIONS.items():
        actions.add_parser(name, help=meaning, description=meaning, module=_module(name))


def run(config: Config, options: argparse.Namespace) -> int:
    """Run the action and return its exit status."""
    signal.signal(signal.SIGTERM, _interrupt)  # so that temporary folders are removed
    return int(importlib.import_module(_module(options.action)).run(config, options))


def _module(action: str) -> str:
    return f"{__name__}.{_MODULES.get(action, action)}"


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
