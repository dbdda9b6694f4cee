"""The track and the photos of a preview, decoded and analysed as those of a job are."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from server.effects.model.text_style import SAMPLE_CREDITS
from server.jobs.model.spec import Spec
from server.jobs.previews.media_cache import MediaCache
from server.jobs.previews.sample_media import SAMPLE_NAMES, open_samples
from server.jobs.previews.track_analyser import TrackAnalyser
from server.jobs.previews.upload_decoder import DecodedUpload, TrackPart, UploadDecoder
from server.jobs.submission.request import Request
from server.protocol import file_names
from server.protocol.results.media import PreparedUploads


@dataclass(frozen=True)
class DecodedPreview:
    """Decoded media of a preview, kept while the block that opened them lasts."""

    prepared: PreparedUploads
    track: DecodedUpload
    """With the features of the track in its folder."""
    photo: Path
    photo2: Path | None


class PreviewMediaDecoder:
    """Decodes the uploads of previews once, and the samples for those that are missing.

    Args:
        decoder: decodes the files.
        analyser: analyses the track.
        cache: keeps the samples.
    """

    def __init__(self, decoder: UploadDecoder, analyser: TrackAnalyser, cache: MediaCache) -> None:
        self._decoder = decoder
        self._analyser = analyser
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
        part = TrackPart(start=request.start, duration=request.duration)
        photo = track = await self._decoder.open_track(
            stack, audio, part, request_id, with_cover=with_cover
        )
        if track.result.photo is None:
            photo = await self._decoder.open_photo(
                stack, "photo", await source("photo"), request_id
            )
        photo2 = None
        if request.photo2:
            photo2 = await self._decoder.open_photo(
                stack, "photo2", await source("photo2"), request_id
            )
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
            track=track,
            photo=photo.folder / file_names.PHOTO,
            photo2=photo2.folder / file_names.PHOTO2 if photo2 else None,
        )

    async def analyse(self, media: DecodedPreview, spec: Spec, request_id: str) -> Path:
        """Return the folder of the features that a spec needs, computed if they are missing."""
        return await self._analyser.analyse(
            media.track, request_id, whole=spec.needs_track, tempo=spec.tempo
        )

    async def shrink_photo(
        self, stack: AsyncExitStack, photo: Path, max_side: int, request_id: str
    ) -> Path:
        """Return the PNG of an uploaded photo, kept until `stack` is closed.

        Raises:
            ToqiboxError: for an invalid file; not_ready, storage_full.
        """
        decoded = await self._decoder.open_photo(
            stack, "photo", photo, request_id, picture_side=max_side
        )
        return decoded.folder / file_names.PICTURE
