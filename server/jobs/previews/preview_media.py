"""The track and the photos of a preview, decoded and analysed as those of a job are."""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from server import __version__
from server.concurrency import run_in_thread
from server.config import Config
from server.effects.model.text_style import SAMPLE_CREDITS
from server.errors import ToqiboxError
from server.files.disk import discard
from server.jobs.execution.machine import MachineProbe
from server.jobs.execution.worker_process import Timeouts
from server.jobs.model.spec import Spec
from server.jobs.previews.media_cache import MediaCache
from server.jobs.previews.sample_media import SAMPLE_NAMES, open_samples
from server.jobs.scheduling import plan
from server.jobs.storage.data_folder import FEATURES_VERSION, DataFolder
from server.jobs.submission.request import Request
from server.jobs.submission.upload_tasks import (
    PREPARE_LIMITS,
    PREPARE_TIMEOUTS,
    run_upload_task,
)
from server.protocol import file_names
from server.protocol.codec import from_json, to_json
from server.protocol.results.media import PreparedUploads
from server.protocol.tasks import Analyse, Prepare
from server.sandbox import Limits

_RESULT = "prepared.json"
_ANALYSE_LIMITS = Limits(memory_bytes=3_000_000_000, cpu_s=120, niceness=4)
_ANALYSE_TIMEOUTS = Timeouts(idle_s=60, total_s=120)


@dataclass(frozen=True)
class _Decoded:
    """An entry of the cache with the result of its task."""

    folder: Path
    result: PreparedUploads


@dataclass(frozen=True)
class DecodedPreview:
    """Decoded media of a preview, kept while the block that opened them lasts."""

    prepared: PreparedUploads
    track: Path
    """Folder of the decoded track, and of its features."""
    photo: Path
    photo2: Path | None


