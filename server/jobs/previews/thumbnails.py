"""Thumbnails: a small picture of each effect with the samples, made once and kept.

They are drawn when they are requested, and before that while the server has nothing else to do.
"""

import asyncio
import hashlib
import json
import logging
import os
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from decimal import Decimal
from math import ceil
from pathlib import Path
from typing import Any

from server.concurrency import run_in_thread
from server.config import Config
from server.errors import ToqiboxError
from server.files import atomic
from server.files.disk import discard
from server.jobs.execution.fair_queue import FairQueue, QueueLimits
from server.jobs.execution.machine import MachineProbe
from server.jobs.model.effect_source import EffectSource
from server.jobs.model.retry_after import BUSY_S
from server.jobs.previews.drawing_failures import DrawingFailures
from server.jobs.previews.preview_form import PreviewRequest
from server.jobs.previews.previews import Previews
from server.jobs.previews.sample_media import samples_key
from server.jobs.storage.data_folder import FEATURES_VERSION, DataFolder
from server.jobs.storage.disk_errors import translate_disk_errors
from server.jobs.submission.admission import Admission
from server.jobs.submission.chain import check_chain
from server.jobs.submission.presets import Presets
from server.jobs.submission.request import Request, make_request
from server.jobs.validation.cache import ValidationCache

SIZE = (320, 180)
TIME_S = Decimal("9.87")
"""Time in the sample track: just after a kick, and in the middle of the video, where a transition
shows both photos."""
_FPS = 30
_QUALITY = 82
_MAX_FILES = 2000
"""Thumbnails that are kept; those of changed effects remain until then."""
_VERSION = 1
"""Changes with what thumbnails look like."""
_WAIT_S = 2.0
"""Maximum wait of a request for its thumbnail."""
_MAX_RETRY_S = 30
_SCAN_INTERVAL_S = 5.0
_IDLE_S = 30.0
"""Time without jobs, uploads and previews after which missing thumbnails are drawn."""
_LOG = logging.getLogger(__name__)


