"""Uploads that are decoded once, for previews and cuts, and kept in a cache."""

import hashlib
import json
import os
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from server import __version__
from server.concurrency import run_in_thread
from server.config import Config
from server.errors import ToqiboxError
from server.files.disk import discard
from server.jobs.execution.machine import MachineProbe
from server.jobs.previews.media_cache import Make, MediaCache
from server.jobs.storage.data_folder import FEATURES_VERSION
from server.jobs.submission.upload_tasks import (
    PREPARE_LIMITS,
    PREPARE_TIMEOUTS,
    run_upload_task,
)
from server.protocol.codec import from_json, to_json
from server.protocol.results.media import PreparedUploads
from server.protocol.tasks import Prepare

_RESULT = "prepared.json"


@dataclass(frozen=True)
class DecodedUpload:
    """An entry of the cache with the result of its task."""

    folder: Path
    result: PreparedUploads


@dataclass(frozen=True, kw_only=True)
class TrackPart:
    """Part of a track; both in seconds."""

    start: Decimal
    duration: Decimal | None
    """None for the rest of the track."""


class UploadDecoder:
    """Decodes uploads; an entry of the cache is named by a hash of all that determines it.

    Args:
        config: the settings.
        machine: decodes.
        cache: keeps the decoded files.
    """

    def __init__(self, config: Config, machine: MachineProbe, cache: MediaCache) -> None:
        self._config = config
        self._machine = machine
        self._cache = cache

    async def open_track(
        self,
        stack: AsyncExitStack,
        audio: Path,
        part: TrackPart,
        request_id: str,
        *,
        with_cover: bool,
    ) -> DecodedUpload:
        """Return the decoded part of a track, kept until `stack` is closed.

        Args:
            stack: keeps it in the cache.
            audio: the upload.
            part: what is decoded.
            request_id: for the log.
            with_cover: True to decode its cover as the photo too, if it has one.

        Raises:
            ToqiboxError: for an invalid file; not_ready, storage_full.
        """
        maximum = self._config.max_duration_sec
        parts = [str(part.start), str(part.duration), str(maximum), with_cover, FEATURES_VERSION]
        key = await _key("track", audio, parts)

        async def make(folder: Path) -> None:
            task = Prepare(
                audio=await run_in_thread(_link_upload, audio, folder / "audio"),
                cover=with_cover,
                folder=folder,
                start=part.start,
                duration=part.duration,
                max_duration=maximum,
            )
            try:
                await self._decode(task, request_id)
            except ToqiboxError as error:
                if not with_cover or (error.code, error.field) != ("missing_field", "photo"):
                    raise
                await self._decode(replace(task, cover=False), request_id)
            for name in ("audio", "photo"):  # the cover as it was in the track
                await run_in_thread(discard, folder / name)

        return await self._open(stack, key, make)

    async def open_photo(
        self,
        stack: AsyncExitStack,
        field: str,
        photo: Path,
        request_id: str,
        *,
        picture_side: int | None = None,
    ) -> DecodedUpload:
        """Return a decoded photo, kept until `stack` is closed.

        Args:
            stack: keeps it in the cache.
            field: ``photo`` or ``photo2``.
            photo: the upload.
            request_id: for the log.
            picture_side: see Prepare.

        Raises:
            ToqiboxError: for an invalid file; not_ready, storage_full.
        """
        key = await _key(field, photo, [picture_side])

        async def make(folder: Path) -> None:
            upload = await run_in_thread(_link_upload, photo, folder / field)
            sources: dict[str, Any] = {field: upload}
            maximum = self._config.max_duration_sec
            task = Prepare(
                folder=folder, max_duration=maximum, picture_side=picture_side, **sources
            )
            await self._decode(task, request_id)
            await run_in_thread(discard, upload)

        return await self._open(stack, key, make)

    async def _decode(self, task: Prepare, request_id: str) -> None:
        result = await run_upload_task(
            self._machine, task, PREPARE_TIMEOUTS, PREPARE_LIMITS, request_id
        )
        text = json.dumps(to_json(result))
        await run_in_thread((task.folder / _RESULT).write_text, text)

    async def _open(self, stack: AsyncExitStack, key: str, make: Make) -> DecodedUpload:
        folder = await stack.enter_async_context(self._cache.open(key, make))
        text = await run_in_thread((folder / _RESULT).read_text)
        return DecodedUpload(folder, from_json(PreparedUploads, json.loads(text)))


async def _key(kind: str, upload: Path, parts: list[Any]) -> str:
    """Return the key of a decoded upload: a hash of all that determines it."""
    text = json.dumps([__version__, await run_in_thread(_sha256, upload), *parts])
    return f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:40]}"


def _link_upload(upload: Path, link: Path) -> Path:
    """Make an upload appear as `link`, which stays when the client of the upload has left."""
    os.link(upload, link)
    return link


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