class PreviewMediaDecoder:
    """Decodes the uploads of previews once, and the samples for those that are missing."""

    def __init__(
        self, config: Config, machine: MachineProbe, data: DataFolder, cache: MediaCache
    ) -> None:
        self._config = config
        self._machine = machine
        self._data = data
        self._cache = cache

    async def open(
        self,
        stack: AsyncExitStack,
        files: Mapping[str, Path],
        request: Request,
        request_id: str,
    ) -> DecodedPreview:
        """Decode the media of a request until `stack` is closed.

        Args:
            stack: keeps the media in the cache.
            files: uploads by field; the samples stand in for missing ones, and the cover of a track
                for the photo.
            request: what of the track is used.
            request_id: for the log.

        Raises:
            ToqiboxError: for an invalid file, with its field; not_ready, storage_full.
        """

        async def source(field: str) -> Path:
            if field in files:
                return files[field]
            samples = await stack.enter_async_context(open_samples(self._cache))
            return samples / SAMPLE_NAMES[field]

        with_cover = "audio" in files and "photo" not in files
        audio = await source("audio")
        photo = track = await self._track(stack, audio, request, request_id, with_cover=with_cover)
        if track.result.photo is None:
            photo = await self._photo(stack, "photo", await source("photo"), request_id)
        photo2 = None
        if request.photo2:
            photo2 = await self._photo(stack, "photo2", await source("photo2"), request_id)
        prepared = replace(
            track.result,
            photo=photo.result.photo,
            palette=photo.result.palette,
            photo2=photo2.result.photo2 if photo2 else None,
        )
        if "audio" not in files:
            prepared = replace(
                prepared, title=SAMPLE_CREDITS["title"], artist=SAMPLE_CREDITS["artist"]
            )
        return DecodedPreview(
            prepared=prepared,
            track=track.folder,
            photo=photo.folder / file_names.PHOTO,
            photo2=photo2.folder / file_names.PHOTO2 if photo2 else None,
        )

    async def analyse(self, media: DecodedPreview, spec: Spec, request_id: str) -> Path:
        """Return the folder of the features that a spec needs, computed if they are missing.

        Features that a job has computed are used, and a job that follows uses these.
        """
        shared = self._data.features_folder(spec)
        features = media.track / shared.name
        async with self._cache.lock(media.track.name):
            if not plan.is_analysed(spec, features):
                await run_in_thread(_link_files, shared, features)
            if not plan.is_analysed(spec, features):
                task = Analyse(
                    audio=media.track / file_names.AUDIO,
                    out=features,
                    whole=spec.needs_track,
                    tempo=spec.tempo,
                )
                await run_upload_task(
                    self._machine, task, _ANALYSE_TIMEOUTS, _ANALYSE_LIMITS, request_id
                )
                await run_in_thread(_link_files, features, shared)
        await self._cache.shrink()
        return features

    async def shrink_photo(
        self, stack: AsyncExitStack, photo: Path, max_side: int, request_id: str
    ) -> Path:
        """Return the PNG of an uploaded photo, kept until `stack` is closed.

        Raises:
            ToqiboxError: for an invalid file; not_ready, storage_full.
        """
        decoded = await self._photo(stack, "photo", photo, request_id, picture_side=max_side)
        return decoded.folder / file_names.PICTURE

    async def _track(
        self,
        stack: AsyncExitStack,
        audio: Path,
        request: Request,
        request_id: str,
        *,
        with_cover: bool,
    ) -> _Decoded:
        part = [str(request.start), str(request.duration), str(self._config.max_duration_sec)]
        key = await _key("track", audio, [*part, with_cover, FEATURES_VERSION])

        async def make(folder: Path) -> None:
            task = Prepare(
                audio=audio,
                cover=with_cover,
                folder=folder,
                start=request.start,
                duration=request.duration,
                max_duration=self._config.max_duration_sec,
            )
            try:
                await self._decode(task, request_id)
            except ToqiboxError as error:
                if not with_cover or (error.code, error.field) != ("missing_field", "photo"):
                    raise
                await self._decode(replace(task, cover=False), request_id)
            await run_in_thread(discard, folder / "photo")  # the cover as it was in the track

        return await self._open(stack, key, make)

    async def _photo(
        self,
        stack: AsyncExitStack,
        field: str,
        photo: Path,
        request_id: str,
        *,
        picture_side: int | None = None,
    ) -> _Decoded:
        key = await _key(field, photo, [picture_side])

        async def make(folder: Path) -> None:
            sources: dict[str, Any] = {field: photo}
            maximum = self._config.max_duration_sec
            task = Prepare(
                folder=folder, max_duration=maximum, picture_side=picture_side, **sources
            )
            await self._decode(task, request_id)

        return await self._open(stack, key, make)

    async def _decode(self, task: Prepare, request_id: str) -> None:
        result = await run_upload_task(
            self._machine, task, PREPARE_TIMEOUTS, PREPARE_LIMITS, request_id
        )
        text = json.dumps(to_json(result))
        await run_in_thread((task.folder / _RESULT).write_text, text)

    async def _open(self, stack: AsyncExitStack, key: str, make: Any) -> _Decoded:
        folder = await stack.enter_async_context(self._cache.open(key, make))
        text = await run_in_thread((folder / _RESULT).read_text)
        return _Decoded(folder, from_json(PreparedUploads, json.loads(text)))


async def _key(kind: str, upload: Path, parts: list[Any]) -> str:
    """Return the key of a decoded upload: a hash of all that determines it."""
    text = json.dumps([__version__, await run_in_thread(_sha256, upload), *parts])
    return f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:40]}"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _link_files(source: Path, target: Path) -> None:
    """Make the complete files of a folder appear in another one too; those that it has stay.

    Nothing happens where it fails: the caller then computes what is missing.
    """
    with suppress(OSError):
        names = [path.name for path in source.iterdir() if path.suffix != ".part"]
        target.mkdir(mode=0o700, exist_ok=True)
        for name in sorted(names, key=lambda name: not name.endswith(".sum")):  # seals first
            with suppress(FileExistsError):
                os.link(source / name, target / name)
