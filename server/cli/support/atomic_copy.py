"""Putting a finished file to where a person asked for it: whole, or not at all."""

import os
import shutil
from pathlib import Path


def copy_atomically(source: Path, out: Path) -> str | None:
    """Copy `made` to `out`, in the place of an older one; returns why it could not be done."""
    temp_file = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        shutil.copyfile(source, temp_file)
        temp_file.replace(out)
    except OSError as error:
        return error.strerror or str(error)
    finally:
        temp_file.unlink(missing_ok=True)
    return None
