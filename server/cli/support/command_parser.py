"""The parser of one command, which imports the command's module only when it is named."""

import importlib
from typing import Any

from server.terminal import Parser


class CommandParser(Parser):
    """Let a module declare its options with ``configure(parser)`` on the first use of the parser.

    Thus `toqibox --help` imports no command, and a command imports no other.

    Args:
        module: dotted name of the module; empty where the options are declared by the caller.
        options: see argparse.ArgumentParser.
    """

    def __init__(self, *, module: str = "", **options: Any) -> None:
        super().__init__(**options)
        self._module = module

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Configure the parser, then parse as argparse.ArgumentParser does."""
        if self._module:
            module, self._module = self._module, ""
            importlib.import_module(module).configure(self)
        return super().parse_known_args(args, namespace)
