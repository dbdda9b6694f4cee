"""Tracks and photos that are dropped on the page: received, decoded and analysed in a worker."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterable
from decimal import Decimal
from pathlib import Path

from server.devserver.current_media import CurrentMedia
from server.devserver.preview_renderer import PreviewRenderer
from server.errors import ToqiboxError
from server.jobs.execution.worker_process import TaskError, Timeouts, Worker
from server.process.sandbox import Limits
from server.protocol import file_names
from server.protocol.prepared_audio import SAMPLE_RATE
from server.protocol.tasks import Analyse, Prepare

MAX_UPLOAD_BYTES = 1 << 30
_MAX_AUDIO_S = 3600
_PREPARE_TIMEOUTS = Timeouts(idle_s=120, total_s=900)
_LIMITS = Limits(memory_bytes=8_000_000_000)


class MediaUploads:
    """Receives one file at a time and replaces the current media.

    Args:
        folder: a folder for the decoded files.
        current: the media to replace.
        renderer: draws with the media.
    """

    def __init__(self, folder: Path, current: CurrentMedia, renderer: PreviewRenderer) -> None:
        self._folder = folder
        self._current = current
        self._renderer = renderer
        self._lock = asyncio.Lock()
        self._in_use: dict[str, Path] = {}
        """The folder of the last upload of each kind."""
        self._replaced: list[Path] = []

    async def receive(self, kind: str, name: str, body: AsyncIterable[bytes]) -> None:
        """Receive a file and draw the effect with it.

        Args:
            kind: one of FILE_FIELDS.
            name: the name of the file, shown on the page.
            body: the content of the file.

        Raises:
            ToqiboxError: the file is too large or cannot be decoded.
        """
        async with self._lock:
            folder = Path(tempfile.mkdtemp(prefix="dropped-", dir=self._folder))
            try:
                upload = folder / "upload"
                await _receive(upload, body)
                changes = await self._prepare(kind, upload, folder)
                upload.unlink()
                self._current.replace(**changes, **{f"{kind}_name": name})
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            if kind in self._in_use:
                self._replaced.append(self._in_use[kind])
            self._in_use[kind] = folder

    async def discard_replaced(self) -> None:
        """Remove replaced uploads once no frame is drawn with them."""
        if not self._replaced:
            return
        folders, self._replaced = self._replaced, []
        await self._renderer.wait_idle()
        for folder in folders:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _prepare(self, kind: str, upload: Path, folder: Path) -> dict[str, Path | float]:
        """Decode an upload, and return the changed fields of PreviewMedia."""
        task = Prepare(
            audio=upload if kind == "audio" else None,
            photo=upload if kind == "photo" else None,
            photo2=upload if kind == "photo2" else None,
            folder=folder,
            max_duration=Decimal(_MAX_AUDIO_S),
        )
        worker = await Worker.start("watch drop", _LIMITS)
        try:
            result = await worker.run(task, _PREPARE_TIMEOUTS, lambda _event: None)
            if result.audio is None:
                return {kind: folder / f"{kind}.rgba"}
            audio, features = folder / file_names.AUDIO, folder / "features"
            await worker.run(
                Analyse(audio=audio, out=features), _PREPARE_TIMEOUTS, lambda _event: None
            )
            return {
                "audio": audio,
                "features": features,
                "seconds": result.audio.samples / SAMPLE_RATE,
            }
        except TaskError as error:
            raise _as_toqibox_error(error) from None
        finally:
            await worker.kill()


def _as_toqibox_error(error: TaskError) -> ToqiboxError:
    field = error.field
    return ToqiboxError(error.code, field=field, detail=error.detail, **error.values)


async def _receive(path: Path, body: AsyncIterable[bytes]) -> None:
    size = 0
    with path.open("wb") as file:
        async for chunk in body:
            size += len(chunk)
            if size > MAX_UPLOAD_BYTES:
                raise ToqiboxError(
                    "file_too_large", name=path.name, limit=f"{MAX_UPLOAD_BYTES >> 20} MB"
                )
            file.write(chunk)
