"""The watched file, which is reloaded when it or a file that it depends on changes."""

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
"""Polls in a row without a file until it counts as deleted: editors may replace it."""

FileStamp = tuple[int, int, int] | None
"""Modification time in nanoseconds, size and inode of a file; None if it does not exist."""


class WatchedEffect(Protocol):
    """An effect that the command has loaded."""

    @property
    def effect(self) -> Effect: ...

    def to_instance(self, params: dict[str, Any] | None = None) -> EffectInstance:
        """Return the effect with params; raises ToqiboxError."""
        ...


LoadEffect = Callable[[], WatchedEffect]
"""Loads the effect from its file; may raise ToqiboxError or OSError."""


@dataclass
class FileState:
    """The state of one revision of the file."""

    revision: int = 0
    loaded: WatchedEffect | None = None
    """None if the file is not a valid effect."""
    diagnostics: list[dict[str, Any]] = field(default_factory=list)
    reason: str = ""
    """The reason why the effect cannot be drawn."""
    validation: str = "checking"
    """checking, good, blank (all pixels are black or transparent) or bad."""
    renderer: str = ""
    """The renderer of the server."""
    retryable: bool = False
    """True if another try may succeed: the validation timed out or crashed."""
    warnings: list[dict[str, Any]] = field(default_factory=list)
    """Diagnostics of severity ``warning``: the effect draws, but something in it has no effect."""

    def describe(self) -> dict[str, Any]:
        """Return the state as a JSON object for the page."""
        payload = {
            "revision": self.revision,
            "validation": self.validation,
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
        """Set the state of an effect that cannot be drawn."""
        self.validation = "bad"
        self.reason = localize(error.code, "en", error.values)
        self.diagnostics = list(error.diagnostics or [])


class WatchedFile:
    """The current state of the file.

    Args:
        path: the file.
        load: loads the effect.
    """

    def __init__(self, path: Path, load: LoadEffect) -> None:
        self.path = path
        self.state = FileState()
        self.version = 0
        """A number that increases whenever the state may have changed."""
        self._load = load
        self._changed = asyncio.Condition()
        self._stamps = self._read_stamps()
        self._read()

    async def watch(self) -> None:
        """Poll for changes until cancelled."""
        gone = 0
        while True:
            await asyncio.sleep(_POLL_S)
            stamps = self._read_stamps()
            gone = gone + 1 if stamps[self.path] is None else 0
            if stamps != self._stamps and (stamps[self.path] or gone == _MISSING_POLLS):
                self._stamps = stamps
                await self.reread()

    async def reread(self) -> None:
        """Reload the file as if it had just been saved."""
        self._read()
        await self.notify()

    async def notify(self) -> None:
        """Wake everything that waits for a change of the state."""
        async with self._changed:
            self.version += 1
            self._changed.notify_all()

    async def wait(self, version: int) -> None:
        """Wait until the state may have changed since `version`."""
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
    """Return the source texts, and the author's line for each line that a compiler reports."""
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