class Thumbnails:
    """Draws thumbnails one at a time, so that a page with all of them does not keep previews out.

    Args:
        config: the settings.
        data: the data folder.
        machine: its renderer is part of what a thumbnail depends on.
        validations: know the effects that are offered.
        admission: refuses thumbnails while none could be drawn.
        previews: draws them.
    """

    def __init__(
        self,
        config: Config,
        data: DataFolder,
        machine: MachineProbe,
        validations: ValidationCache,
        admission: Admission,
        previews: Previews,
    ) -> None:
        self._config = config
        self._data = data
        self._machine = machine
        self._validations = validations
        self._admission = admission
        self._previews = previews
        self._queue = FairQueue(QueueLimits(max_wait_s=600.0), initial_s=1.0, max_counted_s=20.0)
        self._drawing: dict[str, asyncio.Task[bytes]] = {}
        """By name of the file, in the order in which they are drawn."""
        self._failures = DrawingFailures()
        self._watcher: asyncio.Task[None] | None = None

    def key(self, source: EffectSource) -> str:
        """Return a text that changes with everything that a thumbnail depends on."""
        versions = [_VERSION, FEATURES_VERSION]
        parts = [versions, source.key, samples_key(), self._machine.fingerprint]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    def path(self, source: EffectSource) -> Path:
        """Return the file of a thumbnail."""
        return self._data.thumbnails / f"{self.key(source)}.webp"

    async def get(self, source: EffectSource, request_id: str) -> bytes | int:
        """Return the thumbnail of a valid effect as WebP, or the seconds until to ask again.

        A missing one is drawn, also when its client leaves meanwhile. Only a client that is the
        only one to wait does so, for `_WAIT_S`: a browser has few connections to a server, and a
        page with all effects needs them for more than pictures.

        Raises:
            ToqiboxError: see Previews.draw; it is raised again for a while, without drawing.
                draining if the server stops meanwhile.
        """
        path = self.path(source)
        with suppress(FileNotFoundError):
            return await run_in_thread(path.read_bytes)
        self._failures.check(path.name)
        self._admission.before_preview()
        drawing = self._start(source, request_id)
        wait_s = _WAIT_S if len(self._drawing) == 1 else 0
        await asyncio.wait((drawing,), timeout=wait_s)
        if drawing.cancelled():  # by `stop`; this request goes on
            raise ToqiboxError("draining", retry_after=BUSY_S)
        if drawing.done():
            return drawing.result()
        ahead = [*self._drawing].index(path.name)
        return min(_MAX_RETRY_S, ceil((ahead + 1) * self._queue.interval_s))

    def watch(self, is_busy: Callable[[], bool]) -> None:
        """Draw the missing thumbnails of the offered effects while nothing else is done."""
        self._watcher = asyncio.create_task(self._watch(is_busy))

    async def stop(self) -> None:
        """Cancel what is drawn."""
        tasks = [task for task in (self._watcher, *self._drawing.values()) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, is_busy: Callable[[], bool]) -> None:
        quiet_since = time.monotonic()
        while True:
            await asyncio.sleep(_SCAN_INTERVAL_S)
            if is_busy() or self._previews.slots.is_busy:
                quiet_since = time.monotonic()
            if time.monotonic() - quiet_since < _IDLE_S:
                continue
            try:
                missing = await run_in_thread(self._missing_sources)
            except Exception:
                _LOG.exception("thumbnail.scan_failed")
                missing = []
            for source in missing:
                await asyncio.wait((self._start(source, ""),))
                if is_busy() or self._previews.slots.is_busy:
                    break
            quiet_since = time.monotonic()

    def _missing_sources(self) -> list[EffectSource]:
        """Return the sources of the effects that have no thumbnail and did not fail lately."""
        missing = []
        for effect in self._validations.offered()[0]:
            with suppress(ToqiboxError):  # its files have changed meanwhile, or it failed
                if self._validations.is_offered(effect):
                    source = self._validations.source_of(effect)
                    path = self.path(source)
                    self._failures.check(path.name)
                    self._admission.before_preview()
                    if not path.exists():
                        missing.append(source)
        return missing

    def _start(self, source: EffectSource, request_id: str) -> "asyncio.Task[bytes]":
        """Begin to draw a thumbnail, unless it is being drawn."""
        path = self.path(source)
        task = self._drawing.get(path.name)
        if task is None:
            task = asyncio.create_task(self._draw_and_keep(source, path, request_id))
            task.add_done_callback(lambda done: self._end(path.name, done))
            self._drawing[path.name] = task
        return task

    def _end(self, name: str, done: "asyncio.Task[bytes]") -> None:
        del self._drawing[name]
        if not done.cancelled():
            done.exception()  # nobody may have waited for it

    async def _draw_and_keep(self, source: EffectSource, path: Path, request_id: str) -> bytes:
        async with self._queue.acquire():
            content = await self._draw_or_remember(source, path.name, request_id)
        with translate_disk_errors():
            await run_in_thread(self._keep, path, content)
        return content

    async def _draw_or_remember(self, source: EffectSource, name: str, request_id: str) -> bytes:
        try:
            return await self._draw(source, request_id)
        except ToqiboxError as error:
            self._failures.add(name, error)
            raise

    async def _draw(self, source: EffectSource, request_id: str) -> bytes:
        start, duration = part_of_sample(self._config.max_duration_sec)
        request = await run_in_thread(self._request, source.id, start, duration)
        preview = PreviewRequest(request=request, time=TIME_S - start, format="webp")
        async with AsyncExitStack() as opened:
            drawn = await self._previews.draw(
                opened, preview, {}, request_id, share="", webp_quality=_QUALITY
            )
            return await drawn.file.read(0, drawn.file.size)

    def _request(self, effect_id: str, start: Decimal, duration: Decimal | None) -> Request:
        values: dict[str, Any] = {"effect": effect_id, "fps": _FPS, "start": start}
        if duration is not None:
            values["duration"] = duration
        presets = Presets(())
        chain = check_chain(values, self._validations.library, presets)
        photo2 = any(checked.effect.transition_image for checked in chain)
        request = make_request(values, chain, self._config, presets, photo2=photo2)
        return replace(request, width=SIZE[0], height=SIZE[1])

    def _keep(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with atomic.atomic_write(path) as file:
            file.write(content)
        kept = [(entry.stat().st_mtime_ns, entry.path) for entry in os.scandir(path.parent)]
        for _, name in sorted(kept)[: max(0, len(kept) - _MAX_FILES)]:
            discard(Path(name))


def part_of_sample(max_duration: Decimal) -> tuple[Decimal, Decimal | None]:
    """Return start and duration of a part of the sample track that the server allows.

    TIME_S is in its middle. The duration is None for the whole track, which has 20.5 seconds.
    """
    whole = 2 * TIME_S
    if max_duration > whole + 1:
        return Decimal(0), None
    duration = min(max_duration, whole)
    return TIME_S - duration / 2, duration
