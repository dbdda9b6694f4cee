"""The frames of the watched effect as the server draws them, in one worker with timeouts."""

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
from server.process.sandbox import Limits
from server.protocol.codec import to_json
from server.protocol.results.drawing import CompiledEffect
from server.protocol.scene import SceneSpec
from server.protocol.task import ResultT, Task
from server.protocol.tasks import CompileEffect, DrawFrames, FrameFile, Profile

_COMPILED_SIZE = (64, 36)
_COMPILE_TIMEOUTS = Timeouts(idle_s=validation_result.WALL_S, total_s=validation_result.WALL_S)
_FRAME_TIMEOUTS = Timeouts(idle_s=15, total_s=30)
_MEASURED_FRAMES = 3
_MAX_MEMORY_BYTES = 4_000_000_000
_NVIDIA_DEVICE = Path("/dev/nvidiactl")
"""The NVIDIA driver reserves far more address space than it uses: no limit is set with it."""


class Superseded(Exception):
    """A newer request has made this one useless."""


class PreviewRenderer:
    """Compiles and draws one request at a time; of the waiting ones only the newest is served.

    Args:
        current: the audio and the photos.
        folder: a folder for frames until they are read.
        fps: frames per second.
        egl_device: the EGL device to draw with; None selects the best.
        gpu: the GPU to draw with, as CUDA counts; None for `egl_device`.
    """

    def __init__(
        self,
        current: CurrentMedia,
        folder: Path,
        fps: int,
        egl_device: int | None,
        gpu: int | None = None,
    ) -> None:
        self._current = current
        self._folder = folder
        self._fps = fps
        self._egl_device = egl_device
        self._gpu = gpu
        self._worker: Worker | None = None
        self._lock = asyncio.Lock()
        self._frame_requests = 0
        self._running: asyncio.Task[Any] | None = None

    async def compile(self, loaded: WatchedEffect) -> CompiledEffect:
        """Compile the effect and draw two small frames.

        Raises:
            ToqiboxError: the effect cannot be drawn; has diagnostics.
        """
        if self._running is not None:  # it is for an outdated revision, and may hang
            await self.stop()
        task = CompileEffect(
            effects=(loaded.to_instance(),),
            size=_COMPILED_SIZE,
            egl_device=self._egl_device,
            gpu=self._gpu,
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
        """Draw a frame; return the PNG and facts: exact, from, renderer, software.

        Raises:
            Superseded: another frame was requested while this one waited.
            ToqiboxError: the effect cannot be drawn.
        """
        self._frame_requests += 1
        request = self._frame_requests
        async with self._lock:
            if request != self._frame_requests:
                raise Superseded
            file = FrameFile(frame=frame, out=self._folder / f"{request}.png")
            task = DrawFrames(scene=self._scene(loaded, params, size, fit, frame), frames=(file,))
            try:
                result = await self._run(task, _FRAME_TIMEOUTS, loaded)
            finally:
                png = _read_and_remove(file.out)
        drawn = result.frames[0]
        facts = {"exact": drawn.exact, "from": drawn.first, "renderer": result.renderer}
        return png, {**facts, "software": result.software}

    async def measure(
        self, loaded: WatchedEffect, params: dict[str, Any], size: tuple[int, int], fit: str
    ) -> dict[str, Any]:
        """Time the passes of a few frames: `ms` a frame, `passes`, `renderer` and `software`.

        Raises:
            Superseded: the file has changed in the meantime.
            ToqiboxError: the effect cannot be drawn.
        """
        async with self._lock:
            scene = self._scene(loaded, params, size, fit)
            task = Profile(scene=scene, sizes=(size,), count=_MEASURED_FRAMES)
            result = await self._run(task, _FRAME_TIMEOUTS, loaded)
        cost = result.sizes[0]
        return {
            "ms": cost.ms,
            "passes": to_json(cost.passes),
            "renderer": result.renderer,
            "software": result.software,
        }

    async def wait_idle(self) -> None:
        """Wait for the running task; later ones read the media that are current then."""
        async with self._lock:
            pass

    async def stop(self) -> None:
        """End the worker and its task."""
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
            gpu=self._gpu,
        )

    async def _run(self, task: Task[ResultT], timeouts: Timeouts, loaded: WatchedEffect) -> ResultT:
        """Run a task in the worker, which is replaced after a timeout or a crash."""
        if self._worker is None or not self._worker.is_alive:
            self._worker = await Worker.start("watch", _limits())
        work = self._worker.run(task, timeouts, lambda _event: None)
        running = asyncio.create_task(work)
        self._running = running
        try:
            return await running
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
    """Read and delete a file; return nothing if it does not exist."""
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
    """Return the failure of a task as an error of the effect."""
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
