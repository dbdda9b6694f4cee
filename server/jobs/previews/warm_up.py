"""Warm-up: the default effect is compiled when the server starts, before its first job.

The driver caches what it compiles (process/sandbox.py): the shaders of the effect, and those that
all scenes share. An empty file in the folder of that cache says that it is done for an effect and a
driver.
"""

import hashlib
import logging
import struct
import zlib
from pathlib import Path

from server.concurrency import run_in_thread
from server.config import Config
from server.effects.library.library import Library
from server.errors import ToqiboxError
from server.files.disk import discard
from server.jobs.execution.machine import MachineProbe
from server.jobs.execution.worker_process import TaskError, Timeouts
from server.jobs.model.effect_source import EffectSource, read_source
from server.jobs.storage.data_folder import DataFolder
from server.jobs.submission.chain import DEFAULT_EFFECT
from server.logging_json import log_event
from server.process.sandbox import Limits
from server.protocol import file_names
from server.protocol.scene import DEFAULT_FIT, SceneSpec
from server.protocol.tasks import DrawFrames, Prepare

_LOG = logging.getLogger(__name__)
_SIZE = (1280, 720)
_PHOTO_SIDE = 2400
"""Of a square photo: it is reduced, resampled and surrounded by a blurred copy."""
_TIMEOUTS = Timeouts(idle_s=120, total_s=120)
_LIMITS = Limits(niceness=4)
"""The niceness of previews: exports, with 2, take priority."""


class WarmUp:
    """Compiles the default effect once for each driver.

    Args:
        config: the settings.
        data: the data folder, for the files of the tasks.
        machine: runs the tasks.
        library: the effects; only a built-in default effect is compiled.
        shaders: folder in which the driver caches compiled shaders.
    """

    def __init__(
        self,
        config: Config,
        data: DataFolder,
        machine: MachineProbe,
        library: Library,
        shaders: Path,
    ) -> None:
        self._config = config
        self._data = data
        self._machine = machine
        self._library = library
        self._shaders = shaders

    async def run(self) -> None:
        """Compile the effect, unless the cache has it; a failure is only logged."""
        await self._machine.first_probe()
        try:
            source = await run_in_thread(self._source)
            if source is None or self._machine.problems():
                return
            key = hashlib.sha256(f"{source.key} {self._machine.driver}".encode()).hexdigest()
            done = self._shaders / f"warm-{key[:16]}"
            if not await run_in_thread(done.exists):
                await self._compile(source)
                await run_in_thread(done.touch)
        except (TaskError, ToqiboxError, OSError) as error:
            detail = error.detail if isinstance(error, TaskError) else str(error)
            log_event(_LOG, logging.WARNING, "warm_up.failed", detail=detail)

    def _source(self) -> EffectSource | None:
        source = read_source(self._library.get(DEFAULT_EFFECT), self._library)
        return source if source.built_in else None

    async def _compile(self, source: EffectSource) -> None:
        """Draw one frame of the effect, over a photo and the default track."""
        if await run_in_thread(self._data.free_mb) < self._config.min_free_mb:
            raise ToqiboxError("storage_full")
        folder = self._data.new_spool()
        try:
            photo = folder / "photo"
            await run_in_thread(photo.write_bytes, _grey_png(_PHOTO_SIDE))
            prepare = Prepare(
                photo=photo, folder=folder, max_duration=self._config.max_duration_sec
            )
            await self._machine.run_task(prepare, _TIMEOUTS, _LIMITS)
            scene = SceneSpec(
                effects=(source.with_local_paths,),
                photo=folder / file_names.PHOTO,
                size=_SIZE,
                fps=30,
                frames=1,
                fit=DEFAULT_FIT,
                egl_device=self._config.egl_device,
                gpu=self._machine.usable_gpu,
            )
            draw = DrawFrames(scene=scene, frames=(), awaits_track=True, folder=folder)
            await self._machine.run_task(draw, _TIMEOUTS, _LIMITS)
        finally:
            discard(folder)
            self._data.release(folder)


def _grey_png(side: int) -> bytes:
    """Return a square picture of one grey, one byte a pixel (PNG specification, 5 and 11)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = (b"\0" + b"\x80" * side) * side
    chunks = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows, 1)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
