"""A track or a photo dropped on the page: received, decoded and analysed in a worker of its own."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterable
from pathlib import Path

from server.devserver.current_media import CurrentMaterial
from server.devserver.preview import Painter
from server.errors import ToqiboxError
from server.jobs.execution.worker_process import TaskError, Watch, Worker
from server.sandbox import Limits

KINDS = ("audio", "photo", "photo2")
LARGEST_BYTES = 1 << 30
_LONGEST_S = 3600
_RATE = 48_000
_PREPARE = Watch(stall_s=120, limit_s=900)
_LIMITS = Limits(memory_bytes=8_000_000_000)


class Uploads:
    """Takes files, one at a time, and shows the effect with them.

    Args:
        folder: for what is made of them.
        current: what the effect is shown with.
        painter: reads the material.
    """

    def __init__(self, folder: Path, current: CurrentMaterial, painter: Painter) -> None:
        self._folder = folder
        self._current = current
        self._painter = painter
        self._lane = asyncio.Lock()
        self._in_use: dict[str, Path] = {}
        """Folder of the last upload of each kind."""
        self._replaced: list[Path] = []

    async def take(self, kind: str, name: str, body: AsyncIterable[bytes]) -> None:
        """Receive a file of one of KINDS and show the effect with it.

        Args:
            kind: what it stands for.
            name: the file's own name, shown to the person.
            body: its bytes.

        Raises:
            ToqiboxError: it is too large, or is no such file.
        """
        async with self._lane:
            folder = Path(tempfile.mkdtemp(prefix="dropped-", dir=self._folder))
            try:
                upload = folder / "upload"
                await _received(upload, body)
                changes = await self._prepared(kind, upload, folder)
                upload.unlink()
                self._current.replace(**changes, **{f"{kind}_name": name})
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            if kind in self._in_use:
                self._replaced.append(self._in_use[kind])
            self._in_use[kind] = folder

    async def discard_replaced(self) -> None:
        """Remove the uploads that others took the place of, once no frame is drawn with them."""
        if not self._replaced:
            return
        folders, self._replaced = self._replaced, []
        await self._painter.finish()
        for folder in folders:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _prepared(self, kind: str, upload: Path, folder: Path) -> dict[str, Path | float]:
        """What of the material is another, by field."""
        task = {
            "task": "prepare",
            **{one: str(upload) if one == kind else None for one in KINDS},
            "folder": str(folder),
            "start": "0",
            "duration": None,
            "max_duration": str(_LONGEST_S),
        }
        worker = await Worker.start("watch drop", _LIMITS)
        try:
            found = await worker.run(task, _PREPARE, lambda _event: None)
            if kind != "audio":
                return {kind: folder / f"{kind}.rgba"}
            sound, features = folder / "sound.wav", folder / "features"
            line = {"task": "analyse", "sound": str(sound), "out": str(features), "tempo": None}
            await worker.run(line, _PREPARE, lambda _event: None)
            return {"sound": sound, "features": features, "seconds": found["samples"] / _RATE}
        except TaskError as error:
            raise _plain(error) from None
        finally:
            await worker.kill()


def _plain(error: TaskError) -> ToqiboxError:
    field = error.event.get("field")
    return ToqiboxError(error.code, field=field, detail=error.detail, **error.values)


async def _received(path: Path, body: AsyncIterable[bytes]) -> None:
    size = 0
    with path.open("wb") as file:
        async for chunk in body:
            size += len(chunk)
            if size > LARGEST_BYTES:
                raise ToqiboxError(
                    "file_too_large", name=path.name, limit=f"{LARGEST_BYTES >> 20} MB"
                )
            file.write(chunk)
