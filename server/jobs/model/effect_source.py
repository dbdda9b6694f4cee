"""Effect as a job stores it: its texts by value, its image files by content."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from server import __version__
from server.effects.effect import Effect
from server.effects.library.library import Library
from server.effects.source.diagnostic import AuthorFile
from server.errors import ToqiboxError
from server.jobs.model.retry_after import FILE_CHANGED_S
from server.protocol.scene import EffectInstance

ASSETS_FOLDER = "files"
"""Folder of a job that holds the image files of its effects, each named by its SHA-256."""
MAX_ASSET_BYTES = 64 * 1024 * 1024
"""Total size of the image files of one effect."""


@dataclass(frozen=True)
class AssetFile:
    """Image file of an effect and its content when it was last read."""

    path: Path
    sha256: str


@dataclass(frozen=True, kw_only=True)
class EffectSource:
    """Everything of an effect that affects its pixels."""

    id: str
    file: str
    text: str
    vertex: str | None = None
    """Text of its own vertex shader, if it has one."""
    includes: Mapping[str, str] = field(default_factory=dict)
    """Texts of the files that it includes, by path."""
    sequential: bool = False
    assets: Mapping[str, AssetFile] = field(default_factory=dict)
    """Image files by the name that the effect uses."""
    built_in: bool = False
    """True if it is one of the server's own, which are covered by tests."""
    custom: bool = False
    """True if a client has sent it."""
    title: str = ""
    """Title of a custom effect."""

    @cached_property
    def key(self) -> str:
        """SHA-256 of its content and of our version: the key of its validation result."""
        assets = sorted((name, asset.sha256) for name, asset in self.assets.items())
        includes = sorted(self.includes.items())
        parts = (__version__, self.file, self.text, self.vertex, assets, includes)
        text = f"{parts!r}{' custom' if self.custom else ''}"
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def with_local_paths(self) -> EffectInstance:
        """The effect with the paths of its image files, every input at its default."""
        return EffectInstance(
            id=self.id,
            file=self.file,
            source=self.text,
            vertex=self.vertex,
            includes=self.includes,
            files={name: asset.path for name, asset in self.assets.items()},
            custom=self.custom,
            title=self.title,
        )

    def to_spec(self, params: Mapping[str, Any]) -> EffectInstance:
        """Return the effect for a job's spec: its image files are named by their SHA-256."""
        files = {name: Path(asset.sha256) for name, asset in self.assets.items()}
        return replace(self.with_local_paths, params=params, files=files)


def read_source(effect: Effect, library: Library) -> EffectSource:
    """Read the source of an effect of the library, and its image files if they have changed.

    Raises:
        ToqiboxError: shader_rejected, with diagnostics, for unusable image files;
            unknown_effect or not_ready if a file changed meanwhile.
    """
    paths = library.files(effect) if effect.files else {}
    assets: dict[str, AssetFile] = {}
    bytes_left = MAX_ASSET_BYTES
    try:
        for name, path in paths.items():
            status = os.stat(path)
            bytes_left -= status.st_size
            if bytes_left < 0:
                why = f"its image files are larger than {MAX_ASSET_BYTES >> 20} MB together"
                raise AuthorFile(effect.id, effect.file, effect.source).refusal(why)
            assets[name] = AssetFile(Path(path), _digest(path, status.st_mtime_ns, status.st_size))
    except OSError as error:
        raise ToqiboxError("not_ready", retry_after=FILE_CHANGED_S, detail=str(error)) from error
    return EffectSource(
        id=effect.id,
        file=effect.file,
        text=effect.source,
        vertex=effect.vertex_source,
        includes=effect.includes,
        sequential=effect.sequential,
        assets=assets,
        built_in=library.is_built_in(effect),
    )


def resolve_assets(stored: EffectInstance, folder: Path) -> EffectInstance:
    """Return an effect of a job's spec with the paths of its image files in `folder`."""
    files = {name: folder / ASSETS_FOLDER / path for name, path in stored.files.items()}
    return replace(stored, files=files)


@lru_cache(maxsize=4096)
def _digest(path: str, changed_ns: int, size: int) -> str:
    """Return the SHA-256 of a file; cached until its time or size changes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
