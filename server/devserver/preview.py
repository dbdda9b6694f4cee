"""The server's own picture of the watched effect: one worker that is killed when it hangs."""

import asyncio
import contextlib
import os
from pathlib import Path
from typing import Any

from server.devserver.current_media import CurrentMedia
from server.devserver.watched_file import WatchedEffect
from server.effects.model.text_style import SAMPLE_CREDITS
from server.effects.source.diagnostic import AuthorFile
from server.errors import ToqiboxError
from server.jobs.execution.worker_process import TaskError, Timeouts, Worker
from server.jobs.model import validation_result
from server.protocol.progress import Result
from server.protocol.scene import SceneSpec
from server.protocol.tasks import CompileEffect, DrawFrames, FrameFile, Profile, Task
from server.sandbox import Limits

_COMPILED_SIZE = (64, 36)
_COMPILE_TIMEOUTS = Timeouts(idle_s=validation_result.WALL_S, total_s=validation_result.WALL_S)
_FRAME_TIMEOUTS = Timeouts(idle_s=15, total_s=30)
_MEASURED_FRAMES = 3
_MAX_MEMORY_BYTES = 4_000_000_000
_NVIDIA_DEVICE = Path("/dev/nvidiactl")
"""Its driver reserves far more address space than it uses, so none is limited where it is."""


class Superseded(Exception):
    """What was asked for is of no use any more: something newer was asked for."""


class PreviewRenderer:
    """Compiles and draws, one thing at a time; of what waits only the newest is done.

    Args:
        current: the sound and the photos.
        folder: for the pictures, while they are on their way.
        fps: frames a second.
        egl_device: the device to draw with; None takes the best.
    """

    def __init__(
        self, current: CurrentMedia, folder: Path, fps: int, egl_device: int | None
    ) -> None:
        self._current = current
        self._folder = folder
        self._fps = fps
        self._egl_device = egl_device
        self._worker: Worker | None = None
        self._lock = asyncio.Lock()
        self._frame_requests = 0
        self._running: asyncio.Task[dict[str, Any]] | None = None

    async def compile(self, loaded: WatchedEffect) -> dict[str, Any]:
        """Compile the effect and draw two small frames: renderer, software, blank.

        Raises:
            ToqiboxError: with diagnostics, when it cannot be drawn.
        """
        if self._running is not None:  # it is about a text that is no more, and may hang
            await self.stop()
        task = CompileEffect(
            effects=(loaded.to_instance(),), size=_COMPILED_SIZE, egl_device=self._egl_device
        )
        async with self._lock:
            return await self._run(task, _COMPILE_TIMEOUTS, loaded)

    async def render_frame(
        self,
        loaded: WatchedEffect,
        frame: int,
        params: dict[str, Any],
        size: tuple[int, int],
        fit: str,
    ) -> tuple[bytes, dict[str, Any]]:
        """A frame as a PNG; and its facts: exact, from, renderer, software.

        Raises:
            Superseded: another frame was asked for while this one waited.
            ToqiboxError: it cannot be drawn.
        """
        self._frame_requests += 1
        request = self._frame_requests
        async with self._lock:
            if request != self._frame_requests:
                raise Superseded
            shot = FrameFile(frame=frame, out=self._folder / f"{request}.png")
            task = DrawFrames(scene=self._scene(loaded, params, size, fit, frame), shots=(shot,))
            try:
                result = await self._run(task, _FRAME_TIMEOUTS, loaded)
            finally:
                png = _read_and_remove(shot.out)
        drawn = result["shots"][0]
        facts = {"exact": drawn["exact"], "from": drawn["from"], "renderer": result["renderer"]}
        return png, {**facts, "software": result["software"]}

    async def measure(
        self, loaded: WatchedEffect, params: dict[str, Any], size: tuple[int, int], fit: str
    ) -> dict[str, Any]:
        """Time the passes of a few frames: `ms` a frame, `passes`, `renderer` and `software`.

        Raises:
            Superseded: the file has changed meanwhile.
            ToqiboxError: it cannot be drawn.
        """
        async with self._lock:
            scene = self._scene(loaded, params, size, fit)
            task = Profile(scene=scene, sizes=(size,), count=_MEASURED_FRAMES)
            result = await self._run(task, _FRAME_TIMEOUTS, loaded)
        cost = result["sizes"][0]
        return {
            "ms": cost["ms"],
            "passes": cost["passes"],
            "renderer": result["renderer"],
            "software": result["software"],
        }

    async def wait_idle(self) -> None:
        """Wait for the task under way; later ones read the material that is current then."""
        async with self._lock:
            pass

    async def stop(self) -> None:
        """End the worker and what it does."""
        under_way = self._running
        if under_way is not None:
            under_way.cancel()
            await asyncio.wait({under_way})
        if self._worker is not None:
            worker, self._worker = self._worker, None
            await worker.kill()

    def _scene(
        self,
        loaded: WatchedEffect,
        params: dict[str, Any],
        size: tuple[int, int],
        fit: str,
        frame: int = 0,
    ) -> SceneSpec:
        """Return the scene of the effect with the current media, long enough for `frame`."""
        media = self._current.media
        return SceneSpec(
            effects=(loaded.to_instance(params),),
            photo=media.photo,
            photo2=media.photo2,
            features=media.features,
            size=size,
            fps=self._fps,
            frames=max(round(media.seconds * self._fps), frame + 1),
            fit=fit,
            title=SAMPLE_CREDITS["title"],
            artist=SAMPLE_CREDITS["artist"],
            egl_device=self._egl_device,
        )

    async def _run(self, task: Task, timeouts: Timeouts, loaded: WatchedEffect) -> Result:
        """Do a task in the worker; one that hangs or crashes is followed by another."""
        if self._worker is None or not self._worker.is_alive:
            self._worker = await Worker.start("watch", _limits())
        work = self._worker.run(task, timeouts, lambda _event: None)
        self._running = asyncio.create_task(work)
        try:
            return await self._running
        except asyncio.CancelledError:
            self._worker = None
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise
            raise Superseded from None
        except TaskError as error:
            if not self._worker.is_alive:
                self._worker = None
            raise _as_toqibox_error(error, loaded) from None
        finally:
            self._running = None


def _read_and_remove(path: Path) -> bytes:
    """What a file holds, and the file is gone; nothing where there was none."""
    with contextlib.suppress(FileNotFoundError):
        content = path.read_bytes()
        path.unlink()
        return content
    return b""


def _limits() -> Limits:
    with contextlib.suppress(OSError):
        os.stat(_NVIDIA_DEVICE)
        return Limits()
    return Limits(memory_bytes=_MAX_MEMORY_BYTES)


def _as_toqibox_error(error: TaskError, loaded: WatchedEffect) -> ToqiboxError:
    """The failure of a task as something to be said of the effect."""
    effect = loaded.effect
    author = AuthorFile(effect.id, effect.file, effect.source)
    result = validation_result.from_task_error(error, author, software=True)
    if result is None and validation_result.is_timeout(error):
        result = validation_result.timed_out(error, author)
    if result is not None and result.code is not None:
        return ToqiboxError(
            result.code,
            name=loaded.effect.id,
            reason=error.values.get("reason", ""),
            diagnostics=list(result.diagnostics),
            detail=error.detail,
        )
    return ToqiboxError(error.code, name=loaded.effect.id, detail=error.detail)
