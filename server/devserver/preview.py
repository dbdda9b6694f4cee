"""The server's own picture of the watched effect: one worker that is killed when it hangs."""

import asyncio
import contextlib
import os
from pathlib import Path
from typing import Any

from server.devserver.current_media import CurrentMaterial
from server.devserver.watched_file import Loaded
from server.effects.model.text_style import SAMPLE_CREDITS
from server.effects.source.diagnostic import AuthorFile
from server.errors import ToqiboxError
from server.jobs.execution.worker_process import TaskError, Watch, Worker
from server.jobs.model import validation_result
from server.sandbox import Limits

_JUDGED = {"width": 64, "height": 36}
_COMPILE = Watch(stall_s=validation_result.WALL_S, limit_s=validation_result.WALL_S)
_FRAME = Watch(stall_s=15, limit_s=30)
_MEASURED_FRAMES = 3
_MEMORY_BYTES = 4_000_000_000
_HARDWARE = Path("/dev/nvidiactl")
"""Its driver reserves far more address space than it uses, so none is limited where it is."""


class Superseded(Exception):
    """What was asked for is of no use any more: something newer was asked for."""


class Painter:
    """Compiles and draws, one thing at a time; of what waits only the newest is done.

    Args:
        current: the sound and the photos.
        folder: for the pictures, while they are on their way.
        fps: frames a second.
        egl_device: the device to draw with; None takes the best.
    """

    def __init__(
        self, current: CurrentMaterial, folder: Path, fps: int, egl_device: int | None
    ) -> None:
        self._current = current
        self._folder = folder
        self._fps = fps
        self._egl_device = egl_device
        self._worker: Worker | None = None
        self._lane = asyncio.Lock()
        self._asked = 0
        self._under_way: asyncio.Task[dict[str, Any]] | None = None

    async def judge(self, loaded: Loaded) -> dict[str, Any]:
        """Compile the effect and draw two small frames: renderer, software, blank.

        Raises:
            ToqiboxError: with diagnostics, when it cannot be drawn.
        """
        if self._under_way is not None:  # it is about a text that is no more, and may hang
            await self.stop()
        task = {"task": "compile", "effects": [loaded.row()], **_JUDGED}
        async with self._lane:
            return await self._run(task, _COMPILE, loaded)

    async def paint(
        self, loaded: Loaded, frame: int, params: dict[str, Any], size: tuple[int, int], fit: str
    ) -> tuple[bytes, dict[str, Any]]:
        """A frame as a PNG; and its facts: exact, from, renderer, software.

        Raises:
            Superseded: another frame was asked for while this one waited.
            ToqiboxError: it cannot be drawn.
        """
        self._asked += 1
        mine = self._asked
        async with self._lane:
            if mine != self._asked:
                raise Superseded
            task = self._frame(loaded.row(params), frame, size, fit)
            try:
                result = await self._run(task, _FRAME, loaded)
            finally:
                picture = _taken(Path(task["shots"][0]["out"]))
        shot = result["shots"][0]
        facts = {"exact": shot["exact"], "from": shot["from"], "renderer": result["renderer"]}
        return picture, {**facts, "software": result["software"]}

    async def measure(
        self, loaded: Loaded, params: dict[str, Any], size: tuple[int, int], fit: str
    ) -> dict[str, Any]:
        """Time the passes of a few frames: `ms` a frame, `passes`, `renderer` and `software`.

        Raises:
            Superseded: the file has changed meanwhile.
            ToqiboxError: it cannot be drawn.
        """
        async with self._lane:
            task = {
                **self._frame(loaded.row(params), 0, size, fit),
                "task": "profile",
                "sizes": [list(size)],
                "count": _MEASURED_FRAMES,
            }
            found = await self._run(task, _FRAME, loaded)
        row = found["sizes"][0]
        return {
            "ms": row["ms"],
            "passes": row["passes"],
            "renderer": found["renderer"],
            "software": found["software"],
        }

    async def finish(self) -> None:
        """Wait for the task under way; later ones read the material that is current then."""
        async with self._lane:
            pass

    async def stop(self) -> None:
        """End the worker and what it does."""
        under_way = self._under_way
        if under_way is not None:
            under_way.cancel()
            await asyncio.wait({under_way})
        if self._worker is not None:
            worker, self._worker = self._worker, None
            await worker.kill()

    def _frame(
        self, row: dict[str, Any], frame: int, size: tuple[int, int], fit: str
    ) -> dict[str, Any]:
        material = self._current.material
        return {
            "task": "frame",
            "effects": [row],
            "photo": str(material.photo),
            "photo2": str(material.photo2) if material.photo2 else None,
            "features": str(material.features),
            "width": size[0],
            "height": size[1],
            "fps": self._fps,
            "frames": max(round(material.seconds * self._fps), frame + 1),
            "fit": fit,
            **SAMPLE_CREDITS,
            "shots": [{"frame": frame, "out": str(self._folder / f"{self._asked}.png")}],
            "composite": True,
        }

    async def _run(self, task: dict[str, Any], watch: Watch, loaded: Loaded) -> dict[str, Any]:
        """Do a task in the worker; one that hangs or crashes is followed by another."""
        task["egl_device"] = self._egl_device
        if self._worker is None or not self._worker.is_alive:
            self._worker = await Worker.start("watch", _limits())
        running = self._worker.run(task, watch, lambda _event: None)
        self._under_way = asyncio.create_task(running)
        try:
            return await self._under_way
        except asyncio.CancelledError:
            self._worker = None
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise
            raise Superseded from None
        except TaskError as error:
            if not self._worker.is_alive:
                self._worker = None
            raise _plain(error, loaded) from None
        finally:
            self._under_way = None


def _taken(path: Path) -> bytes:
    """What a file holds, and the file is gone; nothing where there was none."""
    with contextlib.suppress(FileNotFoundError):
        content = path.read_bytes()
        path.unlink()
        return content
    return b""


def _limits() -> Limits:
    with contextlib.suppress(OSError):
        os.stat(_HARDWARE)
        return Limits()
    return Limits(memory_bytes=_MEMORY_BYTES)


def _plain(error: TaskError, loaded: Loaded) -> ToqiboxError:
    """The failure of a task as something to be said of the effect."""
    effect = loaded.effect
    author = AuthorFile(effect.id, effect.file, effect.source)
    found = validation_result.of_error(error, author, software=True)
    if found is None and validation_result.is_late(error):
        found = validation_result.too_slow(error, author)
    if found is not None and found.code is not None:
        return ToqiboxError(
            found.code,
            name=loaded.effect.id,
            reason=error.values.get("reason", ""),
            diagnostics=list(found.diagnostics),
            detail=error.detail,
        )
    return ToqiboxError(error.code, name=loaded.effect.id, detail=error.detail)
