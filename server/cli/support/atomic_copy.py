"""Copying a file so that the target is complete or unchanged."""

import os
import shutil
from pathlib import Path


def copy_atomically(source: Path, out: Path) -> str | None:
    """Copy `source` to `out`, replacing an existing file; return the error message, if any."""
    temp_file = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        shutil.copyfile(source, temp_file)
        temp_file.replace(out)
    except OSError as error:
        return error.strerror or str(error)
    finally:
        temp_file.unlink(missing_ok=True)
    return None
