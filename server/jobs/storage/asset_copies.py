"""Copies of the image files of a job's effects, so that they do not change while it runs."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from server.errors import ToqiboxError
from server.files.disk import is_disk_full, sync_path
from server.jobs.model.effect_source import (
    ASSETS_FOLDER,
    MAX_ASSET_BYTES,
    AssetFile,
    EffectSource,
)
from server.jobs.model.retry_after import FILE_CHANGED_S

_CHUNK_BYTES = 1 << 20


def snapshot_assets(sources: Sequence[EffectSource], folder: Path) -> None:
    """Copy the image files of `sources` to folder/files, each named by its SHA-256, and sync them.

    Raises:
        ToqiboxError: not_ready if a file has changed, storage_full.
    """
    assets = {asset.sha256: asset for source in sources for asset in source.assets.values()}
    if not assets:
        return
    target = folder / ASSETS_FOLDER
    try:
        target.mkdir(mode=0o700)
        for sha256, asset in assets.items():
            _copy(asset, target / sha256)
        sync_path(target)
    except OSError as error:
        code = "storage_full" if is_disk_full(error) else "not_ready"
        raise ToqiboxError(code, retry_after=FILE_CHANGED_S, detail=str(error)) from error


def _copy(asset: AssetFile, target: Path) -> None:
    digest, left = hashlib.sha256(), MAX_ASSET_BYTES
    with asset.path.open("rb") as source, target.open("xb") as copy:
        while left >= 0 and (chunk := source.read(_CHUNK_BYTES)):
            left -= len(chunk)
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    if digest.hexdigest() != asset.sha256:
        raise ToqiboxError(
            "not_ready", retry_after=FILE_CHANGED_S, detail=f"{asset.path} has changed"
        )
