"""`toqibox effects …`: the tools of a shader's author, one module a word."""

import argparse
import importlib
import signal
from types import FrameType

from server.config import Config

_MODULES = {"list": "listing", "import": "importing"}
"""Of the words that cannot name a module, or should not."""


def run(config: Config, options: argparse.Namespace) -> int:
    """Do what the word after `effects` says; returns the exit status."""
    signal.signal(signal.SIGTERM, _interrupt)  # so that temporary folders are removed
    name = _MODULES.get(options.action, options.action)
    module = importlib.import_module(f"server.cli.effects.{name}")
    return int(module.run(config, options))


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
