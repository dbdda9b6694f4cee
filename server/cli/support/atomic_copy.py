"""Writing a file so that the target is complete or unchanged."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic_target(out: Path) -> Iterator[Path]:
    """Yield the path of a temporary file, which replaces `out` if the block ends without error."""
    temp_file = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        yield temp_file
        temp_file.replace(out)
    finally:
        temp_file.unlink(missing_ok=True)


def copy_atomically(source: Path, out: Path) -> str | None:
    """Copy `source` to `out`, replacing an existing file; return the error message, if any."""
    try:
        with atomic_target(out) as temp_file:
            shutil.copyfile(source, temp_file)
    except OSError as error:
        return error.strerror or str(error)
    return None
