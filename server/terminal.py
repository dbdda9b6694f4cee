"""Output to a terminal, free of control characters such as a file name may contain."""

import argparse
import sys
from typing import NoReturn, TextIO


def printable(text: str) -> str:
    """Replace each character that is not printable by `?`."""
    return "".join(char if char.isprintable() else "?" for char in text)


def print_lines(*lines: str) -> None:
    """Print the lines to standard output and flush it."""
    _write(lines, sys.stdout)


def print_errors(*lines: str) -> None:
    """Print the lines to standard error and flush it."""
    _write(lines, sys.stderr)


def _write(lines: tuple[str, ...], stream: TextIO) -> None:
    print("\n".join(map(printable, lines)), file=stream, flush=True)


class Parser(argparse.ArgumentParser):
    """Argument parser whose error messages contain no control characters."""

    def error(self, message: str) -> NoReturn:
        """Print usage and message, then exit with status 2."""
        super().error(printable(message))
