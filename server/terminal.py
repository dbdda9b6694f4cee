"""Lines for a person at a terminal: names of files reach it without control characters."""

import argparse
import sys
from typing import NoReturn, TextIO


def printable(text: str) -> str:
    """Return a text, such as a file's name, with `?` for all that is not printable."""
    return "".join(char if char.isprintable() else "?" for char in text)


def print_lines(*lines: str) -> None:
    """Print each row on a line of its own, at once."""
    _write(lines, sys.stdout)


def print_errors(*lines: str) -> None:
    """Print each row on a line of its own on standard error."""
    _write(lines, sys.stderr)


def _write(lines: tuple[str, ...], stream: TextIO) -> None:
    print("\n".join(map(printable, lines)), file=stream, flush=True)


class Parser(argparse.ArgumentParser):
    """A parser whose errors show the words of the command line without control characters."""

    def error(self, message: str) -> NoReturn:
        """Print usage and message, and exit with status 2."""
        super().error(printable(message))
