"""A file that a command creates."""

from pathlib import Path

from server.cli.support.command_error import CommandError
from server.cli.support.exit_status import FAILED


def write_new_file(path: Path, text: str) -> None:
    """Create a text file; an existing file is not replaced.

    Raises:
        CommandError: the file exists, or it cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise CommandError(f"{path} already exists and is not overwritten", FAILED) from None
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}", FAILED) from None
