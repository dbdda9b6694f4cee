"""The watched file: read again when it, its vertex shader or one of its images changes."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from server.effects.dialects import VERTEX_SUFFIXES
from server.effects.effect import Effect
from server.effects.source.diagnostic import diagnostic
from server.effects.web_program import build_program
from server.errors import ToqiboxError, localize
from server.protocol.scene import EffectInstance

_POLL_S = 0.1
_MISSING_POLLS = 10
"""So many looks in a row a file must be gone: editors replace it by another."""

FileStamp = tuple[int, int, int] | None
"""Modification time in nanoseconds, size and inode of a file; None where there is none."""


class WatchedEffect(Protocol):
    """An effect as a command reads it."""

    @property
    def effect(self) -> Effect: ...

    def to_instance(self, params: dict[str, Any] | None = None) -> EffectInstance:
        """Return the effect with params; raises ToqiboxError."""
        ...


LoadEffect = Callable[[], WatchedEffect]
"""Reads the effect from its file; raises ToqiboxError or OSError."""


@dataclass
class FileState:
    """What is known of one reading of the file."""

    revision: int = 0
    loaded: WatchedEffect | None = None
    """None where the file gives no effect."""
    diagnostics: list[dict[str, Any]] = field(default_factory=list)
    reason: str = ""
    """Why it cannot be drawn, in a sentence."""
    validation: str = "checking"
    """checking, good, blank (nothing to be seen) or bad."""
    renderer: str = ""
    """The server's."""
    retryable: bool = False
    """Whether another try may succeed: the judge ran out of time, or crashed."""
    warnings: list[dict[str, Any]] = field(default_factory=list)
    """Diagnostics of severity ``warning``: it is drawn, and something in it has no effect."""

    def describe(self) -> dict[str, Any]:
        """What the page is told."""
        payload = {
            "revision": self.revision,
            "verdict": self.validation,
            "reason": self.reason,
            "diagnostics": self.diagnostics,
            "retryable": self.retryable,
            "warnings": self.warnings,
            "renderer": self.renderer,
            "effect": None,
        }
        if self.loaded is not None:
            effect = self.loaded.effect
            payload["effect"] = {
                "id": effect.id,
                "title": effect.title,
                "dialect": effect.dialect,
                "description": effect.description,
                "credit": effect.credit,
                "license": effect.license,
                "program": build_program(effect),
                "files": {name: f"/files/{at}" for at, name in enumerate(effect.files)},
                "lines": _listings(effect),
            }
        return payload

    def fail(self, error: ToqiboxError) -> None:
        """Make it the state of an effect that cannot be drawn."""
        self.validation = "bad"
        self.reason = localize(error.code, "en", error.values)
        self.diagnostics = list(error.diagnostics or [])


class WatchedFile:
    """The file as it is now.

    Args:
        path: the file.
        load: reads it.
    """

    def __init__(self, path: Path, load: LoadEffect) -> None:
        self.path = path
        self.state = FileState()
        self.version = 0
        """Another number whenever the state may be another."""
        self._load = load
        self._changed = asyncio.Condition()
        self._stamps = self._read_stamps()
        self._read()

    async def watch(self) -> None:
        """Look for changes for ever."""
        gone = 0
        while True:
            await asyncio.sleep(_POLL_S)
            stamps = self._read_stamps()
            gone = gone + 1 if stamps[self.path] is None else 0
            if stamps != self._stamps and (stamps[self.path] or gone == _MISSING_POLLS):
                self._stamps = stamps
                await self.reread()

    async def reread(self) -> None:
        """Read the file as if it had just been saved."""
        self._read()
        await self.notify()

    async def notify(self) -> None:
        """Wake all who wait for another state."""
        async with self._changed:
            self.version += 1
            self._changed.notify_all()

    async def wait(self, version: int) -> None:
        """Wait until the state may be another than at `turn`."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.version != version)

    def _read(self) -> None:
        before = self.state
        self.state = state = FileState(revision=before.revision + 1, renderer=before.renderer)
        try:
            state.loaded = self._load()
            state.warnings = list(state.loaded.effect.warnings)
            state.loaded.to_instance()
        except ToqiboxError as error:
            state.fail(error)
        except OSError as error:
            state.validation, state.reason = "bad", f"The file cannot be read: {error.strerror}."
            state.diagnostics = [diagnostic(self.path.name, "", None, None, state.reason)]
        self._stamps = self._read_stamps()

    def _read_stamps(self) -> dict[Path, FileStamp]:
        vertex_files = [self.path.with_suffix(suffix) for suffix in VERTEX_SUFFIXES]
        loaded = self.state.loaded
        dependencies = (*loaded.effect.files, *loaded.effect.includes) if loaded else ()
        others = [self.path.parent / name for name in dependencies]
        return {path: _stamp(path) for path in (self.path, *vertex_files, *others)}


def _listings(effect: Effect) -> list[dict[str, Any]]:
    """The author's texts, and where the lines come from that a compiler has in each."""
    listings: list[dict[str, Any]] = []
    for listing in effect.listings:
        origins = zip(listing.origins.starts, listing.origins.pieces, strict=True)
        listings.append(
            {
                "text": listing.start // 1_000_000,
                "file": listing.file,
                "code": listing.text,
                "origins": [[start, file, line] for start, (file, line) in origins],
            }
        )
        if listing.origins.starts:
            listings[-1]["code"] = (
                effect.source if listing.start == 0 else effect.vertex_source or ""
            )
    included = effect.includes.items()
    return listings + [{"text": None, "file": file, "code": code} for file, code in included]


def _stamp(path: Path) -> FileStamp:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
