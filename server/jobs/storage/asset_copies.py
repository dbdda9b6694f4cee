"""The image files of a job's effect: copied into its folder, so that they never change half-way."""

import errno
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from server.errors import ToqiboxError
from server.jobs.model.effect_source import FOLDER, MOST_BYTES, SOON_S, Image, Source
from server.jobs.storage.data_folder import sync_folder

_PIECE = 1 << 20
_FULL = (errno.ENOSPC, errno.EDQUOT)


def keep(sources: Sequence[Source], folder: Path) -> None:
    """Copy the image files of `sources` to folder/files, each under its SHA-256, and sync them.

    Raises:
        ToqiboxError: not_ready when a file is not what it was, storage_full.
    """
    images = {image.sha256: image for source in sources for image in source.images.values()}
    if not images:
        return
    target = folder / FOLDER
    try:
        target.mkdir(mode=0o700)
        for sha256, image in images.items():
            _copy(image, target / sha256)
        sync_folder(target)
    except OSError as error:
        code = "storage_full" if error.errno in _FULL else "not_ready"
        raise ToqiboxError(code, retry_after=SOON_S, detail=str(error)) from error


def _copy(image: Image, target: Path) -> None:
    digest, left = hashlib.sha256(), MOST_BYTES
    with image.path.open("rb") as source, target.open("xb") as copy:
        while left >= 0 and (piece := source.read(_PIECE)):
            left -= len(piece)
            digest.update(piece)
            copy.write(piece)
        copy.flush()
        os.fsync(copy.fileno())
    if digest.hexdigest() != image.sha256:
        raise ToqiboxError("not_ready", retry_after=SOON_S, detail=f"{image.path} has changed")
