"""Covers embedded in a track: ID3 APIC, FLAC PICTURE, MP4 covr, Matroska attachments and others."""

import itertools
from collections.abc import Iterator
from pathlib import Path

from server.media import ffmpeg
from server.media.sniff import sniff_image
from server.media.tracks import embedded_pictures, stream_listing
from server.media.tracks.untrusted_input import arguments
from server.process.sandbox import Limits

_LIMITS = Limits(memory_bytes=1 << 30, cpu_s=5, open_files=32)
_LIMIT_S = 10.0
_MAX_BYTES = 64 << 20
_MAX_PICTURES = 8
"""Maximum number of pictures of a track that are inspected."""
_FRONT, _ICONS = 3, (1, 2)


def cover_pictures(path: Path, kind: str) -> Iterator[bytes]:
    """Yield the image files embedded in a track, unchanged: the front cover, others, icons.

    Those with content of an accepted kind come first.

    Args:
        path: the track.
        kind: its demuxer, from `sniff_audio_file`.
    """
    embedded = sorted(
        itertools.islice(embedded_pictures.find_pictures(path), _MAX_PICTURES), key=_rank
    )
    yield from (picture.data for picture in embedded)
    if not embedded:
        yield from _pictures_by_ffmpeg(path, kind)


def _rank(picture: embedded_pictures.EmbeddedPicture) -> tuple[bool, bool, bool]:
    is_unknown = sniff_image(picture.data) is None
    return is_unknown, picture.kind in _ICONS, picture.kind != _FRONT


def _pictures_by_ffmpeg(path: Path, kind: str) -> Iterator[bytes]:
    """Yield the pictures that ffmpeg finds, the front cover first."""
    covers = [
        stream for stream in stream_listing.list_streams(path, kind).streams if stream.is_cover
    ]
    for stream in sorted(covers, key=lambda stream: not stream.is_front)[:_MAX_PICTURES]:
        argv = ["ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-loglevel", "error"]
        argv += [*arguments(path, kind, whole=True), "-map", f"0:{stream.index}", "-c", "copy"]
        argv += ["-frames:v", "1", "-f", "image2pipe", "pipe:1"]
        try:
            picture = ffmpeg.run(argv, _LIMITS, limit_s=_LIMIT_S, stdout_bytes=_MAX_BYTES).stdout
        except ffmpeg.MediaError:
            continue
        if picture:
            yield picture
