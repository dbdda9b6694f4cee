"""Lines for a person at a terminal: names of files reach it without control characters."""

import argparse
import sys
from typing import NoReturn, TextIO


def visible(text: str) -> str:
    """Return a text, such as a file's name, with `?` for all that is not printable."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def say(*rows: str) -> None:
    """Print each row on a line of its own, at once."""
    _write(rows, sys.stdout)


def complain(*rows: str) -> None:
    """Print each row on a line of its own on standard error."""
    _write(rows, sys.stderr)


def _write(rows: tuple[str, ...], stream: TextIO) -> None:
    print("\n".join(map(visible, rows)), file=stream, flush=True)


class Parser(argparse.ArgumentParser):
    """A parser whose errors show the words of the command line without control characters."""

    def error(self, message: str) -> NoReturn:
        """Print usage and message, and exit with status 2."""
        super().error(visible(message))
